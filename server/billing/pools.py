"""Costs that units share in a period, each with everybody who bears a part of it. Reads only."""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Q, QuerySet

from contract.messages import Text
from server.billing.adjustments import SharedCost, weights_on
from server.billing.fees import FeeItem
from server.billing.meter_facts import MeterBook
from server.billing.rules.facts import MeterFacts, PeriodFacts, UnreadMeter
from server.billing.rules.item import ItemFacts, Pool, SplitBy
from server.estate.lifetimes import former_areas, there
from server.estate.models import Community, Unit

Weights = dict[str, Decimal]


class PoolBook:
    """The pools of one community in one period. Those of the whole community are read once; those of
    buildings and entrances as their units come, one batch after the other."""

    def __init__(self, community: Community, period: str, meters: MeterBook) -> None:
        self._community, self._period, self._meters = community, period, meters
        self._kept: dict[int, tuple[Pool, ...]] = {}
        self._last: dict[int, tuple[Pool, ...]] = {}

    def of(self, row: FeeItem, item: ItemFacts, units: Sequence[Unit]) -> tuple[Pool, ...]:
        """What these units share under the item."""
        if not any(tariff.rule == "shared" for tariff in item.tariffs):
            return ()
        buildings = {unit.building_id for unit in units}
        known = {pool.key: pool for pool in self._kept.get(row.pk, ())}
        found = []
        for meter, read in self._meters.shared(row.pk, buildings):
            if meter.code in known:
                found.append(known[meter.code])
            elif isinstance(read, UnreadMeter):
                found.append(Pool(meter.code, read.place, {}, unread=read))
            else:
                found.append(self._pool(row, item, meter.code, read.place, meter=read))
        for cost in self._costs(row, buildings):
            key = f"#{cost.pk}"
            place = _place_of(cost)
            note = Text(zh=cost.note_zh, en=cost.note_en)
            more = {"cost_minor": cost.amount_minor, "note": note}
            found.append(known.get(key) or self._pool(row, item, key, place, **more))
        self._kept[row.pk] = tuple(pool for pool in found if not pool.place)
        self._last[row.pk] = tuple(found)
        return tuple(found)

    def shared_widely(self, item: int) -> list[Pool]:
        """Of what was read last: those whose units may come in several batches, the community's and the
        buildings'."""
        return [pool for pool in self._last.get(item, ()) if len(pool.place) < 2]

    def _pool(
        self,
        row: FeeItem,
        item: ItemFacts,
        key: str,
        place: tuple[str, ...],
        meter: MeterFacts | None = None,
        **more: object,
    ) -> Pool:
        weights, broken = self._weights(row, item, place)
        return Pool(key, place, weights, meter=meter, broken=broken, **more)  # type: ignore[arg-type]

    def _costs(self, row: FeeItem, buildings: set[int]) -> QuerySet[SharedCost]:
        return (
            SharedCost.objects.filter(
                Q(building__isnull=True) | Q(building__in=buildings),
                fee_item=row,
                period=self._period,
            )
            .select_related("building")
            .order_by("pk")
        )

    def _weights(
        self, row: FeeItem, item: ItemFacts, place: tuple[str, ...]
    ) -> tuple[Weights, tuple[str, str] | None]:
        """By unit code, or why they are not known: a reason's code and what it is about."""
        of = PeriodFacts(self._period, ())
        units = Unit.objects.filter(there(of.first, of.last), community=self._community).order_by()
        for field, value in zip(("building__code", "entrance"), place, strict=False):
            units = units.filter(**{field: value})
        if item.kinds:
            units = units.filter(kind__in=item.kinds)
        if item.split_by is SplitBy.USE:
            return self._uses(row, units)
        if item.split_by is SplitBy.UNIT:
            return dict.fromkeys(units.values_list("code", flat=True), Decimal(1)), None
        if item.split_by is SplitBy.AREA:
            areas = list(units.values_list("pk", "code", "area_m2"))
            former = former_areas([pk for pk, _code, _area in areas], of.last)
            weights = {code: former.get(pk, area) for pk, code, area in areas}
            missing = sorted(code for code, area in weights.items() if area <= 0)
            return weights, ("area_missing", missing[0]) if missing else None
        weights = weights_on(row.pk, units, of.last)
        missing = sorted(set(units.values_list("code", flat=True)) - weights.keys())
        return weights, ("weight_missing", missing[0]) if missing else None

    def _uses(self, row: FeeItem, units: QuerySet[Unit]) -> tuple[Weights, tuple[str, str] | None]:
        """What each unit's own meters counted, under the item's base, else under the item itself."""
        codes = dict(units.values_list("pk", "code"))
        weights: Weights = {}
        for unit, meters in self._meters.of_item(row.base_id or row.pk, codes).items():
            for meter in meters:
                if isinstance(meter, UnreadMeter) or meter.used < 0:
                    return {}, ("use_missing", unit)
                weights[unit] = weights.get(unit, Decimal(0)) + meter.used
        return weights, None


def _place_of(cost: SharedCost) -> tuple[str, ...]:
    if cost.building is None:
        return ()
    return (cost.building.code, cost.entrance) if cost.of_entrance else (cost.building.code,)
