"""Asks the providers whether text messages have arrived, ever more rarely, until they say so or it is two
days ago. Each question is asked by one worker."""

import logging
import time
from datetime import datetime, timedelta

from django.db.models import Q

from server.gateways import sealing
from server.gateways.outcome import without_addresses
from server.gateways.sms import Delivery, NoAnswer
from server.outbox.models import MessageTerms, ResidentMessage, State
from server.resident_messages.account import provider_of

AT_ONCE = 100  # questions of one look
BUDGET_S = 20.0
FOR, LOST = timedelta(hours=48), timedelta(hours=1)
# How long ago it was sent, and after how long it is asked again.
_PAUSES = (
    (timedelta(minutes=5), timedelta(minutes=1)),
    (timedelta(hours=1), timedelta(minutes=10)),
    (timedelta(hours=6), timedelta(hours=1)),
)
_LATER = timedelta(hours=6)
log = logging.getLogger(__name__)


def look(now: datetime) -> int:
    """Returns how many answers came. Where a community's provider does not answer, its others wait."""
    rows = ResidentMessage.objects.filter(state=State.SENT, ask_at__lte=now).order_by("ask_at")
    count, silent, until = 0, set[int](), time.monotonic() + BUDGET_S
    for message in rows[:AT_ONCE]:
        if time.monotonic() > until:
            break
        if message.community_id in silent or not _taken(message, now):
            continue
        try:
            delivery = _delivery(message)
        except NoAnswer as error:
            log.warning("the provider of text messages does not answer: %s", error)
            silent.add(message.community_id)
            continue
        if delivery is not None:
            _end(message, delivery, now)
            count += 1
        elif message.ask_at is None:
            ResidentMessage.objects.filter(pk=message.pk, state=State.SENT).update(sealed="")
    return count


def forget_addresses(now: datetime) -> None:
    """Of messages that were under way when their worker was killed: they are not sent again; and of those
    whose last question was not answered: they are not asked for again."""
    lost = Q(state=State.SENDING) | Q(state=State.SENT, ask_at=None)
    rows = ResidentMessage.objects.filter(lost, changed_at__lt=now - LOST)
    rows.exclude(sealed="").update(sealed="")


def _taken(message: ResidentMessage, now: datetime) -> bool:
    """Says when it is asked again, before it is asked. False: somebody else does."""
    age = now - (message.sent_at or message.changed_at)
    pause = next((pause for limit, pause in _PAUSES if age < limit), _LATER)
    asked_at, message.ask_at = message.ask_at, now + pause if age < FOR else None
    mine = ResidentMessage.objects.filter(pk=message.pk, state=State.SENT, ask_at=asked_at)
    return bool(mine.update(ask_at=message.ask_at))


def _delivery(message: ResidentMessage) -> Delivery | None:
    """None: not known, or nobody who could be asked any more. Raises NoAnswer."""
    terms = MessageTerms.objects.filter(
        community=message.community_id, provider=message.provider
    ).first()
    provider = provider_of(terms) if terms is not None else None
    if provider is None:
        return None
    try:
        address = sealing.opened(message.sealed)
    except sealing.Unreadable:
        return None
    return provider.delivery(address, message.receipt, message.sent_at or message.changed_at)


def _end(message: ResidentMessage, delivery: Delivery, now: datetime) -> None:
    ResidentMessage.objects.filter(pk=message.pk, state=State.SENT).update(
        state=State.DELIVERED if delivery.arrived else State.REFUSED,
        answer=without_addresses(delivery.said),
        changed_at=now,
        ask_at=None,
        sealed="",
    )
