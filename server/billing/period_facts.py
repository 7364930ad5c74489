"""Reads from the database what the fee rules need to know, for some units at a time. Writes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Q

from contract.messages import Text
from server.billing import kept
from server.billing.adjustments import Discount, OneOffCharge, Waiver
from server.billing.fees import FeeItem, steps_of
from server.billing.merged_units import gone_into
from server.billing.meter_facts import MeterBook
from server.billing.pools import PoolBook
from server.billing.rules.facts import PeriodFacts, UnitFacts
from server.billing.rules.item import (
    ItemFacts,
    OneOff,
    Pool,
    Proration,
    Rounding,
    SplitBy,
    TariffFacts,
)
from server.billing.rules.outcome import text
from server.billing.rules.reductions import DiscountFacts, WaiverFacts
from server.estate.lifetimes import former_areas
from server.estate.models import Building, Community, Occupancy, Unit
from server.language import both


class PeriodBook:
    """One community in one period. ``items``: codes of those that are charged, all when None."""

    def __init__(
        self, community: Community, period: str, items: Iterable[str] | None = None
    ) -> None:
        self.community, self.period = community, period
        rows = FeeItem.objects.filter(community=community).order_by("position", "code")
        if items is not None:
            rows = rows.filter(code__in=list(items))
        self.rows = list(rows.select_related("base").prefetch_related("tariffs"))
        self.items = [item_facts(row) for row in self.rows]
        self.counted = (0, 0)  # bills: the last one's key, and how many there are up to it
        self._meters = MeterBook(period, self.rows)
        self._pools = PoolBook(community, period, self._meters)

    def facts(self, units: Sequence[Unit]) -> PeriodFacts:
        """The units, in the order in which they come, with their buildings loaded."""
        keys = [unit.pk for unit in units]
        begins = charged_from(keys)
        areas = former_areas(keys, PeriodFacts(self.period, ()).last)
        spaces, vehicles = kept.spaces(keys, self.period), kept.vehicles(keys, self.period)
        return PeriodFacts(
            self.period,
            tuple(
                unit_facts(
                    unit,
                    areas.get(unit.pk),
                    parking_spaces=spaces.get(unit.pk, ()),
                    vehicles=vehicles.get(unit.pk, ()),
                    begins=begins.get(unit.pk),
                )
                for unit in units
            ),
            self.community.currency,
        )

    def items_for(self, units: Sequence[Unit]) -> list[ItemFacts]:
        """All items with what is known of them for these units."""
        meters = self._meters.of_units(units)
        once = self._one_offs(units)
        return [
            replace(
                item,
                meters=meters.get(row.pk, {}),
                pools=self._pools.of(row, item, units),
                one_offs=once.get(row.pk, {}),
            )
            for row, item in zip(self.rows, self.items, strict=True)
        ]

    def shared_widely(self) -> list[tuple[str, Pool]]:
        """(code of the item, pool) of what ``items_for`` read last and is shared by more units than come
        at a time."""
        return [(row.code, pool) for row in self.rows for pool in self._pools.shared_widely(row.pk)]

    def discounts(self, units: Sequence[Unit]) -> dict[str, list[DiscountFacts]]:
        facts = PeriodFacts(self.period, ())
        rows = Discount.objects.filter(
            Q(ends__isnull=True) | Q(ends__gte=facts.first), unit__in=units, begins__lte=facts.last
        ).select_related("unit", "fee_item")
        found: dict[str, list[DiscountFacts]] = defaultdict(list)
        for discount in rows.order_by("begins", "pk"):
            name = both("Discount: %(kind)s", kind=Discount.Kind(discount.kind).label)
            item = discount.fee_item.code if discount.fee_item else ""
            found[discount.unit.code].append(
                DiscountFacts(item, discount.percent, discount.begins, discount.ends, name)
            )
        return found

    def waivers(self, units: Sequence[Unit]) -> dict[str, list[WaiverFacts]]:
        rows = Waiver.objects.filter(unit__in=units, period=self.period, approved=True)
        found: dict[str, list[WaiverFacts]] = defaultdict(list)
        for waiver in rows.select_related("unit", "fee_item").order_by("pk"):
            item = waiver.fee_item.code if waiver.fee_item else ""
            found[waiver.unit.code].append(WaiverFacts(item, waiver.amount_minor))
        return found

    def _one_offs(self, units: Sequence[Unit]) -> dict[int, dict[str, tuple[OneOff, ...]]]:
        """Those that no bill charges yet, of this period and of earlier ones."""
        codes = {unit.pk: unit.code for unit in units}
        for heir, gone in gone_into(list(codes), PeriodFacts(self.period, ()).first).items():
            codes |= dict.fromkeys(gone, codes[heir])
        rows = OneOffCharge.objects.filter(
            unit__in=codes, bill__isnull=True, period__lte=self.period
        )
        found: dict[int, dict[str, tuple[OneOff, ...]]] = defaultdict(dict)
        for row in rows.order_by("period", "pk"):
            one = OneOff(row.pk, row.amount_minor, Text(zh=row.note_zh, en=row.note_en))
            of_item, code = found[row.fee_item_id], codes[row.unit_id]
            of_item[code] = (*of_item.get(code, ()), one)
        return found


def item_facts(row: FeeItem) -> ItemFacts:
    return ItemFacts(
        code=row.code,
        name=Text(zh=row.name_zh, en=row.name_en),
        tariffs=tuple(
            TariffFacts(
                rule=tariff.rule,
                valid_from=tariff.valid_from,
                rate=Decimal(tariff.rate),
                steps=steps_of(tariff.steps),
                steps_over_year=tariff.steps_over_year,
            )
            for tariff in sorted(row.tariffs.all(), key=lambda tariff: tariff.valid_from)
        ),
        proration=Proration(row.proration),
        rounding=Rounding(row.rounding),
        minimum=Decimal(row.minimum),
        kinds=frozenset(row.unit_kinds),
        of_kept=frozenset([row.holding] if row.holding else row.vehicle_kinds),
        split_by=SplitBy(row.split_by),
        ends=row.ends_on,
        base=row.base.code if row.base else "",
    )


def entrance_name(building: Building, entrance: str) -> Text:
    """As residents call it, e.g. Building 3, Entrance 2; the building where it has no entrances."""
    if not entrance:
        return Text(zh=building.name_zh, en=building.name_en)
    return _entrance_name(building.name_zh, building.name_en, entrance)


@lru_cache(maxsize=1024)
def _entrance_name(building_zh: str, building_en: str, entrance: str) -> Text:
    building = Text(zh=building_zh, en=building_en)
    return both("%(building)s, Entrance %(entrance)s", building=building, entrance=entrance)


def unit_facts(unit: Unit, area_m2: Decimal | None = None, **more: Any) -> UnitFacts:
    """``area_m2``: where it was another one than now; ``more``: fields of ``UnitFacts``."""
    building = unit.building
    return UnitFacts(
        code=unit.code,
        entrance=(building.code, unit.entrance),
        entrance_name=entrance_name(building, unit.entrance),
        area_m2=Decimal(unit.area_m2) if area_m2 is None else area_m2,
        building_name=text(building.name_zh, building.name_en),
        kind=unit.kind,
        **more,
    )


def charged_from(unit_ids: Iterable[int]) -> dict[int, date]:
    """The first day for which anybody pays, of units where that day is known; the others have always
    been paid for, or have nobody who pays."""
    found: dict[int, date] = {}
    always: set[int] = set()
    rows = Occupancy.objects.filter(unit__in=list(unit_ids), pays=True).order_by()
    for unit, since, pays_from in rows.values_list("unit_id", "since", "pays_from"):
        begins = pays_from or since
        if begins is None:
            always.add(unit)
        else:
            found[unit] = min(found.get(unit, begins), begins)
    return {unit: begins for unit, begins in found.items() if unit not in always}
