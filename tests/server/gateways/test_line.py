"""A call to an address that a person typed: not into the own network, not for ever, as it was typed."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
import requests
from urllib3.exceptions import MaxRetryError, SSLError

from server.configuration import AlertsSection
from server.gateways import line
from server.gateways.outcome import Fate, Own
from server.on_call.ways import chat
from simulators.nexo_terminal import certificates
from tests.server.on_call.people import robot

OUTSIDE = "93.184.216.34"


@pytest.fixture
def inside(settings):
    of_tests = AlertsSection(inside_addresses=True)
    settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"alerts": of_tests})


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers one call as it is told; its address, and what it was asked."""
    asked: list[bytes] = []

    def serve() -> None:
        with suppress(OSError):
            called, _by = door.accept()
            with called:
                said = b""
                while not said.endswith(b"}") and (part := called.recv(65536)):
                    said += part
                asked.append(said)
                answer(called)

    door = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}", asked
    finally:
        door.close()
        thread.join(5)


def dribbled(head: bytes) -> Callable[[socket.socket], None]:
    def answer(called: socket.socket) -> None:
        called.sendall(head)
        for _time in range(200):
            called.sendall(b"x")
            time.sleep(0.05)

    return answer


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"]
)
def test_an_answer_that_comes_byte_by_byte_is_cut_off(inside, monkeypatch, head):
    monkeypatch.setattr(line, "WHOLE_S", 0.4)
    began = time.monotonic()
    with answering(dribbled(head)) as (url, _asked):
        assert chat.send(url, "a\nb").fate is Fate.UNKNOWN
        assert time.monotonic() - began < 3


def test_of_a_long_answer_only_the_beginning_is_read(inside):
    def answer(called: socket.socket) -> None:
        called.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(OSError):
            for _time in range(2000):
                called.sendall(b"x" * 10_000)

    with answering(answer) as (url, _asked):
        assert len(line.post(url, json={}).content) == line.ANSWER_MAX


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "224.0.0.1",
        "240.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff0e::1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
    ],
)
def test_whatever_way_it_is_written_the_own_network_is_not_outside(address):
    assert not line.is_outside(address)


@pytest.mark.parametrize(
    "address", [OUTSIDE, "2606:4700::1111", f"::ffff:{OUTSIDE}", "64:ff9b::5db8:d822"]
)
def test_what_is_outside_is(address):
    assert line.is_outside(address)


def names(monkeypatch, *answers: str) -> list[str]:
    """The names that are resolved, each time to the next of these addresses."""
    real, asked = socket.getaddrinfo, []

    def resolve(host, port, *args, **more):
        if host != "hook.example.com":
            return real(host, port, *args, **more)
        asked.append(host)
        address = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def test_what_was_checked_is_what_is_connected_to(monkeypatch):
    connected = []

    def connect(address, *_args, **_more):
        connected.append(address)
        raise OSError

    asked = names(monkeypatch, OUTSIDE, "127.0.0.1")
    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    with pytest.raises(requests.ConnectionError):
        line.post("https://hook.example.com/x")
    assert connected == [(OUTSIDE, 443)] and len(asked) == 1


def test_a_name_that_says_an_inner_address_when_it_is_used_is_refused(monkeypatch):
    names(monkeypatch, OUTSIDE, "127.0.0.1")
    address = chat.checked("https://hook.example.com/x")
    outcome = chat.send(address, "a\nb")
    assert (outcome.fate, outcome.said) == (Fate.REFUSED, Own.INSIDE)


def test_a_name_that_nobody_knows_carried_nothing(monkeypatch):
    def unknown(*_args, **_more):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert chat.send("https://hook.example.com/x", "a\nb").fate is Fate.AWAY


