"""A small community for tests: one building, two entrances, three units, every kind of fee."""

from datetime import UTC, date, datetime
from decimal import Decimal

from contract.messages import Text
from server.billing.issuing import issue_period
from server.billing.models import Bill, FeeItem, LateFeePolicy, Meter, MeterReading
from server.billing.signing import create_key
from server.estate.models import Building, Community, ParkingSpace, Resident, Unit
from server.estate.occupancy import move_in
from server.sample_data.estate import create_item

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)


def create_village(code: str = "village", currency: str = "CNY") -> Community:
    """Units 1-1-101 (118.60 m², a parking space), 1-1-102 (89.20 m²), 1-2-101 (96.75 m²)."""
    community = Community.objects.create(
        code=code,
        name_zh="小村",
        name_en="Village",
        second_factor=False,
        test=True,
        office_phone="0571-5555-0100",
        currency=currency,
    )
    building = Building.objects.create(
        community=community, code="1", name_zh="1号楼", name_en="Building 1"
    )
    for entrance, room, area, name in (
        ("1", "101", "118.60", "王小明"),
        ("1", "102", "89.20", "欧阳娜娜"),
        ("2", "101", "96.75", "Anna Schmidt"),
    ):
        unit = Unit.objects.create(
            community=community,
            building=building,
            entrance=entrance,
            room=room,
            code=f"1-{entrance}-{room}",
            label_zh=f"1栋{entrance}单元{room}",
            label_en=f"Building 1, Entrance {entrance}, Room {room}",
            area_m2=Decimal(area),
        )
        move_in(unit, Resident.objects.create(community=community, name=name, phone="10000001201"))
    ParkingSpace.objects.create(
        community=community, code="B2-117", unit=community.units.get(code="1-1-101")
    )
    _create_fees(community, building)
    create_key(community, now=NOW)
    return community


def issue(community: Community, period: str = "2026-10", due: date = date(2026, 11, 30)) -> None:
    issue_period(community, period, issued_on=date(2026, 10, 1), due=due, at=NOW)


def bill_of(community: Community, unit: str = "1-1-101", period: str = "2026-10") -> Bill:
    return Bill.objects.select_related("unit__community").get(
        community=community, unit__code=unit, period=period
    )


def _create_fees(community: Community, building: Building) -> None:
    LateFeePolicy.objects.create(
        community=community, daily_rate=Decimal("0.0005"), cap=Decimal("0.3")
    )
    for position, (code, zh, en, rule, rate) in enumerate(
        (
            ("property", "物业服务费", "Property fee", "per_area", "2.80"),
            ("electricity", "公共电费", "Shared power", "shared", "0.617"),
            ("parking", "车位费", "Parking", "per_space", "150"),
        )
    ):
        create_item(community, position, Text(zh=zh, en=en), code, (rule, rate))
    meter = Meter.objects.create(
        community=community,
        fee_item=FeeItem.objects.get(community=community, code="electricity"),
        building=building,
        entrance="1",
        code=f"E1-{community.code}",
    )
    for period, counter, read_on in (
        ("2026-09", "18204", date(2026, 8, 31)),
        ("2026-10", "19391", date(2026, 9, 30)),
        ("2026-11", "20400.5", date(2026, 10, 31)),
    ):
        MeterReading.objects.create(
            community=community,
            meter=meter,
            period=period,
            counter=Decimal(counter),
            read_on=read_on,
        )
