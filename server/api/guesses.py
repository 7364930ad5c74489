"""Wrong guesses at earlier requests, hour by hour: at a unit's, wherever they are tried, phone or kiosk;
and of one kiosk, whichever unit's they are, since a request's number is soon tried at every unit."""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from server.api.models import LookupWindow

GUESSES_AN_HOUR = 10  # four digits stand long against so few
KIOSK_GUESSES_AN_HOUR = 30  # a lobby's people mistype less


def may_guess(unit: int, now: datetime) -> bool:
    return _count(_of_unit(unit), now) < GUESSES_AN_HOUR


def kiosk_may_guess(kiosk: UUID, now: datetime) -> bool:
    return _count(_of_kiosk(kiosk), now) < KIOSK_GUESSES_AN_HOUR


def guessed_wrong(unit: int, now: datetime, *, kiosk: UUID | None = None) -> None:
    """What was said to prove who asks did not fit. ``kiosk``: where it was said, if at one."""
    for name in (_of_unit(unit), *([_of_kiosk(kiosk)] if kiosk else [])):
        window, _ = LookupWindow.objects.get_or_create(kiosk_id=name, minute=_hour(now))
        LookupWindow.objects.filter(pk=window.pk).update(count=F("count") + 1)


def _count(name: str, now: datetime) -> int:
    window = LookupWindow.objects.filter(kiosk_id=name, minute=_hour(now)).first()
    return window.count if window else 0


def _of_unit(unit: int) -> str:
    return f"found {unit}"


def _of_kiosk(kiosk: UUID) -> str:
    return f"gue {kiosk.hex}"


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)
