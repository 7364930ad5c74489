"""A phone is charged by the code it showed: once, whatever fails, and to its true end."""

import pytest
from django.core import serializers

from contract.lifecycle import Fact
from contract.messages import Method, PaymentState
from server.alerts.models import Alert
from server.billing.leases import BillLeased
from server.billing.models import Bill, BillLease
from server.billing.verification import verify_ledger
from server.ledger import posting
from server.payments import initiation, inquiry, notifications, payment_codes, sweeper, transitions
from server.payments.channels import registry
from server.payments.channels.interface import ChannelStatus, ChannelUnavailable, OrderState
from server.payments.initiation import IdempotencyConflict, start
from server.payments.models import PaymentOrder
from server.payments.serializers import view_of
from tests.server.payments.charges import (
    ALIPAY_CODE,
    WECHAT_CODE,
    kept,
    later,
    order,
    request,
    sweep_until,
)
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.world import NOW


class Killed(BaseException):
    """The process ended here; nothing after it ran."""


# --- the ordinary ways ---


def test_a_phone_that_pays_at_once_settles_the_bills(world):
    view = view_of(start(world.caller, request(world), NOW))
    assert (view.state, view.with_payment_code, view.code_url) == ("approved", True, None)
    assert order().captured_minor == 66416
    assert {b.state for b in Bill.objects.all()} == {"paid"}
    assert world.channel.created == 0
    assert verify_ledger() == []


@pytest.mark.parametrize("reason", ["code_expired", "code_invalid", "no_money", "refused"])
def test_an_explicit_no_is_told_with_its_reason_and_frees_the_bills(world, reason):
    world.channel.phone = reason
    view = view_of(start(world.caller, request(world), NOW))
    assert (view.state, view.reason) == ("declined", reason)
    assert BillLease.objects.count() == 0
    world.channel.phone = "pays"
    assert start(world.caller, request(world, 2), NOW).life is PaymentState.APPROVED


def test_a_phone_that_asks_for_the_password_is_waited_for_and_paid(world):
    world.channel.phone = "asks"
    assert start(world.caller, request(world), NOW).life is PaymentState.PENDING
    sweep_until(world, 20)
    assert order().life is PaymentState.PENDING
    world.channel.pays(order().out_trade_no)
    sweeper.sweep(later(25))
    assert order().life is PaymentState.APPROVED
    assert world.channel.reversed == []


def test_a_password_that_nobody_types_ends_in_a_reversal(world):
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    sweep_until(world, 40)
    assert (order().life, world.channel.reversed) == (PaymentState.PENDING, [])
    sweeper.sweep(later(45))
    assert order().life is PaymentState.CANCELLED
    assert world.channel.reversed == [order().out_trade_no]
    assert BillLease.objects.count() == 0


def test_a_password_that_is_refused_ends_as_soon_as_a_reversal_is_allowed(world):
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    refused = OrderState(ChannelStatus.DECLINED, reason="refused")
    world.channel.orders[order().out_trade_no] = refused
    sweeper.sweep(later(10))
    assert (order().life, world.channel.reversed) == (PaymentState.PENDING, [])
    sweeper.sweep(later(15))
    assert (order().life, order().reason) == (PaymentState.DECLINED, "refused")


def test_a_resident_who_cancels_is_heard_when_the_channel_allows_it(world):
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    assert inquiry.cancel(order(), later(3)).life is PaymentState.PENDING
    assert world.channel.reversed == [], "not in the first 15 seconds"
    sweeper.sweep(later(15))
    assert order().life is PaymentState.CANCELLED


def test_cancelling_what_was_paid_finds_it_paid_and_gives_nothing_back(world):
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    world.channel.pays(order().out_trade_no)
    assert inquiry.cancel(order(), later(20)).life is PaymentState.APPROVED
    assert world.channel.reversed == []


# --- refused before anybody is asked ---


def test_a_code_of_another_wallet_is_refused_before_anything(world):
    for method, code in [
        (Method.WECHAT, ALIPAY_CODE),
        (Method.ALIPAY, WECHAT_CODE),
        (Method.CARD, WECHAT_CODE),
        (Method.WECHAT, "9" * 18),
    ]:
        with pytest.raises(payment_codes.OtherWallet):
            start(world.caller, request(world, code=code, method=method), NOW)
    assert PaymentOrder.objects.count() == 0
    assert world.channel.charged == []


def test_a_channel_without_the_contract_charges_no_codes(world, monkeypatch):
    monkeypatch.setattr(registry, "charging_phones", list)
    with pytest.raises(ChannelUnavailable):
        start(world.caller, request(world), NOW)
    assert (PaymentOrder.objects.count(), world.channel.charged) == (0, [])


def test_a_channel_that_is_not_reached_charges_nothing_and_the_next_code_is_taken(world):
    world.channel.fails = [ChannelUnavailable("no line")]
    with pytest.raises(ChannelUnavailable):
        start(world.caller, request(world), NOW)
    assert (order().life, order().reason) == (PaymentState.DECLINED, "channel_unavailable")
    assert start(world.caller, request(world, 2), NOW).life is PaymentState.APPROVED


