"""What the ECR is connected by: TCP or a pseudo terminal. Messages in, messages out."""

import contextlib
import os
import pty
import queue
import select
import socket
import threading
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from simulators.zvt_terminal import wire

ACK_S, REPEATS = 5.0, 2


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

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._lock = connection, threading.Lock()

    def send(self, raw: bytes) -> bool:
        try:
            with self._lock:
                self._connection.sendall(raw)
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


class TcpPort:
    """Where ECRs connect; any number may, one after the other or at once."""

    def __init__(self, host: str, port: int, hear: Hear, lost: Lost) -> None:
        self._socket = socket.create_server((host, port))
        self.port = self._socket.getsockname()[1]
        self.open = threading.Event()
        self.open.set()
        self._hear, self._lost = hear, lost
        threading.Thread(target=self._accept, name="accept", daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            if not self.open.is_set():
                connection.close()
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = TcpLine(connection)
            threading.Thread(target=line.listen, args=(self._hear, self._lost), daemon=True).start()


class PtyLine:
    """A serial line at ``link``: frames, checks, acknowledgements and repeats (PA00P016, serial)."""

    def __init__(self, link: Path, hear: Hear) -> None:
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self._slave = slave  # kept open, so that the line lives while nobody is connected
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(slave))
        self.link = link
        self._hear, self._lock = hear, threading.Lock()
        self._acks: queue.Queue[int] = queue.Queue()
        self.damage_next = False
        threading.Thread(target=self._listen, name="serial", daemon=True).start()

    def send(self, raw: bytes) -> bool:
        with self._lock:
            while not self._acks.empty():
                self._acks.get()
            for _ in range(1 + REPEATS):
                frame = wire.framed(raw)
                if self.damage_next:
                    self.damage_next, frame = False, frame[:-1] + bytes([frame[-1] ^ 0xFF])
                os.write(self._master, frame)
                try:
                    if self._acks.get(timeout=ACK_S) == wire.ACK:
                        return True
                except queue.Empty:
                    continue
        return False

    def send_noise(self, noise: bytes) -> None:
        os.write(self._master, noise)

    def close(self) -> None:
        """A cable does not end; the terminal just falls silent."""

    def _listen(self) -> None:
        unframer = wire.Unframer()
        while True:
            select.select([self._master], [], [])
            for found in unframer.feed(os.read(self._master, 4096)):
                if isinstance(found, int):
                    self._acks.put(found)
                elif found is None:
                    os.write(self._master, bytes([wire.NAK]))
                else:
                    os.write(self._master, bytes([wire.ACK]))
                    threading.Thread(target=self._hear, args=(self, found), daemon=True).start()
