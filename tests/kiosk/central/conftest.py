"""A server whose answers the test decides, over a real socket, and a journal that is to be delivered."""

import json
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from contract.messages import EntryKind
from kiosk.journal.journal import Journal


class Central:
    """``answers`` are taken one a request, the last one again and again: (status, body)."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, object]] = [(200, {})]
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        central = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                central.seen.append((self.command, self.path, dict(self.headers), body))
                answers = central.answers
                status, told = answers.pop(0) if len(answers) > 1 else answers[0]
                raw = told if isinstance(told, bytes) else json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def central():
    made = Central()
    yield made
    made.close()


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path / "journal.sqlite3", lambda: datetime.now(UTC))
    for n in range(450):
        made.append(EntryKind.NOTE, {"n": n})
    yield made
    made.close()
