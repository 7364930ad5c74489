"""What the workers do every few seconds so that alerts reach a person. One worker at a time does each."""

from collections.abc import Callable
from datetime import datetime, timedelta

from server.fleet import fault_alerts
from server.on_call import escalation, outside, sending
from server.on_call.turns import ended, mark, marked, standing_still, take
from server.outbox import provider_watch
from server.payments import channel_watch

LOOKS_APART = timedelta(seconds=60)  # longer: the looks at the fleet stood still
UNSURE_FOR = timedelta(seconds=120)  # then kiosks have had the time to be heard
NONE_HEARD_MAX = timedelta(minutes=10)  # then it is told all the same
FAULTS_S, TELL_S, SEND_S, SLOWLY_S = 4, 3, 2, 55


def watch_faults(now: datetime) -> None:
    """What is out of order each few seconds, what is needed soon and channels each minute."""
    if not take("faults", now, FAULTS_S):
        return
    slowly = take("warnings", now, SLOWLY_S)
    fault_alerts.look(now, warnings=slowly, silence=_silence_is_theirs(now))
    if slowly:
        channel_watch.look(now)
        provider_watch.look(now)
    ended("fault-alerts", now)


def _silence_is_theirs(now: datetime) -> bool:
    """False while a silence may be this server's own: after its looks stood still, and for a while when
    kiosks of several communities were heard and none is any more."""
    last, heard = marked("fleet-looked"), marked("fleet-heard")
    own = last is None or abs(now - last) > LOOKS_APART
    if fault_alerts.none_is_heard(now):
        own = own or (heard is not None and now - heard < NONE_HEARD_MAX)
    else:
        mark("fleet-heard", now)
    mark("fleet-looked", now)
    if own:
        mark("fleet-unsure", now + UNSURE_FOR)
        return False
    until = marked("fleet-unsure")
    return until is None or not now < until <= now + UNSURE_FOR


def tell(now: datetime) -> None:
    if take("tell", now, TELL_S):
        escalation.look(now)
        ended("alert-rules", now)


def send(now: datetime) -> None:
    """Several workers may send at once: each message is claimed."""
    sending.look(now)
    ended("alert-messages", now)


def ask_for_receipts(now: datetime) -> None:
    if take("receipts", now, SLOWLY_S):
        sending.look_for_receipts(now)
        ended("alert-receipts", now)


def call_outside(now: datetime) -> None:
    """Only while all the rest is done somewhere: else the watcher is to raise the alarm."""
    if take("outside", now, SLOWLY_S):
        outside.call(now, standing_still(now))


TURNS: dict[str, Callable[[datetime], None]] = {
    "fault-alerts": watch_faults,
    "alert-rules": tell,
    "alert-messages": send,
    "alert-receipts": ask_for_receipts,
    "outside": call_outside,
}
