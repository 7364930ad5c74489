"""One input device of the kernel: opened, grabbed if wanted, read on a thread of its own, and opened
again when it comes back after it was unplugged."""

import contextlib
import errno
import fcntl
import os
import select
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from device_drivers.errors import DeviceError, NotReachable, Refused

log = structlog.get_logger(__name__)

EVIOCGRAB = 0x40044590  # _IOW('E', 0x90, int)
EVIOCGNAME_128 = 0x80804506  # _IOC(_IOC_READ, 'E', 0x06, 128)
INPUT_MAJOR = 13  # the kernel's number of all input devices
PTY_MAJORS = range(136, 144)
NOT_REACHABLE, NOT_GRABBED, NOT_ALLOWED = "not_reachable", "not_grabbed", "not_allowed"
READ_MAX = 64 * 24
READ_WAIT_S = 0.05
REOPEN_FIRST_S, REOPEN_MAX_S = 0.5, 5.0
CLOSING_S = READ_WAIT_S + 2


@dataclass(frozen=True)
class Opened:
    fd: int
    name: str
    simulated: bool


def open_node(path: str, *, grabbed: bool) -> Opened:
    """Opens an input device, or a simulator's FIFO or pseudo terminal. Raises NotReachable, Refused."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except PermissionError as problem:
        raise NotReachable(str(problem), NOT_ALLOWED) from problem
    except OSError as problem:
        raise NotReachable(str(problem), NOT_REACHABLE) from problem
    try:
        return _known(fd, path, grabbed)
    except DeviceError:
        os.close(fd)
        raise


def _known(fd: int, path: str, grabbed: bool) -> Opened:
    node = os.fstat(fd)
    major = os.major(node.st_rdev) if stat.S_ISCHR(node.st_mode) else 0
    if major != INPUT_MAJOR:
        if not (stat.S_ISFIFO(node.st_mode) or major in PTY_MAJORS):
            raise NotReachable(f"{path} is no input device", NOT_REACHABLE)
        return Opened(fd, path, simulated=True)
    if grabbed:
        try:
            fcntl.ioctl(fd, EVIOCGRAB, 1)
        except OSError as problem:
            if problem.errno == errno.EBUSY:
                raise Refused(f"{path} is held by another program", NOT_GRABBED) from problem
            raise NotReachable(f"{path} cannot be grabbed: {problem}", NOT_REACHABLE) from problem
    return Opened(fd, _name(fd, path), simulated=False)


def _name(fd: int, path: str) -> str:
    name = bytearray(128)
    try:
        fcntl.ioctl(fd, EVIOCGNAME_128, name)
    except OSError:
        return path
    return bytes(name).split(b"\0", 1)[0].decode("utf-8", "replace")


class InputNode:
    """``on_open`` gets the descriptor each time the device is there, ``on_bytes`` what it sends,
    ``on_gone`` that it is away; all on the node's own thread."""

    def __init__(
        self,
        path: str,
        *,
        grabbed: bool,
        on_open: Callable[[Opened], None],
        on_bytes: Callable[[bytes], None],
        on_gone: Callable[[], None],
    ) -> None:
        self.path, self._grabbed = path, grabbed
        self._on_open, self._on_bytes, self._on_gone = on_open, on_bytes, on_gone
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"input {path}", daemon=True)
        self.problem = NOT_REACHABLE  # empty while it is open
        self.name, self.simulated = "", False  # as it was when it was opened last

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(CLOSING_S)

    def _run(self) -> None:
        pause_s = REOPEN_FIRST_S
        while not self._closing.is_set():
            try:
                opened = open_node(self.path, grabbed=self._grabbed)
            except DeviceError as error:
                self._told(error.code, error.detail)
                self._closing.wait(pause_s)
                pause_s = min(pause_s * 2, REOPEN_MAX_S)
                continue
            pause_s, self.problem = REOPEN_FIRST_S, ""
            self.name, self.simulated = opened.name, opened.simulated
            try:
                self._on_open(opened)
                self._serve(opened.fd)
            except OSError as error:
                self._told(NOT_REACHABLE, str(error))
            finally:
                self.problem = self.problem or NOT_REACHABLE
                with contextlib.suppress(OSError):
                    os.close(opened.fd)
                self._on_gone()

    def _told(self, problem: str, detail: str) -> None:
        """Once for each new trouble: a device that is not there is asked for again and again."""
        if problem != self.problem or not problem:
            log.warning("input_device.lost", device=self.path, problem=problem, detail=detail)
        self.problem = problem

    def _serve(self, fd: int) -> None:
        """Raises OSError when the device is gone."""
        while not self._closing.is_set():
            if select.select([fd], [], [], READ_WAIT_S)[0]:
                data = os.read(fd, READ_MAX)
                if not data:
                    raise OSError(errno.ENODEV, "the device has gone")
                self._on_bytes(data)
