"""The units and buildings of a community by the codes that a file calls them by."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from contract import unit_code
from contract.currency import EXPONENTS
from contract.message import Text
from contract.unit_code import Kind
from server.estate.models import Building, Community, FormerUnitCode, Unit
from server.estate.unit_names import label_of
from server.language import both
from server.onboarding.cells import CellRefused
from server.onboarding.report import Report
from server.onboarding.workbook import Row

BATCH_ROWS = 2_000


class Place(NamedTuple):
    """The parts of a unit's name as its row gives them; empty where it gives none."""

    building: str
    entrance: str
    room: str


def _bare(text: str) -> str:
    """Without the words beside figures and letters: 1 for building 1, whatever a building is called."""
    code = unit_code.spelled(text)
    return code if code and "-" not in code else text


class Index:
    """Read once for each import; grows with the units that the import makes. Holds keys, not rows."""

    def __init__(self, community: Community, today: date) -> None:
        self.community = community
        self.merged = _merged(community, today)
        self.numbering = community.unit_numbering
        self.buildings = {unit_code.key(b.code): b for b in community.buildings.all()}
        units = Unit.objects.filter(community=community).values_list("code", "pk")
        self.units = {unit_code.key(code): pk for code, pk in units.iterator()}
        places = Unit.objects.filter(community=community).values_list("building__code", "entrance")
        self._entrances: dict[tuple[str, str], str] = {}
        for building, entrance in places.distinct():
            self._spelling(building, entrance)
        former = FormerUnitCode.objects.filter(community=community).values_list("code", "unit_id")
        self.former = {unit_code.key(code): pk for code, pk in former.iterator()}

    def code_of(self, row: Row) -> str:
        """The code of the unit that the row names. Raises CellRefused where none is named like this, and
        for one that was merged into another."""
        parts = [part for name in ("building", "entrance", "room") if (part := row[name])]
        code = self.numbering.read("-".join(parts))
        if not code and len(parts) > 1 and parts[0].isascii() and parts[0].isdigit():
            # Where codes do not name the building, as of houses, a number in its column says nothing.
            code = self.numbering.read("-".join(parts[1:]))
        if not code:
            of_kinds = [kind.form for kind in self.numbering.kinds]
            forms = Text(
                zh=" / ".join(form.zh for form in of_kinds),
                en=" / ".join(form.en for form in of_kinds),
            )
            raise CellRefused(
                _(
                    "Units here are named by %(forms)s; mend the row, or the community's numbering"
                    " in the back office"
                ),
                forms=forms,
            )
        stays = self.merged.get(unit_code.key(code))
        if stays is not None:
            raise CellRefused(
                _("%(old)s was merged into %(new)s; write %(new)s, or delete the row"),
                old=code,
                new=stays,
            )
        return code

    def unit_of(self, row: Row) -> int:
        """The key of the unit that the row names. Raises CellRefused where there is none."""
        code = self.code_of(row)
        found = self.units.get(unit_code.key(code))
        if found is None:
            raise CellRefused(_("There is no unit %(code)s; add it to the sheet units"), code=code)
        return found

    def place_of(self, row: Row) -> Place:
        """The parts that the row names, without words beside their figures, each spelled as before."""
        said = Place(*(_bare(row[name] or "") for name in ("building", "entrance", "room")))
        whole = unit_code.spelled(said.room).split("-")
        if len(whole) == len(said):  # the room's cell holds the whole code
            said = Place(said.building, said.entrance or whole[1], whole[2])
        return said._replace(entrance=self._spelling(said.building, said.entrance))

    def _spelling(self, building: str, entrance: str) -> str:
        """How this entrance was written first: units that share a meter are found by it."""
        key = unit_code.key(building), unit_code.key(entrance)
        return self._entrances.setdefault(key, entrance) if entrance else ""

    def kind_of(self, code: str) -> Kind:
        place = self.numbering.kind_of(code)
        return self.numbering.kinds[place or 0]

    def label_of(self, code: str) -> Text:
        return label_of(self.numbering, code)

    def new_building(self, code: str, unit: str) -> Building:
        """Of the community, not yet written. ``unit``: the code of one of its units."""
        kind = self.kind_of(unit)
        name = (
            Text(zh=f"{code}{kind.parts[0].label.zh}", en=f"{kind.parts[0].label.en} {code}")
            if len(kind.parts) > 1
            else both(_BUILDING, code=code)
        )
        return Building(community=self.community, code=code, name_zh=name.zh, name_en=name.en)


_BUILDING = _("Building %(code)s")


def _merged(community: Community, today: date) -> dict[str, str]:
    """The codes of units that there are no more, each with the code of the one that stayed."""
    ended = Unit.objects.filter(community=community, ends__lte=today, merged_into__isnull=False)
    into = {unit.pk: unit for unit in ended.select_related("merged_into")}
    found = {}
    for unit in into.values():
        stays = unit.merged_into
        while stays is not None and stays.pk in into:
            stays = into[stays.pk].merged_into
        if stays is not None:
            found[unit_code.key(unit.code)] = stays.code
    return found


@dataclass
class Import:
    """What the importers of sheets share: where to, on which day, and the report of it.
    ``new_balances``: whether money may be brought forward that was not before."""

    community: Community
    today: date
    at: datetime
    report: Report
    index: Index
    new_balances: bool = True
    seen: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def first_time(self, row: Row, column: str, *key: Any) -> bool:
        """Whether the file has had no such row before; if it has, the report is told."""
        known = self.seen.setdefault((row.sheet, *key), row.number)
        if known == row.number:
            return True
        text = _("The same as row %(row)s; delete one of them")
        self.report.add(row.problem(column, text, row=known))
        return False

    def refused(self, row: Row, column: str, refused: CellRefused) -> None:
        self.report.add(row.problem(column, refused.text, **refused.values))

    def minor(self, amount: Decimal) -> int:
        """In minor units of the currency. Raises CellRefused for more decimals than it has."""
        exponent = EXPONENTS[self.community.currency]
        minor = amount.scaleb(exponent)
        if minor != minor.to_integral_value():
            raise CellRefused(_("more than %(decimals)s decimals; round it"), decimals=exponent)
        return int(minor)
