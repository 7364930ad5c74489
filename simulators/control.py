"""The small web server by which tests, the demo and people steer a simulator: JSON in, JSON out.

It listens on the own machine only by default and is no part of the product's protocols.
"""

import json
import signal
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from contract.plain_text import whole_number
from simulators.http_door import HttpDoor, Request, Respond, Response

ENDINGS = {signal.SIGTERM, signal.SIGINT}
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
        self._door = HttpDoor(host, port, _responding(dict(actions), state))
        self.url = f"http://{host}:{self._door.port}"

    def start(self) -> None:
        self._door.start()

    def close(self) -> None:
        self._door.close()


def serve(
    address: str,
    actions: Mapping[str, Action],
    state: Callable[[], dict[str, Any]],
    ready: Mapping[str, Any],
    begin: Callable[[], None] = lambda: None,
) -> None:
    """Prints one line of JSON, ``ready`` with the control's address; then ``begin``, and until SIGTERM or
    SIGINT, which the caller has blocked, whatever its threads do."""
    control = ControlServer(address, actions, state)
    control.start()
    print(json.dumps({**ready, "control": control.url}), flush=True)
    begin()
    signal.sigwait(ENDINGS)


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
    number = whole_number(port, digits_max=5)
    if not separator or not host or number is None:
        raise ValueError(f"{address!r} is no address; allowed: host:port, e.g. 127.0.0.1:0")
    return host, number


def _responding(actions: dict[str, Action], state: Callable[[], dict[str, Any]]) -> Respond:
    def respond(asked: Request) -> Response:
        name = asked.path.strip("/")
        if asked.method == "GET" and name == "state":
            return _json(200, state())
        if asked.method != "POST" or name not in actions:
            wrong = f"no {asked.method} {asked.path}; GET /state, or POST an action"
            return _json(404, {"error": wrong, "actions": sorted(actions)})
        try:
            body = json.loads(asked.body or b"{}")
            if not isinstance(body, dict):
                raise ValueError("the body must be a JSON object")
            return _json(200, actions[name](body) or {"ok": True})
        except KeyError as problem:
            return _json(400, {"error": f"{problem} must be given"})
        except ValueError as problem:
            return _json(400, {"error": str(problem)})

    return respond


def _json(status: int, content: dict[str, Any]) -> Response:
    data = json.dumps(content, ensure_ascii=False).encode()
    return Response(status, {"Content-Type": "application/json; charset=utf-8"}, data)
