"""Ways to an ESC/POS printer: serial, network, file, USB, opened by python-escpos.

Every write and every read has an end: python-escpos's own can block for ever (no write timeout, a
flush on close), so bytes go through here. Never decides what the bytes mean.
"""

import contextlib
import errno
import os
import select
import stat
import termios
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Protocol

import serial
from escpos import printer as transports
from escpos.exceptions import Error as EscposError

from device_drivers.errors import NotReachable, Timeout

READ_MAX = 4096


class SendStopped(Timeout):
    """The printer stopped taking bytes. ``sent`` were taken; they may be on paper. ``gone``: the way to
    it broke, so that waiting is of no use."""

    def __init__(self, detail: str, sent: int, *, gone: bool = False) -> None:
        super().__init__(detail, "printer.not_reachable")
        self.sent, self.gone = sent, gone


class Link(Protocol):
    def open(self, timeout_s: float) -> None:
        """Raises NotReachable."""
        ...

    def send(self, data: bytes, timeout_s: float) -> None:
        """Sends all. Raises SendStopped with the number of bytes that were taken."""
        ...

    def receive(self, timeout_s: float) -> bytes:
        """What has come, waiting for the first byte; empty if none came. Raises NotReachable."""
        ...

    def close(self) -> None: ...


class _FileDescriptorLink(ABC):
    """Bounded reading and writing on the descriptor of whatever python-escpos has opened."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._transport: Any = None

    @abstractmethod
    def _make(self, timeout_s: float) -> Any:
        """The transport, not opened yet."""

    def open(self, timeout_s: float) -> None:
        self.close()
        transport = self._make(timeout_s)
        try:
            transport.open()
        except (EscposError, OSError, ValueError) as problem:
            raise NotReachable(f"{self._place}: {problem}", "printer.not_reachable") from problem
        self._transport = transport

    def _descriptor(self) -> int:
        if self._transport is None:
            raise NotReachable(f"{self._place} is closed", "printer.not_reachable")
        return self._transport.device.fileno()

    def send(self, data: bytes, timeout_s: float) -> None:
        end = time.monotonic() + timeout_s
        sent = 0
        try:
            descriptor = self._descriptor()
            while sent < len(data):
                left = end - time.monotonic()
                if left <= 0 or not select.select([], [descriptor], [], left)[1]:
                    raise SendStopped(f"{self._place} takes no more bytes", sent)
                sent += _write_some(descriptor, data[sent : sent + READ_MAX])
        except NotReachable as problem:
            raise SendStopped(problem.detail, sent, gone=True) from problem
        except OSError as problem:
            raise SendStopped(f"{self._place}: {problem}", sent, gone=True) from problem

    def receive(self, timeout_s: float) -> bytes:
        try:
            descriptor = self._descriptor()
            if not select.select([descriptor], [], [], max(0.0, timeout_s))[0]:
                return b""
            data = os.read(descriptor, READ_MAX)
        except BlockingIOError:
            return b""
        except OSError as problem:
            raise NotReachable(f"{self._place}: {problem}", "printer.not_reachable") from problem
        if not data:
            raise NotReachable(f"{self._place} was closed", "printer.not_reachable")
        return data

    def close(self) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()


def _write_some(descriptor: int, data: bytes) -> int:
    try:
        return os.write(descriptor, data)
    except BlockingIOError:
        # select may call a nearly full tty writable; let it drain a little.
        time.sleep(0.005)
        return 0


class _SerialTransport(transports.Serial):
    """python-escpos's serial printer, with our handshake and a close that cannot hang."""

    handshake = "none"

    def open(self, raise_not_found: bool = True) -> None:
        self.device = serial.Serial(
            port=self.devfile,
            baudrate=self.baudrate,
            timeout=0,
            write_timeout=0,
            rtscts=self.handshake == "rts_cts",
            dsrdtr=self.handshake == "dsr_dtr",
            xonxoff=self.handshake == "xon_xoff",
            exclusive=True,
        )

    def close(self) -> None:
        device, self._device = self._device, False
        if not device:
            return
        # Without this the system waits half a minute for bytes that a dead printer never takes.
        # An unplugged one has nothing to reset: closing is all that is left.
        with contextlib.suppress(OSError, serial.SerialException, termios.error):
            device.reset_output_buffer()
        device.close()


class SerialLink(_FileDescriptorLink):
    def __init__(self, port: str, baud: int, handshake: str) -> None:
        super().__init__(port)
        self._baud = baud
        self._handshake = handshake

    def _make(self, timeout_s: float) -> Any:
        transport = _SerialTransport(devfile=self._place, baudrate=self._baud)
        transport.handshake = self._handshake
        return transport


class NetworkLink(_FileDescriptorLink):
    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"{host}:{port}")
        self._host, self._port = host, port

    def _make(self, timeout_s: float) -> Any:
        return transports.Network(host=self._host, port=self._port, timeout=timeout_s)


class _FileTransport(transports.File):
    """python-escpos's file printer, opened so that neither opening nor writing can block."""

    def open(self, raise_not_found: bool = True) -> None:
        plain = Path(self.devfile).exists() and stat.S_ISREG(Path(self.devfile).stat().st_mode)
        mode = os.O_WRONLY | os.O_APPEND if plain else os.O_RDWR
        descriptor = os.open(self.devfile, mode | os.O_NONBLOCK | os.O_NOCTTY)
        self.device = os.fdopen(descriptor, "wb" if plain else "r+b", buffering=0)

    def close(self) -> None:
        device, self._device = self._device, False
        if device:
            device.close()


class FileLink(_FileDescriptorLink):
    """A device file such as /dev/usb/lp0, or an existing plain file that collects the bytes."""

    def _make(self, timeout_s: float) -> Any:
        return _FileTransport(devfile=self._place)

    def receive(self, timeout_s: float) -> bytes:
        try:
            return super().receive(timeout_s)
        except NotReachable as problem:
            cause = problem.__cause__
            if isinstance(cause, OSError) and cause.errno == errno.EBADF:
                return b""  # a plain file has nothing to say
            raise


def make_link(connection: str, **options: Any) -> Link:
    """The link for a connection's name; opens nothing."""
    if connection == "usb":
        from device_drivers.printers.escpos_usb import UsbLink

        return UsbLink(**options)
    kinds = {"serial": SerialLink, "network": NetworkLink, "file": FileLink}
    return kinds[connection](**options)
