"""The kiosk's side of the reader process: asks it about pictures, and replaces it when it dies.

A picture costs at most its deadline. A reader that was at work when the process died is left out
for a while, and for good at that picture, so that a crafted code held before the camera costs one
restart. Never decodes here.
"""

import json
import mmap
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from device_drivers.errors import DeviceError, NotReachable, ProtocolError, Timeout
from device_drivers.scanners.crash_memory import CrashMemory
from device_drivers.scanners.interface import CODE_LENGTH_MAX, Scan
from device_drivers.scanners.reader_protocol import (
    ANSWER,
    ANSWER_LENGTH_MAX,
    KINDS,
    PICTURE_OFFSET,
    PIXELS_MAX,
    READER_NAMES,
    READY_SEQUENCE,
    REQUEST,
    Box,
    Effort,
)

START_DEADLINE_S = 20.0
NOWHERE = Box(0, 0, 0, 0)
BACKOFF_FIRST_S = 0.5
BACKOFF_MAX_S = 10.0
CALM_AFTER_S = 30.0  # so long without a failure, and the backoff starts over
PACKAGE_PARENT = Path(__file__).resolve().parents[2]


class ReaderDied(DeviceError):
    """The process ended in the middle of a picture; the next picture starts another."""

    code = "scanner.reader_died"


class ReaderResting(DeviceError):
    """It died again so soon that the next start is put off; ask again later."""

    code = "scanner.reader_resting"


