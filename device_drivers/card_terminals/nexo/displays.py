"""Hears what the terminal tells of a running payment (display notifications), for the screen alone.

The terminal posts a sealed DisplayRequest to an address that is set up with the provider. Whatever is not
sealed with the shared key, or not about the payment that runs, is dropped. Nothing here decides about
money: a notification that is lost, late or repeated changes a text on the screen.
"""

import contextlib
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import structlog

from device_drivers.card_terminals.nexo import messages
from device_drivers.card_terminals.nexo.crypto import Sealer
from device_drivers.card_terminals.nexo.messages import REQUEST, inside
from device_drivers.card_terminals.nexo.settings import DisplaySettings
from device_drivers.errors import DeviceError

log = structlog.get_logger(__name__)

BODY_MAX, IDLE_S, AT_ONCE_MAX = 65_536, 5.0, 4
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
    """``start`` raises OSError if it cannot listen there."""

    def __init__(self, told: DisplaySettings, sealer: Sealer, poi_id: str, seen: Seen) -> None:
        self._told, self._sealer, self._poi_id, self._seen = told, sealer, poi_id, seen
        self._server: _Server | None = None

    def start(self) -> None:
        server = _Server((self._told.bind, self._told.port), _handler(self._hear))
        if self._told.certificate is not None:
            try:
                server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                server.context.minimum_version = ssl.TLSVersion.TLSv1_2
                server.context.load_cert_chain(self._told.certificate)
            except OSError:
                server.server_close()
                raise
        self._server = server
        threading.Thread(target=server.serve_forever, args=(0.2,), name="nexo_displays").start()

    def stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

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


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    context: ssl.SSLContext | None = None

    def __init__(self, *arguments: Any) -> None:
        self._places = threading.BoundedSemaphore(AT_ONCE_MAX)
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """TLS here, on the connection's own thread, with an end to every wait."""
        request.settimeout(IDLE_S)
        if self.context is None:
            super().finish_request(request, client_address)
            return
        with contextlib.suppress(OSError), self.context.wrap_socket(request, True) as tls:
            super().finish_request(tls, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever knocks and goes away is not worth a word."""


def _handler(hear: Callable[[bytes], bool]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = IDLE_S

        def do_POST(self) -> None:
            self.close_connection = True
            length = self.headers.get("Content-Length") or ""
            if not length.isdecimal() or int(length) > BODY_MAX:
                self.send_error(413)
                return
            genuine = hear(self.rfile.read(int(length)))
            answer = b"[accepted]" if genuine else b""
            self.send_response(200 if genuine else 403)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: an address on a local network is knocked at by anybody."""

    return Handler
