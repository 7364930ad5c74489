"""Sends the messages that are due, each once, several at a time, and never more to a person than agreed.

That a message goes out is written before it does: killed at any point, nothing is sent twice. What may
have gone out and is not known to have is left as it is; the next repetition is another message.
"""

import logging
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from server.on_call import sealing
from server.on_call.models import Message, MessageState, Purpose, Way
from server.on_call.outcome import Fate, Outcome, without_addresses
from server.on_call.plan import who_may
from server.on_call.ways import chat, mail, sms

AT_A_TIME = 8
DUE_MAX = 200
PAUSES_S = (10, 30, 120, 300)  # before each further attempt
HOUR = timedelta(hours=1)
RECEIPTS_FOR = timedelta(hours=6)
RECEIPT_AFTER = timedelta(seconds=20)
_OUT = (MessageState.SENDING, MessageState.SENT, MessageState.DELIVERED)
_STATES = {
    Fate.SENT: MessageState.SENT,
    Fate.REFUSED: MessageState.REFUSED,
    Fate.UNKNOWN: MessageState.SENDING,
}
Send = Callable[[str, str], Outcome]  # address, text
log = logging.getLogger(__name__)

WAYS: dict[str, Send] = {Way.MAIL: mail.send, Way.CHAT: chat.send, Way.SMS: sms.send}


def look(now: datetime) -> int:
    """Sends what is due. Returns how many messages were handed over, or tried to."""
    waiting = Message.objects.filter(state=MessageState.WAITING, due_at__lte=now)
    due = list(waiting.select_related("address", "alert").order_by("due_at", "pk")[:DUE_MAX])
    may = _Limits(now)
    claimed = [message for message in due if _needed(message, now) and _claimed(message, may, now)]
    with ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="alert-message") as pool:
        for message, outcome in zip(claimed, pool.map(_handed_over, claimed), strict=True):
            _record(message, outcome, now)
    return len(claimed)


class _Limits:
    """How many messages each person had in the last hour."""

    def __init__(self, now: datetime) -> None:
        self._since, self._most = now - HOUR, settings.LOBBYPAY.alerts.per_person_hour
        self._counts: Counter[int] = Counter()

    def spent(self, message: Message) -> bool:
        person = message.address.person_id
        if person not in self._counts:
            out = Message.objects.filter(
                address__person=person, changed_at__gte=self._since, state__in=_OUT
            )
            self._counts[person] = out.count()
        return self._counts[person] >= self._most

    def count(self, message: Message) -> None:
        self._counts[message.address.person_id] += 1


def _needed(message: Message, now: datetime) -> bool:
    """A message about what is over meanwhile, or to somebody who works there no more, is dropped."""
    over = message.alert.resolved_at is not None and message.purpose != Purpose.ENDED
    gone = message.address.ended_at is not None
    if not over and not gone:
        gone = not who_may(message.community_id).filter(pk=message.address.person_id).exists()
    if over or gone:
        _stand(message, MessageState.DROPPED, "", now)
    return not over and not gone


def _claimed(message: Message, limits: _Limits, now: datetime) -> bool:
    """Writes down that it is about to go out. False: somebody else is at it, or it has to wait."""
    waiting = Message.objects.filter(pk=message.pk, state=MessageState.WAITING)
    if limits.spent(message):
        said = "held back: the limit of messages an hour"
        waiting.update(due_at=now + timedelta(minutes=5), answer=said, changed_at=now)
        return False
    with transaction.atomic():
        taken = waiting.update(
            state=MessageState.SENDING, attempts=message.attempts + 1, changed_at=now, answer=""
        )
    if taken:
        message.attempts += 1
        limits.count(message)
    return bool(taken)


def _handed_over(message: Message) -> Outcome:
    """In a thread of its own; asks no database. Never raises."""
    try:
        address = sealing.opened(message.address.sealed)
    except sealing.Unreadable:
        return Outcome(Fate.REFUSED, "the address was sealed with another key; enter it again")
    try:
        return WAYS[message.address.way](address, message.text)
    except Exception as error:
        log.warning("message %s: %s", message.pk, type(error).__name__)
        return Outcome(Fate.UNKNOWN, type(error).__name__)


def _record(message: Message, outcome: Outcome, now: datetime) -> None:
    if outcome.fate is not Fate.AWAY:
        _stand(message, _STATES[outcome.fate], outcome.said, now, outcome.receipt)
        return
    if message.attempts > len(PAUSES_S):
        _stand(message, MessageState.FAILED, outcome.said, now)
        return
    pause = timedelta(seconds=PAUSES_S[message.attempts - 1])
    Message.objects.filter(pk=message.pk, state=MessageState.SENDING).update(
        state=MessageState.WAITING,
        due_at=now + pause,
        changed_at=now,
        answer=without_addresses(outcome.said),
    )


def _stand(
    message: Message, state: MessageState, said: str, now: datetime, receipt: str = ""
) -> None:
    Message.objects.filter(pk=message.pk).update(
        state=state, answer=without_addresses(said), changed_at=now, receipt=receipt[:64]
    )


def look_for_receipts(now: datetime) -> int:
    """Whether text messages that were taken have arrived. Returns how many answers came."""
    open_ones = Message.objects.filter(
        state=MessageState.SENT,
        address__way=Way.SMS,
        made_at__gte=now - RECEIPTS_FOR,
        changed_at__lte=now - RECEIPT_AFTER,
    ).exclude(receipt="")
    count = 0
    for message in open_ones.select_related("address")[:DUE_MAX]:
        try:
            address = sealing.opened(message.address.sealed)
        except sealing.Unreadable:
            continue
        delivery = sms.delivery_of(address, message.receipt, message.changed_at)
        if delivery is None:
            continue
        state = MessageState.DELIVERED if delivery.arrived else MessageState.REFUSED
        Message.objects.filter(pk=message.pk, state=MessageState.SENT).update(
            state=state, answer=without_addresses(delivery.said), changed_at=now
        )
        count += 1
    return count
