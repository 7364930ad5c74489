"""Who waits holds no thread; who hung up costs no work; half a request is none."""

import asyncio
import threading
from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from server.api import long_poll
from server.api.long_poll import WISH
from server.client_gone import CLIENT_CLOSED, GONE, ClientGone
from server.payments.models import PaymentOrder
from server.web import door as doors
from server.web.door import Door
from server.web.waiting_room import WaitingRoom
from tests.server.web.callers import Call

WAITS = "/api/v1/payments/p-1?wait=25&after_version=3"


class Room:
    """News comes when the test says so."""

    def __init__(self) -> None:
        self.inside = 0
        self.came = asyncio.Event()

    async def news(self, wish, watch) -> bool:
        self.inside += 1
        came = asyncio.ensure_future(self.came.wait())
        try:
            await asyncio.wait({came, watch}, return_when=asyncio.FIRST_COMPLETED)
            return came.done()
        finally:
            came.cancel()
            self.inside -= 1

    def close(self) -> None:
        self.came.set()


def site(environ, start_response):
    """As Django would: a call with nothing new leaves word."""
    if "wait=" in environ["QUERY_STRING"]:
        wish = environ["asgi.scope"][WISH]
        wish.order, wish.for_s = PaymentOrder(payment_id="p-1"), 25.0
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "3")])
    return [b"old"]


async def until(true) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def newer(monkeypatch):
    monkeypatch.setattr(doors, "_told", lambda payment_id: b"newer")


def test_two_hundred_that_wait_leave_the_only_thread_to_others():
    async def lobby():
        room = Room()
        door = Door(site, 1, room)
        waiting = [asyncio.ensure_future(Call("GET", WAITS).at(door)) for _ in range(200)]
        await until(lambda: room.inside == 200)
        other = await Call("GET", "/api/v1/config").at(door)
        assert (other.status, other.body, door.busy) == (200, b"old", 200)
        room.came.set()
        for call in await asyncio.gather(*waiting):
            assert (call.status, call.body) == (200, b"newer")
            assert call.headers["content-length"] == "5"
            assert call.headers["content-type"] == "application/json"
        assert door.busy == 0

    asyncio.run(lobby())


def test_who_hangs_up_waits_no_longer():
    async def lobby():
        room = Room()
        call = Call("GET", WAITS)
        waits = asyncio.ensure_future(call.at(Door(site, 1, room)))
        await until(lambda: room.inside == 1)
        call.hang_up()
        await asyncio.wait_for(waits, 10)
        assert room.inside == 0

    asyncio.run(lobby())


def test_at_the_end_whoever_waits_is_answered():
    async def lobby():
        room = WaitingRoom()
        door = Door(site, 1, room)
        waits = asyncio.ensure_future(Call("GET", WAITS).at(door))
        await until(lambda: room._waits)
        door.close()
        assert (await asyncio.wait_for(waits, 10)).body == b"newer"
        assert (await asyncio.wait_for(Call("GET", WAITS).at(door), 10)).body == b"newer"

    asyncio.run(lobby())


def test_news_that_cannot_be_read_is_told_as_it_was(monkeypatch):
    def broken(payment_id):
        raise OSError("the database is away")

    monkeypatch.setattr(doors, "_told", broken)

    async def lobby():
        room = Room()
        room.came.set()
        assert (await Call("GET", WAITS).at(Door(site, 1, room))).body == b"old"

    asyncio.run(lobby())


def test_what_nobody_waits_for_any_more_is_not_begun():
    free, worked_on = threading.Event(), []

    def slow(environ, start_response):
        answer = ClientGone(lambda request: HttpResponse(worked_on.append(request.path)))(
            RequestFactory().generic(environ["REQUEST_METHOD"], environ["PATH_INFO"], **environ)
        )
        if environ["PATH_INFO"] == "/staff/first/":
            free.wait(10)
        start_response(f"{answer.status_code} X", [])
        return [b""]

    async def lobby():
        door = Door(slow, 1, Room())
        first = asyncio.ensure_future(Call("GET", "/staff/first/").at(door))
        await until(lambda: worked_on)
        gone = [
            Call("POST", "/api/v1/payments", b"{}"),
            Call("GET", "/staff/fleet/live/"),
            Call("POST", "/staff/open-questions/act/", b"a=1"),
        ]
        tasks = [asyncio.ensure_future(call.at(door)) for call in gone]
        await asyncio.sleep(0.1)  # they wait for the only thread
        for call in gone:
            call.hang_up()
        await asyncio.sleep(0.1)
        free.set()
        await asyncio.gather(first, *tasks)
        assert [call.status for call in gone] == [CLIENT_CLOSED, CLIENT_CLOSED, 200]
        assert worked_on == ["/staff/first/", "/staff/open-questions/act/"]

    asyncio.run(lobby())


