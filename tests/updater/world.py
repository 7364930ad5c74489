"""A repository with its keys, the web server that gives it out, and a machine with its updater."""

import io
import json
import re
import tarfile
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from securesystemslib.signer import CryptoSigner

from lobbypay.release.repository import Keeper
from updater.memory import Known, Memory
from updater.service import Service
from updater.settings import STATE, Settings
from updater.slots import Slots
from updater.switching import Switch, Unit

MACHINE = "x86_64-cp311"


class Repository:
    """``now``: by which what is signed is dated."""

    def __init__(self, folder: Path, now: datetime | None = None) -> None:
        self.folder = folder
        self.root = [CryptoSigner.generate_ed25519() for _ in range(2)]
        self.targets = [CryptoSigner.generate_ed25519()]
        self.online = CryptoSigner.generate_ed25519()
        self.keeper = Keeper(folder, now)
        self.keeper.make(self.root, self.targets, self.online, (2, 1))

    @property
    def first_root(self) -> Path:
        return self.folder / "metadata" / "1.root.json"

    def add(self, version: str, ring: str = "all", *, since: str = "0.0", size: int = 1000) -> str:
        path = archive(self.folder.parent / f"{version}.tar", version, size)
        about = {"version": version, "ring": ring, "since": since, "machine": MACHINE}
        return self.keeper.add(path, about, self.targets, self.online)

    def file_of(self, name: str) -> Path:
        return next(self.folder.glob(f"targets/*.{name}"))


def archive(path: Path, version: str, size: int = 1000, member: str = "app/version.txt") -> Path:
    with tarfile.open(path, "w") as tar:
        for name, content in ((member, version.encode()), ("app/big", b"x" * size)):
            one = tarfile.TarInfo(name)
            one.size = len(content)
            tar.addfile(one, io.BytesIO(content))
    return path


class Web:
    """Gives out a folder. ``cut``: a target's answer breaks off after so many bytes; ``asked``: paths and
    from which byte on."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cut, self.asked = folder, None, []  # type: ignore[var-annotated]
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = web.folder / self.path.lstrip("/")
                if not path.is_file():
                    self.send_error(404)
                    return
                content = path.read_bytes()
                found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
                begin = int(found[1]) if found else 0
                web.asked.append((self.path, begin))
                self.send_response(206 if found else 200)
                self.send_header("Content-Length", str(len(content) - begin))
                self.end_headers()
                body = content[begin:]
                if web.cut is not None and self.path.endswith(".tar"):
                    body = body[: web.cut]
                self.wfile.write(body)

            def log_message(self, *args: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class PowerLost(Exception):
    """The process ends here, whatever it was doing."""


class Machine:
    """A kiosk's machine: its disk, its updater, and a kiosk that says what ``word`` says while it runs.
    ``dies_at``: the step of a change after which the power is lost."""

    def __init__(self, folder: Path, repository: Repository, url: str) -> None:
        self.folder, self.now, self.beat = folder, 1000.0, 0
        self.running, self.dies_at, self.steps = True, "", []  # type: ignore[var-annotated]
        self.gives_way, self.word = True, dict(WELL)
        self.settings = Settings(
            root=repository.first_root,
            url=url,
            home=folder / "opt",
            state=folder / "state",
            kiosk_word=folder / "word.json",
            sticks=(folder / "stick",),
            spare_mb=0,
        )
        self.slots = Slots(self.settings.home, lambda place: None)
        self.memory = Memory(self.settings.state / STATE)
        self.slots.put("0.1.0", archive(folder / "first.tar", "0.1.0"))
        self.slots.run("0.1.0")
        self.boot()

    @property
    def known(self) -> Known:
        return self.memory.read()

    @property
    def runs(self) -> str:
        """What is really there, by the file in it."""
        return (self.settings.home / "current" / "app" / "version.txt").read_text()

    def boot(self) -> None:
        """The updater starts, and what was interrupted is ended."""
        unit = Unit(self._stop, self._start)
        self.service = Service(
            self.settings, self.slots, unit, MACHINE, lambda: self.now, self._mark
        )
        self.service.begin()

    def start_kiosk(self) -> None:
        """As its unit does: the count first."""
        Switch(self.memory, self.slots, Unit(self._stop, self._start), self._mark).starting()
        self.running = True

    def want(self, version: str, attempt: int = 1, ring: str = "all") -> None:
        self.word["wanted"] = {"version": version, "attempt": attempt, "ring": ring}

    def pass_time(self, seconds: float) -> None:
        """Turns of ten seconds; the kiosk speaks before each."""
        for _ in range(int(seconds / 10)):
            self.turn()

    def turn(self) -> None:
        self.now += 10
        if self.running:
            self._speak()
        self.service.turn()

    def _speak(self) -> None:
        self.beat += 1
        asks = self.known.asks
        said = {
            "start": "s",
            "beat": self.beat,
            "version": self.runs,
            **self.word,
            "given_way": asks if self.gives_way else "",
        }
        self.settings.kiosk_word.write_text(json.dumps(said))

    def _stop(self) -> None:
        self.running = False

    def _start(self) -> None:
        if not self.running:
            self.start_kiosk()

    def _mark(self, step: str) -> None:
        self.steps.append(step)
        if step == self.dies_at:
            self.dies_at, self.running = "", False
            raise PowerLost(step)


WELL = {"server": True, "screen": True, "journal": True, "wrong": [], "open": 0}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
