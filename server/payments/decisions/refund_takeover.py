"""Staff take over a refund: they returned the money themselves, and the machine never sends it.

Leaving it to the machine needs no act; ``try_again`` lets it try at once.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from server.payments import refunds
from server.payments.channels import registry
from server.payments.channels.interface import RefundStatus
from server.payments.decisions.refusal import NotPossible
from server.payments.models import Refund
from server.payments.refunds import RefundEnded, RefundInFlight
from server.staff import audit
from server.staff.people import Person

_ENDED = {
    Refund.State.DONE: _("The channel has returned this money already"),
    Refund.State.BY_HAND: _("This money was returned by hand already"),
}


class NotAlone(Exception):
    """Another person has to approve it."""


def returned_by_hand(
    refund_no: str,
    person: Person,
    reason: str,
    at: datetime,
    *,
    how: Refund.How,
    returned_at: datetime | None = None,
    looked_at_channel: bool = False,
    alone: Callable[[], bool] = lambda: True,
) -> Refund:
    """The person returned the money at ``returned_at`` (now when not given): it is booked and never sent.

    ``looked_at_channel``: the person saw in the channel's merchant console that it did not go back
    there; needed only where the channel gives no answer. ``alone``: asked in the transaction that books
    it, whether the person may do it without another. Raises NotPossible with ``ended``, ``in_flight``,
    ``no_answer`` or ``in_future``, audit.ReasonMissing, NotAlone, Refund.DoesNotExist.
    """
    audit.reason_of(reason)
    done_at = returned_at or at
    if done_at > at:
        raise NotPossible("in_future", _("It cannot have been returned yet"))
    tried = ask_first(refund_no, how, at, looked_at_channel=looked_at_channel)
    with transaction.atomic():
        if not alone():
            raise NotAlone
        return book(
            refund_no,
            person,
            reason,
            at,
            how=how,
            returned_at=done_at,
            looked_at_channel=looked_at_channel,
            tried=tried,
        )


def ask_first(
    refund_no: str, how: Refund.How, at: datetime, *, looked_at_channel: bool = False
) -> int:
    """Whether it may be booked as returned by hand, by what the channel says: to be called in no
    transaction. Returns how often it had been tried by then, for ``book``. What the channel has returned
    is booked so. Raises NotPossible with ``ended``, ``in_flight`` or ``no_answer``."""
    refund = _found(refund_no)
    if refund.state == Refund.State.DUE:
        _ask_channel(refund, how, looked_at_channel, at)
    return refund.poll_count


@transaction.atomic
def book(
    refund_no: str,
    person: Person,
    reason: str,
    at: datetime,
    *,
    how: Refund.How,
    returned_at: datetime,
    looked_at_channel: bool,
    tried: int,
) -> Refund:
    """Books it as returned by hand. ``tried``: by ``ask_first``; whoever has sent it since may have
    returned it. Raises NotPossible with ``ended`` or ``in_flight``, audit.ReasonMissing."""
    try:
        done = refunds.take_over(_found(refund_no).pk, how, returned_at, tried, at)
    except RefundEnded as error:
        raise _ended(error.refund) from error
    except RefundInFlight as error:
        raise _in_flight() from error
    audit.record(
        done.community_id,
        person,
        "returned_by_hand",
        ("refund", refund_no),
        reason,
        at,
        before={"state": Refund.State.DUE.value, "said": done.said},
        after={
            "state": done.state,
            "how": done.how,
            "returned_at": returned_at,
            "amount_minor": done.amount_minor,
            "payment_id": done.order.payment_id,
            "looked_at_channel": looked_at_channel,
        },
    )
    return done


def try_again(refund_no: str, person: Person, reason: str, at: datetime) -> Refund:
    """The machine tries at once instead of later. Raises NotPossible with ``ended`` or ``in_flight``,
    audit.ReasonMissing, Refund.DoesNotExist."""
    refund = _found(refund_no)
    if refund.state != Refund.State.DUE:
        raise _ended(refund)
    with transaction.atomic():
        if not refunds.claim(refund, at):
            raise _in_flight()
        audit.record(refund.community_id, person, "refund_again", ("refund", refund_no), reason, at)
    refunds.send_back(refund, at)
    refund.refresh_from_db()
    return refund


def _found(refund_no: str) -> Refund:
    return Refund.objects.select_related("order__unit__community").get(refund_no=refund_no)


def _ask_channel(refund: Refund, how: Refund.How, looked: bool, at: datetime) -> None:
    """Whether the channel returned it already or is about to. A refund made in its merchant console has
    a number of its own there, so it is never found under ours."""
    order = refund.order
    through = registry.channel(order.method) if order.by_code else None
    if through is None or (refund.poll_count == 0 and refund.claimed_until is None):
        return  # it was never sent
    said = through.query_refund(order.out_trade_no, refund.refund_no)
    if said is RefundStatus.DONE:
        refunds.sent_back(refund, at)
        raise _ended(_found(refund.refund_no))
    if said is RefundStatus.PROCESSING:
        raise _in_flight()
    if said is RefundStatus.UNKNOWN and not looked:
        raise NotPossible(
            "no_answer",
            _(
                "The channel does not say whether it went back. Make sure in its merchant console"
                " that it did not, then confirm"
            ),
        )


def _ended(refund: Refund) -> NotPossible:
    return NotPossible("ended", _ENDED[Refund.State(refund.state)])


def _in_flight() -> NotPossible:
    return NotPossible(
        "in_flight",
        _("It is being sent back at this moment. Look again in some minutes"),
    )
