"""Makes the bills of a period and posts them. A unit that has its bill already is left alone."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from contract.messages import Text
from server.billing import leases
from server.billing.meters import Meter, MeterReading, MeterScope
from server.billing.models import Bill, BillLine, FeeItem, Tariff
from server.billing.rules.facts import MeterFacts, PeriodFacts, UnitFacts
from server.billing.rules.outcome import Charge
from server.billing.rules.registry import RULES
from server.estate.models import Community, ParkingSpace, Unit
from server.language import both
from server.ledger import posting
from server.ledger.posting import Line, Posting

Charged = list[tuple[FeeItem, Charge]]


def period_of(day: date) -> str:
    return f"{day:%Y-%m}"


def previous_period(period: str) -> str:
    year, month = int(period[:4]), int(period[5:])
    return f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02d}"


@transaction.atomic
def issue_period(
    community: Community,
    period: str,
    *,
    issued_on: date,
    due: date,
    at: datetime,
    units: Iterable[Unit] | None = None,
) -> list[Bill]:
    """Bills for ``units`` (all of them when None) with at least one minor unit to pay. All or nothing.
    A unit gets none while one of this period that was voided may be paid after all.

    Meters without both readings are not charged. Raises CounterWentBack.
    """
    Community.objects.select_for_update().get(pk=community.pk)  # numbers are given one at a time
    charged = calculate(community, period)
    billed = set(
        Bill.objects.filter(community=community, period=period)
        .exclude(state="void")
        .values_list("unit_id", flat=True)
    )
    wanted = list(Unit.objects.filter(community=community) if units is None else units)
    held = leases.may_be_paid(unit.pk for unit in wanted)
    owing = [
        unit
        for unit in sorted(wanted, key=lambda unit: _natural(unit.code))
        if unit.pk not in billed
        and (unit.pk, period) not in held
        and _sum(charged.get(unit.code, [])) > 0
    ]
    first = Bill.objects.filter(community=community, period=period).count() + 1
    bills = Bill.objects.bulk_create(
        [
            Bill(
                community=community,
                unit=unit,
                number=f"{period.replace('-', '')}{community.pk:04d}{number:05d}",
                period=period,
                issued_on=issued_on,
                due=due,
                currency=community.currency,
                amount_minor=_sum(charged[unit.code]),
            )
            for number, unit in enumerate(owing, first)
        ],
        batch_size=500,
    )
    _write_lines(bills, charged)
    posting.post_many(
        community.pk,
        [_posting(bill, charged[bill.unit.code]) for bill in bills],
        currency=community.currency,
        at=at,
    )
    return bills


def calculate(community: Community, period: str) -> dict[str, Charged]:
    """What every unit is charged, by unit code, in the order of the fee items. Writes nothing."""
    units = _unit_facts(community)
    charged: dict[str, Charged] = {unit.code: [] for unit in units}
    for item in FeeItem.objects.filter(community=community).order_by("position", "code"):
        tariff = tariff_for(item, period)
        if tariff is None:
            continue
        facts = PeriodFacts(period, units, _meter_facts(item, period), community.currency)
        for code, charges in RULES[tariff.rule].charges(tariff.rate, facts).items():
            charged[code] += [(item, charge) for charge in charges]
    return charged


def tariff_for(item: FeeItem, period: str) -> Tariff | None:
    """The newest tariff that has begun by the first day of the period."""
    begin = date(int(period[:4]), int(period[5:]), 1)
    return item.tariffs.filter(valid_from__lte=begin).order_by("-valid_from").first()


def _unit_facts(community: Community) -> tuple[UnitFacts, ...]:
    spaces: dict[int, list[str]] = {}
    for space in ParkingSpace.objects.filter(community=community, unit__isnull=False):
        spaces.setdefault(space.unit_id or 0, []).append(space.code)
    return tuple(
        UnitFacts(
            code=unit.code,
            entrance=(unit.building.code, unit.entrance),
            entrance_zh=_entrance(unit).zh,
            entrance_en=_entrance(unit).en,
            building_zh=unit.building.name_zh,
            building_en=unit.building.name_en,
            area_m2=Decimal(unit.area_m2),
            parking_spaces=tuple(sorted(spaces.get(unit.pk, []))),
        )
        for unit in Unit.objects.filter(community=community).select_related("building")
    )


def _entrance(unit: Unit) -> Text:
    if not unit.entrance:
        return unit.building.name
    where = {"building": unit.building.name, "entrance": unit.entrance}
    return both("%(building)s, Entrance %(entrance)s", **where)


def _meter_facts(item: FeeItem, period: str) -> tuple[MeterFacts, ...]:
    """Those of the item that were read; the first counter stands for the reading before the first."""
    meters = Meter.objects.filter(fee_item=item).select_related("building", "unit").order_by("code")
    wanted = (previous_period(period), period)
    readings = {
        (reading.meter_id, reading.period): reading
        for reading in MeterReading.objects.filter(meter__fee_item=item, period__in=wanted)
    }
    facts = []
    for meter in meters:
        before, now = (readings.get((meter.pk, when)) for when in wanted)
        if before and now:
            facts.append(_meter(meter, (before.counter, before.read_on), now))
        elif now and meter.first_counter is not None and meter.installed_on is not None:
            facts.append(_meter(meter, (meter.first_counter, meter.installed_on), now))
    return tuple(facts)


def _meter(meter: Meter, before: tuple[Decimal, date], now: MeterReading) -> MeterFacts:
    place = {
        MeterScope.ENTRANCE: lambda: (meter.building.code, meter.entrance),  # type: ignore[union-attr]
        MeterScope.BUILDING: lambda: (meter.building.code,),  # type: ignore[union-attr]
    }.get(MeterScope(meter.scope), tuple)
    replaced = now.old_final is not None and now.new_first is not None
    return MeterFacts(
        code=meter.code,
        place=place(),
        before=before[0],
        before_on=before[1],
        now=now.counter,
        now_on=now.read_on,
        unit=meter.unit.code if meter.unit else "",
        utility=meter.utility,
        multiplier=Decimal(meter.multiplier),
        begins_again_at=Decimal(10) ** (meter.digits or 0) if now.rolled_over else None,
        replaced=(now.old_final, now.new_first) if replaced else None,  # type: ignore[arg-type]
    )


def _write_lines(bills: Sequence[Bill], charged: dict[str, Charged]) -> None:
    BillLine.objects.bulk_create(
        [
            BillLine(
                community_id=bill.community_id,
                bill=bill,
                fee_item=item,
                position=position,
                amount_minor=charge.amount_minor,
                quantity=charge.quantity,
                quantity_unit_zh=charge.quantity_unit.zh,
                quantity_unit_en=charge.quantity_unit.en,
                rate=charge.rate,
                note_zh=charge.note.zh if charge.note else "",
                note_en=charge.note.en if charge.note else "",
                explanation=[row.model_dump() for row in charge.explanation],
            )
            for bill in bills
            for position, (item, charge) in enumerate(charged[bill.unit.code], 1)
        ],
        batch_size=500,
    )


def _posting(bill: Bill, charges: Charged) -> Posting:
    unit, number = bill.unit_id, bill.number
    lines = [Line("receivable", bill.amount_minor, unit, number)]
    lines += [
        Line(f"income:{item.code}", -charge.amount_minor, unit, number)
        for item, charge in charges
        if charge.amount_minor
    ]
    return Posting("bill", number, tuple(lines))


def _sum(charges: Charged) -> int:
    return sum(charge.amount_minor for _, charge in charges)


def _natural(code: str) -> list[tuple[int, str]]:
    """3-2-1201 after 3-2-901: parts of digits by their value."""
    return [(int(p), "") if p.isascii() and p.isdigit() else (0, p) for p in code.split("-")]
