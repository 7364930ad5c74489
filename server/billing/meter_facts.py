"""What meters showed in a period, as the fee rules need it. Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, QuerySet

from server.billing.fees import FeeItem
from server.billing.meters import FormerMeterUnit, Meter, MeterReading, MeterScope
from server.billing.periods import previous_period
from server.billing.rules.facts import MeterFacts, PeriodFacts, UnreadMeter
from server.estate.models import Unit

Read = MeterFacts | UnreadMeter


class Reading(NamedTuple):
    """What of a ``MeterReading`` the rules need: there are two for each meter of a batch."""

    meter_id: int
    period: str
    counter: Decimal
    read_on: date
    rolled_over: bool
    old_final: Decimal | None
    new_first: Decimal | None
    estimated: bool
    in_review: bool


class MeterBook:
    """The meters of some fee items in one period."""

    def __init__(self, period: str, items: Sequence[FeeItem]) -> None:
        self.period, self._before = period, previous_period(period)
        self._over_year = {
            item.pk for item in items if any(t.steps_over_year for t in item.tariffs.all())
        }
        self._metered = [
            item.pk
            for item in items
            if any(tariff.rule == "per_meter" for tariff in item.tariffs.all())
        ]

    def of_units(self, units: Sequence[Unit]) -> dict[int, dict[str, tuple[Read, ...]]]:
        """The units' own meters, by fee item and unit code."""
        if not self._metered:
            return {}
        return self._by_unit({unit.pk: unit.code for unit in units}, self._metered)

    def of_item(self, item: int, units: Mapping[int, str]) -> dict[str, tuple[Read, ...]]:
        """The own meters under one fee item of units, which are given as codes by key."""
        return self._by_unit(units, [item]).get(item, {})

    def shared(self, item: int, buildings: Iterable[int]) -> list[tuple[Meter, Read]]:
        """Those that units of these buildings share under one fee item, the community's among them."""
        meters = self._there().filter(
            Q(building__in=list(buildings)) | Q(scope=MeterScope.COMMUNITY), fee_item=item
        )
        shared = meters.exclude(scope=MeterScope.UNIT).select_related("building")
        return self._read([(meter, "") for meter in shared])

    def _own(self, units: Mapping[int, str], items: list[int]) -> list[tuple[Meter, str]]:
        """The own meters of units in the period with the units' codes, also those that became another
        unit's afterwards."""
        own = self._there().filter(scope=MeterScope.UNIT, fee_item__in=items)
        now = list(own.filter(unit__in=list(units)))
        keys = [meter.pk for meter in now]
        last = PeriodFacts(self.period, ()).last
        left = FormerMeterUnit.objects.filter(unit__in=list(units), until__gte=last)
        rows = FormerMeterUnit.objects.filter(
            Q(meter__in=left.values("meter")) | Q(meter__in=keys), until__gte=last
        )
        then = dict(rows.order_by("-until").values_list("meter_id", "unit_id"))
        if then.keys() - set(keys):
            now = list(own.filter(pk__in=[*keys, *then]))
        whose = ((meter, then.get(meter.pk, meter.unit_id)) for meter in now)
        return [(meter, units[unit]) for meter, unit in whose if unit in units]

    def _there(self) -> QuerySet[Meter]:
        """Those that are read in the period: put in by its end, and not taken out before it."""
        facts = PeriodFacts(self.period, ())
        rows = Meter.objects.filter(
            Q(installed_on__isnull=True) | Q(installed_on__lte=facts.last),
            Q(removed_on__isnull=True) | Q(removed_on__gte=facts.first),
        )
        return rows.order_by("code")

    def _by_unit(
        self, units: Mapping[int, str], items: list[int]
    ) -> dict[int, dict[str, tuple[Read, ...]]]:
        found: dict[int, dict[str, tuple[Read, ...]]] = defaultdict(dict)
        for meter, read in self._read(self._own(units, items)):
            of_item = found[meter.fee_item_id]
            of_item[read.unit] = (*of_item.get(read.unit, ()), read)
        return found

    def _read(self, rows: Sequence[tuple[Meter, str]]) -> list[tuple[Meter, Read]]:
        """Of meters with the codes of the units whose own they are, else with an empty one."""
        meters = [meter for meter, _unit in rows]
        readings = _readings(meters, (self._before, self.period))
        unread = [m.pk for m in meters if (m.pk, self._before) not in readings]
        older = set(
            MeterReading.objects.filter(meter__in=unread, period__lt=self._before)
            .order_by()
            .values_list("meter_id", flat=True)
        )
        year = self._used_this_year([m for m in meters if m.fee_item_id in self._over_year])
        found = []
        for meter, unit in rows:
            before = readings.get((meter.pk, self._before))
            now = readings.get((meter.pk, self.period))
            first = None if meter.pk in older else meter.first_counter
            facts = self._facts((meter, unit), before, now, first, year.get(meter.pk))
            found.append((meter, facts))
        return found

    def _facts(
        self,
        of: tuple[Meter, str],
        before: Reading | None,
        now: Reading | None,
        first: Decimal | None,
        used_this_year: Decimal | None,
    ) -> Read:
        (meter, unit), why, period = of, "", self.period
        if now is None:
            why = "reading"
        elif now.in_review:
            why = "review"
        elif before is None and first is None:
            why, period = "reading_before", self._before
        elif before is not None and before.in_review:
            why, period = "review", self._before
        if why or now is None:
            return UnreadMeter(meter.code, place_of(meter), unit, why, period)
        begun = meter.installed_on or PeriodFacts(self.period, ()).first
        start = (before.counter, before.read_on) if before else (first or Decimal(0), begun)
        return _between(meter, unit, start, now, used_this_year or Decimal(0))

    def _used_this_year(self, meters: list[Meter]) -> dict[int, Decimal]:
        """What each counted in the earlier periods of the year, between the readings that there are."""
        if not meters or self.period.endswith("-01"):
            return {}
        begin = f"{int(self.period[:4]) - 1}-12"
        rows = MeterReading.objects.filter(
            meter__in=meters, period__gte=begin, period__lt=self.period
        )
        last: dict[int, Reading] = {}
        used: dict[int, Decimal] = defaultdict(Decimal)
        by_key = {meter.pk: meter for meter in meters}
        for reading in _short(rows.order_by("period")):
            meter, before = by_key[reading.meter_id], last.get(reading.meter_id)
            start = before.counter if before else meter.first_counter
            if start is not None and (before or reading.period > begin):
                facts = _between(meter, "", (start, reading.read_on), reading, Decimal(0))
                used[meter.pk] += max(facts.used, Decimal(0))
            last[reading.meter_id] = reading
        return used


