"""Where the sale system knocks: HTTPS, ``POST /nexo``."""

import ssl
from pathlib import Path

from simulators.http_door import HttpDoor, Request, Response
from simulators.nexo_terminal.terminal import Terminal


def door(host: str, port: int, certificate: Path, terminal: Terminal) -> HttpDoor:
    """``certificate``: chain and key in one PEM file. Raises OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def respond(asked: Request) -> Response | None:
        if asked.method != "POST" or asked.path.rstrip("/") != "/nexo":
            return Response(404)
        reply = terminal.hear(asked.body)
        if reply.content is None:
            return None
        return Response(reply.status, {"Content-Type": "application/json"}, reply.content)

    return HttpDoor(host, port, respond, context)
