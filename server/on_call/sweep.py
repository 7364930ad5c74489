"""What the workers do every few seconds so that alerts reach a person. One worker at a time does each."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from server.fleet import fault_alerts
from server.on_call import escalation, outside, sending
from server.on_call.models import Turn
from server.payments import channel_watch

FAULTS_S, TELL_S, SEND_S, SLOWLY_S = 4, 3, 2, 55


def take(name: str, now: datetime, for_s: float) -> bool:
    """Whether it is this worker's turn, which nobody else has before ``for_s`` seconds are over."""
    until = now + timedelta(seconds=for_s)
    if Turn.objects.filter(name=name, until__gt=now).exists():  # a question writes nothing
        return False
    if Turn.objects.filter(name=name, until__lte=now).update(until=until):
        return True
    if Turn.objects.filter(name=name).exists():
        return False
    try:
        with transaction.atomic():
            Turn.objects.create(name=name, until=until)
    except IntegrityError:
        return False
    return True


def watch_faults(now: datetime) -> None:
    """What is out of order each few seconds, what is needed soon and channels each minute."""
    if not take("faults", now, FAULTS_S):
        return
    slowly = take("warnings", now, SLOWLY_S)
    fault_alerts.look(now, warnings=slowly)
    if slowly:
        channel_watch.look(now)


def tell(now: datetime) -> None:
    if take("tell", now, TELL_S):
        escalation.look(now)


def send(now: datetime) -> None:
    """Several workers may send at once: each message is claimed."""
    sending.look(now)
    if take("receipts", now, SLOWLY_S):
        sending.look_for_receipts(now)


def call_outside(now: datetime) -> None:
    if take("outside", now, SLOWLY_S):
        outside.call(now)


TURNS: dict[str, Callable[[datetime], None]] = {
    "fault-alerts": watch_faults,
    "alert-rules": tell,
    "alert-messages": send,
    "outside": call_outside,
}