def place_of(meter: Meter) -> tuple[str, ...]:
    """Who shares the meter, as the beginning of a unit's entrance; () for the community or one unit."""
    if meter.building is None:
        return ()
    whole = meter.scope == MeterScope.BUILDING
    return (meter.building.code,) if whole else (meter.building.code, meter.entrance)


def _readings(meters: Iterable[Meter], periods: tuple[str, ...]) -> dict[tuple[int, str], Reading]:
    rows = MeterReading.objects.filter(meter__in=[m.pk for m in meters], period__in=periods)
    return {(row.meter_id, row.period): row for row in _short(rows.order_by())}


def _short(rows: QuerySet[MeterReading]) -> Iterable[Reading]:
    return map(Reading._make, rows.values_list(*Reading._fields))


def between(
    meter: Meter, start: tuple[Decimal, date], now: MeterReading, used_this_year: Decimal
) -> MeterFacts:
    """The meter from a counter and its day to a reading."""
    return _between(meter, meter.unit.code if meter.unit else "", start, now, used_this_year)


def _between(
    meter: Meter,
    unit: str,
    start: tuple[Decimal, date],
    now: MeterReading | Reading,
    used_this_year: Decimal,
) -> MeterFacts:
    replaced = None
    if now.old_final is not None and now.new_first is not None:
        replaced = now.old_final, now.new_first
    return MeterFacts(
        code=meter.code,
        place=place_of(meter),
        before=start[0],
        before_on=start[1],
        now=now.counter,
        now_on=now.read_on,
        unit=unit,
        utility=meter.utility,
        multiplier=Decimal(meter.multiplier),
        begins_again_at=Decimal(10) ** (meter.digits or 0) if now.rolled_over else None,
        replaced=replaced,
        estimated=now.estimated,
        used_this_year=used_this_year,
    )
