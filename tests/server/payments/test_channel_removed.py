"""A channel that is taken out of the configuration says nothing about what it took before."""

import pytest

from contract.messages import PaymentState
from server.payments import inquiry, sweeper
from server.payments.channels import registry
from server.payments.channels.interface import ChannelUnavailable
from server.payments.initiation import start
from server.payments.models import PaymentOrder, Refund
from tests.server.payments.charges import later, order, request
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.world import NOW, Method


@pytest.fixture
def removed(monkeypatch):
    return lambda: monkeypatch.setattr(registry, "channel", lambda method: None)


@pytest.mark.parametrize("phone", ["asks", "pays"])
def test_what_may_have_been_charged_is_never_told_as_not_charged(world, removed, phone):
    """Kiosks take channel_unavailable for: certainly nothing was charged."""
    world.channel.phone, world.channel.answer_lost = phone, True
    assert start(world.caller, request(world), NOW).life is PaymentState.UNKNOWN
    removed()
    assert start(world.caller, request(world), NOW).life is PaymentState.UNKNOWN
    assert inquiry.cancel(order(), NOW).life is PaymentState.UNKNOWN


def test_what_is_known_is_told(world, removed):
    start(world.caller, request(world), NOW)
    removed()
    assert start(world.caller, request(world), NOW).life is PaymentState.APPROVED


def test_what_the_journal_told_of_may_have_been_charged_before_a_restore(world, removed):
    said = record(
        *(world, PaymentState.UNKNOWN, 2),
        method=Method.WECHAT,
        with_payment_code=True,
        reason="no_answer",
    )
    take(world, KioskJournal().tells(said).entries)
    removed()
    assert start(world.caller, request(world), NOW).life is PaymentState.CREATED


def test_what_was_never_asked_is_told_as_such_each_time(world, removed, monkeypatch):
    monkeypatch.setattr(world.channel, "charge", None)
    with pytest.raises(TypeError):
        start(world.caller, request(world), NOW)
    PaymentOrder._base_manager.update(state="created", submitted_at=None)  # killed before it asked
    removed()
    for _ in range(2):
        with pytest.raises(ChannelUnavailable):
            start(world.caller, request(world), NOW)
    assert order().life is PaymentState.CANCELLED


def test_a_refund_is_sent_as_soon_as_its_channel_is_set_up_again(world, monkeypatch):
    start(world.caller, world.request(), NOW)
    inquiry.cancel(order(), later(2))
    inquiry.apply_answer(order(), world.channel.pays(order().out_trade_no), later(3))
    with monkeypatch.context() as away:
        away.setattr(registry, "channel", lambda method: None)
        sweeper.sweep(later(6))
    assert Refund.objects.get().trouble_since == later(6)
    sweeper.sweep(later(12))
    assert Refund.objects.get().state == Refund.State.DONE
