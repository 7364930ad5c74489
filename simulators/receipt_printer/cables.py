"""The cables of the simulated printer: a TCP port as on a network printer, or a pty as on a serial one.

Like the real ones, a TCP printer talks to one computer at a time.
"""

import contextlib
import os
import select
import socket
import threading
import tty
from pathlib import Path

from simulators.receipt_printer.device import Printer

READ_MAX = 4096
ANSWER_TIMEOUT_S = 2.0


def _wait_while_stalled(printer: Printer) -> None:
    with printer.faults.changed:
        printer.faults.changed.wait_for(lambda: "stalled" not in printer.faults)


class TcpCable:
    def __init__(self, printer: Printer, host: str, port: int) -> None:
        self._printer = printer
        self._listener = socket.create_server((host, port))
        # Small, as in a printer: a sender notices soon that nothing is taken any more.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        self.address = self._listener.getsockname()[:2]

    def start(self) -> None:
        threading.Thread(target=self._serve, name="tcp-cable", daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection:
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        def answer(data: bytes) -> None:
            with contextlib.suppress(OSError):
                connection.sendall(data)

        self._printer.answer = answer
        try:
            while True:
                _wait_while_stalled(self._printer)
                data = connection.recv(READ_MAX)
                if not data:
                    return
                if "stalled" in self._printer.faults:
                    _wait_while_stalled(self._printer)
                self._printer.receive(data)
        except OSError:
            return
        finally:
            self._printer.answer = lambda data: None


class PtyCable:
    """A pseudo terminal; ``link`` becomes a symbolic link to it, as udev makes for a serial port."""

    def __init__(self, printer: Printer, link: Path) -> None:
        self._printer = printer
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self._slave = slave  # kept open: the printer stays plugged in when the kiosk lets go
        self.path = os.ttyname(slave)
        link.unlink(missing_ok=True)
        link.symlink_to(self.path)
        self.link = link

    def start(self) -> None:
        self._printer.answer = self._answer
        threading.Thread(target=self._serve, name="pty-cable", daemon=True).start()

    def _serve(self) -> None:
        while True:
            _wait_while_stalled(self._printer)
            data = os.read(self._master, READ_MAX)
            if "stalled" in self._printer.faults:
                _wait_while_stalled(self._printer)
            self._printer.receive(data)

    def _answer(self, data: bytes) -> None:
        if select.select([], [self._master], [], ANSWER_TIMEOUT_S)[1]:
            os.write(self._master, data)
