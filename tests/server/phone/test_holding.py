"""How long a phone's payment holds its bills, whoever comes back to it and whoever does not."""

from datetime import timedelta

import pytest

from contract.messages import PaymentState
from server.billing.models import BillLease
from server.payments import notifications, transitions
from server.payments.channels.interface import ChannelUnavailable, OutcomeUnknown
from server.payments.sweeper import sweep
from server.payments.verification import verify_books
from tests.server.payments.world import NOW
from tests.server.phone.conftest import newest
from tests.server.phone.test_paying import states, tells


@pytest.fixture(autouse=True)
def books_are_true(request, db):
    yield
    assert verify_books() == []


def test_what_another_try_showed_is_not_ended_by_a_try_that_failed(world, phone, monkeypatch):
    """Touched twice at once: both tries ask the channel."""
    made = world.channel.create

    def create(order):
        transitions.mark_submitted(newest().payment_id, NOW, code_url=made(order))
        raise ChannelUnavailable("not connected")

    monkeypatch.setattr(world.channel, "create", create)
    phone.look()
    assert phone.pay().status_code == 302
    assert newest().life is PaymentState.PENDING and BillLease.objects.exists()
    tells(world.channel, newest())
    assert states(world) == ["paid", "paid"]


def test_given_up_while_the_form_is_sent_once_more_no_channel_is_asked(world, phone, monkeypatch):
    phone.look()
    world.channel.fails = [OutcomeUnknown("no answer")]
    address = phone.pay()["Location"]
    matched = notifications.match_order

    def meanwhile(order, at):
        phone.client.post(f"{address}/cancel")
        return matched(order, at)

    monkeypatch.setattr(notifications, "match_order", meanwhile)
    made = world.channel.created
    phone.pay()
    assert world.channel.created == made and not newest().code_url


@pytest.mark.parametrize("method", ["wechat", "alipay"])
def test_whoever_never_comes_back_holds_the_bills_no_longer_than_is_said(
    world, phone, clock, method
):
    """Swept as in life, every few seconds, and by no look at its page."""
    phone.look()
    address = phone.pay(method)["Location"]
    if method == "alipay":
        clock.passes(minutes=9)
        phone.client.post(f"{address}/cancel")
    while clock.now < NOW + timedelta(minutes=10, seconds=40):
        sweep(clock.passes(seconds=5))
    assert newest().life is PaymentState.CANCELLED and not BillLease.objects.exists()


def test_paid_before_a_backup_was_restored_and_sent_once_more_it_is_paid(world, phone, clock):
    """The browser goes back to the form and sends it again; its channel has told of it long ago."""
    phone.look()
    world.channel.fails = [OutcomeUnknown("ORDERPAID")]
    number = phone.form()["payment_id"][0].replace("-", "")
    world.channel.pays(number, 66_416)
    address = phone.pay()["Location"]
    assert newest().life is PaymentState.CREATED
    sweep(clock.passes(seconds=31))
    assert "缴费成功" in phone.client.get(address).content.decode()
    assert states(world) == ["paid", "paid"]


@pytest.mark.parametrize("method", ["wechat", "alipay"])
def test_paid_on_a_page_that_stayed_open_beyond_its_time_and_never_told(
    world, phone, alipay, clock, method
):
    """At Alipay nothing is there that could be closed; no notification comes."""
    channel = alipay if method == "alipay" else world.channel
    phone.look()
    address = phone.pay(method)["Location"]
    sweep(clock.passes(minutes=11))
    assert newest().life is PaymentState.CANCELLED
    channel.pays(newest().out_trade_no)
    for _ in range(4):
        sweep(clock.passes(minutes=6))
    assert newest().life is PaymentState.REVERSED
    assert sum(channel.refunds.values()) == newest().captured_minor == 66_416
    assert states(world) == ["open", "open"]
    assert "退" in phone.client.get(address).content.decode()
