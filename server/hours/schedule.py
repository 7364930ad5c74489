"""A community's hours as its kiosks are told them, and which communities have an outage now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contract.business_day import business_day
from contract.opening_hours import NamedDays, Night, OpeningHours, Outage, WeekHours, standing
from server.estate.models import Community
from server.hours.models import NightRules, OpenDays, OpenHours, PlannedOutage

BACK_WITHIN = timedelta(minutes=15)  # after an outage machines start, and say what they miss
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Of one community, as it holds now."""

    week: tuple[OpenHours, ...]
    days: tuple[OpenDays, ...]
    nights: tuple[NightRules, ...]
    outages: tuple[PlannedOutage, ...]

    def of(self, kiosk_code: str = "") -> OpeningHours:
        """Of each kind the kiosk's own rows, or else the community's. Empty: those of the community."""
        nights = _own(self.nights, kiosk_code)
        return OpeningHours(
            week=[
                WeekHours(weekdays=row.weekdays, starts=row.starts, ends=row.ends)
                for row in _own(self.week, kiosk_code)
            ],
            days=[
                NamedDays(
                    first_day=row.first_day,
                    last_day=row.last_day,
                    starts=row.starts,
                    ends=row.ends,
                )
                for row in _own(self.days, kiosk_code)
            ],
            night=_night(nights[-1]) if nights else None,
            outages=[
                Outage(
                    id=str(row.pk),
                    begins=row.begins,
                    ends=row.ends,
                    told_from=row.told_from,
                    words=row.words,
                )
                for row in self.outages
            ],
        )

    def kiosks(self) -> list[str]:
        """The codes of those that have rows of their own."""
        rows = (*self.week, *self.days, *self.nights)
        return sorted({row.kiosk_code for row in rows} - {""})

    def said(self) -> dict[str, Any]:
        """All of it, as JSON: it changes when anything in it does."""
        return {
            code: self.of(code).model_dump(mode="json", exclude={} if not code else {"outages"})
            for code in ("", *self.kiosks())
        }


def schedule_of(community: Community, now: datetime) -> Schedule:
    """With days and outages of yesterday and later: hours may go on past midnight."""
    in_use = {"community": community.pk, "ended_at": None}
    yesterday = business_day(now, community.time_zone) - _DAY
    return Schedule(
        tuple(OpenHours.objects.filter(**in_use)),
        tuple(OpenDays.objects.filter(**in_use, last_day__gte=yesterday)),
        tuple(NightRules.objects.filter(**in_use)),
        tuple(PlannedOutage.objects.filter(**in_use, ends__gt=now - _DAY)),
    )


def night_of(community: Community, kiosk_code: str, at: datetime) -> Night | None:
    """The rules of the night that hold at a kiosk at this moment; None: it is day, or there are none."""
    rows = tuple(NightRules.objects.filter(community=community.pk, ended_at=None))
    own = _own(rows, kiosk_code)
    hours = OpeningHours(night=_night(own[-1]) if own else None)
    return standing(hours, at, community.time_zone).night


def communities_out(now: datetime) -> set[int]:
    """Those with an outage that was planned for now, and shortly after it."""
    rows = PlannedOutage.objects.filter(begins__lte=now, ends__gt=now - BACK_WITHIN)
    cut_short = rows.filter(ended_at__gt=now - BACK_WITHIN)
    going_on = rows.filter(ended_at=None) | cut_short
    return set(going_on.values_list("community", flat=True))


def _own(rows: tuple[Any, ...], kiosk_code: str) -> list[Any]:
    of_kiosk = [row for row in rows if kiosk_code and row.kiosk_code == kiosk_code]
    return of_kiosk or [row for row in rows if not row.kiosk_code]


def _night(row: NightRules) -> Night:
    return Night(starts=row.starts, ends=row.ends, cards=row.cards, max_minor=row.max_minor)
