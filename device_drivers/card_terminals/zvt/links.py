"""Whole ZVT messages over TCP or a serial port (PA00P016). Never looks into a message.

A message that may take money is repeated only when the terminal says that it did not get it (NAK),
never because of silence.
"""

import time
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from device_drivers.card_terminals.zvt.apdu import Apdu, parse, take
from device_drivers.card_terminals.zvt.framing import ACK, NAK, Frame, FrameReader, Signal, frame
from device_drivers.errors import NotReachable, ProtocolError, Timeout
from device_drivers.transport import NotSent, Transport

REPEATS = 2


@dataclass(frozen=True)
class LinkTimes:
    """Seconds. ``byte_s`` T1: between two bytes of one message; ``ack_s`` T2: frame to its ACK."""

    byte_s: float = 0.2
    ack_s: float = 5.0
    write_s: float = 5.0


class Link(Protocol):
    @property
    def place(self) -> str: ...

    def open(self) -> None:
        """Raises NotReachable."""
        ...

    def send(self, apdu: Apdu, may_repeat: bool = True) -> None:
        """Raises NotSent if no byte left; Timeout or NotReachable if it may have arrived."""
        ...

    def receive(self, timeout_s: float) -> Apdu | None:
        """The next message, or None. Raises NotReachable, ProtocolError."""
        ...

    def check(self) -> None:
        """Reads what has come, without waiting. Raises NotReachable if the line has ended."""
        ...

    def close(self) -> None: ...


class TcpLink:
    """Messages one after the other in a stream, in pieces of any size."""

    def __init__(self, transport: Transport, times: LinkTimes) -> None:
        self._transport, self._times = transport, times
        self._buffer = bytearray()
        self._last_byte = 0.0

    @property
    def place(self) -> str:
        return self._transport.place

    def open(self) -> None:
        self._buffer.clear()
        self._transport.open()

    def send(self, apdu: Apdu, may_repeat: bool = True) -> None:
        self._transport.send(apdu.encode(), self._times.write_s)

    def receive(self, timeout_s: float) -> Apdu | None:
        end = time.monotonic() + timeout_s
        while True:
            apdu = take(self._buffer)
            if apdu is not None:
                return apdu
            now = time.monotonic()
            if self._buffer and now - self._last_byte > self._times.byte_s:
                raise ProtocolError(f"{self.place}: a message broke off", "zvt.broken_off")
            if not self._read(max(0.0, end - now)) and time.monotonic() >= end:
                return None

    def _read(self, timeout_s: float) -> bool:
        data = self._transport.receive(timeout_s)
        if data:
            self._buffer += data
            self._last_byte = time.monotonic()
        return bool(data)

    def check(self) -> None:
        self._read(0.0)

    def close(self) -> None:
        self._transport.close()


class SerialLink:
    """Framed messages, each acknowledged by a single byte."""

    def __init__(self, transport: Transport, times: LinkTimes) -> None:
        self._transport, self._times = transport, times
        self._reader = FrameReader()
        self._waiting: deque[Apdu] = deque()
        self._signals: deque[Signal] = deque()

    @property
    def place(self) -> str:
        return self._transport.place

    def open(self) -> None:
        self._reader.give_up()
        self._waiting.clear()
        self._signals.clear()
        self._transport.open()

    def send(self, apdu: Apdu, may_repeat: bool = True) -> None:
        data = frame(apdu.encode())
        self._signals.clear()
        before = len(self._waiting)
        for repeat in range(REPEATS + 1):
            self._write(data, repeat)
            signal = self._acknowledgement(before)
            if signal is Signal.ACK:
                return
            if signal is None and not may_repeat:
                break
        raise Timeout(f"{self.place}: the terminal does not acknowledge", "zvt.no_acknowledgement")

    def _write(self, data: bytes, repeat: int) -> None:
        try:
            self._transport.send(data, self._times.write_s)
        except NotSent as problem:
            if not repeat:
                raise
            raise NotReachable(problem.detail) from problem  # the frame left before

    def _acknowledgement(self, before: int) -> Signal | None:
        """ACK, NAK or None. An answer that comes instead of ACK shows that ACK was lost."""
        end = time.monotonic() + self._times.ack_s
        while True:
            while self._signals:
                signal = self._signals.popleft()
                if signal in (Signal.ACK, Signal.NAK):
                    return signal
            if any(apdu.is_answer for apdu in list(self._waiting)[before:]):
                return Signal.ACK
            left = end - time.monotonic()
            if left <= 0:
                return None
            self._read(left)

    def receive(self, timeout_s: float) -> Apdu | None:
        end = time.monotonic() + timeout_s
        while not self._waiting:
            left = end - time.monotonic()
            self._read(max(0.0, left))
            if left <= 0 and not self._waiting:
                return None  # a frame that has begun goes on with the next call
        return self._waiting.popleft()

    def check(self) -> None:
        self._read(0.0)

    def _read(self, timeout_s: float) -> None:
        """Reads once. A frame that breaks off is answered with NAK (T1)."""
        inside = self._reader.inside
        data = self._transport.receive(self._times.byte_s if inside else timeout_s)
        if not data and inside:
            self._reader.give_up()
            self._transport.send(NAK, self._times.write_s)
        for found in self._reader.feed(data):
            if isinstance(found, Frame):
                self._transport.send(ACK, self._times.write_s)
                self._waiting.append(parse(found.message))
            elif found is Signal.DAMAGED:
                self._transport.send(NAK, self._times.write_s)
            else:
                self._signals.append(found)

    def close(self) -> None:
        self._transport.close()
