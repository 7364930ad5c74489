"""Refunds: who may send one just now, what its end means for the books, and staff returning it by hand.

A refund is sent by the machine or returned by people, never both. Whoever wants to send it claims it
first, for longer than a channel takes to answer; whoever wants to take it over is refused while it is
claimed. Both are one change of the same row, so one of them comes first.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from server.alerts.models import Alert
from server.alerts.raising import keep_up, resolve_one
from server.billing import settlement
from server.payments import timing
from server.payments.channels import registry
from server.payments.channels.interface import RefundStatus
from server.payments.models import PaymentOrder, Refund
from server.payments.order_alerts import raise_about

log = logging.getLogger(__name__)
SILENT_MAX = 3  # answers in a row that did not come: then the channel is asked no more this time
TWICE = "refunded_twice"  # the alert that people and the channel returned the same money
TROUBLE_CHECKS = 12  # tries without an end after which staff look at it


class RefundEnded(Exception):
    """The money went back already, or staff returned it. ``refund`` says how and when."""

    def __init__(self, refund: Refund) -> None:
        super().__init__(f"{refund.refund_no} is {refund.state}")
        self.refund = refund


class RefundInFlight(Exception):
    """It is being sent to the channel at this moment, or the channel is carrying it out."""

    def __init__(self, refund: Refund, until: datetime | None = None) -> None:
        super().__init__(f"{refund.refund_no} is on its way")
        self.refund, self.until = refund, until


def to_be_refunded(order: PaymentOrder, amount_minor: int, reason: str, at: datetime) -> None:
    """The machine sends it back, or staff are told that nothing can; what has to be in the books for
    that is the caller's."""
    refund = Refund.objects.create(
        community=order.community,
        order=order,
        refund_no=number_of(order),
        amount_minor=amount_minor,
        reason=reason,
        created_at=at,
        next_poll_at=at,
    )
    if not order.by_code:
        in_trouble(refund, at)


def number_of(order: PaymentOrder) -> str:
    """Of the order's refund: always the same, also on a server that has lost the row of it."""
    return f"R{order.out_trade_no}"[:40]


def claim(refund: Refund, at: datetime) -> bool:
    """Whether this caller, and nobody else until the claim is over, may send it. ``refund`` is as it
    was read."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=at)
    as_read = Refund.objects.filter(free, pk=refund.pk, state=Refund.State.DUE)
    pause = timing.backoff(timing.REFUND_BACKOFF_S, refund.poll_count)
    return bool(
        as_read.filter(poll_count=refund.poll_count).update(
            claimed_until=at + timing.REFUND_CLAIM,
            next_poll_at=at + pause,
            poll_count=refund.poll_count + 1,
        )
    )


def due(method: str, at: datetime, limit: int) -> list[Refund]:
    """Refunds of one payment method that are to be sent now, those that wait longest first."""
    waiting = Refund.objects.filter(
        state=Refund.State.DUE, next_poll_at__lte=at, order__method=method
    )
    refunds = waiting.select_related("order__unit__community")
    return list(refunds.order_by("next_poll_at", "pk")[:limit])


def send_back(refund: Refund, at: datetime) -> bool:
    """Refunds through the channel, under the same refund number at every try. The caller holds its
    claim. False: the channel did not answer."""
    order = refund.order
    through = registry.channel(order.method)
    if through is None:  # nothing was sent: once it is set up again, the next turn may
        Refund.objects.filter(pk=refund.pk, state=Refund.State.DUE).update(claimed_until=None)
        in_trouble(refund, at)
        return True
    said = through.refund(
        order.out_trade_no,
        refund.refund_no,
        refund.amount_minor,
        order.captured_minor,
        refund.reason,
    )
    if said in (RefundStatus.PROCESSING, RefundStatus.UNKNOWN):
        said = through.query_refund(order.out_trade_no, refund.refund_no)
    answered(refund, said, at)
    return said is not RefundStatus.UNKNOWN


def answered(refund: Refund, said: RefundStatus, at: datetime) -> None:
    """Takes the channel's answer to a try and ends the claim. Without an end staff are told in time;
    the machine goes on until they take it over."""
    if said is RefundStatus.DONE:
        sent_back(refund, at)
        return
    due = Refund.objects.filter(pk=refund.pk, state=Refund.State.DUE)
    due.update(claimed_until=None, said=said.value)
    if said is RefundStatus.FAILED or refund.poll_count >= TROUBLE_CHECKS:
        in_trouble(refund, at)


def in_trouble(refund: Refund, at: datetime) -> None:
    """Tells staff, once, and the payer's page."""
    order = refund.order
    due = Refund.objects.filter(pk=refund.pk, state=Refund.State.DUE)
    if not due.exists():
        return
    due.filter(trouble_since=None).update(trouble_since=at)
    raise_about(
        order, "refund_failed", at, subject=refund.refund_no, amount_minor=refund.amount_minor
    )


@transaction.atomic
def sent_back(refund: Refund, at: datetime) -> None:
    """The channel says that it went back. What staff had returned by hand went back twice then: the
    books and an alert say so."""
    refund = locked(refund.pk)
    order, amount = refund.order, refund.amount_minor
    if refund.state == Refund.State.DONE:
        return
    if refund.state == Refund.State.BY_HAND:
        _went_back_twice(refund, at, amount)
        return
    settlement.refund_done(
        order.unit, amount, method=order.method, payment_id=order.payment_id, at=at
    )
    _end(refund, Refund.State.DONE, at, done_at=at, said=RefundStatus.DONE.value)


