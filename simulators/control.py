"""The small HTTP server by which tests, the demo and people steer a simulator: JSON in, JSON out.

It listens on the own machine only by default and is no part of the product's protocols.
"""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BODY_MAX = 1_000_000
Action = Callable[[dict[str, Any]], dict[str, Any] | None]


class ControlServer:
    """``GET /state`` gives ``state()``; ``POST /<name>`` calls the action of that name.

    An action takes the JSON object of the body and returns one (None means ``{"ok": true}``). A
    ValueError or KeyError of an action is answered with 400 and its text.
    """

    def __init__(
        self,
        address: str,
        actions: Mapping[str, Action],
        state: Callable[[], dict[str, Any]],
    ) -> None:
        host, port = host_and_port(address)
        self._server = ThreadingHTTPServer((host, port), _handler(dict(actions), state))
        self._server.daemon_threads = True
        self.url = f"http://{host}:{self._server.server_address[1]}"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, name="control", daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def call(url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Asks a control server: GET without a body, POST with one. Raises OSError, and ValueError with
    the server's words when it refuses."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        raise ValueError(f"{url}: {refused.read().decode(errors='replace')}") from refused


def host_and_port(address: str) -> tuple[str, int]:
    """``127.0.0.1:0`` as host and port; port 0 picks a free one. Raises ValueError."""
    host, separator, port = address.rpartition(":")
    if not separator or not host or not port.isdecimal():
        raise ValueError(f"{address!r} is no address; allowed: host:port, e.g. 127.0.0.1:0")
    return host, int(port)


def _handler(
    actions: dict[str, Action], state: Callable[[], dict[str, Any]]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.split("?")[0] == "/state":
                self._answer(200, state())
            else:
                self._answer(404, {"error": "GET /state", "actions": sorted(actions)})

        def do_POST(self) -> None:
            action = actions.get(self.path.split("?")[0].strip("/"))
            if action is None:
                self._answer(404, {"error": f"no {self.path}", "actions": sorted(actions)})
                return
            try:
                length = min(int(self.headers.get("Content-Length") or 0), BODY_MAX)
                body = json.loads(self.rfile.read(length) or b"{}")
                if not isinstance(body, dict):
                    raise ValueError("the body must be a JSON object")
                self._answer(200, action(body) or {"ok": True})
            except KeyError as problem:
                self._answer(400, {"error": f"{problem} must be given"})
            except ValueError as problem:
                self._answer(400, {"error": str(problem)})

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            data = json.dumps(content, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: the first line of a simulator's output is the JSON that it is ready."""

    return Handler