def test_a_webhooks_address_is_asked_as_it_was_typed(inside):
    def answer(called: socket.socket) -> None:
        called.sendall(b"HTTP/1.1 204 OK\r\n\r\n")

    path = "/Hook/a%2Fb/?verify=no&method=DELETE&+X-Own=1&-a=b&rto=0.1&key=A+b"
    with answering(answer) as (url, asked):
        assert chat.send(chat.checked(url + path), "a\nb").fate is Fate.SENT
    [said] = asked
    assert said.startswith(f"POST {path} HTTP/1.1\r\n".encode())
    assert b"X-Own:" not in said and b'{"title": "a", "message": "b"}' in said


def test_a_redirect_is_not_followed(inside):
    def answer(called: socket.socket) -> None:
        called.sendall(b"HTTP/1.1 307 No\r\nLocation: http://127.0.0.1:9/\r\n\r\n")

    with answering(answer) as (url, _asked):
        outcome = chat.send(url, "a\nb")
    assert (outcome.fate, outcome.said) == (Fate.REFUSED, "HTTP 307")


def test_a_webhook_without_encryption_is_refused_when_entered_and_when_used(monkeypatch):
    names(monkeypatch, OUTSIDE)
    for typed in ("http://hook.example.com/x", "json://hook.example.com/x"):
        with pytest.raises(chat.NotAllowed):
            chat.checked(typed)
        assert chat.send(typed, "a\nb").said == Own.PLAIN_HTTP


def test_a_proxy_of_the_machine_is_not_asked(inside, monkeypatch):
    for name in ("http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    with robot() as (machine, url):
        assert chat.send(url, "a\nb").fate is Fate.SENT and len(machine.got) == 1


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        *[(status, Fate.UNKNOWN) for status in (408, 500, 502, 504)],
        *[(status, Fate.AWAY) for status in (425, 429, 503)],
        *[(status, Fate.REFUSED) for status in (302, 400, 404, 410)],
    ],
)
def test_what_may_have_been_taken_is_not_sent_again_by_itself(inside, status, fate):
    with robot() as (machine, url):
        machine.status = status
        assert chat.send(url, "a\nb").fate is fate


def test_an_answer_that_cannot_be_parsed_is_one_of_its_status(inside):
    def answer(called: socket.socket) -> None:
        called.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 60_000)

    with answering(answer) as (url, _asked):
        assert chat.send(url, "a\nb").fate is Fate.SENT


BAD_RECORD = b"\x17\x03\x03\x00\x20" + b"x" * 32  # as if the line had changed it


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
@pytest.mark.parametrize(("checked", "fate"), [(True, Fate.AWAY), (False, Fate.UNKNOWN)])
def test_where_tls_breaks_after_the_request_it_may_have_come_through(tmp_path, checked, fate):
    """Where the certificate is checked it is another's, and nothing is said."""
    root, own, _ = certificates.write(tmp_path, "V400m-1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    listening, heard = socket.create_server(("127.0.0.1", 0)), []

    def serve() -> None:
        client, _ = listening.accept()
        raw = client.dup()
        with suppress(OSError), context.wrap_socket(client, server_side=True) as safe:
            heard.append(safe.recv(65536))
            raw.sendall(BAD_RECORD)
            safe.recv(1)
        raw.close()

    server = threading.Thread(target=serve)
    server.start()
    url = f"https://localhost:{listening.getsockname()[1]}/"
    with pytest.raises(requests.exceptions.SSLError) as broke:
        requests.post(url, data=b"a message", verify=str(root) if checked else False, timeout=5)
    server.join(5)
    listening.close()
    assert bool(heard) is not checked
    assert line.failed(broke.value).fate == fate


def test_a_door_without_tls_was_told_nothing():
    inner = ssl.SSLError(1, "wrong version number")
    inner.reason = "WRONG_VERSION_NUMBER"
    error = requests.exceptions.SSLError(MaxRetryError(None, "/", SSLError(inner)))  # type: ignore[arg-type]
    assert line.failed(error).fate == Fate.AWAY
