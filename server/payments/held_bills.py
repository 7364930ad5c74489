"""Which orders hold their bills, from when and until when (``server.billing.leases``).

An order holds them from its first row on, and lets them go where it becomes final (``transitions``).
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from contract.messages import Method, PaymentState
from server.billing import credit_reserve
from server.billing.credit import TooLittleCredit
from server.billing.leases import BillLeased, BillNotOpen, hold, lease, release
from server.billing.models import Bill
from server.payments import timing, transitions
from server.payments.models import PaymentOrder, RefusedStart

_OPEN = [state.value for state in PaymentState if not state.final]
_UNPAID = (PaymentState.CANCELLED, PaymentState.DECLINED, PaymentState.UNKNOWN)


def held_again(order: PaymentOrder, now: datetime) -> PaymentOrder:
    """As ``again``, but raises why they cannot be. The order as it stands now: a channel, or WeChat for
    who pays, may have been asked since it was read."""
    refusal = again(order, now)
    if refusal is not None:
        raise refusal
    order.refresh_from_db()
    return order


@transaction.atomic
def again(order: PaymentOrder, now: datetime) -> BillNotOpen | BillLeased | None:
    """An order that was not begun yet may have let its bills go meanwhile: before anybody is asked for
    money, they are held again. Answers why they cannot be. Then its payer is told that nothing was
    taken: an order that the server itself would ask a channel for ends with it, so that no other try
    of it begins. A card may have been taken without the server: only its kiosk's journal ends that."""
    [order] = transitions.locked([order.payment_id])
    if order.life is not PaymentState.CREATED or order.cancel_wanted:
        return None
    try:
        lease(_bills(order), order.payment_id, now=now)
    except (BillNotOpen, BillLeased) as refusal:
        if order.by_code:
            transitions.end_never_shown(order.payment_id, now)
        return refusal
    if order.method == Method.CARD:
        transitions.mark_submitted(order.payment_id, now)
    return None


@transaction.atomic
def never_begun(payment_id: str, at: datetime) -> None:
    """A card payment whose kiosk never heard that it may begin holds its bills no longer. Should it
    ask again, it holds them again first."""
    [order] = transitions.locked([payment_id])
    over = order.expires_at is not None and at >= order.expires_at + timing.CARD_START_GRACE
    if order.life is PaymentState.CREATED and not order.by_code and over:
        release(order.payment_id)


def from_journal(order: PaymentOrder, told: PaymentState, at: datetime) -> PaymentOrder:
    """A payment that the kiosk began without the server: until its end is known, its bills may be paid
    by it. A phone that this server refused to charge pays nothing, if its kiosk knows of no payment."""
    if order.with_payment_code and told in _UNPAID and _refused(order):
        return transitions.end_never_shown(order.payment_id, at)
    if not order.life.final:
        _reserve(order, at)
        hold(_bills(order), order.payment_id, now=at)
    return order


def _refused(order: PaymentOrder) -> bool:
    return RefusedStart.objects.filter(payment_id=order.payment_id).exists()


def hold_for_told(bills: Sequence[Bill], now: datetime) -> None:
    """For open orders that a journal told of before these bills were here: after a restore the billing
    run or the division that made them may come back later than a payment of them. The caller holds
    the bills locked."""
    open_ones = PaymentOrder.objects.filter(
        unit__in={bill.unit_id for bill in bills}, request_hash="", state__in=_OPEN
    )
    for order in open_ones.order_by("pk"):
        named = {bill["number"] for bill in order.bills}
        own = [bill for bill in bills if bill.number in named]
        if own:
            hold(own, order.payment_id, now=now)


def _reserve(order: PaymentOrder, at: datetime) -> None:
    """What is left of the credit may be less than it is to use, as after a restore: then it is taken, and
    told, when it turns out to be paid."""
    if not order.credit_minor:
        return
    with suppress(TooLittleCredit):
        about = {"payment_id": order.payment_id, "at": at}
        credit_reserve.reserve(order.unit, order.credit_minor, **about)
        order.reserved_minor = order.credit_minor
        order.save()


def _bills(order: PaymentOrder) -> list[Bill]:
    """As far as they are here, in whatever state."""
    numbers = [bill["number"] for bill in order.bills]
    return list(Bill.objects.filter(community=order.community_id, number__in=numbers))
