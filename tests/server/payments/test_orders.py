"""An order from its beginning to its true end, whatever fails on the way."""

from datetime import timedelta

import pytest

from contract.lifecycle import Fact
from contract.messages import Method, PaymentState
from server.alerts.models import Alert
from server.billing.leases import BillLeased, BillNotOpen
from server.billing.models import Bill, BillLease
from server.billing.verification import verify_ledger
from server.ledger import posting
from server.payments import inquiry, sweeper, transitions
from server.payments.channels.interface import ChannelStatus, OrderState
from server.payments.initiation import (
    IdempotencyConflict,
    SimulatedMoney,
    start,
)
from server.payments.models import PaymentOrder, Refund
from server.payments.order_checks import AmountChanged, BillUnknown
from server.payments.state_machine import TRANSITIONS
from tests.server.payments.world import NOW, ChannelUnavailable, OutcomeUnknown


def fresh(order):
    return PaymentOrder.objects.get(pk=order.pk)


def bill_states():
    return [b.state for b in Bill.objects.order_by("period")]


def test_a_payment_settles_its_bills_once_whoever_tells_of_it_and_how_often(world):
    order = start(world.caller, world.request(), NOW)
    assert order.life is PaymentState.PENDING
    assert order.code_url.startswith("weixin://")
    paid = world.channel.pays(order.out_trade_no)
    for _ in range(3):
        inquiry.apply_answer(fresh(order), paid, NOW)
        inquiry.check(fresh(order), NOW)
    order = fresh(order)
    assert (order.life, order.captured_minor, order.credited_minor) == ("approved", 66416, 0)
    assert bill_states() == ["paid", "paid"]
    assert posting.balance(world.community.pk, "clearing:wechat") == 66416
    assert BillLease.objects.count() == 0
    assert verify_ledger() == []


def test_the_same_request_again_is_the_same_order(world):
    first = start(world.caller, world.request(), NOW)
    again = start(world.caller, world.request(), NOW)
    assert first.pk == again.pk
    assert world.channel.created == 1


def test_the_same_id_with_another_body_is_refused(world):
    start(world.caller, world.request(), NOW)
    with pytest.raises(IdempotencyConflict):
        start(world.caller, world.request(bills=1), NOW)


def test_the_row_is_there_before_the_channel_is_asked(world):
    world.channel.fails = [OutcomeUnknown("the answer was lost")]
    with pytest.raises(OutcomeUnknown):
        start(world.caller, world.request(), NOW)
    order = PaymentOrder.objects.get()
    assert order.life is PaymentState.CREATED
    assert start(world.caller, world.request(), NOW).life is PaymentState.PENDING
    assert len(world.channel.orders) == 1, "the retry found the order that was made"


def test_a_channel_that_says_no_frees_the_bills(world):
    world.channel.fails = [ChannelUnavailable("refused")]
    with pytest.raises(ChannelUnavailable):
        start(world.caller, world.request(), NOW)
    assert PaymentOrder.objects.get().life is PaymentState.DECLINED
    assert start(world.caller, world.request(2), NOW).life is PaymentState.PENDING


def test_two_people_cannot_pay_one_bill_at_once(world):
    start(world.caller, world.request(1, bills=1), NOW)
    with pytest.raises(BillLeased):
        start(world.caller, world.request(2), NOW)
    assert PaymentOrder.objects.count() == 1
    later = NOW + timedelta(hours=1)
    with pytest.raises(BillLeased):  # the lease is over, but the order may have been paid
        start(world.caller, world.request(3), later)
    sweeper.sweep(later)
    assert start(world.caller, world.request(4), later).life is PaymentState.PENDING


def test_a_paid_bill_is_not_paid_again(world):
    order = start(world.caller, world.request(), NOW)
    inquiry.apply_answer(order, world.channel.pays(order.out_trade_no), NOW)
    with pytest.raises(BillNotOpen) as refused:
        start(world.caller, world.request(2), NOW)
    assert refused.value.bill.paid_on.isoformat() == "2026-11-24"


def test_wrong_amounts_and_unknown_bills_are_refused(world):
    with pytest.raises(AmountChanged):
        start(world.caller, world.request(amount_minor=1), NOW)
    wrong = [world.request().bills[0].model_copy(update={"amount_minor": 1})]
    with pytest.raises(AmountChanged):
        start(world.caller, world.request(2, bills=1).model_copy(update={"bills": wrong}), NOW)
    with pytest.raises(AmountChanged):
        start(world.caller, world.request(3).model_copy(update={"currency": "USD"}), NOW)
    other = [world.request().bills[0].model_copy(update={"number": "NONE"})]
    with pytest.raises(BillUnknown):
        start(world.caller, world.request(4).model_copy(update={"bills": other}), NOW)
    assert PaymentOrder.objects.count() == 0


@pytest.mark.parametrize("method", [Method.WECHAT, Method.CARD])
def test_simulated_money_is_refused_for_a_real_community(world, method):
    world.community.test = False
    world.community.save()
    with pytest.raises(SimulatedMoney):
        start(world.caller, world.request(method=method, simulated=True), NOW)


def test_cancelling_an_unpaid_order_closes_it_and_frees_its_bills(world):
    order = inquiry.cancel(start(world.caller, world.request(), NOW), NOW)
    assert order.life is PaymentState.CANCELLED
    assert BillLease.objects.count() == 0


