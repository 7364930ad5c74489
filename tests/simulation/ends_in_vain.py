"""An order that its channel does not have ends by itself once its time is over, and nobody asks for it
for ever. Judged while it is open, by what was written down of the channel's answers.

An answer that the server did not live to take ends nothing, and is no fault: the end is asked for again.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from contract.messages import PaymentState
from contract.methods import BY_CHANNEL
from server.payments.channels.interface import ChannelStatus, Ending
from server.payments.models import PaymentOrder
from server.payments.timing import NOTIFICATION_GRACE

ASKED_IN_VAIN = 2  # ends, each answered: there is no such order
# Two ends may be under way for a minute each, and an order is asked about once a minute at the longest.
NOBODY_ENDS_IT = timedelta(minutes=4)
_DONE = (Ending.ACCEPTED.value, Ending.NOT_THERE.value)


def asked_in_vain(cut_off: Sequence[datetime]) -> Iterator[str]:
    """One sentence for each open order of which it is so. ``cut_off``: when the server lost what it
    was doing."""
    open_states = [s.value for s in PaymentState if not s.final]
    orders = PaymentOrder.objects.filter(
        state__in=open_states, held_minor=0, expires_at__isnull=False
    )
    for order in orders.filter(method__in=BY_CHANNEL).order_by("pk"):
        over = order.expires_at + NOTIFICATION_GRACE
        if in_vain(order.channel_responses, over, cut_off):
            yield f"{order.reference}: {order.method} says again and again that it has no such order"


def in_vain(answers: Sequence[dict[str, Any]], over: datetime, cut_off: Sequence[datetime]) -> bool:
    """Whether an open order, whose time was ``over`` then, should have ended by its channel's answers:
    it was asked about again after an end that was answered, though nothing was cut off meanwhile; or it
    is only asked about and no end is asked for."""
    not_there = ChannelStatus.NOT_FOUND.value
    later = [a for a in answers if _at(a["first"]) > over]
    ends = 0
    for answer, following in pairwise(later):
        answered = answer.get("ending") in _DONE and answer["answer"] == not_there
        ends += answered and not _lost(cut_off, answer["first"], following["first"])
    looks = [a for a in later if a["asked"] == "query" and a["answer"] == not_there]
    only_asked = any(
        _at(a["last"]) - _at(a["first"]) > NOBODY_ENDS_IT
        and not _lost(cut_off, a["first"], a["last"])
        for a in looks
    )
    return ends >= ASKED_IN_VAIN or only_asked


def _lost(cut_off: Sequence[datetime], since: str, until: str) -> bool:
    return any(_at(since) <= at <= _at(until) for at in cut_off)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
