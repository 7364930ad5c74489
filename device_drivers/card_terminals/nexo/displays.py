"""Hears what the terminal tells of a running payment (display notifications), for the screen alone.

The terminal posts a sealed DisplayRequest to an address that is set up with the provider. Whatever is not
sealed with the shared key, or not about the payment that runs, is dropped. Nothing here decides about
money: a notification that is lost, late or repeated changes a text on the screen.
"""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import structlog
from aiohttp import HttpVersion11, web

from device_drivers.card_terminals.nexo import messages
from device_drivers.card_terminals.nexo.crypto import Sealer
from device_drivers.card_terminals.nexo.messages import REQUEST, inside
from device_drivers.card_terminals.nexo.settings import DisplaySettings
from device_drivers.errors import DeviceError

log = structlog.get_logger(__name__)

BODY_MAX, AT_ONCE_MAX = 65_536, 4
IDLE_S, LIFE_S = 5.0, 15.0
Seen = Callable[[str, str], None]  # the ServiceID of the payment, and the event


def event_in(sealer: Sealer, poi_id: str, raw: bytes) -> tuple[str, str]:
    """The payment's ServiceID and the event, e.g. WAIT_FOR_PIN. Raises ProtocolError; ("", "") for a
    genuine message about something else."""
    opened = messages.parsed(sealer.open(messages.parsed(raw).get(REQUEST)))
    message = opened.get(REQUEST)
    outputs = inside(message, "DisplayRequest", "DisplayOutput")
    header = inside(message, "MessageHeader")
    if inside(header, "POIID") != poi_id or not isinstance(outputs, list):
        return "", ""
    for output in outputs:
        told = inside(output, "OutputContent", "PredefinedContent", "ReferenceID")
        try:
            event = parse_qs(told, max_num_fields=20).get("event") if told else None
        except (TypeError, ValueError, AttributeError):
            event = None
        if event:
            return str(inside(header, "ServiceID") or ""), str(event[0])
    return "", ""


class Displays:
    """``start`` raises OSError if it cannot listen there.

    Anybody on the local network may knock: at most AT_ONCE_MAX at a time, each for LIFE_S at the most,
    with bodies of BODY_MAX bytes at the most.
    """

    def __init__(self, told: DisplaySettings, sealer: Sealer, poi_id: str, seen: Seen) -> None:
        self._told, self._sealer, self._poi_id, self._seen = told, sealer, poi_id, seen
        self._serving: _Serving | None = None

    def start(self) -> None:
        context = None
        if self._told.certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.load_cert_chain(self._told.certificate)
        listening = socket.create_server((self._told.bind, self._told.port))
        self._serving = _Serving(listening, context, self._hear)

    def stop(self) -> None:
        serving, self._serving = self._serving, None
        if serving is not None:
            serving.stop()

    def _hear(self, raw: bytes) -> bool:
        """Whether it was genuine."""
        try:
            service_id, event = event_in(self._sealer, self._poi_id, raw)
        except DeviceError as problem:
            log.warning("nexo.notification_dropped", code=problem.code)
            return False
        if event:
            self._seen(service_id, event)
        return True


class _Serving:
    """A web server on a thread of its own; the listening socket is its own from now on."""

    def __init__(
        self,
        listening: socket.socket,
        context: ssl.SSLContext | None,
        hear: Callable[[bytes], bool],
    ) -> None:
        self._listening, self._context, self._hear = listening, context, hear
        self._loop, self._over = asyncio.new_event_loop(), asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="nexo_displays", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        doors = _Doors(self._hear, self._loop)
        server = await self._loop.create_server(
            doors,
            sock=self._listening,
            ssl=self._context,
            ssl_handshake_timeout=IDLE_S if self._context else None,
        )
        await self._over.wait()
        server.close()
        doors.pre_shutdown()
        await doors.shutdown(0.1)


class _Doors(web.Server):
    """Gives each connection a place, if there is one, and an end."""

    def __init__(self, hear: Callable[[bytes], bool], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            self._answer,
            request_factory=self._request,
            keepalive_timeout=IDLE_S,
            access_log=None,
        )
        self._hear, self._own_loop = hear, loop
        self._coming: dict[web.RequestHandler, asyncio.TimerHandle] = {}  # in the TLS handshake

    def __call__(self) -> web.RequestHandler:
        if len(self._coming) + len(self.connections) >= AT_ONCE_MAX:
            raise ConnectionRefusedError  # asyncio drops what it gets no protocol for
        connection = super().__call__()
        self._coming[connection] = self._own_loop.call_later(
            2 * IDLE_S, self._coming.pop, connection, None
        )
        return connection

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        coming = self._coming.pop(handler, None)
        if coming is not None:
            coming.cancel()
        super().connection_made(handler, transport)
        self._own_loop.call_later(LIFE_S, handler.force_close)

    def _request(
        self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any
    ) -> web.BaseRequest:
        return web.BaseRequest(
            message, payload, protocol, writer, task, self._own_loop, client_max_size=BODY_MAX
        )

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        """On the server's own thread: opening what is sealed takes no time."""
        if request.method != "POST":
            return web.Response(status=405)
        try:
            if request.version == HttpVersion11 and "100-continue" in request.headers.get(
                "Expect", ""
            ):
                await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            told = await request.read()
        except ConnectionError:
            return web.Response(status=400)  # nobody hears it
        genuine = self._hear(told)
        return web.Response(text="[accepted]") if genuine else web.Response(status=403)
