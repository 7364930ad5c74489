"""Four small test communities beside the sample one, each naming its units in another way.

Never touches a community that is there.
"""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from contract.numberings import NUMBERINGS
from server.billing.issuing import issue_period
from server.billing.models import FeeItem, Tariff
from server.billing.periods import period_of
from server.billing.signing import create_key
from server.estate.models import Building, Community, Resident, Unit
from server.estate.occupancy import move_in
from server.fleet.models import Kiosk
from server.sample_data import estate

_NAMES = {
    "towers": ("云顶三座", "Summit Towers"),
    "arcade": ("南街商业广场", "South Street Arcade"),
    "villas": ("梅园别墅", "Plum Villas"),
    "gardens": ("桂花花园", "Osmanthus Gardens"),
}
_AREA = Decimal("88.00")


@transaction.atomic
def create_neighbours(today: date, now: datetime) -> list[Community]:
    """Those that were not there before: units, fees by area, this month's bills and a kiosk."""
    known = set(Community.objects.values_list("code", flat=True))
    return [_create(code, today, now) for code in _NAMES if code not in known]


def _create(code: str, today: date, now: datetime) -> Community:
    zh, en = _NAMES[code]
    numbering, examples = NUMBERINGS[code]
    community = Community.objects.create(
        code=code,
        name_zh=zh,
        name_en=en,
        time_zone=estate.TIME_ZONE,
        second_factor=False,
        test=True,
        office_phone="0571-5555-0124",
        numbering=numbering.model_dump(),
    )
    create_key(community, now=now)
    for unit_code, place in examples.items():
        _unit(community, unit_code, numbering.kinds[place].name.zh, numbering.kinds[place].name.en)
    item = FeeItem.objects.create(
        community=community, code="property", name_zh="物业服务费", name_en="Property fee"
    )
    first = today.replace(day=1)
    Tariff.objects.create(
        community=community, fee_item=item, rule="per_area", rate=Decimal("2.80"), valid_from=first
    )
    due = today.replace(day=28)
    issue_period(community, period_of(today), issued_on=first, due=due, at=now)
    Kiosk.objects.create(community=community, code="K01", location_zh="大堂", location_en="Lobby")
    return community


def _unit(community: Community, code: str, kind_zh: str, kind_en: str) -> None:
    first, _, rest = code.rpartition("-")
    building, _ = Building.objects.get_or_create(
        community=community,
        code=first.partition("-")[0] or "1",
        defaults={"name_zh": kind_zh, "name_en": kind_en},
    )
    unit = Unit(
        community=community,
        building=building,
        entrance="",
        room=rest,
        code=code,
        label_zh=f"{kind_zh} {code}",
        label_en=f"{kind_en} {code}",
        area_m2=_AREA,
    )
    unit.full_clean()
    unit.save()
    resident = Resident.objects.create(community=community, name="李雷", phone="10000000001")
    move_in(unit, resident)
