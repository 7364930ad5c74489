"""A client of the door: the messages of ASGI, without a server or a socket."""

import asyncio
from typing import Any
from urllib.parse import unquote, urlsplit


class Call:
    """One request. ``hang_up`` ends the client's side, at any time."""

    def __init__(self, method: str, address: str, body: bytes = b"", headers: Any = ()) -> None:
        parts = urlsplit(address)
        given = {"Host": "testserver", "Content-Length": str(len(body)), **dict(headers)}
        self.scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(parts.path),
            "query_string": parts.query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in given.items()],
            "client": ("127.0.0.1", 50_000),
            "server": ("testserver", 80),
        }
        self._incoming: asyncio.Queue[Any] = asyncio.Queue()
        self._incoming.put_nowait({"type": "http.request", "body": body, "more_body": False})
        self._left = False
        self.status, self.headers, self.body = 0, {}, b""

    def comes_in_part(self, body: bytes) -> None:
        self._incoming = asyncio.Queue()
        self._incoming.put_nowait({"type": "http.request", "body": body, "more_body": True})

    def hang_up(self) -> None:
        """What was not read by then is not read any more, as with gunicorn."""
        self._left = True
        self._incoming.put_nowait({"type": "http.disconnect"})

    async def at(self, door: Any) -> "Call":
        await door(self.scope, self._receive, self._heard)
        return self

    async def _receive(self) -> dict[str, Any]:
        message = await self._incoming.get()
        return {"type": "http.disconnect"} if self._left else message

    async def _heard(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            self.body += message.get("body", b"")
