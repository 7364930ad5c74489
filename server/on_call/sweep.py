"""What the workers do every few seconds so that alerts reach a person. One worker at a time does each."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from server.fleet import fault_alerts
from server.on_call import escalation, outside, sending
from server.on_call.models import Turn
from server.payments import channel_watch

CLOCKS_APART = timedelta(seconds=60)
LOOKS_APART = timedelta(seconds=60)  # longer: the looks at the fleet stood still
UNSURE_FOR = timedelta(seconds=120)  # then kiosks have had the time to be heard
NONE_HEARD_MAX = timedelta(minutes=10)  # then it is told all the same
FAULTS_S, TELL_S, SEND_S, SLOWLY_S = 4, 3, 2, 55


def take(name: str, now: datetime, for_s: float) -> bool:
    """Whether it is this worker's turn, which nobody else has before ``for_s`` seconds are over."""
    until = now + timedelta(seconds=for_s)
    # Further ahead than any turn goes: taken by a clock that was wrong. It holds nobody back.
    free = Q(until__lte=now) | Q(until__gt=until + CLOCKS_APART)
    mine = Turn.objects.filter(name=name)
    if mine.exclude(free).exists():  # a question writes nothing
        return False
    if mine.filter(free).update(until=until):
        return True
    if mine.exists():
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
    fault_alerts.look(now, warnings=slowly, silence=_silence_is_theirs(now))
    if slowly:
        channel_watch.look(now)


def _silence_is_theirs(now: datetime) -> bool:
    """False while a silence may be this server's own: after its looks stood still, and for a while when
    kiosks of several communities were heard and none is any more."""
    last, heard = _marked("looked"), _marked("heard")
    own = last is None or abs(now - last) > LOOKS_APART
    if fault_alerts.none_is_heard(now):
        own = own or (heard is not None and now - heard < NONE_HEARD_MAX)
    else:
        _mark("heard", now)
    _mark("looked", now)
    if own:
        _mark("unsure", now + UNSURE_FOR)
        return False
    until = _marked("unsure")
    return until is None or not now < until <= now + UNSURE_FOR


def _marked(name: str) -> datetime | None:
    return Turn.objects.filter(name=f"fleet-{name}").values_list("until", flat=True).first()


def _mark(name: str, at: datetime) -> None:
    Turn.objects.update_or_create(name=f"fleet-{name}", defaults={"until": at})


def tell(now: datetime) -> None:
    if take("tell", now, TELL_S):
        escalation.look(now)


def send(now: datetime) -> None:
    """Several workers may send at once: each message is claimed."""
    sending.look(now)


def ask_for_receipts(now: datetime) -> None:
    if take("receipts", now, SLOWLY_S):
        sending.look_for_receipts(now)


def call_outside(now: datetime) -> None:
    if take("outside", now, SLOWLY_S):
        outside.call(now)


TURNS: dict[str, Callable[[datetime], None]] = {
    "fault-alerts": watch_faults,
    "alert-rules": tell,
    "alert-messages": send,
    "alert-receipts": ask_for_receipts,
    "outside": call_outside,
}
