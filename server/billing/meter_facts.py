"""What meters showed in a period, as the fee rules need it. Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from server.billing.fees import FeeItem
from server.billing.meters import FormerMeterUnit, Meter, MeterReading, MeterScope
from server.billing.periods import previous_period
from server.billing.rules.facts import MeterFacts, PeriodFacts, UnreadMeter
from server.estate.models import Unit

Read = MeterFacts | UnreadMeter


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
        return self._by_unit(self._own([unit.pk for unit in units], self._metered))

    def of_item(self, item: int, units: Iterable[int]) -> dict[str, tuple[Read, ...]]:
        """The own meters under one fee item of units, which are named by their keys."""
        return self._by_unit(self._own(list(units), [item])).get(item, {})

    def shared(self, item: int, buildings: Iterable[int]) -> list[tuple[Meter, Read]]:
        """Those that units of these buildings share under one fee item, the community's among them."""
        meters = self._there().filter(
            Q(building__in=list(buildings)) | Q(scope=MeterScope.COMMUNITY), fee_item=item
        )
        return self._read(meters.exclude(scope=MeterScope.UNIT))

    def _own(self, units: list[int], items: list[int]) -> list[Meter]:
        """The own meters of units in the period, also those that became another unit's afterwards."""
        last = PeriodFacts(self.period, ()).last
        rows = FormerMeterUnit.objects.filter(
            Q(unit__in=units) | Q(meter__unit__in=units), until__gte=last
        )
        then = {row.meter_id: row.unit for row in rows.select_related("unit").order_by("-until")}
        meters = self._there().filter(
            Q(unit__in=units) | Q(pk__in=list(then)), scope=MeterScope.UNIT, fee_item__in=items
        )
        found, keys = [], set(units)
        for meter in meters:
            meter.unit = then.get(meter.pk, meter.unit)
            if meter.unit_id in keys:
                found.append(meter)
        return found

    def _there(self) -> QuerySet[Meter]:
        """Those that are read in the period: put in by its end, and not taken out before it."""
        facts = PeriodFacts(self.period, ())
        rows = Meter.objects.filter(
            Q(installed_on__isnull=True) | Q(installed_on__lte=facts.last),
            Q(removed_on__isnull=True) | Q(removed_on__gte=facts.first),
        )
        return rows.select_related("building", "unit").order_by("code")

    def _by_unit(self, meters: Iterable[Meter]) -> dict[int, dict[str, tuple[Read, ...]]]:
        found: dict[int, dict[str, tuple[Read, ...]]] = defaultdict(dict)
        for meter, read in self._read(meters):
            of_item = found[meter.fee_item_id]
            of_item[read.unit] = (*of_item.get(read.unit, ()), read)
        return found

    def _read(self, rows: Iterable[Meter]) -> list[tuple[Meter, Read]]:
        meters = list(rows)
        readings = _readings(meters, (self._before, self.period))
        unread = [m.pk for m in meters if (m.pk, self._before) not in readings]
        older = set(
            MeterReading.objects.filter(meter__in=unread, period__lt=self._before).values_list(
                "meter_id", flat=True
            )
        )
        year = self._used_this_year([m for m in meters if m.fee_item_id in self._over_year])
        found = []
        for meter in meters:
            before, now = (readings.get((meter.pk, p)) for p in (self._before, self.period))
            first = None if meter.pk in older else meter.first_counter
            found.append((meter, self._facts(meter, before, now, first, year.get(meter.pk))))
        return found

    def _facts(
        self,
        meter: Meter,
        before: MeterReading | None,
        now: MeterReading | None,
        first: Decimal | None,
        used_this_year: Decimal | None,
    ) -> Read:
        why, period = "", self.period
        if now is None:
            why = "reading"
        elif now.in_review:
            why = "review"
        elif before is None and first is None:
            why, period = "reading_before", self._before
        elif before is not None and before.in_review:
            why, period = "review", self._before
        if why or now is None:
            unit = meter.unit.code if meter.unit else ""
            return UnreadMeter(meter.code, place_of(meter), unit, why, period)
        begun = meter.installed_on or PeriodFacts(self.period, ()).first
        start = (before.counter, before.read_on) if before else (first or Decimal(0), begun)
        return between(meter, start, now, used_this_year or Decimal(0))

    def _used_this_year(self, meters: list[Meter]) -> dict[int, Decimal]:
        """What each counted in the earlier periods of the year, between the readings that there are."""
        if not meters or self.period.endswith("-01"):
            return {}
        begin = f"{int(self.period[:4]) - 1}-12"
        rows = MeterReading.objects.filter(
            meter__in=meters, period__gte=begin, period__lt=self.period
        )
        last: dict[int, MeterReading] = {}
        used: dict[int, Decimal] = defaultdict(Decimal)
        by_key = {meter.pk: meter for meter in meters}
        for reading in rows.order_by("period"):
            meter, before = by_key[reading.meter_id], last.get(reading.meter_id)
            start = before.counter if before else meter.first_counter
            if start is not None and (before or reading.period > begin):
                facts = between(meter, (start, reading.read_on), reading, Decimal(0))
                used[meter.pk] += max(facts.used, Decimal(0))
            last[reading.meter_id] = reading
        return used


def place_of(meter: Meter) -> tuple[str, ...]:
    """Who shares the meter, as the beginning of a unit's entrance; () for the community or one unit."""
    if meter.building is None:
        return ()
    whole = meter.scope == MeterScope.BUILDING
    return (meter.building.code,) if whole else (meter.building.code, meter.entrance)


def _readings(
    meters: Iterable[Meter], periods: tuple[str, ...]
) -> dict[tuple[int, str], MeterReading]:
    rows = MeterReading.objects.filter(meter__in=[m.pk for m in meters], period__in=periods)
    return {(row.meter_id, row.period): row for row in rows}


def between(
    meter: Meter, start: tuple[Decimal, date], now: MeterReading, used_this_year: Decimal
) -> MeterFacts:
    """The meter from a counter and its day to a reading."""
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
        unit=meter.unit.code if meter.unit else "",
        utility=meter.utility,
        multiplier=Decimal(meter.multiplier),
        begins_again_at=Decimal(10) ** (meter.digits or 0) if now.rolled_over else None,
        replaced=replaced,
        estimated=now.estimated,
        used_this_year=used_this_year,
    )
