"""Where the sale system knocks: HTTPS, ``POST /nexo``."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from simulators.nexo_terminal.terminal import Reply, Terminal

BODY_MAX = 1_000_000
IDLE_S = 700.0


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    context: ssl.SSLContext
    open: threading.Event

    def get_request(self) -> Any:
        """The handshake comes with the first read, on the connection's own thread."""
        connection, address = super().get_request()
        if not self.open.is_set():
            connection.close()
            raise OSError("closed for a while")
        return (
            self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False),
            address,
        )

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sale system that went away, or that does not believe us: nothing to say about it."""


class Door:
    def __init__(self, host: str, port: int, certificate: Path, terminal: Terminal) -> None:
        self._server = _Server((host, port), _handler(terminal))
        self._server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server.context.load_cert_chain(certificate)
        self._server.open = threading.Event()
        self._server.open.set()
        self.port = self._server.server_address[1]

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, name="door", daemon=True).start()

    def shut(self, seconds: float) -> None:
        """Nobody comes in for so long."""
        self._server.open.clear()
        timer = threading.Timer(seconds, self._server.open.set)
        timer.daemon = True
        timer.start()


def _handler(terminal: Terminal) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = IDLE_S

        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), BODY_MAX)
            raw = self.rfile.read(length)
            if self.path.rstrip("/") != "/nexo":
                self._send(Reply(b"", 404))
                return
            self._send(terminal.hear(raw))

        def _send(self, reply: Reply) -> None:
            self.close_connection = True
            if reply.content is None:
                return
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply.content)))
            self.end_headers()
            self.wfile.write(reply.content)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: the first line of a simulator's output is the JSON that it is ready."""

    return Handler
