"""Two PostgreSQL that stand in for each other, as docs/scale.md has it, on this machine alone.

etcd, Patroni and HAProxy are Debian's packages, Patroni and HAProxy with the very files that are shipped
in ``config/database``. One etcd member and one machine stand for three and two: what is shown is what
becomes of the database's processes and connections, not of machines and networks.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from string import Template
from typing import Any

import psycopg

from tests.server import postgres

CONFIG = Path(__file__).resolve().parents[2] / "config" / "database"
PROGRAMS = ("etcd", "patroni", "haproxy")
READY_S = 120.0
LOCAL = "127.0.0.1"


class NotThere(Exception):
    """A program is not installed, or did not come up."""


def programs() -> dict[str, str]:
    """Raises NotThere for what is not installed."""
    found = {name: shutil.which(name) or shutil.which(f"/usr/sbin/{name}") for name in PROGRAMS}
    lacking = [name for name, path in found.items() if path is None]
    if lacking:
        raise NotThere(f"{', '.join(lacking)} not installed; tools/setup_failover.sh installs them")
    return {name: str(path) for name, path in found.items()}


@dataclass
class Node:
    """One Patroni with its PostgreSQL."""

    name: str
    folder: Path
    values: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def file(self) -> Path:
        return self.folder / "patroni.yml"

    def says(self, what: str) -> bool:
        """Whether Patroni calls its PostgreSQL so: primary, sync ..."""
        url = f"http://{LOCAL}:{self.values['rest_port']}/{what}"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@dataclass
class Cluster:
    """``url``: of the database, by HAProxy. Begins in ``running``."""

    folder: Path
    bin_folder: Path
    programs: dict[str, str]
    passwords: dict[str, str]
    nodes: list[Node] = field(default_factory=list)
    _others: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"postgresql://lobbypay:{self.passwords['lobbypay']}@{LOCAL}:{self._port}/lobbypay"

    def start(self) -> None:
        etcd, peers = _free_port(), _free_port()
        at, among = f"http://{LOCAL}:{etcd}", f"http://{LOCAL}:{peers}"
        self._begin(
            *("etcd", "--name", "e", "--data-dir", str(self.folder / "etcd")),
            *("--listen-client-urls", at, "--advertise-client-urls", at),
            *("--listen-peer-urls", among, "--initial-advertise-peer-urls", among),
            *("--initial-cluster", f"e={among}"),
        )
        for name in ("a", "b"):
            self.nodes.append(self.node(name, etcd))
            self.start_node(self.nodes[-1])
        self._port = _free_port()
        self._begin("haproxy", "-db", "-f", str(self.write_proxy(self._port)))
        self._make_database()
        self.await_standby()

    def write_proxy(self, port: int) -> Path:
        values = {"port": str(port)}
        for place, node in zip(("first", "second"), self.nodes, strict=True):
            theirs = {n: node.values[n] for n in ("name", "address", "port", "rest_port")}
            values |= {f"{place}_{name}": value for name, value in theirs.items()}
        file = self.folder / "haproxy.cfg"
        file.write_text(Template((CONFIG / "haproxy.cfg").read_text()).substitute(values))
        return file

    def node(self, name: str, etcd: int) -> Node:
        folder = self.folder / name
        folder.mkdir()
        values = {
            "name": name,
            "address": LOCAL,
            "network": f"{LOCAL}/32",
            "port": str(_free_port()),
            "rest_port": str(_free_port()),
            "etcd_host": LOCAL,
            "etcd_port": str(etcd),
            "data_folder": str(folder / "data"),
            "bin_folder": str(self.bin_folder),
            "pgpass": str(folder / "pgpass"),
            "socket_folder": str(folder),
            **{f"{who}_password": word for who, word in self.passwords.items()},
        }
        node = Node(name, folder, values)
        node.file.touch(0o600)
        node.file.write_text(Template((CONFIG / "patroni.yml").read_text()).substitute(values))
        _give(folder)
        return node

    def _begin(self, name: str, *options: str) -> None:
        self._others.append(self._process(name, *options))

    def _process(self, name: str, *options: str) -> "subprocess.Popen[bytes]":
        log = (self.folder / f"{name}.log").open("ab")
        return subprocess.Popen(
            [*_as_postgres(), self.programs[name], *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self.folder,
            start_new_session=True,
        )

    def start_node(self, node: Node) -> None:
        node.process = self._process("patroni", str(node.file))

    def _make_database(self) -> None:
        self._until(lambda: self._answers() is not None, "the first primary")
        with closing(self._superuser()) as db:
            db.execute(f"CREATE ROLE lobbypay LOGIN PASSWORD '{self.passwords['lobbypay']}'")
            db.execute("CREATE DATABASE lobbypay OWNER lobbypay")

    def _answers(self) -> tuple[int, float] | None:
        """Who does at the one address: the port, and since when in seconds since 1970."""
        said = "SELECT inet_server_port(), extract(epoch FROM pg_postmaster_start_time())::float"
        try:
            with closing(self._superuser()) as db:
                found = db.execute(said).fetchone()
        except psycopg.Error:
            return None
        return None if found is None else (int(found[0]), float(found[1]))

    def _superuser(self) -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(
            host=LOCAL,
            port=self._port,
            user="postgres",
            password=self.passwords["superuser"],
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )

    def _until(self, true: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + READY_S
        while time.monotonic() < end:
            if true():
                return
            time.sleep(0.2)
        raise NotThere(f"{what} was not there after {READY_S:.0f} s; see {self.folder}")

    def primary(self) -> Node:
        """Waits for one. Raises NotThere."""
        self._until(lambda: any(node.says("primary") for node in self.nodes), "a primary")
        return next((node for node in self.nodes if node.says("primary")), self.nodes[0])

    def await_standby(self) -> None:
        """Until what is acknowledged stands twice. Raises NotThere."""
        self._until(self._stands_twice, "a synchronous standby")

    def _stands_twice(self) -> bool:
        first = next((node for node in self.nodes if node.says("primary")), None)
        return first is not None and any(n.says("sync") for n in self.nodes if n is not first)

    def lose_primary(self) -> None:
        """As when its machine goes: Patroni and PostgreSQL at once. It comes back when the other has
        taken its place."""
        gone = self.primary()
        assert gone.process is not None
        for pid in (gone.process.pid, *_postmaster(gone)):
            _kill_all(pid)
        gone.process.wait()
        port = int(gone.values["port"])
        self._until(lambda: (self._answers() or (port,))[0] != port, "another primary")
        self.start_node(gone)
        self.await_standby()

    def crash_postgresql(self) -> None:
        """Its processes alone: Patroni starts them again, or gives the place to the other."""
        hurt, at = self.primary(), time.time()
        for pid in _postmaster(hurt):
            _kill_all(pid)
        port = int(hurt.values["port"])

        def again() -> bool:
            found = self._answers()
            return found is not None and (found[0] != port or found[1] > at)

        self._until(again, "PostgreSQL after its crash")
        self.await_standby()

    def end(self) -> None:
        for node in self.nodes:
            if node.process is not None:
                _kill_all(node.process.pid)
            for pid in _postmaster(node):
                _kill_all(pid)
        for process in self._others:
            _kill_all(process.pid)


@contextmanager
def running(log_folder: Path) -> Iterator[Cluster]:
    """Raises NotThere. The logs are left in ``log_folder``."""
    bin_folder = postgres.programs()
    if bin_folder is None:
        raise NotThere("PostgreSQL is not installed; make setup installs it")
    folder = Path(tempfile.mkdtemp(prefix="lobbypay-cluster-"))
    _give(folder)
    names = ("superuser", "replication", "rewind", "lobbypay")
    words = {name: secrets.token_hex(12) for name in names}
    cluster = Cluster(folder, bin_folder, programs(), words)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.end()
        log_folder.mkdir(parents=True, exist_ok=True)
        for log in folder.glob("*.log"):
            shutil.copy(log, log_folder / f"database-{log.name}")
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Writer:
    """Writes numbers as fast as they are acknowledged, and keeps in mind which were, and when."""

    url: str
    acknowledged: list[tuple[int, float]] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as db:
            db.execute("CREATE TABLE IF NOT EXISTS failover_writer (number bigint PRIMARY KEY)")
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        number = 0
        while not self._stop.is_set():
            try:
                db = psycopg.connect(self.url, autocommit=True, connect_timeout=5)
            except psycopg.Error:
                time.sleep(0.05)
                continue
            with closing(db), suppress(psycopg.Error):
                while not self._stop.is_set():
                    number += 1  # never the same again: whether it was kept is not known
                    db.execute("INSERT INTO failover_writer VALUES (%s)", [number])
                    self.acknowledged.append((number, time.monotonic()))
                    time.sleep(0.01)

    def end(self) -> None:
        self._stop.set()
        self._thread.join(30)

    def lost(self) -> list[int]:
        """Those that were acknowledged and are not there."""
        numbers = [number for number, _at in self.acknowledged]  # before it is asked what is there
        with psycopg.connect(self.url) as db:
            there = {n for (n,) in db.execute("SELECT number FROM failover_writer")}
        return [number for number in numbers if number not in there]

    def gap_s(self, since: float) -> float:
        """The longest time without an acknowledged write since then."""
        within = (at for _number, at in self.acknowledged if since < at)
        times = [since, *within, time.monotonic()]
        return max(later - earlier for earlier, later in pairwise(times))


def _postmaster(node: Node) -> tuple[int, ...]:
    """Of the node's PostgreSQL; none when it does not run."""
    with suppress(OSError, ValueError):
        lines = (Path(node.values["data_folder"]) / "postmaster.pid").read_text().splitlines()
        return (int(lines[0]),)
    return ()


def _kill_all(leader: int) -> None:
    """A process and everything that it began, children first asked for so that none is left over."""
    for pid in (*_children(leader), leader):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    said = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    own = [int(word) for word in said.stdout.split()]
    return [found for child in own for found in (*_children(child), child)]


def _as_postgres() -> list[str]:
    if os.getuid() != 0:
        return []
    return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]


def _give(folder: Path) -> None:
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "postgres", "postgres")


def _free_port() -> int:
    with closing(socket.socket()) as finder:
        finder.bind((LOCAL, 0))
        port: int = finder.getsockname()[1]
        return port