# --- once ---


@pytest.mark.parametrize("phone", ["pays", "asks", "no_money"])
def test_the_same_request_again_is_never_a_second_charge(world, phone):
    world.channel.phone = phone
    first = start(world.caller, request(world), NOW)
    for second in (1, 2):
        again = start(world.caller, request(world), later(second))
        assert (again.pk, again.state) == (first.pk, order().state)
    assert len(world.channel.charged) == 1


def test_the_same_request_again_looks_into_what_is_unknown(world):
    world.channel.answer_lost = True
    assert start(world.caller, request(world), NOW).life is PaymentState.UNKNOWN
    assert start(world.caller, request(world), later(2)).life is PaymentState.APPROVED
    assert len(world.channel.charged) == 1


def test_two_deliveries_at_the_same_moment_charge_once(world, monkeypatch):
    real = world.channel.charge

    def while_the_second_comes(asked, code):
        monkeypatch.setattr(world.channel, "charge", real)
        assert start(world.caller, request(world), NOW).life is PaymentState.PENDING
        return real(asked, code)

    monkeypatch.setattr(world.channel, "charge", while_the_second_comes)
    assert start(world.caller, request(world), NOW).life is PaymentState.APPROVED
    assert len(world.channel.charged) == 1


def test_another_code_under_the_same_id_changes_nothing(world):
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    other = request(world, code="101234567890123456")
    assert start(world.caller, other, later(1)).life is PaymentState.PENDING
    assert len(world.channel.charged) == 1


def test_with_and_without_a_code_are_different_requests(world):
    start(world.caller, request(world), NOW)
    with pytest.raises(IdempotencyConflict):
        start(world.caller, world.request(), NOW)
    with pytest.raises(IdempotencyConflict):
        start(world.caller, request(world, bills=1), NOW)


def test_the_code_is_kept_nowhere(world, caplog):
    caplog.set_level("DEBUG")
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    rows = serializers.serialize("json", [*PaymentOrder.objects.all(), *Alert.objects.all()])
    assert WECHAT_CODE not in rows
    assert WECHAT_CODE not in caplog.text
    digests = {initiation._digest(request(world, code=f"13456789012345678{n}")) for n in range(10)}
    assert digests == {order().request_hash}, "it says nothing about the code"
    assert WECHAT_CODE not in repr(request(world))


# --- killed between two steps ---


def test_killed_before_the_channel_was_asked_the_request_may_come_again(world, monkeypatch):
    monkeypatch.setattr(transitions, "begin_charge", _dies)
    with pytest.raises(Killed):
        start(world.caller, request(world), NOW)
    assert order().life is PaymentState.CREATED
    monkeypatch.undo()
    _patched_again(world, monkeypatch)
    assert start(world.caller, request(world), later(10)).life is PaymentState.APPROVED
    assert len(world.channel.charged) == 1


def test_killed_before_the_channel_was_asked_and_nobody_comes_back(world, monkeypatch):
    monkeypatch.setattr(transitions, "begin_charge", _dies)
    with pytest.raises(Killed):
        start(world.caller, request(world), NOW)
    monkeypatch.undo()
    _patched_again(world, monkeypatch)
    sweep_until(world, 65)
    assert order().life is PaymentState.CANCELLED
    assert start(world.caller, request(world), later(70)).life is PaymentState.CANCELLED
    assert world.channel.charged == []


@pytest.mark.parametrize("reached", [False, True])
def test_killed_while_the_channel_is_asked_nobody_asks_again(world, monkeypatch, reached):
    real = world.channel.charge

    def dies(asked, code):
        if reached:
            real(asked, code)
        raise Killed

    monkeypatch.setattr(world.channel, "charge", dies)
    with pytest.raises(Killed):
        start(world.caller, request(world), NOW)
    assert order().life is PaymentState.PENDING
    monkeypatch.setattr(world.channel, "charge", real)
    start(world.caller, request(world), later(10))
    sweep_until(world, 60)
    assert len(world.channel.charged) == (1 if reached else 0)
    assert order().life is (PaymentState.APPROVED if reached else PaymentState.CANCELLED)
    assert kept(world) == order().captured_minor == (66416 if reached else 0)


def test_killed_before_the_answer_was_written_it_is_found(world, monkeypatch):
    monkeypatch.setattr(inquiry, "apply_charge_answer", _dies)
    with pytest.raises(Killed):
        start(world.caller, request(world), NOW)
    monkeypatch.undo()
    _patched_again(world, monkeypatch)
    sweeper.sweep(later(5))
    assert order().life is PaymentState.APPROVED


def test_killed_after_the_reversal_it_is_found_reversed(world, monkeypatch):
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    real = transitions.apply_unpaid
    monkeypatch.setattr(transitions, "apply_unpaid", _dies)
    with pytest.raises(Killed):
        inquiry.check(order(), later(45))
    monkeypatch.setattr(transitions, "apply_unpaid", real)
    sweeper.sweep(later(60))
    assert order().life is PaymentState.CANCELLED
    assert len(world.channel.reversed) == 1


