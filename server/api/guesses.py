"""Wrong guesses at a unit's earlier requests, hour by hour, wherever they are tried: phone or kiosk."""

from datetime import datetime

from django.db.models import F

from server.api.models import LookupWindow

GUESSES_AN_HOUR = 10  # four digits stand long against so few


def may_guess(unit: int, now: datetime) -> bool:
    window = LookupWindow.objects.filter(kiosk_id=f"found {unit}", minute=_hour(now)).first()
    return window is None or window.count < GUESSES_AN_HOUR


def guessed_wrong(unit: int, now: datetime) -> None:
    """What was said to prove who asks did not fit."""
    window, _ = LookupWindow.objects.get_or_create(kiosk_id=f"found {unit}", minute=_hour(now))
    LookupWindow.objects.filter(pk=window.pk).update(count=F("count") + 1)


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)
