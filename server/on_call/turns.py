"""Turns: of many workers one does a thing at a time; and whether each thing still ends well somewhere."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from server.on_call.models import Turn

CLOCKS_APART = timedelta(seconds=60)
ENDED_WITHIN = timedelta(minutes=5)  # longer ago: it stands still
_ENDED_EVERY = timedelta(seconds=20)  # so often it is written down
WATCHED = ("fault-alerts", "alert-rules", "alert-messages", "alert-receipts")


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


def marked(name: str) -> datetime | None:
    """The moment that was kept under this name."""
    return Turn.objects.filter(name=name).values_list("until", flat=True).first()


def mark(name: str, at: datetime) -> None:
    Turn.objects.update_or_create(name=name, defaults={"until": at})


def ended(name: str, now: datetime) -> None:
    """What began at ``now`` ended well."""
    last = marked(f"ended-{name}")
    if last is None or not now - _ENDED_EVERY < last <= now:
        mark(f"ended-{name}", now)


def standing_still(now: datetime, names: Iterable[str] = WATCHED) -> str:
    """In English for monitoring: which of the turns no worker ended well for minutes; empty: none."""
    marks = {f"ended-{name}": name for name in names}
    rows = Turn.objects.filter(name__in=marks, until__gt=now - ENDED_WITHIN)
    going = set(rows.values_list("name", flat=True))
    still = [name for mark_, name in marks.items() if mark_ not in going]
    return f"{', '.join(still)}: not ended well for minutes" if still else ""
