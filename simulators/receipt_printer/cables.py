"""The cables of the simulated printer: a TCP port as on a network printer, or a pty as on a serial one.

Like the real ones, a TCP printer talks to one computer at a time. A pulled cable is pulled: the port
refuses, the serial line is gone, and comes back as another device under the same name.
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
LOOK_S = 0.1


def _wait_while_stalled(printer: Printer) -> None:
    with printer.faults.changed:
        printer.faults.changed.wait_for(lambda: "stalled" not in printer.faults)


class TcpCable:
    def __init__(self, printer: Printer, host: str, port: int) -> None:
        self._printer = printer
        self._listener = self._listen((host, port))
        self.address = self._listener.getsockname()[:2]

    def start(self) -> None:
        threading.Thread(target=self._serve, name="tcp-cable", daemon=True).start()

    @property
    def _pulled(self) -> bool:
        return "disconnected" in self._printer.faults or "off" in self._printer.faults

    def _listen(self, address: tuple[str, int]) -> socket.socket:
        listener = socket.create_server(address)
        # Small, as in a printer: a sender notices soon that nothing is taken any more.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        return listener

    def _serve(self) -> None:
        while True:
            if self._pulled:
                self._listener.close()
                with self._printer.faults.changed:
                    self._printer.faults.changed.wait_for(lambda: not self._pulled)
                self._listener = self._listen(self.address)
            if not select.select([self._listener], [], [], LOOK_S)[0]:
                continue
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
            while not self._pulled:
                _wait_while_stalled(self._printer)
                if not select.select([connection], [], [], LOOK_S)[0]:
                    continue
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
        self.link = link
        self._plug_in()

    def start(self) -> None:
        self._printer.answer = self._answer
        threading.Thread(target=self._serve, name="pty-cable", daemon=True).start()

    def _plug_in(self) -> None:
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self._slave = slave  # kept open: the printer stays plugged in when the kiosk lets go
        self.path = os.ttyname(slave)
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(self.path)

    def _serve(self) -> None:
        while True:
            if "disconnected" in self._printer.faults:
                self._unplug()
            _wait_while_stalled(self._printer)
            if not select.select([self._master], [], [], LOOK_S)[0]:
                continue
            data = os.read(self._master, READ_MAX)
            if "stalled" in self._printer.faults:
                _wait_while_stalled(self._printer)
            self._printer.receive(data)

    def _unplug(self) -> None:
        self._printer.answer = lambda data: None
        self.link.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)
        with self._printer.faults.changed:
            self._printer.faults.changed.wait_for(
                lambda: "disconnected" not in self._printer.faults
            )
        self._plug_in()
        self._printer.answer = self._answer

    def _answer(self, data: bytes) -> None:
        if select.select([], [self._master], [], ANSWER_TIMEOUT_S)[1]:
            os.write(self._master, data)
