"""What the server does when it learns something about an order: the only place that changes one.

Each function runs in one transaction with the order's row locked, and may be called again with the
same news without doing anything twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from contract.lifecycle import Fact
from contract.messages import Method, PaymentState
from server.billing import credit_reserve, settlement
from server.billing.leases import release
from server.billing.unit_accounts import overdrawn_minor
from server.estate.row_locks import hold_heirs, hold_unit
from server.payments import allocation, contradictions, held_money, late_money, timing
from server.payments.channels.interface import Ending, OrderState
from server.payments.models import HeldFor, PaymentOrder
from server.payments.order_alerts import raise_about
from server.payments.state_machine import End, PaidAfterClose, after


class StaleAnswer(Exception):
    """What a channel said may be older than what is known, or an end is under way: ask again."""


def _locked(payment_id: str) -> PaymentOrder:
    orders = PaymentOrder.objects.select_related("community", "unit__community")
    return orders.select_for_update(of=("self",)).get(payment_id=payment_id)


def locked(payment_ids: Iterable[str]) -> list[PaymentOrder]:
    """The orders as they stand now, held until the transaction ends, always in one sequence."""
    orders = PaymentOrder.objects.select_related("community", "unit__community")
    held = orders.select_for_update(of=("self",)).filter(payment_id__in=list(payment_ids))
    return list(held.order_by("pk"))


def _change(order: PaymentOrder, state: PaymentState, at: datetime, **fields: Any) -> None:
    _assign(order, state, at, **fields)
    if state.final:
        release(order.payment_id)
        _let_credit_go(order, at)
    order.save()


def _let_credit_go(order: PaymentOrder, at: datetime) -> None:
    """It ended without using what was reserved for it."""
    if order.reserved_minor:
        about = {"payment_id": order.payment_id, "at": at}
        credit_reserve.let_go(order.unit, order.reserved_minor, **about)
        order.reserved_minor = 0


def apply_decision(order: PaymentOrder, state: PaymentState, at: datetime, **fields: Any) -> None:
    """As people decided; ``order`` is locked by the caller, who has booked what the fields say."""
    if state is PaymentState.APPROVED:
        fields = _looked_at(order, at) | fields
    _change(order, state, at, **fields)


def _assign(order: PaymentOrder, state: PaymentState, at: datetime, **fields: Any) -> None:
    order.state, order.version, order.changed_at = state.value, order.version + 1, at
    if state.final:
        order.next_poll_at, order.ending_in_flight = None, False
    for name, value in fields.items():
        setattr(order, name, value)


@transaction.atomic
def mark_submitted(payment_id: str, at: datetime, *, code_url: str = "") -> PaymentOrder:
    """The channel has the order; or, for a card, the kiosk may ask its terminal."""
    order = _locked(payment_id)
    if after(order.life, Fact.SUBMITTED) is not None:
        _change(order, PaymentState.PENDING, at, code_url=code_url, submitted_at=at)
    return order


@transaction.atomic
def not_taken(payment_id: str, at: datetime) -> PaymentOrder:
    """The channel certainly has nothing of this try. Another try of the order may have got through
    meanwhile, and what that showed can be paid: then the order goes on."""
    order = _locked(payment_id)
    if order.life is PaymentState.CREATED:
        return apply_unpaid(payment_id, Fact.DECLINED, "channel_unavailable", at)
    return order


@transaction.atomic
def begin_charge(payment_id: str, at: datetime, until: datetime) -> bool:
    """Whether this caller, and nobody else ever, asks the channel to charge the phone. The order is
    PENDING from then on: whoever comes later only looks."""
    order = _locked(payment_id)
    if order.life is not PaymentState.CREATED or order.cancel_wanted:
        return False
    soon = at + timedelta(seconds=timing.PAYMENT_CODE_POLL_S)
    _change(order, PaymentState.PENDING, at, submitted_at=at, expires_at=until, next_poll_at=soon)
    return True


@transaction.atomic
def end_before_charge(payment_id: str, reason: str, at: datetime) -> PaymentOrder:
    """Ends an order that was not charged yet, so that nobody charges it any more."""
    order = _locked(payment_id)
    if order.life is PaymentState.CREATED:
        _change(order, PaymentState.CANCELLED, at, reason=reason)
    return order


NEVER_SHOWN = "never_shown"


@transaction.atomic
def end_never_shown(payment_id: str, at: datetime) -> PaymentOrder:
    """Ends an order of which its kiosk says that no code was ever on its screen, or whose charge was
    refused here: nobody can have paid, whatever its channel, which may be silent, makes of it. The bills
    are free at once; the sweep has the channel close the order, and looks if money came after all."""
    order = _locked(payment_id)
    if after(order.life, Fact.CANCELLED) is not None and not order.held_minor:
        fields = {"cancel_wanted": True, "poll_count": 0, "next_poll_at": at}
        _change(order, PaymentState.CANCELLED, at, reason=NEVER_SHOWN, **fields)
    return order


@transaction.atomic
def begin_ending(payment_id: str, at: datetime, *, gives_back: bool) -> End | None:
    """Lets this caller ask the channel to end the order, and returns what was known of an end before;
    None: it is in the books as paid, or somebody else is at it. ``gives_back``: as a reversal does,
    which returns what was just paid. From then on, also after a crash, "paid" is not believed until
    the channel has refused that end."""
    order = _locked(payment_id)
    before = End(order.ending)
    if before is End.ACCEPTED and not may_be_given_back(order, at):
        before = End.REFUSED  # what it gave back, it has given back
    if order.captured_minor or (order.ending_in_flight and _being_ended(order, at)):
        return None
    order.ending_since, order.ending_in_flight = at, True
    if gives_back:
        order.ending = End.OPEN
    elif before is End.NEVER:
        order.ending = End.CLOSING
    order.save()
    return before


@transaction.atomic
def finish_ending(payment_id: str, answer: Ending, before: End) -> PaymentOrder:
    """Writes down what the channel answered when it was asked to end the order. ``before`` is what
    ``begin_ending`` returned: an earlier end that may still be carried out is undone by no "not now".
    A refusal raises the version, so that older answers of the channel are not taken."""
    order = _locked(payment_id)
    order.ending_in_flight = False
    if order.ending in (End.OPEN, End.ACCEPTED):
        may_come = before in (End.OPEN, End.ACCEPTED)
        if answer is Ending.ACCEPTED:
            order.ending = End.ACCEPTED
        elif answer is Ending.REFUSED or (
            answer in (Ending.BUSY, Ending.NOT_THERE) and not may_come
        ):
            order.ending = End.REFUSED
            order.version += 1
    order.save()
    return order


def _being_ended(order: PaymentOrder, at: datetime) -> bool:
    return order.ending_since is not None and at < order.ending_since + timing.END_CLAIM


def may_be_given_back(order: PaymentOrder, at: datetime) -> bool:
    """Whether an end that was asked for may still return what the channel says was paid. Of an order
    that ended by an accepted one, only for so long as queries lag: later it is other money."""
    if order.ending == End.ACCEPTED and order.life.final and order.ending_since is not None:
        return at < order.ending_since + timing.QUERIES_LAG
    return order.ending in (End.OPEN, End.ACCEPTED)


@transaction.atomic
def apply_paid(
    payment_id: str,
    known: OrderState,
    at: datetime,
    as_of: int | None = None,
    *,
    purpose: HeldFor | None = None,
    **fields: Any,
) -> PaymentOrder:
    """The money is there: bills are settled, or it goes where the community's policy says.

    ``as_of``: the order's version when the channel was asked. ``purpose``: where staff say that it goes,
    whose word alone it is (BILLS, or CREDIT of the unit): then nothing is sent back. Raises StaleAnswer
    when what it said may have been undone since.
    """
    order = _locked(payment_id)
    if as_of is not None and not order.captured_minor and may_be_given_back(order, at):
        raise StaleAnswer(order.reference)
    try:
        told_unpaid = order.told_unpaid and purpose is not HeldFor.BILLS
        state = after(order.life, Fact.APPROVED, told_unpaid)
    except PaidAfterClose:
        if order.method == Method.CREDIT:  # no money came: the unit has its credit still
            contradictions.told_paid(order, at)
            return order
        if as_of not in (None, order.version):
            raise StaleAnswer(order.reference) from None
        return _late(order, known, at, fields, by_word=purpose is not None)
    if state is None:
        if order.life is PaymentState.REVERSED and order.decided == "unpaid":
            return _paid_after_all(order, known, at)
        if order.decided == "paid" and known.amount_minor not in (None, order.captured_minor):
            contradictions.said(order, "amount_differs", at)
        return order
    if order.held_minor or known.amount_minor not in (None, order.amount_minor):
        return _other_amount(order, known, at)
    _book([PaidOrder(order, known, fields)], at)
    return order


@dataclass(frozen=True)
class PaidOrder:
    """That an order was paid. ``order`` is locked by the caller, or not in the database yet."""

    order: PaymentOrder
    known: OrderState
    fields: dict[str, Any]

    @property
    def plain(self) -> bool:
        """Whether it is simply paid: not late, not again, and not another amount."""
        order, amount = self.order, self.known.amount_minor
        if order.held_minor:
            return False
        try:
            new = after(order.life, Fact.APPROVED, order.told_unpaid) is PaymentState.APPROVED
        except PaidAfterClose:
            return False
        return new and amount in (None, order.amount_minor)


@transaction.atomic
def apply_paid_batch(news: Sequence[PaidOrder], at: datetime) -> None:
    """As ``apply_paid``, for orders of one community at once. New orders are made with it."""
    plain = [one for one in news if one.plain]
    for turn in _in_turns(plain):
        _book(turn, at)
    for one in news:
        if one not in plain:
            apply_paid(one.order.payment_id, one.known, at, **one.fields)


def _in_turns(news: Sequence[PaidOrder]) -> Iterable[list[PaidOrder]]:
    """What may be booked together: the bills that a part makes are there for whoever comes after it."""
    turn: list[PaidOrder] = []
    for one in news:
        turn.append(one)
        if one.order.in_part:
            yield turn
            turn = []
    if turn:
        yield turn


def _book(news: Sequence[PaidOrder], at: datetime) -> None:
    """Settles the orders' bills and writes the orders down as paid."""
    parts = allocation.parts_of([one.order for one in news])
    settled = settlement.settle_together(
        [allocation.taken(one.order, one.known, parts[one.order.payment_id], at) for one in news],
        at=at,
    )
    new = []
    for one, done in zip(news, settled, strict=True):
        order, known = one.order, one.known
        if done.credited_minor and not order.top_up:
            whole = len(done.settled) == len(order.bills)
            kind = "more_than_due" if whole else "paid_twice"
            raise_about(order, kind, at, credited_minor=done.credited_minor)
        if order.method == Method.CREDIT or order.reserved_minor < order.credit_minor:
            _tell_overdrawn(order, at)
        _assign(
            order,
            PaymentState.APPROVED,
            at,
            paid_at=known.paid_at or at,
            captured_minor=order.amount_minor,
            allocated_minor=order.amount_minor + order.credit_minor - done.credited_minor,
            credited_minor=done.credited_minor,
            reserved_minor=0,
            drawn_minor=order.credit_minor,
            channel_reference=known.reference or order.channel_reference,
            reason="",
            **(_looked_at(order, at) | one.fields),
        )
        if order.pk is None:
            new.append(order)
        else:
            order.save()
    if new:
        PaymentOrder.objects.bulk_create(new, batch_size=500)


