"""The reader process: ``python -m device_drivers.scanners.reader``. It may die at any picture.

It reads pictures out of shared memory and answers with the codes in them. It never opens a device,
a file or a connection, limits its own memory, and ends by itself when stuck or left alone.
"""

import argparse
import json
import mmap
import os
import resource
import signal
import sys
import time

from device_drivers.scanners.reader_protocol import (
    ANSWER,
    PICTURE_OFFSET,
    READER_NAMES,
    READY_SEQUENCE,
    REQUEST,
    Box,
    Effort,
)

ADDRESS_SPACE_MAX = 2 * 1024**3  # bytes; a decoder that wants more is being fooled
TRYING_SHARE = 0.5  # of the deadline; what is begun then still has the other half
ATTENTION_FRAMES = 30  # a sign on a wall that nobody can read must not cost more for ever
GRACE = 3  # how many deadlines a stuck picture may take before the process ends itself


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--memory-fd", type=int, required=True)
    parser.add_argument("--kinds", required=True)
    parser.add_argument("--readers", required=True)
    parser.add_argument("--deadline", type=float, required=True)
    arguments = parser.parse_args()
    _confine()
    try:
        import numpy as np

        from device_drivers.scanners import decoding
    except ImportError as problem:
        _answer(READY_SEQUENCE, {"error": str(problem)})
        return 1
    _answer(READY_SEQUENCE, {"pid": os.getpid()})
    memory = SharedPicture(arguments.memory_fd)
    kinds = arguments.kinds.split(",")
    readers = arguments.readers.split(",")
    turn, attention = 0, Attention()
    while request := _exactly(REQUEST.size):
        sequence, width, height, effort, left_out, *near = REQUEST.unpack(request)
        signal.setitimer(signal.ITIMER_REAL, arguments.deadline * GRACE)
        turn += effort == Effort.TRY
        task = decoding.Task(
            kinds,
            [r for r in readers if not left_out & 1 << READER_NAMES.index(r)],
            attention.effort_for(Effort(effort)),
            Box(*near) if near[2] else None,
            turn,
            time.monotonic() + arguments.deadline * TRYING_SHARE,
            memory.note_reader,
        )
        # A copy: nothing that a reader keeps may hold the memory when a larger picture comes.
        with memory.pixels(width * height) as pixels:
            grey = np.frombuffer(pixels, np.uint8).reshape(height, width).copy()
        found = decoding.decode(grey, task)
        attention.after(bool(task.unread) and not found)
        memory.note_reader(None)
        signal.setitimer(signal.ITIMER_REAL, 0)
        codes = [
            {
                "text": f.text,
                "kind": f.kind,
                "reader": f.reader,
                "box": [f.box.x, f.box.y, f.box.width, f.box.height],
            }
            for f in found
        ]
        _answer(sequence, {"codes": codes})
    return 0


class Attention:
    """A frame that would be glanced at is looked at when the one before showed a code that could not be
    read: hands hold it still for a few frames, and each may be the one that is sharp."""

    def __init__(self) -> None:
        self._frames = 0  # in a row in which a code was seen and not read

    def effort_for(self, wanted: Effort) -> Effort:
        attentive = 0 < self._frames <= ATTENTION_FRAMES
        return Effort.LOOK if attentive and wanted is Effort.GLANCE else wanted

    def after(self, seen_unread: bool) -> None:
        self._frames = self._frames + 1 if seen_unread else 0


class SharedPicture:
    """The shared memory, mapped anew when a larger picture comes."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._map = mmap.mmap(fd, os.fstat(fd).st_size)

    def pixels(self, count: int) -> memoryview:
        if PICTURE_OFFSET + count > len(self._map):
            self._map.close()
            self._map = mmap.mmap(self._fd, os.fstat(self._fd).st_size)
        with memoryview(self._map) as whole:
            return whole[PICTURE_OFFSET : PICTURE_OFFSET + count]

    def note_reader(self, name: str | None) -> None:
        """Leaves the name of the reader at work where the parent finds it after a crash."""
        self._map[0] = 0 if name is None else READER_NAMES.index(name) + 1


def _confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_MAX, ADDRESS_SPACE_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The default action ends the process even while C code never returns to Python.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _exactly(size: int) -> bytes:
    """The next request; empty when the parent is gone."""
    data = b""
    while len(data) < size:
        piece = os.read(sys.stdin.fileno(), size - len(data))
        if not piece:
            return b""
        data += piece
    return data


def _answer(sequence: int, message: dict) -> None:
    body = json.dumps(message).encode("ascii")
    whole = memoryview(ANSWER.pack(sequence, len(body)) + body)
    while whole:
        whole = whole[os.write(sys.stdout.fileno(), whole) :]


if __name__ == "__main__":
    sys.exit(main())
