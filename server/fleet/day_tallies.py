"""What kiosks counted of their days is kept here, each day of each source once, the furthest told."""

import logging
from datetime import date, datetime, timedelta

from django.db import transaction

from contract.business_day import business_day
from contract.day_tally import DayTally, Tallies
from server.fleet.models import Kiosk, KioskAbout, KioskDay
from server.storable import storable

DAYS_BACK = timedelta(
    days=60
)  # older ones are of a clock that was wrong; kiosks keep them for less

log = logging.getLogger(__name__)


def take(kiosk: Kiosk, told: Tallies, now: datetime) -> list[date]:
    """Returns the days with which the kiosk is done: also those of no calendar, which nobody keeps."""
    today = business_day(now, kiosk.community.time_zone)
    fitting = {
        d.day: d for d in told.days if today - DAYS_BACK <= d.day <= today + timedelta(days=1)
    }
    if len(fitting) < len(told.days):
        log.warning("kiosk %s tells of days that are not near %s", kiosk.code, today)
    about = told.about.model_dump(mode="json") if told.about else None
    with transaction.atomic():
        if about is not None:
            values = {"told": storable(about), "told_at": now}
            KioskAbout.objects.update_or_create(kiosk=kiosk, defaults=values)
        _keep(kiosk, told.source, fitting, now)
    return [tally.day for tally in told.days]


def _keep(kiosk: Kiosk, source: str, tallies: dict[date, DayTally], now: datetime) -> None:
    """What is known to be further is left: this message was overtaken by a later one."""
    rows = KioskDay.objects.select_for_update().filter(kiosk=kiosk, source=source, day__in=tallies)
    known = dict(rows.values_list("day", "counted"))
    new = [
        KioskDay(
            community_id=kiosk.community_id,
            kiosk=kiosk,
            day=day,
            source=source,
            hours={str(hour.hour): hour.counts for hour in tally.hours},
            counted=_sum(tally),
            told_at=now,
        )
        for day, tally in tallies.items()
        if _sum(tally) > known.get(day, -1)
    ]
    KioskDay.objects.bulk_create(
        new,
        update_conflicts=True,
        unique_fields=["kiosk", "day", "source"],
        update_fields=["hours", "counted", "told_at"],
    )


def _sum(tally: DayTally) -> int:
    return min(2**62, sum(n for hour in tally.hours for n in hour.counts.values()))
