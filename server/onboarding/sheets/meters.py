"""The sheet of meters: of a unit, or shared by an entrance, a building or the community."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from contract import unit_code
from server.billing.meters import Meter, MeterScope
from server.billing.models import FeeItem
from server.bulk_insert import insert_many
from server.onboarding.cells import CellRefused
from server.onboarding.estate_index import Import
from server.onboarding.workbook import Row

KINDS = ("meters",)
_OWN = ("utility", "multiplier", "digits", "first_counter", "installed_on")
_STAYS = ("fee_item_id", "scope", "unit_id", "building_id", "entrance")
_CODE_MAX, _ENTRANCE_MAX = 30, 8


def apply(rows: Sequence[Row], to: Import) -> None:
    items = _items(to)
    good: list[tuple[Row, dict[str, Any]]] = []
    for row in rows:
        if not to.first_time(row, "meter", row["meter"]):
            continue
        item = items.get(row["item"].casefold())
        if item is None:
            text = _("There is no fee item of this name; add it to the sheet tariffs")
            to.report.add(row.problem("item", text))
            continue
        try:
            place = _place(row, to)
        except CellRefused as refused:
            to.refused(row, "scope", refused)
            continue
        good.append((row, {"fee_item_id": item.pk, **place}))
    codes = [row["meter"] for row, _said in good]
    known = {m.code: m for m in Meter.objects.filter(community=to.community, code__in=codes)}
    new: list[Meter] = []
    changed: list[Meter] = []
    for row, place in good:
        said = {name: row[name] for name in _OWN if row[name] is not None}
        meter = known.get(row["meter"])
        if meter is None:
            new.append(Meter(community=to.community, code=row["meter"], **place, **said))
        elif any(getattr(meter, name) != place[name] for name in _STAYS):
            text = _("This meter is known elsewhere, or under another fee item; mend the row")
            to.report.add(row.problem("meter", text))
        elif any(getattr(meter, name) != value for name, value in said.items()):
            for name, value in said.items():
                setattr(meter, name, value)
            changed.append(meter)
        else:
            to.report.unchanged["meters"] += 1
    insert_many(new)
    Meter.objects.bulk_update(changed, _OWN)
    to.report.created["meters"] += len(new)
    to.report.changed["meters"] += len(changed)


def _place(row: Row, to: Import) -> dict[str, Any]:
    """Whose the meter is. Raises CellRefused where the row names too little, or nothing known."""
    where = to.index.place_of(row)
    if len(row["meter"]) > _CODE_MAX or len(where.entrance) > _ENTRANCE_MAX:
        raise CellRefused(_("the number of the meter or of the entrance is too long"))
    if row["digits"] is not None and not 3 <= row["digits"] <= 9:
        raise CellRefused(_("a counter has 3 to 9 digits"))
    filled = [
        scope
        for scope, column in (
            (MeterScope.UNIT, "room"),
            (MeterScope.ENTRANCE, "entrance"),
            (MeterScope.BUILDING, "building"),
        )
        if row[column]
    ]
    scope = row["scope"] or (filled[0] if filled else MeterScope.COMMUNITY)
    place: dict[str, Any] = {"scope": scope, "unit_id": None, "building_id": None, "entrance": ""}
    if scope == MeterScope.UNIT:
        return {**place, "unit_id": to.index.unit_of(row)}
    if scope == MeterScope.COMMUNITY:
        return place
    building = to.index.buildings.get(unit_code.key(where.building)) if where.building else None
    if building is None:
        raise CellRefused(_("name a building that has units"))
    place["building_id"] = building.pk
    return {**place, "entrance": where.entrance} if scope == MeterScope.ENTRANCE else place


def _items(to: Import) -> dict[str, FeeItem]:
    found: dict[str, FeeItem] = {}
    for item in FeeItem.objects.filter(community=to.community):
        found |= {name.casefold(): item for name in (item.code, item.name_zh, item.name_en)}
    return found
