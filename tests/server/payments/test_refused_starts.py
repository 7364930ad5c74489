"""A payment that was refused stays refused: its kiosk has told its resident so, and listens no more."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import transaction
from django.http import HttpRequest

from contract.messages import ErrorCode, PaymentState
from kiosk.core import payment_code
from server.api import calls
from server.billing import leases
from server.billing.leases import BillLeased
from server.billing.models import Bill
from server.payments import initiation, inquiry, sweeper, timing, transitions
from server.payments.channels.interface import ChannelStatus, OrderState, OutcomeUnknown
from server.payments.initiation import REFUSALS, RefusedBefore, start
from server.payments.models import PaymentOrder, RefusedStart
from server.payments.order_checks import AmountChanged
from tests.server.payments import charges
from tests.server.payments.world import NOW
from tests.server.simultaneous import together

PAID = OrderState(ChannelStatus.PAID, "4200001", 66416, NOW)


def test_a_try_that_was_overtaken_by_its_refused_retry_charges_nobody(world):
    first = start(world.caller, world.request(1), NOW)
    late = charges.request(world, number=2)
    with pytest.raises(BillLeased):
        start(world.caller, late, NOW)
    inquiry.apply_answer(first, OrderState(ChannelStatus.CLOSED), NOW)
    with pytest.raises(RefusedBefore, match=ErrorCode.BILL_LEASED):
        start(world.caller, late, NOW + timedelta(minutes=2))
    assert world.channel.charged == []
    assert PaymentOrder.objects.count() == 1
    again = start(world.caller, charges.request(world, number=3), NOW + timedelta(minutes=2))
    assert again.life is PaymentState.APPROVED


def test_what_was_refused_long_ago_is_forgotten(world):
    for number, at in ((1, NOW), (2, NOW + timing.REFUSAL_KEPT + timedelta(seconds=1))):
        with pytest.raises(AmountChanged):
            start(world.caller, world.request(number, amount_minor=1), at)
    assert RefusedStart.objects.count() == 1


def meanwhile(monkeypatch, act):
    """Does something once, just before a try holds its bills."""
    done, lock = [], leases.lock

    def late(bills):
        if not done:
            done.append(True)
            act()
        return lock(bills)

    for room in (initiation, leases):
        monkeypatch.setattr(room, "lock", late)


def test_a_retry_that_overtakes_its_first_try_hears_how_that_stands(world, monkeypatch):
    """The first one is paid before the retry holds the bills."""
    request = charges.request(world, number=1)
    meanwhile(monkeypatch, lambda: start(world.caller, request, NOW))
    again = start(world.caller, request, NOW)
    assert again.life is PaymentState.APPROVED
    assert len(world.channel.charged) == 1
    assert not RefusedStart.objects.exists()


def test_a_retry_after_its_bills_were_paid_otherwise_is_no_other_payment(world, monkeypatch):
    request = world.request(1)

    def first():
        paid = start(world.caller, request, NOW)
        inquiry.apply_answer(paid, world.channel.pays(paid.out_trade_no), NOW)

    meanwhile(monkeypatch, first)
    assert start(world.caller, request, NOW).life is PaymentState.APPROVED
    assert {bill.state for bill in Bill.objects.all()} == {"paid"}


def test_what_was_refused_while_a_try_waited_for_the_bills_is_not_begun_by_it(world, monkeypatch):
    other = start(world.caller, world.request(1), NOW)
    late = charges.request(world, number=2)

    def refused_and_free_again():
        with pytest.raises(BillLeased):
            start(world.caller, late, NOW)
        inquiry.apply_answer(other, OrderState(ChannelStatus.CLOSED), NOW)

    meanwhile(monkeypatch, refused_and_free_again)
    with pytest.raises(RefusedBefore, match=ErrorCode.BILL_LEASED):
        start(world.caller, late, NOW)
    assert world.channel.charged == []
    assert RefusedStart.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_tries_at_the_same_moment_hear_the_same(world):
    """Each on a connection of its own, the first one holding the bills until it is paid."""
    request = world.request(1)

    def first():
        with transaction.atomic():
            begun = initiation._begun(world.caller, request, initiation._digest(request), NOW)
            held.wait(10)
            transitions.apply_paid(begun.payment_id, PAID, NOW)
            threading.Event().wait(0.5)
        return begun.pk

    def retry():
        held.set()
        return start(world.caller, request, NOW).pk

    held = threading.Event()
    first_pk, retry_pk = together(first, retry)
    assert first_pk == retry_pk, (first_pk, retry_pk)
    assert PaymentOrder.objects.get().life is PaymentState.APPROVED


@pytest.mark.parametrize("by_phone", [True, False])
def test_a_begun_order_whose_bills_were_paid_otherwise_ends_with_its_refusal(world, by_phone):
    """Staff had let its bills go, and somebody else paid them: the kiosk tells its resident that nothing
    was taken, and no try of it that arrives later begins."""
    world.channel.fails.append(OutcomeUnknown("silent"))
    request = charges.request(world, number=1) if by_phone else world.request(1)
    if by_phone:
        initiation._begun(world.caller, request, initiation._digest(request), NOW)
    else:
        with pytest.raises(OutcomeUnknown):
            start(world.caller, request, NOW)
    world.channel.fails.clear()
    leases.release(request.payment_id)
    other = start(world.caller, world.request(2), NOW)
    with pytest.raises(BillLeased):
        start(world.caller, request, NOW)
    assert charges.order(1).life is PaymentState.CANCELLED
    inquiry.apply_answer(other, world.channel.pays(other.out_trade_no), NOW)
    assert start(world.caller, request, NOW).life is PaymentState.CANCELLED
    sweeper.sweep(NOW + timedelta(minutes=1))
    assert world.channel.charged == []
    assert charges.order(1).life is PaymentState.CANCELLED


def test_whoever_asks_again_hears_why_it_was_refused(world):
    """As where the answer was lost: a code that the kiosk takes for "nothing was charged"."""
    for number in (1, 1):
        with pytest.raises((AmountChanged, RefusedBefore)) as said:
            start(world.caller, charges.request(world, number=number, amount_minor=1), NOW)
    assert response_of(said.value).status_code == 409
    assert json.loads(response_of(said.value).content)["code"] == "amount_changed"
    assert world.channel.charged == []


def test_each_refusal_is_one_that_the_kiosk_takes_for_a_no():
    assert set(REFUSALS.values()) <= set(payment_code._NOTHING_CHARGED)


def response_of(error):
    return calls.api.on_exception(HttpRequest(), error)
