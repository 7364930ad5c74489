"""The sample community: 湖畔花园, three buildings, 300 units, parking, meters. A test community."""

from datetime import date, time
from decimal import Decimal
from random import Random

from contract.messages import Text
from server.billing.models import FeeItem, LateFeePolicy, Meter, Tariff
from server.billing.rules.late_fee import LateFeeTerms
from server.estate.models import Building, Community, Occupancy, ParkingSpace, Resident, Unit
from server.sample_data.people import name_for, phone_for

CODE = "lakeside"
TIME_ZONE = "Asia/Shanghai"
BUILDINGS, ENTRANCES, FLOORS, ROOMS = 3, 2, 25, 2
AREAS = {(1, 1): "89.20", (1, 2): "96.75", (2, 1): "118.60", (2, 2): "143.08"}  # entrance, room
WITH_PARKING = 0.4
FEES = {  # by the item's code: its name, rule and rate in major units
    "property": (Text(zh="物业服务费", en="Property service fee"), "per_area", "2.80"),
    "electricity": (Text(zh="公共电费分摊", en="Shared electricity"), "shared", "0.617"),
    "parking": (Text(zh="车位管理费", en="Parking fee"), "per_space", "150.00"),
}
LATE_FEE = LateFeeTerms(daily_rate=Decimal("0.0005"), grace_days=0, cap=Decimal("0.3"))


def create_community() -> Community:
    return Community.objects.create(
        code=CODE,
        name_zh="湖畔花园",
        name_en="Lakeside Garden",
        time_zone=TIME_ZONE,
        test=True,
        second_factor=False,
        part_min_minor=5_000,
        office_phone="0571-5555-0123",
        office_hours_zh="每天 8:30–18:00",
        office_hours_en="Every day 8:30–18:00",
        office_opens=time(8, 30),
        office_closes=time(18),
        duty_phone="0571-5555-0199",
        company_zh="湖畔物业服务有限公司",
        company_en="Lakeside Property Services",
    )


def create_units(community: Community, random: Random) -> list[Unit]:
    units: list[Unit] = []
    for number in range(1, BUILDINGS + 1):
        building = Building.objects.create(
            community=community,
            code=str(number),
            name_zh=f"{number}号楼",
            name_en=f"Building {number}",
        )
        units += [
            _unit(community, building, entrance, f"{floor}{room:02d}", AREAS[entrance, room])
            for entrance in range(1, ENTRANCES + 1)
            for floor in range(1, FLOORS + 1)
            for room in range(1, ROOMS + 1)
        ]
    units = Unit.objects.bulk_create(units)
    residents = Resident.objects.bulk_create(
        [
            Resident(
                community=community,
                name=name_for(unit.code, random),
                phone=phone_for(unit.code, random),
            )
            for unit in units
        ]
    )
    Occupancy.objects.bulk_create(
        [
            Occupancy(community=community, unit=unit, resident=resident)
            for unit, resident in zip(units, residents, strict=True)
        ]
    )
    _park(community, units, random)
    return units


def create_item(
    community: Community,
    position: int,
    name: Text,
    code: str,
    price: tuple[str, str],
    valid_from: date = date(2026, 1, 1),
) -> FeeItem:
    """A fee item with its tariff. ``price``: the rule, and the rate in major units."""
    item = FeeItem.objects.create(
        community=community, code=code, name_zh=name.zh, name_en=name.en, position=position
    )
    rule, rate = price
    Tariff.objects.create(
        community=community, fee_item=item, rule=rule, rate=Decimal(rate), valid_from=valid_from
    )
    return item


def create_fees(community: Community, valid_from: date) -> None:
    LateFeePolicy.objects.create(
        community=community,
        daily_rate=LATE_FEE.daily_rate,
        grace_days=LATE_FEE.grace_days,
        cap=LATE_FEE.cap,
    )
    for position, (code, (name, rule, rate)) in enumerate(FEES.items(), 1):
        create_item(community, position, name, code, (rule, rate), valid_from)
    electricity = FeeItem.objects.get(community=community, code="electricity")
    for building in community.buildings.all():
        for entrance in range(1, ENTRANCES + 1):
            Meter.objects.create(
                community=community,
                fee_item=electricity,
                building=building,
                entrance=str(entrance),
                code=f"E{building.code}{entrance:02d}",
            )


def _unit(community: Community, building: Building, entrance: int, room: str, area: str) -> Unit:
    number = building.code
    return Unit(
        community=community,
        building=building,
        entrance=str(entrance),
        room=room,
        code=f"{number}-{entrance}-{room}",
        label_zh=f"{number}栋{entrance}单元{room}",
        label_en=f"Building {number}, Entrance {entrance}, Room {room}",
        area_m2=Decimal(area),
    )


def _park(community: Community, units: list[Unit], random: Random) -> None:
    """Spaces of two basement floors; 3-2-1201 has B2-117."""
    spaces = [f"B{floor}-{number:03d}" for floor in (1, 2) for number in range(1, 131)]
    spaces.remove("B2-117")
    drivers = [u for u in units if u.code != "3-2-1201" and random.random() < WITH_PARKING]
    taken = dict(zip(random.sample(spaces, len(drivers)), drivers, strict=True))
    taken["B2-117"] = next(unit for unit in units if unit.code == "3-2-1201")
    ParkingSpace.objects.bulk_create(
        [
            ParkingSpace(community=community, code=space, unit=taken.get(space))
            for space in sorted([*spaces, "B2-117"])
        ]
    )
