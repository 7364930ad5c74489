"""The door of one process: Django answers in one of a few threads; who waits for news waits here.

WSGI's side is a2wsgi's. What is added: a call that left word that it waits (``server.api.long_poll``) is
answered when there is news, its thread having gone on; and a call whose client hung up before a thread
was free is known as such (``server.client_gone``).
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import quote

from a2wsgi import WSGIMiddleware
from django.db import close_old_connections

from server.api import long_poll
from server.api.long_poll import WISH, Wish
from server.client_gone import GONE, may_be_left_undone
from server.web.waiting_room import WaitingRoom

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

READ_AHEAD = 4 * 1024 * 1024  # bytes of a request that are read before a thread takes it up
_ASCII = "".join(map(chr, range(128)))

log = logging.getLogger(__name__)


class Door:
    """An ASGI application (https://asgi.readthedocs.io/en/stable/specs/www.html)."""

    def __init__(self, site: Any, threads: int, room: WaitingRoom) -> None:
        self._threads = WSGIMiddleware(site, workers=threads)
        self._room = room
        self.busy = 0  # calls that are not answered yet, and what threads have to do for them

    def close(self) -> None:
        """Whoever waits is answered as things stand."""
        self._room.close()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.busy += 1
        try:
            await self._let_in(scope, _Line(receive), send)
        finally:
            self.busy -= 1

    async def _let_in(self, scope: Message, line: "_Line", send: Send) -> None:
        whole = await line.read_ahead()
        if line.gone:
            return
        if not whole or not may_be_left_undone(scope["path"], scope["method"]):
            await self._in_thread(scope, line, send)
            return
        watch = asyncio.ensure_future(line.watch())
        try:
            if scope["method"] == "GET" and scope["path"].startswith("/api/"):
                answer = _Answer()
                wish = await self._in_thread(scope, line, answer.keep)
                if wish.order is not None:
                    await self._wait(wish, watch, answer)
                await answer.pass_on(send)
            else:
                await self._in_thread(scope, line, send)
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch

    async def _in_thread(self, scope: Message, line: "_Line", send: Send) -> Wish:
        """What a thread has begun it ends, though gunicorn cancels a call whose client hung up."""
        wish = Wish()
        known = {**scope, WISH: wish, GONE: line, "query_string": _escaped(scope)}
        work = asyncio.ensure_future(self._threads(known, line.receive, send))
        self.busy += 1
        work.add_done_callback(partial(self._ended, line))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            line.gone = True
            raise
        return wish

    def _ended(self, line: "_Line", work: "asyncio.Future[None]") -> None:
        self.busy -= 1
        if line.gone and not work.cancelled() and work.exception() is not None:
            log.error("a call whose client was gone failed", exc_info=work.exception())

    async def _wait(self, wish: Wish, watch: "asyncio.Future[None]", answer: "_Answer") -> None:
        news = await self._room.news(wish, watch)
        if watch.done():
            return
        if not news:
            answer.becomes(long_poll.told(wish.order))
            return
        loop = asyncio.get_running_loop()
        try:
            told = await loop.run_in_executor(self._threads.executor, _told, wish.payment_id)
        except Exception:
            log.exception("no news of %s could be read; it is told as it was", wish.payment_id)
        else:
            answer.becomes(told)


def _told(payment_id: str) -> bytes:
    try:
        return long_poll.answer(payment_id)
    finally:
        close_old_connections()


def _escaped(scope: Message) -> bytes:
    """Bytes that no address may hold, as some clients send them (RFC 3986, 2.1)."""
    return quote(scope["query_string"], safe=_ASCII).encode()


class _Line:
    """What comes from the client. A request that ends too early is refused: half of a form is no form."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._ahead: deque[Message] = deque()
        self.gone = False  # whether the client hung up

    async def receive(self) -> Message:
        """Raises OSError, which Django knows as a request that cannot be read."""
        if self._ahead:
            return self._ahead.popleft()
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.gone = True
            raise OSError("the client hung up")
        return message

    async def read_ahead(self) -> bool:
        """Whether the request was read whole."""
        size, more = 0, True
        while more and size <= READ_AHEAD:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.gone = True
                return True
            self._ahead.append(message)
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
        return not more

    async def watch(self) -> None:
        """Until the client hangs up."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True


class _Answer:
    """Django's answer, kept until it is known whether it is the one to send."""

    def __init__(self) -> None:
        self._messages: list[Message] = []

    async def keep(self, message: Message) -> None:
        self._messages.append(message)

    def becomes(self, body: bytes) -> None:
        start = self._messages[0]
        length = (b"content-length", str(len(body)).encode())
        headers = [pair for pair in start["headers"] if pair[0] != length[0]]
        self._messages = [
            {**start, "headers": [*headers, length]},
            {"type": "http.response.body", "body": body},
        ]

    async def pass_on(self, send: Send) -> None:
        for message in self._messages:
            await send(message)
