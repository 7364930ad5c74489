"""Ways for bytes to a device: TCP, serial port, and a recording that tests replay.

Every open, write and read has an end. Never decides what the bytes mean and never logs them.
"""

import contextlib
import select
import socket
import termios
import time
from typing import Literal, Protocol

import serial

from device_drivers.errors import NotReachable, ProtocolError, Timeout

READ_MAX = 4096
PORT_ERRORS = (OSError, serial.SerialException, termios.error)  # the last is no OSError

_STOP_BITS = {True: serial.STOPBITS_TWO, False: serial.STOPBITS_ONE}

Direction = Literal[">", "<"]


def close_port(port: serial.Serial) -> None:
    """Never waits: closing waits for bytes that an unplugged device never takes, unless they are dropped,
    and one that is gone has nothing to drop."""
    with contextlib.suppress(*PORT_ERRORS):
        port.reset_output_buffer()
    with contextlib.suppress(*PORT_ERRORS):
        port.close()


class NotSent(NotReachable):
    """Not one byte left: the device cannot have understood anything."""


class SendStopped(Timeout):
    """The device stopped taking bytes. ``sent`` bytes (at least one) may have arrived."""

    def __init__(self, detail: str, sent: int) -> None:
        super().__init__(detail)
        self.sent = sent


class Transport(Protocol):
    """Closed until ``open``. One thread at a time."""

    @property
    def place(self) -> str:
        """Where the device is, for messages to staff: ``192.168.10.20:20007``."""
        ...

    def open(self) -> None:
        """Opens anew; what arrived before is forgotten. Raises NotReachable."""
        ...

    def send(self, data: bytes, timeout_s: float) -> None:
        """Sends all. Raises NotSent if no byte left, SendStopped if only some did."""
        ...

    def receive(self, timeout_s: float) -> bytes:
        """What has come, waiting for the first byte; empty if none came. Raises NotReachable."""
        ...

    def close(self) -> None: ...


def _stopped(place: str, why: object, sent: int) -> NotSent | SendStopped:
    detail = f"{place}: {why}"
    return SendStopped(detail, sent) if sent else NotSent(detail)


class Tcp:
    def __init__(self, host: str, port: int, connect_timeout_s: float = 5.0) -> None:
        self._host, self._port, self._connect_timeout_s = host, port, connect_timeout_s
        self._socket: socket.socket | None = None

    @property
    def place(self) -> str:
        return f"{self._host}:{self._port}"

    def open(self) -> None:
        self.close()
        try:
            link = socket.create_connection((self._host, self._port), self._connect_timeout_s)
        except OSError as problem:
            raise NotReachable(f"{self.place}: {problem}") from problem
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        link.setblocking(False)
        self._socket = link

    def send(self, data: bytes, timeout_s: float) -> None:
        if self._socket is None:
            raise NotSent(f"{self.place} is closed")
        end, sent = time.monotonic() + timeout_s, 0
        while sent < len(data):
            left = end - time.monotonic()
            try:
                if left <= 0 or not select.select([], [self._socket], [], left)[1]:
                    raise _stopped(self.place, "takes no more bytes", sent)
                sent += self._socket.send(data[sent:])
            except BlockingIOError:
                continue
            except (OSError, ValueError) as problem:
                raise _stopped(self.place, problem, sent) from problem

    def receive(self, timeout_s: float) -> bytes:
        if self._socket is None:
            raise NotReachable(f"{self.place} is closed")
        try:
            if not select.select([self._socket], [], [], max(0.0, timeout_s))[0]:
                return b""
            data = self._socket.recv(READ_MAX)
        except BlockingIOError:
            return b""
        except (OSError, ValueError) as problem:
            raise NotReachable(f"{self.place}: {problem}") from problem
        if not data:
            raise NotReachable(f"{self.place} closed the connection")
        return data

    def close(self) -> None:
        link, self._socket = self._socket, None
        if link is not None:
            link.close()


class Serial:
    """A serial port, eight data bits, no handshake; without parity two stop bits, with it (``E``, ``O``)
    one."""

    def __init__(self, device: str, baud: int, parity: str = serial.PARITY_NONE) -> None:
        self._device, self._baud, self._parity = device, baud, parity
        self._port: serial.Serial | None = None

    @property
    def place(self) -> str:
        return self._device

    def open(self) -> None:
        self.close()
        try:
            self._port = serial.Serial(
                self._device,
                self._baud,
                bytesize=serial.EIGHTBITS,
                parity=self._parity,
                stopbits=_STOP_BITS[self._parity == serial.PARITY_NONE],
                timeout=0,
                write_timeout=5.0,
                exclusive=True,
            )
            self._port.reset_input_buffer()
        except (*PORT_ERRORS, ValueError) as problem:
            raise NotReachable(f"{self._device}: {problem}") from problem

    def send(self, data: bytes, timeout_s: float) -> None:
        if self._port is None:
            raise NotSent(f"{self._device} is closed")
        self._port.write_timeout = timeout_s
        try:
            self._port.write(data)
        except serial.SerialTimeoutException as problem:
            # pyserial does not say how much left; assume that some did.
            raise SendStopped(f"{self._device} takes no more bytes", 1) from problem
        except PORT_ERRORS as problem:
            raise SendStopped(f"{self._device}: {problem}", 1) from problem

    def receive(self, timeout_s: float) -> bytes:
        if self._port is None:
            raise NotReachable(f"{self._device} is closed")
        try:
            self._port.timeout = max(0.0, timeout_s)
            first = self._port.read(1)
            return first + self._port.read(min(self._port.in_waiting, READ_MAX)) if first else b""
        except PORT_ERRORS as problem:
            raise NotReachable(f"{self._device}: {problem}") from problem

    def close(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            close_port(port)


class Recording:
    """Passes everything on to another transport and keeps what went through, in order."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self.exchanged: list[tuple[Direction, bytes]] = []

    @property
    def place(self) -> str:
        return self._inner.place

    def open(self) -> None:
        self._inner.open()

    def send(self, data: bytes, timeout_s: float) -> None:
        self._inner.send(data, timeout_s)
        self.exchanged.append((">", data))

    def receive(self, timeout_s: float) -> bytes:
        data = self._inner.receive(timeout_s)
        if data:
            self.exchanged.append(("<", data))
        return data

    def close(self) -> None:
        self._inner.close()


class Replaying:
    """Answers from a recording. What is sent must be what was recorded, else ProtocolError."""

    def __init__(self, exchanged: list[tuple[Direction, bytes]]) -> None:
        self._left = [(way, data) for way, data in exchanged if data]

    @property
    def place(self) -> str:
        return "recording"

    def open(self) -> None:
        pass

    def send(self, data: bytes, timeout_s: float) -> None:
        while data:
            way, recorded = self._left[0] if self._left else ("<", b"")
            if way != ">" or not (recorded.startswith(data) or data.startswith(recorded)):
                raise ProtocolError("something else was sent when this was recorded")
            data, rest = data[len(recorded) :], recorded[len(data) :]
            self._left[0:1] = [(">", rest)] if rest else []

    def receive(self, timeout_s: float) -> bytes:
        if not self._left:
            raise NotReachable("the recording is at its end")
        if self._left[0][0] != "<":
            return b""
        return self._left.pop(0)[1]

    def close(self) -> None:
        pass
