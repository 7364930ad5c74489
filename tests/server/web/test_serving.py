"""The server as a process: how it begins, and that it ends when told to."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(folder, *options, more=""):
    """A server without tables: whether it lives needs none."""
    config = folder / "server.toml"
    own = f'[server]\ndata_folder = "{folder}/data"\nallowed_hosts = ["127.0.0.1"]\n'
    config.write_text(own + more)
    port = free_port()
    command = [sys.executable, "-m", "lobbypay", "server", "--config", str(config), "run"]
    environment = {**os.environ, "LOBBYPAY_DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{port}", "--no-worker", *options],
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        yield process, port
    finally:
        process.kill()
        process.wait()


def lives(port) -> http.client.HTTPConnection:
    """A connection on which it was answered, and which stays open."""
    for _ in range(900):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            line.request("GET", "/healthz")
            answer = line.getresponse()
        except OSError:
            time.sleep(0.1)
            continue
        assert answer.read() == b"ok\n"
        return line
    raise AssertionError("the server does not answer")


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_ends_without_waiting_though_clients_keep_their_connections(tmp_path, told):
    with serving(tmp_path) as (process, port):
        line = lives(port)
        line.request("GET", "/healthz")
        line.getresponse().read()  # still the same connection, as kiosks keep theirs
        process.send_signal(told)
        assert process.wait(60) == 0
        line.close()
    log = (tmp_path / "log").read_text()
    assert "Worker exiting" in log
    assert "connections to finish" not in log  # gunicorn's wait for clients that ask nothing


def test_several_processes_answer_at_one_address(tmp_path):
    with serving(tmp_path, "--processes", "2", "--threads", "1") as (process, port):
        lives(port).close()
        log = (tmp_path / "log").read_text()
        assert log.count("Booting worker") == 2
        process.terminate()
        assert process.wait(60) == 0


def memory_of(process) -> int:
    """Bytes that its children hold: they answer, the parent only watches them (proc(5))."""
    workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in workers)
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_what_a_connection_held_is_free_soon_after_its_end(tmp_path):
    with serving(tmp_path) as (process, port):
        before = 0
        for times in (500, 3000):
            before = before or memory_of(process)
            for _ in range(times):
                lives(port).close()
            time.sleep(2)
            before, grown = memory_of(process), memory_of(process) - before
        assert grown < 3000 * 4000
