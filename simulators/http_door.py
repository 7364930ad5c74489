"""The HTTP(S) door of a simulator, on a thread of its own. What foreign programs send is read by aiohttp:
bodies in chunks, connections that are kept, ``Expect: 100-continue``, slow and huge bodies.
"""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from aiohttp import web

BODY_MAX = 1_000_000
IDLE_S, HANDSHAKE_S = 700.0, 10.0


@dataclass(frozen=True)
class Request:
    """``target``: path and query as they were sent; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass(frozen=True)
class Response:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Respond = Callable[[Request], Response | None]  # None: the connection is cut without an answer


class HttpDoor:
    """Serves between ``start`` and ``close``. ``respond`` may block: each request has a thread. Raises
    OSError at once when it cannot listen there."""

    def __init__(
        self, host: str, port: int, respond: Respond, context: ssl.SSLContext | None = None
    ) -> None:
        self._socket = socket.create_server((host, port))
        self.port: int = self._socket.getsockname()[1]
        self._respond, self._context = respond, context
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="http_door", daemon=True)
        self.open = threading.Event()
        self.open.set()

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Nobody is served any more; whoever still waits is cut off."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def shut(self, seconds: float) -> None:
        """Nobody comes in for so long: connections are cut as soon as they are made."""
        self.open.clear()
        timer = threading.Timer(seconds, self.open.set)
        timer.daemon = True
        timer.start()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        application = web.Application(client_max_size=BODY_MAX)
        application.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(
            application,
            handle_signals=False,
            access_log=None,
            keepalive_timeout=IDLE_S,
            shutdown_timeout=0.1,
        )
        await runner.setup()
        web_server = runner.server
        assert web_server is not None

        def come_in() -> asyncio.Protocol:
            if not self.open.is_set():  # asyncio drops what it gets no protocol for
                raise ConnectionRefusedError
            return web_server()

        server = await self._loop.create_server(
            come_in,
            sock=self._socket,
            ssl=self._context,
            ssl_handshake_timeout=HANDSHAKE_S if self._context else None,
        )
        await self._over.wait()
        server.close()
        await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.read()
        except ConnectionError:
            return web.Response(status=400)  # nobody hears it
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Request(request.method, request.raw_path, headers, body)
        answered = await asyncio.wrap_future(self._begun(asked))
        if answered is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return web.Response(
            status=answered.status, headers=answered.headers, body=answered.body or None
        )

    def _begun(self, asked: Request) -> Future[Response | None]:
        """On a thread that keeps no process from ending, as those of an executor do."""
        future: Future[Response | None] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(self._respond(asked))
            except BaseException as problem:
                future.set_exception(problem)

        threading.Thread(target=work, name="request", daemon=True).start()
        return future
