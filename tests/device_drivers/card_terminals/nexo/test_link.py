"""The line to the terminal ends every wait, and says "nothing was sent" only when that is certain."""

import contextlib
import socket
import ssl
import threading
import time

import pytest

from device_drivers.card_terminals.nexo.link import ANSWER_MAX, Link
from device_drivers.card_terminals.nexo.settings import Place
from device_drivers.errors import DeviceError, NotReachable, ProtocolError, Timeout
from simulators.nexo_terminal import certificates

POI = "SIM1-000000001"


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    return certificates.write(tmp_path_factory.mktemp("papers"), POI)


@contextlib.contextmanager
def served(papers, script, *, tls=True):
    """A server on which ``script(connection, request)`` plays the terminal, and the link to it."""
    root, own, _ = papers
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    over = threading.Event()

    def serve():
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with contextlib.suppress(OSError), connection:
                connection.settimeout(20)
                if not tls:
                    script(connection, b"")
                    continue
                with context.wrap_socket(connection, server_side=True) as sealed:
                    heard = b""
                    while b"ping" not in heard and (more := sealed.recv(4096)):
                        heard += more
                    if heard:
                        script(sealed, heard)

    thread = threading.Thread(target=serve)
    thread.start()
    name = f"{POI}.test.terminal.adyen.com"
    place = Place("127.0.0.1", listener.getsockname()[1], root, b"", (name,), 1.0)
    link = Link(place)
    try:
        yield link
    finally:
        link.stop()
        over.set()
        thread.join(25)
        listener.close()


def says(raw):
    return lambda connection, request: connection.sendall(raw)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong"


def test_a_request_is_a_post_to_nexo(papers):
    heard = []

    def script(connection, request):
        heard.append(request)
        connection.sendall(OK)

    with served(papers, script) as link:
        assert link.post(b"ping", 5.0) == b"pong"
    assert heard[0].startswith(b"POST /nexo HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"Content-Length: 4\r\n" in heard[0]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\x00\xffnot HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\nhalf",
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\n\r\npong",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (ANSWER_MAX + 10),
        b"HTTP/1.1 200 OK\r\n" + b"X-Header: y\r\n" * 500,
    ],
)
def test_what_is_no_whole_answer_leaves_open_what_happened(papers, raw):
    with served(papers, says(raw)) as link, pytest.raises(ProtocolError):
        link.post(b"ping", 5.0)


def test_silence_and_drops_of_an_answer_end_at_the_limit(papers):
    def drips(connection, request):
        for _ in range(200):
            connection.sendall(b"H")
            time.sleep(0.05)

    for script in (lambda connection, request: time.sleep(3), drips):
        with served(papers, script) as link, pytest.raises(Timeout):
            link.post(b"ping", 0.4)


def test_stop_ends_a_request_that_waits(papers):
    waiting = threading.Event()
    with served(papers, lambda connection, request: time.sleep(3)) as link:
        ended = []

        def ask():
            try:
                link.post(b"ping", 60.0, lambda _: waiting.set())
            except DeviceError as problem:
                ended.append(problem)

        thread = threading.Thread(target=ask)
        thread.start()
        assert waiting.wait(10)
        link.stop()
        thread.join(10)
        assert isinstance(ended[0], Timeout)
        with pytest.raises(NotReachable):
            link.post(b"ping", 1.0)


def test_a_connection_that_is_made_while_stop_comes_is_ended_too():
    """``stop`` has looked for connections before this one was known."""
    link = Link(Place("127.0.0.1", 1, None, b"\0" * 32, (), 1.0))
    link.stop()
    one, other = socket.socketpair()
    other.settimeout(10)
    with one, other, link._registered(one):
        assert other.recv(1) == b""


def test_before_a_proof_nothing_is_sent(papers, tmp_path):
    heard = []

    def script(connection, request):
        heard.append(request)
        connection.sendall(OK)

    other_root, _, _ = certificates.write(tmp_path, POI)
    with served(papers, script) as link:
        for change in (
            {"ca_file": other_root},
            {"names": ("SIM1-2.test.terminal.adyen.com",)},
            {"fingerprint": b"\0" * 32},
            {"ca_file": tmp_path / "missing.pem"},
        ):
            place = Place(**{**vars(link._place), **change})
            with pytest.raises(NotReachable) as refused:
                Link(place).post(b"ping", 5.0)
            assert refused.value.code == "nexo.certificate"
    assert heard == []


def test_one_who_does_not_speak_tls_gets_nothing(papers):
    for script in (says(b"HTTP/1.1 200 OK\r\n\r\n"), lambda connection, request: time.sleep(2.5)):
        with served(papers, script, tls=False) as link, pytest.raises(NotReachable):
            link.post(b"ping", 5.0)
