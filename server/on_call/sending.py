"""Sends the messages that are due, each once, several at a time, and never more to a person than agreed.

That a message goes out is written before it does: killed at any point, nothing is sent twice. What may
have gone out and is not known to have is left as it is; the next repetition is another message.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from server.gateways import mail, sealing
from server.gateways.outcome import Fate, Outcome, Own, without_addresses
from server.gateways.sms import NoAnswer
from server.on_call.kinds import group_of
from server.on_call.models import (
    OF_THE_RULE,
    AddressTry,
    Message,
    MessageState,
    PersonAddress,
    Purpose,
    Way,
)
from server.on_call.plan import who_may
from server.on_call.ways import chat, sms
from server.storable import storable_text

AT_A_TIME = 8
PORTIONS_MAX = 25  # of one look
RECEIPTS_MAX = 200  # of one look
HELD_FOR = timedelta(minutes=5)
PAUSES_S = (10, 30, 120, 300)  # before each further attempt
HOUR = timedelta(hours=1)
RECEIPTS_FOR = timedelta(hours=6)
RECEIPT_AFTER = {Way.SMS: timedelta(seconds=20), Way.CALL: timedelta(minutes=3)}
BUDGET_S = 60.0  # of one look; what is left is the next one's
RECEIPTS_BUDGET_S = 20.0  # of one look
_OUT = (MessageState.SENDING, MessageState.SENT, MessageState.DELIVERED)
_STATES = {
    Fate.SENT: MessageState.SENT,
    Fate.REFUSED: MessageState.REFUSED,
    Fate.UNKNOWN: MessageState.SENDING,
}
Send = Callable[[str, str], Outcome]  # address, text
log = logging.getLogger(__name__)

WAYS: dict[str, Send] = {
    Way.MAIL: mail.send,
    Way.CHAT: chat.send,
    Way.SMS: sms.send,
    Way.CALL: sms.call,
}


def look(now: datetime) -> int:
    """Sends what is due. Returns how many messages were handed over, or tried to.

    No more is claimed than is handed over at once: whoever is killed leaves few in doubt.
    """
    waiting = Message.objects.filter(state=MessageState.WAITING, due_at__lte=now)
    due = waiting.select_related("address", "alert__handling").order_by("due_at", "pk")
    sent, until = 0, time.monotonic() + BUDGET_S
    with ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="alert-message") as pool:
        for _portion in range(PORTIONS_MAX):
            portion = list(due[:AT_A_TIME])
            if not portion or time.monotonic() > until:
                break
            claimed = [one for one in portion if _needed(one, now) and _claimed(one, now)]
            for message, outcome in zip(claimed, pool.map(_handed_over, claimed), strict=True):
                _record(message, outcome, now)
            sent += len(claimed)
    return sent


def spent(person: int, now: datetime) -> bool:
    """Whether the person had as much in the last hour as was agreed. Within a transaction: until it
    ends no other worker counts or claims for this person."""
    users = get_user_model()._default_manager
    list(users.select_for_update(of=("self",), no_key=True).filter(pk=person).values_list("pk"))
    since = now - HOUR
    out = Message.objects.filter(
        address__person=person, changed_at__gte=since, state__in=_OUT
    ).count()
    tries = AddressTry.objects.filter(address__person=person, at__gte=since).count()
    return out + tries >= settings.LOBBYPAY.alerts.per_person_hour


def may_try(address: PersonAddress, now: datetime) -> bool:
    """Whether a test may go out to it now; it is then counted as a message."""
    with transaction.atomic():
        if spent(address.person_id, now):
            return False
        AddressTry.objects.create(address=address, at=now)
    return True


def _needed(message: Message, now: datetime) -> bool:
    """A message about what is over or looked after meanwhile, or to somebody who may not see it any
    more, is dropped."""
    alert, address = message.alert, message.address
    over = alert.resolved_at is not None and message.purpose != Purpose.ENDED
    dropped = over or address.ended_at is not None or _taken_back(message, now)
    if not dropped:
        may = who_may(message.community_id, group_of(alert.kind).area)
        dropped = not may.filter(pk=address.person_id).exists()
    if dropped:
        Message.objects.filter(pk=message.pk, state=MessageState.WAITING).update(
            state=MessageState.DROPPED, changed_at=now
        )
    return not dropped


def _taken_back(message: Message, now: datetime) -> bool:
    """Somebody looks after it, or silenced it."""
    handling = getattr(message.alert, "handling", None)
    if handling is None or message.purpose not in OF_THE_RULE:
        return False
    silenced = handling.silenced_until is not None and handling.silenced_until > now
    return handling.acknowledged_at is not None or silenced


def _claimed(message: Message, now: datetime) -> bool:
    """Writes down that it is about to go out. False: somebody else is at it, or it has to wait."""
    waiting = Message.objects.filter(pk=message.pk, state=MessageState.WAITING)
    with transaction.atomic():
        if spent(message.address.person_id, now):
            waiting.update(due_at=now + HELD_FOR, answer=Own.LIMIT, changed_at=now)
            return False
        taken = waiting.update(
            state=MessageState.SENDING, attempts=message.attempts + 1, changed_at=now, answer=""
        )
    if taken:
        message.attempts += 1
    return bool(taken)


def _handed_over(message: Message) -> Outcome:
    return handed_over(message.address, message.text)


def handed_over(address: PersonAddress, text: str) -> Outcome:
    """In any thread; asks no database. Never raises, whatever the other side answers."""
    try:
        opened = sealing.opened(address.sealed)
    except sealing.Unreadable:
        return Outcome(Fate.REFUSED, Own.OTHER_KEY)
    try:
        return WAYS[address.way](opened, text)
    except Exception as error:
        log.warning("to address %s: %s", address.pk, type(error).__name__)
        return Outcome(Fate.UNKNOWN, Own.WENT_WRONG)


def _record(message: Message, outcome: Outcome, now: datetime) -> None:
    """What cannot be written down keeps no other message from it: it stays not known."""
    try:
        with transaction.atomic():
            _write_down(message, outcome, now)
    except Exception:
        log.exception("what became of message %s could not be written down", message.pk)


def _write_down(message: Message, outcome: Outcome, now: datetime) -> None:
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
        state=state,
        answer=without_addresses(said),
        changed_at=now,
        receipt=storable_text(receipt)[:64],
    )


def look_for_receipts(now: datetime) -> int:
    """Whether text messages that were taken have arrived, and calls were answered. Returns how many
    answers came. Of a provider that does not answer nothing more is asked: the next look does."""
    until = time.monotonic() + RECEIPTS_BUDGET_S
    return sum(_look_for_receipts_of(way, now, until) for way in RECEIPT_AFTER)


def _look_for_receipts_of(way: Way, now: datetime, until: float) -> int:
    open_ones = Message.objects.filter(
        state=MessageState.SENT,
        address__way=way,
        made_at__gte=now - RECEIPTS_FOR,
        changed_at__lte=now - RECEIPT_AFTER[way],
    ).exclude(receipt="")
    count = 0
    for message in open_ones.select_related("address").order_by("-pk")[:RECEIPTS_MAX]:
        if time.monotonic() > until:
            break
        try:
            address = sealing.opened(message.address.sealed)
            delivery = sms.delivery_of(way, address, message.receipt, message.changed_at)
        except sealing.Unreadable:
            continue
        except NoAnswer as error:
            log.warning("the provider of %s does not answer: %s", way.value, error)
            break
        if delivery is None:
            continue
        state = MessageState.DELIVERED if delivery.arrived else MessageState.REFUSED
        Message.objects.filter(pk=message.pk, state=MessageState.SENT).update(
            state=state, answer=without_addresses(delivery.said), changed_at=now
        )
        count += 1
    return count
