"""One HTTPS request at a time on a connection of its own, to the terminal and to nobody else.

Says with certainty only that nothing was sent (NotReachable). Every wait ends: at its limit, or by
``stop`` from another thread.
"""

import contextlib
import hashlib
import http.client
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator

from device_drivers.card_terminals.nexo.settings import Place
from device_drivers.errors import NotReachable, ProtocolError, Timeout

PATH = "/nexo"
ANSWER_MAX = 1_000_000  # bytes; a payment's answer with receipts has some ten thousand
NOT_ITS_CERTIFICATE = "nexo.certificate"
CLOSED = "nexo.closed"


def _nothing(give_up: Callable[[], None]) -> None:
    pass


class Link:
    def __init__(self, place: Place) -> None:
        self._place = place
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    @property
    def place(self) -> str:
        return f"{self._place.host}:{self._place.port}"

    def allow(self) -> None:
        """After ``stop``: connections may be made again."""
        self._stopped.clear()

    def stop(self) -> None:
        """Ends every request that runs, and lets none begin."""
        self._stopped.set()
        with self._lock:
            for one in self._open:
                _shut(one)

    def pause(self, seconds: float) -> None:
        """Raises Timeout ``nexo.closed`` if ``stop`` came meanwhile."""
        if self._stopped.wait(seconds):
            raise Timeout(f"{self.place}: closed by us", CLOSED)

    def post(
        self, body: bytes, limit_s: float, on_sent: Callable[[Callable[[], None]], None] = _nothing
    ) -> bytes:
        """The content of the answer, b"" if it has none. ``on_sent`` is given what ends the waiting at
        once, as the limit would; it may be called from another thread, and later.

        Raises NotReachable if nothing was sent; then, when anything may have arrived, Timeout after
        ``limit_s``, and ProtocolError for what is no answer of HTTP status 200.
        """
        with self._connected() as tls, self._ending(tls, limit_s) as too_late:
            try:
                tls.sendall(self._head(len(body)) + body)
                on_sent(lambda: _give_up(tls, too_late))
                return self._answer(tls)
            except (OSError, http.client.HTTPException) as problem:
                if self._stopped.is_set():
                    raise Timeout(f"{self.place}: closed by us", CLOSED) from problem
                if too_late.is_set() or isinstance(problem, TimeoutError):
                    detail = f"{self.place}: no answer within {limit_s:g} s"
                    raise Timeout(detail) from problem
                detail = f"{self.place}: {type(problem).__name__}"
                raise ProtocolError(detail, "nexo.broken_off") from problem

    def _head(self, length: int) -> bytes:
        return (
            f"POST {PATH} HTTP/1.1\r\nHost: {self.place}\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        ).encode()

    def _answer(self, tls: ssl.SSLSocket) -> bytes:
        answer = http.client.HTTPResponse(tls, method="POST")
        try:
            answer.begin()
            content = answer.read(ANSWER_MAX + 1)
        finally:
            answer.close()
        if answer.status != 200:
            raise ProtocolError(f"{self.place}: HTTP status {answer.status}", "nexo.http_status")
        if len(content) > ANSWER_MAX:
            raise ProtocolError(f"{self.place}: an answer without end", "nexo.too_long")
        if answer.length:  # the line ended before the announced length
            raise ProtocolError(f"{self.place}: half an answer", "nexo.broken_off")
        return content

    @contextlib.contextmanager
    def _connected(self) -> Iterator[ssl.SSLSocket]:
        """Raises NotReachable, with ``nexo.certificate`` for a terminal that is not ours."""
        if self._stopped.is_set():
            raise NotReachable(f"{self.place}: closed by us", CLOSED)
        context, where = self._context(), (self._place.host, self._place.port)
        try:
            plain = socket.create_connection(where, self._place.connect_timeout_s)
        except OSError as problem:
            raise NotReachable(f"{self.place}: {problem.strerror or problem}") from problem
        with self._registered(plain), contextlib.closing(plain):
            tls = context.wrap_socket(plain, do_handshake_on_connect=False)
            with self._registered(tls), tls:
                self._shake_hands(tls)
                self._prove(tls)
                yield tls

    def _shake_hands(self, tls: ssl.SSLSocket) -> None:
        try:
            with self._ending(tls, self._place.connect_timeout_s):
                tls.do_handshake()
        except ssl.SSLCertVerificationError as problem:
            detail = f"{self.place}: {problem.verify_message}"
            raise NotReachable(detail, NOT_ITS_CERTIFICATE) from problem
        except (OSError, ValueError) as problem:
            raise NotReachable(f"{self.place}: no TLS: {problem}") from problem

    @contextlib.contextmanager
    def _registered(self, one: socket.socket) -> Iterator[None]:
        with self._lock:
            self._open.add(one)
            if self._stopped.is_set():  # it was made while ``stop`` looked for those to end
                _shut(one)
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(one)

    def _context(self) -> ssl.SSLContext:
        """The certificate's name does not stand for the address (the documentation says so), so it is
        compared with the terminal's own name, in ``_prove``."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname = False
        if self._place.ca_file is None:
            context.verify_mode = ssl.CERT_NONE  # the fingerprint is the proof
            return context
        try:
            context.load_verify_locations(self._place.ca_file)
        except (OSError, ssl.SSLError) as problem:
            detail = f"{self._place.ca_file}: {problem}"
            raise NotReachable(detail, NOT_ITS_CERTIFICATE) from problem
        return context

    def _prove(self, tls: ssl.SSLSocket) -> None:
        der = tls.getpeercert(binary_form=True) or b""
        wanted = self._place.fingerprint
        if wanted and hashlib.sha256(der).digest() != wanted:
            raise NotReachable(f"{self.place}: another fingerprint", NOT_ITS_CERTIFICATE)
        if self._place.ca_file is None:
            return
        subject = (tls.getpeercert() or {}).get("subject", ())
        found = [str(value) for part in subject for key, value in part if key == "commonName"]
        if not set(found) & set(self._place.names):
            shown = re.sub(r"[^\w.-]", "?", " ".join(found))[:80]
            raise NotReachable(f"{self.place}: it is {shown}", NOT_ITS_CERTIFICATE)

    @contextlib.contextmanager
    def _ending(self, tls: ssl.SSLSocket, limit_s: float) -> Iterator[threading.Event]:
        """The whole exchange ends at the limit, however slowly the other side speaks."""
        too_late = threading.Event()
        end = time.monotonic() + limit_s
        tls.settimeout(limit_s)

        timer = threading.Timer(max(0.0, end - time.monotonic()), _give_up, (tls, too_late))
        timer.daemon = True
        timer.start()
        try:
            yield too_late
        finally:
            timer.cancel()


def _give_up(tls: ssl.SSLSocket, too_late: threading.Event) -> None:
    too_late.set()
    _shut(tls)


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(one, socket.SHUT_RDWR)