class ReaderProcess:
    """One reader process and its successors. Not for use by two threads at once."""

    def __init__(
        self,
        kinds: Sequence[str] = ("QRCODE",),
        readers: Sequence[str] = READER_NAMES,
        deadline_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kinds = tuple(kinds)
        self._readers = tuple(readers)
        self._deadline_s = deadline_s
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None
        self._memory_fd = -1
        self._memory: mmap.mmap | None = None
        self._sequence = READY_SEQUENCE
        self._near = NOWHERE
        self._near_size: tuple[int, ...] = ()
        self._crashes = CrashMemory()
        self._failures_in_a_row = 0
        self._last_failure_at = 0.0
        self._resting_until = 0.0
        self.failures = 0  # since it was made; for the status of the scanner

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Starts the process and waits until it is ready. Raises NotReachable, ReaderResting."""
        now = self._clock()
        if now < self._resting_until:
            raise ReaderResting(f"next start in {self._resting_until - now:.1f} s")
        self._make_memory(PICTURE_OFFSET)
        command = [sys.executable, "-m", "device_drivers.scanners.reader"]
        command += ["--memory-fd", str(self._memory_fd), "--kinds", ",".join(self._kinds)]
        command += ["--readers", ",".join(self._readers), "--deadline", str(self._deadline_s)]
        search_path = os.pathsep.join(
            filter(None, (str(PACKAGE_PARENT), os.environ.get("PYTHONPATH")))
        )
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            pass_fds=(self._memory_fd,),
            env={**os.environ, "PYTHONPATH": search_path},
        )
        try:
            answer = self._receive(READY_SEQUENCE, START_DEADLINE_S)
        except DeviceError as problem:
            self._failed()
            raise NotReachable(f"the reader process did not start: {problem}") from problem
        if "error" in answer:
            self._failed()
            raise NotReachable(f"the reader process cannot work: {answer['error']}")

    def read(self, grey: np.ndarray, effort: Effort = Effort.THOROUGH) -> tuple[Scan, ...]:
        """The codes in a grey picture (uint8, rows by columns).

        Raises Timeout (late: it was killed), ReaderDied, ReaderResting or NotReachable; the caller
        goes on with the next picture.
        """
        height, width = grey.shape
        if height * width > PIXELS_MAX:
            raise ProtocolError(f"a picture of {width} x {height} is too large")
        if self._process is None:
            self.start()
        if self._memory is None or len(self._memory) < PICTURE_OFFSET + grey.size:
            self._make_memory(PICTURE_OFFSET + grey.size)
        assert self._memory is not None
        target = np.frombuffer(self._memory, dtype=np.uint8, count=grey.size, offset=PICTURE_OFFSET)
        np.copyto(target.reshape(grey.shape), grey)
        del target
        self._sequence = self._sequence % 0xFFFF_FFFF + 1
        near = self._near if effort is Effort.GLANCE and self._near_size == grey.shape else NOWHERE
        request = REQUEST.pack(
            self._sequence,
            width,
            height,
            effort,
            self._left_out(grey),
            *(near.x, near.y, near.width, near.height),
        )
        try:
            self._send(request)
            answer = self._receive(self._sequence, self._deadline_s)
            self._near, self._near_size = self._place(answer, width, height), grey.shape
            return self._scans(answer)
        except DeviceError as problem:
            self._remember(grey, problem)
            self._failed()
            raise

    def close(self) -> None:
        """Ends the process. May be called again."""
        self._end_process()
        if self._memory is not None:
            self._memory.close()
            self._memory = None
        if self._memory_fd >= 0:
            os.close(self._memory_fd)
            self._memory_fd = -1

    def _make_memory(self, size: int) -> None:
        if self._memory_fd < 0:
            self._memory_fd = os.memfd_create("lobbypay-frame")
        if self._memory is not None and len(self._memory) >= size:
            return
        if self._memory is not None:
            self._memory.close()
        os.ftruncate(self._memory_fd, size)
        self._memory = mmap.mmap(self._memory_fd, size)

    def _send(self, request: bytes) -> None:
        assert self._process is not None and self._process.stdin is not None
        try:
            self._process.stdin.write(request)
        except OSError as problem:
            raise ReaderDied(f"the reader process is gone: {problem}") from problem

    def _receive(self, sequence: int, deadline_s: float) -> dict:
        end = self._clock() + deadline_s
        got, length = ANSWER.unpack(self._exactly(ANSWER.size, end))
        if got != sequence or length > ANSWER_LENGTH_MAX:
            raise ProtocolError(f"the reader process answered {got} ({length} bytes) to {sequence}")
        try:
            answer = json.loads(self._exactly(length, end))
        except ValueError as problem:
            raise ProtocolError("the reader process answered no JSON") from problem
        if not isinstance(answer, dict):
            raise ProtocolError("the reader process answered no object")
        return answer

    def _exactly(self, size: int, end: float) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        fd = self._process.stdout.fileno()
        data = b""
        while len(data) < size:
            left = end - self._clock()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                raise Timeout("no answer about a picture in time")
            piece = os.read(fd, size - len(data))
            if not piece:
                raise ReaderDied("the reader process died at a picture")
            data += piece
        return data

    def _scans(self, answer: dict) -> tuple[Scan, ...]:
        scans = []
        for code in answer.get("codes", ()):
            text, kind, reader = (str(code.get(k, "")) for k in ("text", "kind", "reader"))
            if 0 < len(text) <= CODE_LENGTH_MAX and kind in self._kinds and kind in KINDS:
                scans.append(Scan(text, kind, reader))
        return tuple(scans)

    def _place(self, answer: dict, width: int, height: int) -> Box:
        """Where the first code is, so that the next glance goes there."""
        for code in answer.get("codes", ()):
            box = code.get("box")
            if isinstance(box, list) and len(box) == 4 and all(type(n) is int for n in box):
                place = Box(*box).grown(0, width, height)
                return place if place.width and place.height else NOWHERE
        return NOWHERE

    def _left_out(self, grey: np.ndarray) -> int:
        """Mask of readers that died lately, or at this picture; never all of them for long."""
        out = self._crashes.left_out(self._readers, grey, self._clock())
        return sum(1 << READER_NAMES.index(name) for name in out)

    def _remember(self, grey: np.ndarray, problem: DeviceError) -> None:
        at_work = self._memory[0] if self._memory is not None else 0
        if 0 < at_work <= len(READER_NAMES):
            blame = self._crashes.late if isinstance(problem, Timeout) else self._crashes.died
            blame(READER_NAMES[at_work - 1], grey, self._clock())

    def _failed(self) -> None:
        """Buries the process and puts off the next start if need be."""
        now = self._clock()
        self._end_process()
        if self._memory is not None:
            self._memory[0] = 0
        if now - self._last_failure_at > CALM_AFTER_S:
            self._failures_in_a_row = 0
        self._last_failure_at = now
        self.failures += 1
        self._failures_in_a_row += 1
        if self._failures_in_a_row > 1:
            pause = BACKOFF_FIRST_S * 2 ** min(self._failures_in_a_row - 2, 10)
            self._resting_until = now + min(pause, BACKOFF_MAX_S)

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
