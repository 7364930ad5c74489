"""How often something was done in a minute or an hour, in rows that all processes share."""

from datetime import datetime

from django.db.models import F

from server.api.models import LookupWindow


def minute_of(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def hour_of(now: datetime) -> datetime:
    return minute_of(now).replace(minute=0)


def one_more(name: str, begins: datetime, most: int) -> bool:
    """Counts one more where that is no more than ``most``, however many come at the same moment."""
    window, _ = LookupWindow.objects.get_or_create(kiosk_id=name, minute=begins)
    free = LookupWindow.objects.filter(pk=window.pk, count__lt=most)
    return bool(free.update(count=F("count") + 1))


def one_less(name: str, begins: datetime) -> None:
    """What was counted does not count after all."""
    counted = LookupWindow.objects.filter(kiosk_id=name, minute=begins, count__gt=0)
    counted.update(count=F("count") - 1)