def _dies(*_, **__):
    raise Killed


def _patched_again(world, monkeypatch):
    monkeypatch.setattr(registry, "channel", lambda method: world.channel)
    monkeypatch.setattr(registry, "charging_phones", lambda: ["wechat"])


# --- no answer, odd answers ---


@pytest.mark.parametrize("truth", ["pays", "asks"])
def test_a_charge_without_an_answer_is_looked_into(world, truth):
    world.channel.phone, world.channel.answer_lost = truth, True
    view = view_of(start(world.caller, request(world), NOW))
    assert (view.state, view.reason) == ("unknown", "no_answer")
    sweep_until(world, 60)
    assert order().life is (PaymentState.APPROVED if truth == "pays" else PaymentState.CANCELLED)
    assert len(world.channel.charged) == 1


def test_a_silent_channel_ends_nothing_and_is_reported(world):
    world.channel.silent = True
    start(world.caller, request(world), NOW)
    sweeper.sweep(later(3 * 3600))
    assert order().life is PaymentState.UNKNOWN
    assert Alert.objects.filter(kind="unknown_for_long").count() == 1
    world.channel.silent = False
    sweeper.sweep(later(5 * 3600))
    assert order().life is PaymentState.APPROVED


def test_nothing_is_reversed_while_the_query_is_not_answered(world):
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    world.channel.silent = True
    sweep_until(world, 90)
    assert world.channel.reversed == [], "it may have been paid, and reversing would give it back"


def test_a_refused_reversal_is_tried_again_and_may_find_it_paid(world):
    world.channel.phone, world.channel.reversal_refused = "asks", True
    start(world.caller, request(world), NOW)
    sweep_until(world, 55)
    assert order().life is PaymentState.PENDING
    assert len(world.channel.reversed) == 3
    world.channel.pays(order().out_trade_no)
    sweeper.sweep(later(60))
    assert order().life is PaymentState.APPROVED
    assert kept(world) == 66416


def test_another_amount_than_the_orders_settles_nothing_and_is_reported(world, monkeypatch):
    odd = OrderState(ChannelStatus.PAID, "42", 1, NOW)
    monkeypatch.setattr(world.channel, "charge", lambda *_: odd)
    assert start(world.caller, request(world), NOW).life is PaymentState.UNKNOWN
    assert Alert.objects.filter(kind="amount_differs").count() == 1


def test_a_notification_and_the_answer_are_one_payment(world):
    start(world.caller, request(world), NOW)
    paid = world.channel.orders[order().out_trade_no]
    for _ in range(2):
        assert notifications.apply_notification(order(), paid, later(1))
    assert posting.balance(world.community.pk, "clearing:wechat") == 66416


# --- what the kiosk's journal says meanwhile ---


@pytest.mark.parametrize("state", [PaymentState.UNKNOWN, PaymentState.CANCELLED])
def test_a_request_that_comes_after_the_kiosk_gave_up_is_not_charged(world, state):
    said = record(world, state, 3, method=Method.WECHAT, with_payment_code=True, reason="x")
    take(world, KioskJournal().tells(said).entries)
    start(world.caller, request(world), NOW)
    sweep_until(world, 30)
    assert start(world.caller, request(world), later(30)).life is PaymentState.CANCELLED
    assert world.channel.charged == []


def test_a_kiosk_that_gave_up_has_its_order_taken_back(world):
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    said = record(world, PaymentState.UNKNOWN, 3, method=Method.WECHAT, with_payment_code=True)
    take(world, KioskJournal().tells(said).entries)
    sweeper.sweep(later(15))
    assert order().life is PaymentState.CANCELLED


# --- never two attempts at once ---


def test_bills_in_doubt_are_charged_to_nobody_else(world):
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    with pytest.raises(BillLeased):
        start(world.caller, request(world, 2, bills=1), later(10))
    assert len(world.channel.charged) == 1


@pytest.mark.parametrize("fact", list(Fact))
def test_every_fact_in_every_state_of_a_charged_order_keeps_the_books_right(world, fact):
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    told = {
        Fact.SUBMITTED: lambda o: transitions.mark_submitted(o.payment_id, NOW),
        Fact.APPROVED: lambda o: transitions.apply_paid(
            o.payment_id, OrderState(ChannelStatus.PAID, "42"), NOW
        ),
        Fact.DECLINED: lambda o: transitions.apply_unpaid(o.payment_id, fact, "x", NOW),
        Fact.CANCELLED: lambda o: transitions.apply_unpaid(o.payment_id, fact, "x", NOW),
        Fact.UNANSWERED: lambda o: transitions.mark_unknown(o.payment_id, "x", NOW),
        Fact.REVERSED: lambda o: transitions.apply_reversed(o.payment_id, "x", NOW),
    }
    for first in told.values():
        first(order())
        told[fact](order())
        assert verify_ledger() == []
