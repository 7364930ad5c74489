"""What staff may do about a payment whose end is not known. Plain functions; see also
``refund_decisions`` and ``amount_decisions``.

Each takes the person and the reason, and records them with what was changed, in one transaction. Each
asks the channel first where one can be asked: what it knows for certain counts more than what a person
believes. What does not fit the moment any more raises NotPossible and changes nothing, so that a second
click, a second clerk or a journal that arrives meanwhile does no harm. What becomes known afterwards is
taken as ever: money for what was booked as not paid is late, and whoever says "not paid" of what was
booked as paid raises an alert.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from contract.lifecycle import Fact
from contract.messages import PaymentState
from server.billing.leases import release
from server.billing.models import BillLease
from server.payments import contradictions, inquiry, timing, transitions
from server.payments.channel_responses import record_response
from server.payments.channels import registry
from server.payments.channels.interface import ChannelStatus, OrderState
from server.payments.decisions.refusal import NotPossible
from server.payments.models import HeldFor, PaymentOrder
from server.staff import audit
from server.staff.people import Person

__all__ = ["NotPossible", "book_as_paid", "book_as_unpaid", "look_again", "release_bills", "waits"]


def waits(order: PaymentOrder, at: datetime) -> bool:
    """Whether an open payment waits for somebody: it has not moved for DECISION_AFTER, or its money is
    held. By the server's own clock."""
    if order.life.final:
        return False
    return bool(order.held_minor) or at - order.changed_at >= timing.DECISION_AFTER


def look_again(payment_id: str, person: Person, reason: str, at: datetime) -> PaymentOrder:
    """Asks the channel at once. Raises NotPossible with ``only_the_kiosk`` (a card: its terminal knows)
    or ``no_channel``, audit.ReasonMissing, PaymentOrder.DoesNotExist."""
    order = _found(payment_id)
    if not order.by_code:
        raise NotPossible(
            "only_the_kiosk",
            _(
                "Only the kiosk's card terminal knows; the kiosk asks it by itself once it is"
                " online"
            ),
        )
    if registry.channel(order.method) is None:
        raise _no_channel()
    with transaction.atomic():
        audit.record(order.community_id, person, "look_again", ("payment", payment_id), reason, at)
    if order.life.final:
        inquiry.recheck_closed(order, at)
        return _found(payment_id)
    return inquiry.check(order, at)


def book_as_paid(
    payment_id: str,
    person: Person,
    reason: str,
    at: datetime,
    *,
    channel_reference: str = "",
    paid_at: datetime | None = None,
    looked_at_channel: bool = False,
    as_of: int | None = None,
    purpose: HeldFor | None = None,
) -> PaymentOrder:
    """A person found out that the order's amount was paid: its bills are settled as ever. Where the
    channel names another amount, that is held until staff say what it is for.

    Where the order's kiosk told the payer that no money was taken, the bills may have been paid again:
    the person says with ``purpose`` what the money is for, BILLS as far as they are still open, or CREDIT
    of the unit. Nothing is sent back on a person's word; what the channel confirms goes as the
    community wishes, whatever was decided.

    ``channel_reference``: the channel's or the terminal's number for it; ``paid_at``: when it was paid,
    where that is known. ``looked_at_channel``: the person saw it in the channel's merchant console;
    needed where the channel gives no answer, or not how much of it went back. ``as_of``: the order's
    version that the person saw.

    Raises NotPossible with ``ended``, ``changed``, ``too_early``, ``amount_differs``, ``says_unpaid``,
    ``no_answer``, ``purpose_missing`` or ``not_confirmed``; audit.ReasonMissing;
    PaymentOrder.DoesNotExist.
    """
    audit.reason_of(reason)
    order, came = _open(payment_id, as_of, at), None
    if order.by_code:
        said = _ask(order, at)
        if said.status not in (ChannelStatus.PAID, ChannelStatus.REFUNDED, ChannelStatus.UNKNOWN):
            raise NotPossible(
                "says_unpaid",
                _("The channel says that it was not paid"),
            )
        if said.status is not ChannelStatus.PAID and not looked_at_channel:
            raise _no_answer()
        came = said.amount_minor
        as_of = None  # its word may have moved the order
    with transaction.atomic():
        order = _locked(payment_id, as_of)
        before = _facts(order)
        if not order.captured_minor:
            _still_open(order)
            known = OrderState(
                ChannelStatus.PAID,
                channel_reference[:64],
                came or order.amount_minor,
                paid_at or order.submitted_at or at,
            )
            meant = _meant(order, purpose)
            order = transitions.apply_paid(
                payment_id, known, at, purpose=meant, decided="paid", **_watch(order, at)
            )
        _record(order, person, "book_as_paid", reason, at, before, looked_at_channel)
    return order


