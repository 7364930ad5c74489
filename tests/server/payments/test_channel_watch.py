"""A channel that does not answer, at several kiosks, is one alert of the community."""

from datetime import timedelta
from uuid import UUID

import pytest

from contract.lifecycle import Fact
from server.alerts import damping
from server.alerts.models import Alert
from server.payments import channel_watch, transitions
from server.payments.models import PaymentOrder
from tests.server.payments import world as worlds
from tests.server.payments.world import NOW

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world():
    return worlds.make()


def order(world, number: int, kiosk: str, answer: str, at=NOW, method: str = "wechat") -> None:
    said = {"asked": "query", "answer": answer, "first": "", "last": "", "times": 1}
    PaymentOrder.objects.create(
        payment_id=str(UUID(int=number)),
        community=world.community,
        unit=world.unit,
        kiosk_id="x",
        kiosk_code=kiosk,
        reference=f"{kiosk}-{number:06d}",
        method=method,
        bills=[{"number": "B1", "amount_minor": 100}],
        amount_minor=100,
        currency="CNY",
        request_hash="x",
        out_trade_no=f"{number:032d}",
        state="pending",
        created_at=at,
        received_at=at,
        changed_at=at,
        submitted_at=at,
        expires_at=at + 10 * MINUTE,
        next_poll_at=at,
        channel_responses=[said],
    )


def silent(world, *kiosks: str, begin: int = 1, method: str = "wechat") -> None:
    for number, kiosk in enumerate(kiosks, begin):
        at = NOW + timedelta(seconds=number)
        order(world, number, kiosk, "unknown", at, method)


def open_ones() -> list[str]:
    rows = Alert.objects.filter(kind="channel_failing", resolved_at=None, cured_at=None)
    return list(rows.values_list("subject", flat=True))


def test_several_kiosks_without_an_answer_are_one_alert(world):
    silent(world, "K1", "K2", "K1")
    channel_watch.look(NOW + MINUTE)
    channel_watch.look(NOW + 2 * MINUTE)
    [alert] = Alert.objects.all()
    assert (alert.kind, alert.subject) == ("channel_failing", "wechat")
    assert alert.details["kiosks"] == ["K1", "K2"]


@pytest.mark.parametrize("kiosks", [("K1", "K1", "K1", "K1"), ("K1", "K2")])
def test_one_kiosk_or_two_orders_are_no_channel(world, kiosks):
    silent(world, *kiosks)
    channel_watch.look(NOW + MINUTE)
    assert open_ones() == []


def test_another_channel_is_not_meant(world):
    silent(world, "K1", "K2", "K3")
    order(world, 10, "K1", "paid", NOW + MINUTE, "alipay")
    channel_watch.look(NOW + MINUTE)
    assert open_ones() == ["wechat"]


def test_it_is_over_some_minutes_after_the_first_answer(world):
    silent(world, "K1", "K2", "K3")
    channel_watch.look(NOW + MINUTE)
    order(world, 10, "K1", "paid", NOW + 2 * MINUTE)
    channel_watch.look(NOW + 2 * MINUTE)
    assert open_ones() == []
    channel_watch.look(NOW + 2 * MINUTE + damping.QUIET)
    assert Alert.objects.get().resolved_at == NOW + 2 * MINUTE


def test_where_nobody_pays_it_lasts_and_is_forgotten_after_a_while(world):
    silent(world, "K1", "K2", "K3")
    channel_watch.look(NOW + MINUTE)
    channel_watch.look(NOW + 15 * MINUTE)
    assert open_ones() == ["wechat"], "that nobody tries is no answer"
    quiet = NOW + channel_watch.FORGOTTEN + MINUTE
    channel_watch.look(quiet)
    channel_watch.look(quiet + damping.QUIET)
    assert Alert.objects.get().resolved_at == quiet


def test_a_channel_that_cannot_even_be_asked_has_not_answered(world):
    for number, kiosk in enumerate(("K1", "K2", "K1"), 1):
        order(world, number, kiosk, "unknown", NOW + timedelta(seconds=number))
    PaymentOrder.objects.update(channel_responses=[])
    for row in PaymentOrder.objects.all():
        transitions.apply_unpaid(row.payment_id, Fact.DECLINED, "channel_unavailable", NOW)
    channel_watch.look(NOW + MINUTE)
    assert open_ones() == ["wechat"]


def test_an_order_that_was_not_asked_about_yet_says_nothing(world):
    silent(world, "K1", "K2", "K1")
    PaymentOrder.objects.update(channel_responses=[])
    channel_watch.look(NOW + MINUTE)
    assert open_ones() == []