def _tell_overdrawn(order: PaymentOrder, at: datetime) -> None:
    """Staff hear of it where the order took more out of the unit's credit than there was."""
    unit = hold_unit(hold_heirs([order.unit_id])[order.unit_id])
    if beyond := overdrawn_minor(unit):
        raise_about(order, "credit_overdrawn", at, overdrawn_minor=beyond)


def _looked_at(order: PaymentOrder, at: datetime) -> dict[str, Any]:
    """Of an order that is paid at a channel: when it is looked at, whether the money is still there."""
    if not order.by_code:
        return {}
    pauses = timing.rechecks(PaymentState.APPROVED, order.ending)
    return {"poll_count": 0, "next_poll_at": timing.next_recheck(0, at, pauses)}


@transaction.atomic
def apply_unpaid(
    payment_id: str, fact: Fact, reason: str, at: datetime, **fields: Any
) -> PaymentOrder:
    """Explicitly no money: DECLINED or CANCELLED. The bills are free again."""
    order = _locked(payment_id)
    if order.held_minor:
        return order  # money came: what it is for staff say, and only that it went back ends it
    state = after(order.life, fact)
    if order.life is PaymentState.APPROVED and order.decided == "paid":
        contradictions.said(order, "closed" if fact is Fact.CANCELLED else fact.value, at)
    if state is not None:
        may_come = order.ending in (End.OPEN, End.ACCEPTED)
        asked = order.submitted_at is not None  # also of a page that its payer may still have open
        if may_come or (asked and (order.with_payment_code or order.by_phone)):
            fields |= {"poll_count": 0, "next_poll_at": timing.next_recheck(0, at)}
        _change(order, state, at, reason=reason, **fields)
    return order