def book_as_unpaid(
    payment_id: str,
    person: Person,
    reason: str,
    at: datetime,
    *,
    looked_at_channel: bool = False,
    as_of: int | None = None,
) -> PaymentOrder:
    """A person found out that nothing was paid: the order ends, its bills are free. Also takes back what
    was booked as paid by a person and is contradicted since.

    Raises NotPossible with ``ended``, ``changed``, ``too_early``, ``amount_differs``, ``says_paid`` or
    ``no_answer``; audit.ReasonMissing; PaymentOrder.DoesNotExist.
    """
    audit.reason_of(reason)
    order = _found(payment_id)
    if contradictions.open_about(order):
        return _take_back(order, person, reason, at, looked_at_channel)
    order = _open(payment_id, as_of, at)
    if order.by_code:
        said = _ask(order, at)
        order = _found(payment_id)
        if not order.life.final and said.status is not ChannelStatus.UNKNOWN:
            order = inquiry.cancel(order, at)  # nobody shall pay it any more
        if order.captured_minor or order.held_minor:
            raise _says_paid()
        if not order.life.final and not looked_at_channel:
            raise _no_answer()
        as_of = None
    with transaction.atomic():
        order = _locked(payment_id, as_of)
        before = _facts(order)
        if order.captured_minor or order.held_minor:
            _still_open(order)
        if not order.life.final:
            order = transitions.apply_unpaid(
                payment_id, Fact.CANCELLED, "staff", at, decided="unpaid", **_watch(order, at)
            )
        _record(order, person, "book_as_unpaid", reason, at, before, looked_at_channel)
    return order


def release_bills(
    payment_id: str, person: Person, reason: str, at: datetime, *, as_of: int | None = None
) -> PaymentOrder:
    """The order stays open, but its bills can be paid again. Should it turn out to be paid, its money
    becomes credit of the unit and is reported.

    Raises NotPossible with ``ended``, ``changed``, ``too_early``, ``amount_differs`` or
    ``holds_nothing``; audit.ReasonMissing; PaymentOrder.DoesNotExist.
    """
    audit.reason_of(reason)
    _open(payment_id, as_of, at)
    with transaction.atomic():
        order = _locked(payment_id, as_of)
        _still_open(order)
        held = BillLease.objects.filter(payment_id=payment_id)
        numbers = sorted(held.values_list("bill__number", flat=True))
        if not numbers:
            raise NotPossible(
                "holds_nothing",
                _("This payment holds no bills"),
            )
        release(payment_id)
        audit.record(
            order.community_id,
            person,
            "release_bills",
            ("payment", payment_id),
            reason,
            at,
            before={"bills": numbers},
        )
    return order


def _meant(order: PaymentOrder, purpose: HeldFor | None) -> HeldFor | None:
    """What the money is for, where that is not plain."""
    if not order.told_unpaid:
        return None
    if purpose is None:
        raise NotPossible(
            "purpose_missing",
            _(
                "The kiosk told the payer that no money was taken, so the bills may have been paid again."
                " Say whether the money settles them or is kept as credit"
            ),
        )
    if purpose is HeldFor.REFUND:
        raise NotPossible(
            "not_confirmed",
            _(
                "The channel does not confirm that it came, so nothing is sent back. Keep it as credit,"
                " or return it in the merchant console"
            ),
        )
    return purpose


