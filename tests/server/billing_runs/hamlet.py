"""A community of several buildings for tests of billing runs: fees by area, shared by building and by
the whole community, and a unit's own water."""

from datetime import UTC, date, datetime
from decimal import Decimal

from contract.messages import Text
from server.billing.meters import Meter, MeterReading
from server.billing.models import Bill, FeeItem
from server.billing_runs import report, runs
from server.billing_runs.models import BillingRun
from server.estate.models import Building, Community, Resident, Unit
from server.estate.occupancy import move_in
from server.sample_data.estate import create_item
from server.staff.people import Person

NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
TODAY = date(2026, 12, 1)
PERIOD, BEFORE = "2026-12", "2026-11"
CLERK = Person("Li Lei")


def create_hamlet(code: str = "hamlet", buildings: int = 3, rooms: int = 2) -> Community:
    """Buildings 1, 2, … with units 1-1-101, 1-1-102, …; all meters read for November and December."""
    community = Community.objects.create(code=code, name_zh="小庄", name_en="Hamlet", test=True)
    items = {
        name: _item(community, place, name, rule, rate)
        for place, (name, rule, rate) in enumerate(
            (
                ("property", "per_area", "2.80"),
                ("lift", "shared", "0.617"),
                ("lights", "shared", "0.555"),
                ("water", "per_meter", "4.15"),
            )
        )
    }
    for number in range(1, buildings + 1):
        building = Building.objects.create(
            community=community, code=str(number), name_zh=f"{number}号楼", name_en=f"B{number}"
        )
        _meter(items["lift"], f"L{number}", scope="building", building=building)
        for room in range(101, 101 + rooms):
            _water(items["water"], _unit(community, building, room))
    _meter(items["lights"], "P1", scope="community")
    return community


def read(meter: Meter, period: str, counter: int) -> MeterReading:
    reading, _ = MeterReading.objects.update_or_create(
        community=meter.community,
        meter=meter,
        period=period,
        defaults={"counter": Decimal(counter), "read_on": date(2026, int(period[5:]), 28)},
    )
    return reading


def begin(community: Community, period: str = PERIOD, **more) -> BillingRun:
    given = {"today": TODAY, "person": CLERK, "reason": "monthly bills", "at": NOW} | more
    return runs.begin(community, period, given.pop("items", None), **given)


def carry_on(run: BillingRun, size: int = 2, **more) -> BillingRun:
    return runs.carry_on(run, lambda: NOW, size=size, **more)


def run_all(community: Community, period: str = PERIOD, size: int = 2, **more) -> BillingRun:
    return carry_on(begin(community, period, **more), size)


def bills_of(community: Community, period: str = PERIOD) -> list[tuple]:
    """Each bill with its lines, in the order of their numbers; nothing in it is the community's own."""
    bills = Bill.objects.filter(community=community, period=period).order_by("number")
    return [
        (
            bill.number[10:],
            bill.unit.code,
            bill.state,
            bill.due,
            bill.amount_minor,
            [(line.fee_item.code, line.quantity, line.amount_minor) for line in bill.lines.all()],
        )
        for bill in bills.select_related("unit").prefetch_related("lines__fee_item")
    ]


def _item(community: Community, position: int, code: str, rule: str, rate: str) -> FeeItem:
    return create_item(community, position, Text(zh=code, en=code), code, (rule, rate))


def _unit(community: Community, building: Building, room: int) -> Unit:
    code = f"{building.code}-1-{room}"
    unit = Unit.objects.create(
        community=community,
        building=building,
        entrance="1",
        room=str(room),
        code=code,
        label_zh=code,
        label_en=code,
        area_m2=Decimal(70) + Decimal(room) / 7,
    )
    move_in(unit, Resident.objects.create(community=community, name=f"王{code}"))
    return unit


def _water(item: FeeItem, unit: Unit) -> None:
    _meter(item, f"W{unit.code}", scope="unit", unit=unit, utility="water")


def _meter(item: FeeItem, code: str, **more) -> None:
    meter = Meter.objects.create(community=item.community, fee_item=item, code=code, **more)
    for period, counter in (("2026-10", 100), (BEFORE, 117), (PERIOD, 158)):
        read(meter, period, counter)


def blocked(run: BillingRun) -> list[tuple[str, str, str]]:
    """Unit, fee item and reason of each bill or line that the run left out."""
    return [(r.unit, r.item, r.code) for r in report.remarks_of(run) if r.blocks]
