"""A server that came back with an earlier backup asks again what it was told since, and says so where
what a payer was told is not known here any more."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contract.messages import CREDITED, Method, PaymentState
from server.alerts.models import Alert
from server.billing.verification import verify_ledger
from server.fleet.models import Kiosk
from server.payments import inquiry, payer_status, restored, sweeper, timing
from server.payments.channels.interface import ChannelStatus, OrderState
from server.payments.initiation import start
from server.payments.models import PaymentOrder, Refund
from tests.server.fleet.heartbeats import heartbeat
from tests.server.payments.charges import later, order
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.world import NOW


@pytest.fixture
def ended(world):
    """An order that was closed unpaid, as a backup has it; it was paid after that backup."""
    start(world.caller, world.request(), NOW)
    inquiry.cancel(order(), later(20))
    world.channel.pays(order().out_trade_no)
    assert order().life is PaymentState.CANCELLED
    return order()


def test_late_money_of_which_nobody_tells_again_is_found(world, ended):
    sweeper.sweep(later(4000))
    assert not order().captured_minor, "its channel was told already that we know"
    assert restored.ask_again(later(30), later(4000)) == 1
    sweeper.sweep(later(4001))
    assert (order().life, order().reason) == (PaymentState.REVERSED, "late")
    sweeper.sweep(later(4010))
    assert Refund.objects.get().state == Refund.State.DONE
    assert verify_ledger() == []


def test_what_has_ended_long_before_the_backup_is_not_asked_about(world, ended):
    backup = later(20) + timing.RESTORED_LOOKS_BACK
    assert restored.ask_again(backup + timedelta(seconds=1), later(900_000)) == 0
    assert restored.ask_again(backup, later(900_000)) == 1


def test_who_is_asked_about_already_is_not_asked_anew(world, ended):
    restored.ask_again(later(30), later(60))
    sweeper.sweep(later(61))
    before = order().next_poll_at
    assert restored.ask_again(later(30), later(90)) == 0
    assert order().next_poll_at == before


def test_a_silent_channel_is_asked_until_it_answers(world, ended):
    world.channel.silent = True
    restored.ask_again(later(30), later(60))
    sweeper.sweep(later(61))
    assert order().life is PaymentState.CANCELLED
    world.channel.silent = False
    sweeper.sweep(later(200))
    assert order().reason == "late"


def kiosk_says(**fields):
    from server.fleet import heartbeats

    return heartbeats.lost_since(Kiosk.objects.get(), heartbeat(timezone.now(), **fields))


def test_a_kiosk_that_was_answered_later_than_is_known_here_tells_of_a_restore(world):
    Kiosk.objects.update(heard_at=NOW)
    assert kiosk_says() is None
    assert kiosk_says(answered_at=NOW.isoformat()) is None
    assert kiosk_says(answered_at=(NOW - timedelta(hours=1)).isoformat()) is None
    assert kiosk_says(answered_at=(NOW + timedelta(minutes=1)).isoformat()) == NOW


def test_a_journal_that_was_acknowledged_further_than_it_is_here_tells_of_a_restore(world):
    Kiosk.objects.update(heard_at=NOW, journal_sequence=7)
    assert kiosk_says(journal_last=9, journal_acknowledged=7) is None
    assert kiosk_says(journal_last=9, journal_acknowledged=8) == NOW


def told_paid(world):
    journal = KioskJournal()
    for version, state in enumerate((PaymentState.CREATED, PaymentState.APPROVED), 1):
        journal.tells(record(world, state, version, method=Method.WECHAT, card=None))
    take(world, journal.entries)


def test_staff_hear_of_a_payer_who_was_told_paid_of_what_has_ended_unpaid(world):
    """As staff had decided it, after the backup; the channel has no such money."""
    start(world.caller, world.request(), NOW)
    inquiry.cancel(order(), later(20))
    told_paid(world)
    alert = Alert.objects.get(kind="told_paid")
    assert alert.subject == order().reference
    assert alert.details["amount_minor"] == order().amount_minor
    sweeper.sweep(later(900))
    assert order().life is PaymentState.CANCELLED
    assert payer_status.status_of(order()).title == payer_status._NOT_RECEIVED


def test_the_channel_is_asked_once_more_when_a_payer_was_told_paid(world, ended):
    told_paid(world)
    sweeper.sweep(later(900))
    assert order().captured_minor == order().amount_minor


@pytest.mark.parametrize("state", [PaymentState.CANCELLED, PaymentState.DECLINED])
def test_nothing_is_told_where_kiosk_and_server_agree(world, state):
    start(world.caller, world.request(), NOW)
    inquiry.cancel(order(), later(20))
    journal = KioskJournal()
    journal.tells(record(world, PaymentState.CREATED, 1, method=Method.WECHAT, card=None))
    said = record(world, state, 2, method=Method.WECHAT, card=None)
    journal.tells(said.model_copy(update={"reason": "x"}))
    take(world, journal.entries)
    assert not Alert.objects.exists()
    assert PaymentOrder.objects.get().life is PaymentState.CANCELLED
    assert payer_status.status_of(order()).title != payer_status._NOT_RECEIVED


def test_a_look_that_finds_nothing_ends(world):
    start(world.caller, world.request(), NOW)
    inquiry.cancel(order(), later(20))
    world.channel.orders[order().out_trade_no] = OrderState(ChannelStatus.CLOSED)
    restored.ask_again(later(30), later(60))
    for seconds in (61, 200, 900, 4600, 91_500, 200_000):
        sweeper.sweep(later(seconds))
    assert order().next_poll_at is None


@pytest.mark.parametrize("policy", ["refund", "credit"])
def test_whose_lost_order_was_called_credit_has_it_as_credit(world, policy):
    """Late money was kept, its kiosk told so, and the backup knows neither order nor money."""
    world.community.late_success = policy
    world.community.save()
    journal = KioskJournal()
    for version, state in enumerate((PaymentState.CREATED, PaymentState.REVERSED), 1):
        said = record(world, state, version, method=Method.WECHAT, card=None)
        reason = CREDITED if state is PaymentState.REVERSED else ""
        journal.tells(said.model_copy(update={"reason": reason}))
    take(world, journal.entries)
    world.channel.amounts[order().out_trade_no] = order().amount_minor
    world.channel.pays(order().out_trade_no)
    for seconds in (60, 900):
        sweeper.sweep(later(seconds))
    assert (order().life, order().reason) == (PaymentState.APPROVED, "late")
    assert order().credited_minor == order().captured_minor == order().amount_minor
    assert not Refund.objects.exists()
    assert verify_ledger() == []
