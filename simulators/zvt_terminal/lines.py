"""What the ECR is connected by: TCP or a pseudo terminal. Messages in, messages out."""

import contextlib
import os
import pty
import queue
import select
import socket
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from simulators.zvt_terminal import wire
from simulators.zvt_terminal.faults import Faults

ACK_S, REPEATS = 5.0, 2
BYTE_S = 0.003  # between two bytes of a message in fragments


class Line(Protocol):
    def send(self, raw: bytes) -> bool:
        """False when it could not be delivered."""
        ...

    def send_noise(self, noise: bytes) -> None: ...

    def close(self) -> None: ...


Hear = Callable[[Line, bytes], None]  # called on the line's own thread with each message
Lost = Callable[[Line], None]


class TcpLine:
    """One connection: messages follow each other without frames (PA00P016, TCP/IP)."""

    def __init__(self, connection: socket.socket, faults: Faults) -> None:
        self._connection, self._faults, self._lock = connection, faults, threading.Lock()

    def send(self, raw: bytes) -> bool:
        try:
            with self._lock:
                for _ in range(2 if "duplicates" in self._faults and _is_told(raw) else 1):
                    for part in _parts(raw, self._faults):
                        self._connection.sendall(part)
        except OSError:
            return False
        return True

    def send_noise(self, noise: bytes) -> None:
        self.send(noise)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def listen(self, hear: Hear, lost: Lost) -> None:
        buffer = bytearray()
        with contextlib.suppress(OSError):
            while data := self._connection.recv(4096):
                buffer += data
                while (raw := wire.split(buffer)) is not None:
                    hear(self, raw)
        lost(self)


def _is_told(raw: bytes) -> bool:
    """A message of the terminal's own, no answer: those are told twice by a stuttering terminal."""
    return raw[0] not in (0x80, 0x84)


def _parts(raw: bytes, faults: Faults) -> Iterator[bytes]:
    """The bytes as they go out."""
    if "fragments" not in faults:
        yield raw
        return
    for byte in raw:
        yield bytes([byte])
        time.sleep(BYTE_S)


class TcpPort:
    """Where ECRs connect; any number may, one after the other or at once."""

    def __init__(self, host: str, port: int, hear: Hear, lost: Lost, faults: Faults) -> None:
        self._socket = socket.create_server((host, port))
        self.port = self._socket.getsockname()[1]
        self.open = threading.Event()
        self.open.set()
        self._hear, self._lost, self._faults = hear, lost, faults
        threading.Thread(target=self._accept, name="accept", daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            if not self.open.is_set() or "unplugged" in self._faults:
                connection.close()
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = TcpLine(connection, self._faults)
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: TcpLine) -> None:
        line.listen(self._while_plugged_in, self._lost)

    def _while_plugged_in(self, line: Line, raw: bytes) -> None:
        if "unplugged" in self._faults:
            line.close()
        else:
            self._hear(line, raw)


class PtyLine:
    """A serial line at ``link``: frames, checks, acknowledgements and repeats (PA00P016, serial)."""

    def __init__(self, link: Path, hear: Hear, faults: Faults) -> None:
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self._slave = slave  # kept open, so that the line lives while nobody is connected
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(slave))
        self.link = link
        self.open = threading.Event()
        self.open.set()
        self._hear, self._faults, self._lock = hear, faults, threading.Lock()
        self._acks: queue.Queue[int] = queue.Queue()
        self._heard: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._hear_in_turn, name="heard", daemon=True).start()
        threading.Thread(target=self._listen, name="serial", daemon=True).start()

    @property
    def _silent(self) -> bool:
        away = not self.open.is_set() or "unplugged" in self._faults
        return away or "dead" in self._faults

    def send(self, raw: bytes) -> bool:
        with self._lock:
            twice = "duplicates" in self._faults and _is_told(raw)
            return all(self._delivered(raw) for _ in range(2 if twice else 1))

    def _delivered(self, raw: bytes) -> bool:
        while not self._acks.empty():
            self._acks.get()
        damage = "bad_crc" in self._faults
        for _ in range(1 + REPEATS):
            frame = wire.framed(raw)
            if damage:
                damage, frame = False, frame[:-1] + bytes([frame[-1] ^ 0xFF])
            self._write(frame)
            with contextlib.suppress(queue.Empty):
                if self._acks.get(timeout=ACK_S) == wire.ACK:
                    return True
        return False

    def _write(self, data: bytes) -> None:
        if self._silent:
            return
        for part in _parts(data, self._faults):
            os.write(self._master, part)

    def send_noise(self, noise: bytes) -> None:
        self._write(noise)

    def close(self) -> None:
        """A cable does not end; the terminal just falls silent."""

    def _listen(self) -> None:
        unframer, refused = wire.Unframer(), b""
        while True:
            select.select([self._master], [], [])
            for found in unframer.feed(os.read(self._master, 4096)):
                if self._silent:
                    continue
                if isinstance(found, int):
                    self._acks.put(found)
                elif found is None or ("nak" in self._faults and found != refused):
                    refused = found or b""
                    self._write(bytes([wire.NAK]))
                else:
                    refused = b""
                    self._write(bytes([wire.ACK]))
                    self._heard.put(found)

    def _hear_in_turn(self) -> None:
        """Messages in the order of the line, on a thread of their own: an answer to one waits for its
        acknowledgement, which comes over the same line."""
        while True:
            self._hear(self, self._heard.get())
