"""Whatever way this program ends, nothing that it started stays behind: not even after SIGKILL.

A guard, a process of its own, waits at a pipe whose other end only this program holds. When the pipe
closes, the guard ends every process that carries this program's mark in its environment, which children
inherit from their parents however they are started. Linux only (proc(5), environ).
"""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

MARK = "LOBBYPAY_STARTED_BY"
ENDINGS = (signal.SIGTERM, signal.SIGHUP)
PARENT_EVERY_S = 0.5
GRACE_S, KILL_FOR_S, LOOK_EVERY_S = 4.0, 10.0, 0.05
READY = b"ready\n"


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Processes started inside end with this one. It ends itself, tidily, on SIGTERM, on SIGHUP (its
    terminal was closed) and when its parent is gone; a SIGHUP that was ignored (nohup) stays so."""
    if MARK in os.environ:  # started by a program that is guarded already
        yield
        return
    mark = f"{os.getpid()}-{secrets.token_hex(8)}"
    guard = subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve()), mark],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # what ends this program's group does not end its guard
    )
    assert guard.stdin is not None and guard.stdout is not None
    if guard.stdout.readline() != READY:
        raise RuntimeError("the process that guards the others did not start")
    os.environ[MARK] = mark
    before = {which: signal.getsignal(which) for which in ENDINGS}
    for which in ENDINGS:
        if before[which] is not signal.SIG_IGN:
            signal.signal(which, _end)
    over = threading.Event()
    threading.Thread(target=_watch_parent, args=(os.getppid(), over), daemon=True).start()
    try:
        yield
    finally:
        over.set()
        os.environ.pop(MARK, None)
        guard.stdin.close()
        guard.wait()
        guard.stdout.close()
        for which, handler in before.items():
            signal.signal(which, handler)


def _end(number: int, frame: FrameType | None) -> None:
    """Once: whoever is impatient does not cut the tidying short."""
    for which in ENDINGS:
        signal.signal(which, signal.SIG_IGN)
    raise SystemExit(128 + number)


def _watch_parent(parent: int, over: threading.Event) -> None:
    """Whoever is adopted by another process has lost its own."""
    while not over.wait(PARENT_EVERY_S):
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return


def marked(mark: str) -> list[int]:
    """The processes, zombies aside, that were started with this mark in their environment."""
    wanted, found = f"{MARK}={mark}".encode(), []
    for entry in Path("/proc").iterdir():
        if entry.name.isascii() and entry.name.isdigit():
            with contextlib.suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return found


def end_marked(mark: str) -> None:
    """SIGTERM, and SIGKILL to those that are left after GRACE_S; new ones of theirs as well."""
    begun, told = time.monotonic(), set()
    while (left := marked(mark)) and time.monotonic() < begun + GRACE_S + KILL_FOR_S:
        impatient = time.monotonic() > begun + GRACE_S
        for pid in left:
            if impatient or pid not in told:
                told.add(pid)
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL if impatient else signal.SIGTERM)
        time.sleep(LOOK_EVERY_S)


def main(mark: str) -> None:
    """The guard itself. Nothing but the closing of its pipe ends it."""
    for which in (signal.SIGINT, *ENDINGS):
        signal.signal(which, signal.SIG_IGN)
    sys.stdout.buffer.write(READY)
    sys.stdout.flush()
    while os.read(sys.stdin.fileno(), 64):
        pass
    end_marked(mark)


if __name__ == "__main__":
    main(sys.argv[1])