def test_cancelling_a_paid_order_finds_it_paid(world):
    order = start(world.caller, world.request(), NOW)
    world.channel.pays(order.out_trade_no)
    assert inquiry.cancel(order, NOW).life is PaymentState.APPROVED


def test_a_cancellation_that_the_channel_does_not_answer_ends_nothing(world):
    order = start(world.caller, world.request(), NOW)
    world.channel.silent = True
    assert inquiry.cancel(order, NOW).life is PaymentState.PENDING
    world.channel.silent = False
    sweeper.sweep(NOW + timedelta(seconds=1))
    assert fresh(order).life is PaymentState.CANCELLED


def test_the_sweep_ends_what_nobody_came_back_for(world):
    order = start(world.caller, world.request(), NOW)
    sweeper.sweep(NOW + timedelta(minutes=1))
    assert fresh(order).life is PaymentState.PENDING, "it can still be paid"
    sweeper.sweep(NOW + timedelta(minutes=11))
    assert fresh(order).life is PaymentState.CANCELLED


def test_the_sweep_finds_a_payment_whose_notification_never_came(world):
    order = start(world.caller, world.request(), NOW)
    world.channel.pays(order.out_trade_no)
    sweeper.sweep(NOW + timedelta(minutes=1))
    assert fresh(order).life is PaymentState.APPROVED


def test_what_stays_unknown_is_reported_once(world):
    order = start(world.caller, world.request(), NOW)
    world.channel.silent = True
    for hours in (3, 4, 5):
        sweeper.sweep(NOW + timedelta(hours=hours))
    assert fresh(order).life is PaymentState.PENDING
    assert Alert.objects.filter(kind="unknown_for_long").count() == 1


@pytest.mark.parametrize("policy", ["refund", "credit"])
def test_late_money_goes_where_the_policy_says_once(world, policy):
    world.community.late_success = policy
    world.community.save()
    order = inquiry.cancel(start(world.caller, world.request(), NOW), NOW)
    paid = world.channel.pays(order.out_trade_no)
    for _ in range(2):
        inquiry.apply_answer(fresh(order), paid, NOW)
        sweeper.sweep(NOW + timedelta(minutes=1))
    order = fresh(order)
    assert bill_states() == ["open", "open"]
    assert order.captured_minor == 66416
    if policy == "refund":
        assert list(world.channel.refunds.values()) == [66416]
        assert Refund.objects.get().state == "done"
        assert (order.life, order.refunded_minor) == (PaymentState.REVERSED, 66416)
        assert posting.balance(world.community.pk, "clearing:wechat") == 0
    else:
        assert (order.life, order.credited_minor) == (PaymentState.APPROVED, 66416)
        assert posting.balance(world.community.pk, "credit") == -66416
    assert Alert.objects.filter(kind="late_payment").count() == 1
    assert verify_ledger() == []


def test_a_refund_whose_answer_is_lost_is_asked_about_under_the_same_number(world):
    order = inquiry.cancel(start(world.caller, world.request(), NOW), NOW)
    inquiry.apply_answer(fresh(order), world.channel.pays(order.out_trade_no), NOW)
    world.channel.silent = True
    sweeper.sweep(NOW + timedelta(minutes=1))
    assert Refund.objects.get().state == "due"
    world.channel.silent = False
    sweeper.sweep(NOW + timedelta(minutes=5))
    assert Refund.objects.get().state == "done"
    assert len(world.channel.refunds) == 1


def test_another_amount_than_the_orders_settles_nothing_and_is_reported(world):
    order = start(world.caller, world.request(), NOW)
    inquiry.apply_answer(order, world.channel.pays(order.out_trade_no, 1), NOW)
    assert fresh(order).life is PaymentState.UNKNOWN
    assert bill_states() == ["open", "open"]
    assert Alert.objects.filter(kind="amount_differs").count() == 1


@pytest.mark.parametrize(
    "status", [ChannelStatus.UNKNOWN, ChannelStatus.WAITING, ChannelStatus.NOT_FOUND]
)
def test_only_explicit_words_end_an_order(world, status):
    order = start(world.caller, world.request(), NOW)
    assert inquiry.apply_answer(order, OrderState(status), NOW).life is PaymentState.PENDING


def test_a_card_order_is_not_ended_by_asking(world):
    order = start(world.caller, world.request(method=Method.CARD), NOW)
    assert order.life is PaymentState.PENDING
    assert inquiry.cancel(order, NOW).life is PaymentState.PENDING
    sweeper.sweep(NOW + timedelta(hours=3))
    assert fresh(order).life is PaymentState.PENDING


def test_a_reversed_payment_opens_its_bills_again(world):
    order = start(world.caller, world.request(), NOW)
    inquiry.apply_answer(order, world.channel.pays(order.out_trade_no), NOW)
    for _ in range(2):
        transitions.apply_reversed(order.payment_id, "staff", NOW)
    assert bill_states() == ["open", "open"]
    assert posting.balance(world.community.pk, "clearing:wechat") == 0
    assert verify_ledger() == []


def test_the_table_answers_every_fact_in_every_state():
    late = {(PaymentState.DECLINED, Fact.APPROVED), (PaymentState.CANCELLED, Fact.APPROVED)}
    assert set(TRANSITIONS) == {(s, f) for s in PaymentState for f in Fact} - late
