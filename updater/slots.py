"""The releases on the disk, each in a folder of its own that is never changed, and the links that say
which one runs. A folder counts only once its last file says that it is whole."""

import errno
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

from updater.files import point, sync_folder, write_json
from updater.trust import Refused
from updater.version import is_version

WHOLE = "release.json"
ROOM_TIMES = 4  # the file, unpacked, its packages, and some
BUILD_S = 1800.0
CHECK = ("lobbypay", "kiosk", "--help")  # takes all of the kiosk in but its window
Build = Callable[[Path], None]


class Slots:
    """``home`` has ``releases/VERSION``, ``current`` and ``previous``."""

    def __init__(self, home: Path, build: Build) -> None:
        self._home, self._build = home, build
        self._releases = home / "releases"

    def current(self) -> str:
        """Empty where there is none."""
        return self._named("current")

    def previous(self) -> str:
        return self._named("previous")

    def is_whole(self, version: str) -> bool:
        return is_version(version) and (self._releases / version / WHOLE).is_file()

    def run(self, version: str) -> None:
        """From one instant to the next. Raises OSError."""
        point(self._home / "current", f"releases/{version}")

    def keep_as_previous(self, version: str) -> None:
        point(self._home / "previous", f"releases/{version}")

    def has_room(self, size: int, spare_mb: int) -> bool:
        return shutil.disk_usage(self._home).free >= size * ROOM_TIMES + spare_mb * 1_000_000

    def put(self, version: str, archive: Path) -> None:
        """Unpacks and builds; what an earlier try left is taken away first. Raises Refused."""
        folder = self._releases / version
        self.remove(version)
        try:
            folder.mkdir(parents=True)
            _unpack(archive, folder)
            self._build(folder)
        except (tarfile.TarError, EOFError) as error:
            raise Refused("broken", str(error)) from error
        except OSError as error:
            self.remove(version)
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise Refused("no_space" if full else "disk", str(error)) from error
        os.sync()
        write_json(folder / WHOLE, {"version": version})
        sync_folder(self._releases)

    def remove(self, version: str) -> None:
        folder = self._releases / version
        if folder.exists():
            (folder / WHOLE).unlink(missing_ok=True)
            shutil.rmtree(folder)

    def keep_only(self, versions: set[str]) -> None:
        """And what runs and ran before."""
        kept = versions | {self.current(), self.previous()}
        for folder in self._releases.iterdir() if self._releases.is_dir() else ():
            if folder.name not in kept:
                self.remove(folder.name)

    def _named(self, link: str) -> str:
        path = self._home / link
        name = path.readlink().name if path.is_symlink() else ""
        return name if is_version(name) else ""


def _unpack(archive: Path, to: Path) -> None:
    """Plain files and folders only, none outside. Raises Refused, TarError and OSError."""
    with tarfile.open(archive, "r:*") as tar:
        for member in tar:
            path = (to / member.name).resolve()
            if not path.is_relative_to(to.resolve()) or not (member.isfile() or member.isdir()):
                raise Refused("broken", f"{member.name} does not belong into a release")
            if member.isdir():
                path.mkdir(parents=True, exist_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            source = tar.extractfile(member)
            assert source is not None
            with source, path.open("wb") as file:
                shutil.copyfileobj(source, file)
            path.chmod(0o755 if member.mode & 0o100 else 0o644)


def machine_of(python: str) -> str:
    """Processor and Python, such as ``x86_64-cp311``. Raises Refused."""
    words = "import platform, sys; print(platform.machine(), *sys.version_info[:2])"
    processor, major, minor = _run([python, "-I", "-c", words]).split()
    return f"{processor}-cp{major}{minor}"


def build_with(python: str, check: tuple[str, ...] = CHECK) -> Build:
    """An environment of its own out of the packages that came along, each with the hash that it must
    have; nothing is fetched. Then it must be able to take itself in."""

    def build(folder: Path) -> None:
        venv = folder / "venv"
        _run([python, "-I", "-m", "venv", str(venv)])
        inner = str(venv / "bin" / "python")
        pip = [inner, "-I", "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
        where = ["--find-links", str(folder / "wheels"), "--require-hashes"]
        if (folder / "requirements.txt").stat().st_size:
            _run([*pip, *where, "-r", str(folder / "requirements.txt")])
        packages = next((venv / "lib").glob("python3*/site-packages"))
        (packages / "lobbypay.pth").write_text(f"{folder / 'app'}\n", encoding="utf-8")
        _run([inner, "-I", "-m", "compileall", "-q", str(folder / "app")])
        _run([inner, "-I", "-m", *check])
        shutil.rmtree(folder / "wheels", ignore_errors=True)

    return build


def _run(words: list[str]) -> str:
    """Raises Refused."""
    try:
        done = subprocess.run(words, capture_output=True, timeout=BUILD_S, check=False, text=True)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused("does_not_start", str(error)) from error
    if done.returncode:
        raise Refused("does_not_start", done.stderr[-800:])
    return done.stdout