def test_what_a_thread_has_begun_it_ends_though_the_call_is_cancelled():
    """As gunicorn does with the call of a client that hung up."""
    free, begun = threading.Event(), threading.Event()
    ended, left_undone = [], []

    def slow(environ, start_response):
        begun.set()
        free.wait(10)
        if environ["asgi.scope"][GONE].gone and environ["REQUEST_METHOD"] == "GET":
            left_undone.append(environ["PATH_INFO"])
        for _ in range(50):  # more than may be under way to a client
            start_response("200 OK", [])(b"x" * 1000)
        ended.append(environ["PATH_INFO"])
        return []

    async def lobby():
        door = Door(slow, 1, Room())
        first = asyncio.ensure_future(Call("POST", "/staff/bills/1/").at(door))
        await asyncio.to_thread(begun.wait, 10)
        second = asyncio.ensure_future(Call("GET", "/staff/bills/").at(door))
        await asyncio.sleep(0.1)  # it waits for the only thread
        for call in (first, second):
            call.cancel()
        await asyncio.wait({first, second})
        assert (first.cancelled(), second.cancelled(), door.busy) == (True, True, 2)
        free.set()
        await until(lambda: not door.busy)

    asyncio.run(lobby())
    assert (ended, left_undone) == (["/staff/bills/1/", "/staff/bills/"], ["/staff/bills/"])


def test_a_server_that_does_not_tell_answers_everybody():
    worked_on = ClientGone(lambda request: HttpResponse("done"))
    assert worked_on(RequestFactory().get("/staff/")).status_code == 200
    request = RequestFactory().get("/staff/", **{"asgi.scope": {GONE: SimpleNamespace(gone=False)}})
    assert worked_on(request).status_code == 200


@pytest.mark.parametrize(("read_ahead", "what"), [(doors.READ_AHEAD, []), (4, [OSError])])
@pytest.mark.parametrize("path", ["/staff/bills/1/", "/api/v1/payments"])
def test_half_a_form_is_no_form(path, read_ahead, what, monkeypatch):
    monkeypatch.setattr(doors, "READ_AHEAD", read_ahead)
    read = []

    def reads(environ, start_response):
        try:
            read.append(environ["wsgi.input"].read(100))
        except OSError as cut:
            read.append(type(cut))
        start_response("200 OK", [])
        return [b""]

    async def lobby():
        call = Call("POST", path, b"amount=1000")
        call.comes_in_part(b"amount=10")
        told = asyncio.ensure_future(call.at(Door(reads, 1, Room())))
        await asyncio.sleep(0.1)  # what came is read
        call.hang_up()
        await told

    asyncio.run(lobby())
    assert read == what


def test_a_large_upload_is_read_as_it_comes(monkeypatch):
    monkeypatch.setattr(doors, "READ_AHEAD", 4)

    def reads(environ, start_response):
        body = environ["wsgi.input"].read(11)
        start_response("200 OK", [])
        return [body]

    async def lobby():
        return await Call("POST", "/api/v1/x", b"hello world").at(Door(reads, 1, Room()))

    assert asyncio.run(lobby()).body == b"hello world"


def test_bytes_that_no_address_may_hold_are_read_as_they_were_meant():
    def reads(environ, start_response):
        start_response("200 OK", [])
        return [environ["QUERY_STRING"].encode()]

    async def lobby():
        call = Call("GET", "/staff/search/")
        call.scope["query_string"] = "q=张&a=%20+b".encode()
        return await call.at(Door(reads, 1, Room()))

    assert asyncio.run(lobby()).body == b"q=%E5%BC%A0&a=%20+b"


def test_a_long_download_whose_client_left_holds_no_thread():
    begun, left, ended = threading.Event(), threading.Event(), threading.Event()

    def streams(environ, start_response):
        start_response("200 OK", [])
        begun.set()
        left.wait(10)
        for _ in range(200):
            yield b"x" * 1000
        ended.set()

    async def lobby():
        call = Call("GET", "/staff/exports/1/")
        door = asyncio.ensure_future(call.at(Door(streams, 1, Room())))
        await asyncio.to_thread(begun.wait, 10)
        call.hang_up()
        left.set()
        await asyncio.wait_for(door, 10)
        assert ended.is_set()

    asyncio.run(lobby())


def test_where_nobody_waits_in_its_stead_a_call_waits_itself():
    assert not long_poll.left(RequestFactory().get("/"), None, 1, 5.0)