@transaction.atomic
def mark_unknown(payment_id: str, reason: str, at: datetime, **fields: Any) -> PaymentOrder:
    """Nobody can say just now. The bills stay held while somebody asks."""
    order = _locked(payment_id)
    state = after(order.life, Fact.UNANSWERED)
    if state is not None:
        _change(order, state, at, reason=reason, next_poll_at=at, **fields)
    return order


@transaction.atomic
def apply_reversed(payment_id: str, reason: str, at: datetime, **fields: Any) -> PaymentOrder:
    """The money went back: what it settled is open again, and what it was credit of the unit is taken
    from that, which may have used it meanwhile."""
    order = _locked(payment_id)
    state = after(order.life, Fact.REVERSED)
    if state is not None:
        settlement.undo(order.unit, order.payment_id, at=at)
        if order.credited_minor:
            _tell_overdrawn(order, at)
        fields |= held_money.leaves(order, at)
        charged = fields.get("captured_minor", order.captured_minor)
        gone = {"allocated_minor": 0, "credited_minor": 0, "drawn_minor": 0}
        gone["refunded_minor"] = charged
        _change(order, state, at, reason=reason, **gone, **fields)
    return order


def _late(
    order: PaymentOrder, known: OrderState, at: datetime, told: dict[str, Any], *, by_word: bool
) -> PaymentOrder:
    """Paid after it had ended. Once. ``told``: what else is known of it; ``by_word``: nobody but staff
    say so."""
    if order.captured_minor:
        return order
    state, fields = late_money.after_close(order, known, at, by_word=by_word)
    fields |= told
    if state is PaymentState.APPROVED:
        fields = _looked_at(order, at) | fields
    _change(order, state, at, **fields)
    return order


def _paid_after_all(order: PaymentOrder, known: OrderState, at: datetime) -> PaymentOrder:
    """Paid though staff took back what they had booked."""
    fields = late_money.after_taken_back(order, known, at)
    if fields:
        _change(order, PaymentState.REVERSED, at, **fields)
    return order


def _other_amount(order: PaymentOrder, known: OrderState, at: datetime) -> PaymentOrder:
    """Another sum than the order's came: it is held until staff say what it is for."""
    news = held_money.came(order, known, at)
    if news:
        _change(order, PaymentState.UNKNOWN, at, **news)
        raise_about(order, "amount_differs", at, channel_minor=order.held_minor)
    order.next_poll_at = at + timing.HELD_MONEY_POLL
    order.save(update_fields=["next_poll_at"])
    return order