def _take_back(
    order: PaymentOrder, person: Person, reason: str, at: datetime, looked: bool
) -> PaymentOrder:
    """What a person had booked as paid was not: nobody can pay it any more, its bills are open again,
    and the channel is looked at again."""
    if order.by_code:
        _closed_at_channel(order, looked, at)
    with transaction.atomic():
        order = _locked(order.payment_id, None)
        if not contradictions.open_about(order):
            raise _ended()
        before = _facts(order)
        order = transitions.apply_reversed(
            order.payment_id, "not_received", at, decided="unpaid", **_watch(order, at)
        )
        contradictions.settle(order, at)
        _record(order, person, "book_as_unpaid", reason, at, before, looked)
    return order


def _closed_at_channel(order: PaymentOrder, looked: bool, at: datetime) -> None:
    said = _ask(order, at)
    through = registry.channel(order.method)
    if through is not None and said.status in (ChannelStatus.WAITING, ChannelStatus.DECLINED):
        said = inquiry.close_taken_back(order, through, at)
    if said.status is ChannelStatus.PAID:
        raise _says_paid()
    ended = said.status in (ChannelStatus.CLOSED, ChannelStatus.NOT_FOUND, ChannelStatus.REFUNDED)
    if not ended and not looked:
        raise _no_answer()


def _found(payment_id: str) -> PaymentOrder:
    orders = PaymentOrder.objects.select_related("community", "unit__community")
    return orders.get(payment_id=payment_id)


def _open(payment_id: str, as_of: int | None, at: datetime) -> PaymentOrder:
    order = _found(payment_id)
    _as_seen(order, as_of)
    _still_open(order)
    if not waits(order, at):
        raise NotPossible(
            "too_early",
            _("It moved a moment ago and is being looked into. Look again in some minutes"),
        )
    return order


def _locked(payment_id: str, as_of: int | None) -> PaymentOrder:
    [order] = transitions.locked([payment_id])
    _as_seen(order, as_of)
    return order


def _as_seen(order: PaymentOrder, as_of: int | None) -> None:
    if as_of not in (None, order.version):
        raise NotPossible(
            "changed",
            _("Something became known meanwhile. Look at it before you decide"),
        )


def _still_open(order: PaymentOrder) -> None:
    if order.held_minor:
        raise NotPossible(
            "amount_differs",
            _("Another amount came: say what that money is for"),
        )
    if order.life.final:
        raise _ended()


def _ask(order: PaymentOrder, at: datetime) -> OrderState:
    """What the channel says now, which is taken as ever."""
    through = registry.channel(order.method)
    if through is None:
        return OrderState(ChannelStatus.UNKNOWN)
    said = record_response(order, "query", through.query(order.out_trade_no), at)
    inquiry.apply_answer(order, said, at)
    return said


def _watch(order: PaymentOrder, at: datetime) -> dict[str, object]:
    """A channel is asked again soon: it may know better than the person."""
    if not order.by_code:
        return {}
    return {"poll_count": 0, "next_poll_at": timing.next_recheck(0, at)}


def _facts(order: PaymentOrder) -> dict[str, object]:
    return {"state": order.state, "reason": order.reason, "version": order.version}


def _record(
    order: PaymentOrder,
    person: Person,
    act: str,
    reason: str,
    at: datetime,
    before: dict[str, object],
    looked: bool,
) -> None:
    after: dict[str, object] = {**_facts(order), "looked_at_channel": looked}
    if order.life is PaymentState.APPROVED:
        after |= {
            "allocated_minor": order.allocated_minor,
            "credited_minor": order.credited_minor,
            "channel_reference": order.channel_reference,
        }
    subject = ("payment", order.payment_id)
    audit.record(order.community_id, person, act, subject, reason, at, before=before, after=after)


def _ended() -> NotPossible:
    return NotPossible("ended", _("This payment has an end already"))


def _no_channel() -> NotPossible:
    return NotPossible(
        "no_channel",
        _("This channel is not set up, so it cannot be asked"),
    )


def _says_paid() -> NotPossible:
    return NotPossible(
        "says_paid",
        _("The channel says that it was paid; that is what counts"),
    )


def _no_answer() -> NotPossible:
    return NotPossible(
        "no_answer",
        _("The channel gives no answer. Find it out in its merchant console, then confirm"),
    )