@transaction.atomic
def take_over(
    refund_pk: int, how: Refund.How, returned_at: datetime, poll_count: int, at: datetime
) -> Refund:
    """Staff returned the money: it is booked out of where they took it from, and never sent again.

    ``poll_count``: how often it had been tried when the channel was asked about it; a try since then may
    have done it. Raises RefundEnded and RefundInFlight.
    """
    refund = locked(refund_pk)
    if refund.state != Refund.State.DUE:
        raise RefundEnded(refund)
    if refund.claimed_until is not None and refund.claimed_until > at:
        raise RefundInFlight(refund, refund.claimed_until)
    if refund.poll_count != poll_count:
        raise RefundInFlight(refund)
    order = refund.order
    source = order.method if how is Refund.How.CHANNEL else how.value
    settlement.refund_done(
        order.unit, refund.amount_minor, method=source, payment_id=order.payment_id, at=at
    )
    watch = {"poll_count": 0, "next_poll_at": timing.next_recheck(0, at)}
    if how is Refund.How.CHANNEL or not order.by_code:
        watch = {"next_poll_at": None}  # nothing else could be found there
    else:  # the channel keeps the money still: somebody may give it back in its console
        looked_at = timing.next_recheck(0, at, timing.RECHECKS_PAID)
        PaymentOrder.objects.filter(pk=order.pk).update(poll_count=0, next_poll_at=looked_at)
    _end(refund, Refund.State.BY_HAND, at, done_at=returned_at, how=how.value, **watch)
    return refund


def watch_by_hand(method: str, at: datetime) -> int:
    """Looks whether what staff returned was sent by the channel after all. Returns how many were due."""
    due = Refund.objects.filter(
        state=Refund.State.BY_HAND, next_poll_at__lte=at, order__method=method
    )
    refunds = list(
        due.select_related("order__unit__community").order_by("next_poll_at", "pk")[:200]
    )
    through, silent = registry.channel(method), 0
    for refund in refunds:
        if silent >= SILENT_MAX:
            break
        as_read = Refund.objects.filter(pk=refund.pk, next_poll_at=refund.next_poll_at)
        again = timing.recheck_if_unanswered(refund.done_at or at, at)
        if not as_read.update(next_poll_at=again) or through is None:
            continue
        try:
            said = through.query_refund(refund.order.out_trade_no, refund.refund_no)
            silent = silent + 1 if said is RefundStatus.UNKNOWN else 0
            _looked(refund, said, at)
        except Exception:
            log.exception("sweep: refund %s is passed over", refund.refund_no)
    return len(refunds)


def _looked(refund: Refund, said: RefundStatus, at: datetime) -> None:
    """Only a look with an answer counts: a channel that is silent may have sent it."""
    if said is RefundStatus.DONE:
        sent_back(refund, at)
    elif said is not RefundStatus.UNKNOWN:
        looks = refund.poll_count + 1
        next_look = timing.next_recheck(looks, at)
        by_hand = Refund.objects.filter(pk=refund.pk, state=Refund.State.BY_HAND)
        by_hand.filter(poll_count=refund.poll_count).update(
            poll_count=looks, next_poll_at=next_look
        )


def locked(refund_pk: int) -> Refund:
    """As it stands now, held until the transaction ends."""
    refunds = Refund.objects.select_related("order__unit__community")
    return refunds.select_for_update(of=("self",)).get(pk=refund_pk)


def _end(refund: Refund, state: Refund.State, at: datetime, **fields: object) -> None:
    ended = {"state": state, "claimed_until": None, "next_poll_at": None, **fields}
    Refund.objects.filter(pk=refund.pk).update(**ended)
    order = refund.order
    gone = F("refunded_minor") + refund.amount_minor  # a part may have gone back before it was due
    PaymentOrder.objects.filter(pk=order.pk).update(refunded_minor=gone)
    resolve_one(order.community_id, "refund_failed", refund.refund_no, at)
    refund.refresh_from_db(fields=[*ended])


def returned_by_hand(order: PaymentOrder) -> Refund | None:
    """The refund of an order that staff paid out themselves, not through its channel."""
    by_hand = order.refunds.filter(state=Refund.State.BY_HAND)
    return by_hand.exclude(how=Refund.How.CHANNEL.value).order_by("pk").first()


@transaction.atomic
def returned_too(refund_pk: int, sum_minor: int, at: datetime) -> None:
    """Somebody gave back in the channel's console what staff had paid out as well, or parts of it:
    ``sum_minor`` of the payment went back there in all. What had gone back before the rest was due is no
    second return."""
    refund = locked(refund_pk)
    before = refund.order.captured_minor - refund.amount_minor
    twice = min(sum_minor - before, refund.amount_minor)
    if twice > 0:
        _went_back_twice(refund, at, twice)


def _went_back_twice(refund: Refund, at: datetime, sum_minor: int) -> None:
    """``sum_minor``: by now, in all. Staff are told of each part; while they have not ended the
    alert, of the parts together."""
    order = refund.order
    new = settlement.refunded_again(
        order.unit, sum_minor, method=order.method, payment_id=order.payment_id, at=at
    )
    if sum_minor >= refund.amount_minor:
        Refund.objects.filter(pk=refund.pk).update(said=RefundStatus.DONE.value, next_poll_at=None)
    if not new:
        return
    about = Alert.objects.filter(community=order.community_id, kind=TWICE, subject=refund.refund_no)
    told = about.select_for_update().filter(resolved_at=None).first()
    keep_up(
        order.community_id,
        TWICE,
        refund.refund_no,
        at,
        kiosk_code=order.kiosk_code,
        payment_id=order.payment_id,
        amount_minor=new + (told.details["amount_minor"] if told else 0),
    )
