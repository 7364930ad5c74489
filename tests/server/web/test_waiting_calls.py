"""Calls of a kiosk that wait for news of a payment, through the door, Django and the database."""

import asyncio
import json
import threading
import time

import pytest
from django.db import connection
from django.utils import timezone

from server.api import long_poll
from server.payments import inquiry, timing, transitions
from server.payments.channels.interface import ChannelStatus, OrderState
from server.payments.models import PaymentOrder
from server.web import changes
from server.web.door import Door
from server.web.waiting_room import WaitingRoom
from server.wsgi import application
from tests.server.api.callers import payment
from tests.server.api.conftest import kiosk, world  # noqa: F401
from tests.server.web.callers import Call

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def door(settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    room = WaitingRoom()
    room.open()
    yield Door(application, 2, room)
    room.close()
    while room._asked:  # what is asked of a channel is written down, while there is a database
        time.sleep(0.02)


def call_of(kiosk, view, for_s=20, after=None) -> Call:  # noqa: F811
    after = view["version"] if after is None else after
    path = f"/api/v1/payments/{view['payment_id']}?wait={for_s}&after_version={after}"
    return Call("GET", path, headers=kiosk.headers("GET", path))


def answers(door, *calls: Call, meanwhile=lambda: None) -> list[dict]:
    """What each call is told, and how long it took at most."""

    async def lobby():
        tasks = [asyncio.ensure_future(call.at(door)) for call in calls]
        while sum(len(here) for here in door._room._waits.values()) < len(calls):
            if all(task.done() for task in tasks):
                break
            await asyncio.sleep(0.02)
        await asyncio.to_thread(meanwhile)
        await asyncio.wait_for(asyncio.gather(*tasks), 60)

    asyncio.run(lobby())
    return [json.loads(call.body) for call in calls]


@pytest.fixture
def view(world, kiosk):  # noqa: F811
    return kiosk.post("/payments", payment(world)).json()


def found_paid(view):
    order = PaymentOrder.objects.get(payment_id=view["payment_id"])
    inquiry.check(order, timezone.now())
    connection.close()


def test_who_waits_is_told_when_the_payment_changed(world, kiosk, view, door, monkeypatch):  # noqa: F811
    monkeypatch.setattr(timing, "QR_POLL_S", 600.0)

    def paid():
        world.channel.pays(view["payment_id"].replace("-", ""))
        found_paid(view)

    started = time.monotonic()
    told = answers(door, *(call_of(kiosk, view) for _ in range(5)), meanwhile=paid)
    assert [answer["state"] for answer in told] == ["approved"] * 5
    assert time.monotonic() - started < 15


def test_the_channel_is_asked_while_somebody_waits(world, kiosk, view, door, monkeypatch):  # noqa: F811
    monkeypatch.setattr(timing, "QR_POLL_S", 0.2)
    world.channel.pays(view["payment_id"].replace("-", ""))
    assert answers(door, call_of(kiosk, view))[0]["state"] == "approved"


def test_after_its_time_a_call_is_told_what_it_knew(world, kiosk, view, door, monkeypatch):  # noqa: F811
    monkeypatch.setattr(timing, "QR_POLL_S", 600.0)
    monkeypatch.setattr(long_poll, "answer", None)  # nothing is read again
    (told,) = answers(door, call_of(kiosk, view, for_s=1))
    assert (told["state"], told["version"]) == ("pending", view["version"])
    assert told["expires_in_s"] <= view["expires_in_s"] - 1
    assert list(told) == list(kiosk.get(f"/payments/{view['payment_id']}").json())


def test_what_is_told_after_a_wait_reads_as_what_is_told_at_once(world, kiosk, view, door):  # noqa: F811
    world.channel.pays(view["payment_id"].replace("-", ""))
    (waited,) = answers(door, call_of(kiosk, view), meanwhile=lambda: found_paid(view))
    at_once = kiosk.get(f"/payments/{view['payment_id']}").json()
    for told in (waited, at_once):
        told.pop("expires_in_s")
    assert waited == at_once
    assert (waited["state"], list(waited)) == ("approved", list(at_once))


def test_nobody_waits_for_what_is_newer_already(world, kiosk, view, door):  # noqa: F811
    (told,) = answers(door, call_of(kiosk, view, after=0))
    assert told["state"] == "pending"


def test_another_kiosks_word_is_refused_before_anybody_waits(world, kiosk, view, door):  # noqa: F811
    call = call_of(kiosk, view)
    for refused in (call, Call("GET", call.scope["path"] + "?wait=20&after_version=9")):
        refused.scope["headers"] = [
            pair for pair in refused.scope["headers"] if pair[0] != b"signature"
        ]
    for answer in answers(door, call):
        assert answer["code"] == "not_signed"
    assert call.status == 401


def test_a_channel_that_is_silent_holds_up_nobody_else(world, kiosk, view, door, monkeypatch):  # noqa: F811
    monkeypatch.setattr(timing, "QR_POLL_S", 0.1)
    silent = threading.Event()

    def query(number):
        silent.wait(30)
        return OrderState(ChannelStatus.UNKNOWN)

    monkeypatch.setattr(world.channel, "query", query)

    def released_by_hand():
        time.sleep(1)  # the channel is being asked
        transitions.mark_unknown(view["payment_id"], "no_answer", timezone.now())
        connection.close()

    started = time.monotonic()
    (told,) = answers(door, call_of(kiosk, view), meanwhile=released_by_hand)
    silent.set()
    assert told["state"] == "unknown"
    assert time.monotonic() - started < 15


def test_trouble_of_the_database_ends_no_wait(world, kiosk, view, monkeypatch, settings, caplog):  # noqa: F811
    settings.ALLOWED_HOSTS = ["testserver"]
    monkeypatch.setattr(timing, "QR_POLL_S", 600.0)
    monkeypatch.setattr("server.web.waiting_room._TROUBLE_S", 0.1)

    class Troubled(changes.Untold):
        def __init__(self):
            self.left = 3

        def next(self):
            if self.left:
                self.left -= 1
                raise OSError("the line is lost")
            return super().next()

    room = WaitingRoom(Troubled())
    room.open()
    world.channel.pays(view["payment_id"].replace("-", ""))
    door = Door(application, 1, room)
    (told,) = answers(door, call_of(kiosk, view), meanwhile=lambda: found_paid(view))
    room.close()
    assert told["state"] == "approved"
    assert "the line is lost" in caplog.text


def test_while_nobody_waits_nobody_listens(world, kiosk, view, monkeypatch, settings):  # noqa: F811
    settings.ALLOWED_HOSTS = ["testserver"]
    monkeypatch.setattr(timing, "QR_POLL_S", 600.0)
    monkeypatch.setattr("server.web.waiting_room.EMPTY_S", 0.1)
    ended = threading.Event()

    class Listening(changes.Untold):
        def end(self):
            ended.set()

    room = WaitingRoom(Listening())
    room.open()
    assert ended.wait(10)
    world.channel.pays(view["payment_id"].replace("-", ""))
    door = Door(application, 1, room)
    (told,) = answers(door, call_of(kiosk, view), meanwhile=lambda: found_paid(view))
    assert told["state"] == "approved"
    ended.clear()
    assert ended.wait(10)
    room.close()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL tells")
def test_postgresql_tells_of_each_payment_that_changed(world, kiosk, view, monkeypatch):  # noqa: F811
    told = changes.Told()
    assert told.next() is None  # what changed before nobody knows
    monkeypatch.setattr(timing, "ROW_POLL_S", 10.0)
    monkeypatch.setattr(changes, "ALL_EVERY_S", 600.0)
    told._all_at = time.monotonic() + 600
    world.channel.pays(view["payment_id"].replace("-", ""))
    found_paid(view)
    assert told.next() == {view["payment_id"]}
    told.end()
    assert told.next() is None
    told.end()
