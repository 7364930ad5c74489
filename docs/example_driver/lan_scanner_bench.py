"""The bench of the example: a scanner as a small TCP server, for the conformance suite."""

import contextlib
import random
import socket
import threading

from device_drivers.conformance import Bench

NOISE = bytes(random.Random(7).choices(range(256), k=4000))


class Scanner:
    """Listens on one port while plugged in and talks to one kiosk at a time."""

    def __init__(self):
        self.port, self._listener, self._link = 0, None, None
        self._turn = threading.Lock()
        self.plug_in()

    def plug_in(self):
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def unplug(self):
        with self._turn:
            ended, self._listener, self._link = (self._listener, self._link), None, None
        for one in ended:
            if one is not None:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()

    def send(self, data):
        link = self._link
        if link is not None:
            with contextlib.suppress(OSError):
                link.sendall(data)

    def _accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                link, _ = listener.accept()
                with self._turn:
                    plugged = self._listener is listener
                    old, self._link = self._link, link if plugged else None
                for gone in (old, None if plugged else link):
                    if gone is not None:
                        gone.close()


@contextlib.contextmanager
def bench():
    scanner = Scanner()
    with socket.create_server(("127.0.0.1", 0)) as unused:
        nowhere = unused.getsockname()[1]
    try:
        yield Bench(
            settings={"host": "127.0.0.1", "port": scanner.port},
            nowhere={"host": "127.0.0.1", "port": nowhere},
            unplug=scanner.unplug,
            plug_in=scanner.plug_in,
            noise=lambda: scanner.send(NOISE),
            show=lambda code: scanner.send(code.encode() + b"\r"),
        )
    finally:
        scanner.unplug()
