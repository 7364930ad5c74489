"""The rows of a publication: typed or read from an Excel file, checked, and added up.

A row is ``{"section", "zh", "en", "more_zh", "more_en", "minor"}``; ``minor`` is None where there is no
amount. What was taken from the books has marks besides (``from_books.py``). Nobody who owes is ever
named: a row that has a resident's name or a unit's code is refused.
"""

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook

from contract import public_accounts
from contract.messages import Text
from contract.plain_text import clean_name
from server.billing.typed_money import NoAmount, minor_of
from server.estate.models import Community, Resident, Unit
from server.language import both
from server.onboarding.workbook_file import DAMAGED, NotAWorkbook, look_inside
from server.public_accounts.models import OF_MONEY, Kind, Section

ROWS_MAX, NAME_MAX, MORE_MAX, FILE_MAX = 60, 60, 160, 1_000_000
COLUMNS = ("section", "zh", "en", "more_zh", "more_en", "amount")
HEADINGS = (
    _("Section"),
    _("Item in Chinese"),
    _("Item in English"),
    _("More in Chinese"),
    _("More in English"),
    _("Amount"),
)
Row = dict[str, Any]
_NOTHING = re.compile(r"0+(\.0*)?")
NO_NOTE = Text(zh="", en="")


class NotGood(Exception):
    """The rows cannot be published; ``said`` says which and why."""

    def __init__(self, said: str | Promise) -> None:
        super().__init__(str(said))
        self.said = said


def checked(
    community: Community, kind: Kind, typed: Iterable[Sequence[str]], note: Text = NO_NOTE
) -> list[Row]:
    """Of what stands in each column, as text; blank rows are left out. Raises NotGood."""
    found = []
    for number, cells in enumerate(typed, 1):
        texts = [clean_name(cell) for cell in cells]
        if any(texts[1:]):
            found.append(_row(community, kind, number, dict(zip(COLUMNS, texts, strict=True))))
    if not found:
        raise NotGood(_("There is no row yet"))
    if len(found) > ROWS_MAX:
        raise NotGood(_("At most %(most)s rows") % {"most": ROWS_MAX})
    refuse_people(community, found, note)
    return found


def _row(community: Community, kind: Kind, number: int, cells: dict[str, str]) -> Row:
    place = {"number": number}
    if not cells["zh"] or not cells["en"]:
        raise NotGood(_("Row %(number)s: name the item in both languages") % place)
    names, more = (cells["zh"], cells["en"]), (cells["more_zh"], cells["more_en"])
    if max(map(len, names)) > NAME_MAX or max(map(len, more)) > MORE_MAX:
        raise NotGood(_("Row %(number)s: a text is too long") % place)
    if bool(more[0]) != bool(more[1]):
        raise NotGood(_("Row %(number)s: say more in both languages or in none") % place)
    section = _section(cells["section"])
    if section is None or bool(section) != (kind in OF_MONEY):
        raise NotGood(_("Row %(number)s: choose income, expense or brought forward") % place)
    minor = _minor(cells["amount"], community.currency, place)
    if minor is None and kind in OF_MONEY:
        raise NotGood(_("Row %(number)s: the amount is missing") % place)
    return {
        "section": section,
        "zh": names[0],
        "en": names[1],
        "more_zh": more[0],
        "more_en": more[1],
        "minor": minor,
    }


def _section(typed: str) -> str | None:
    """By its code, or its name in either language."""
    for section in Section:
        name = both(section.label)
        if typed.lower() in (section.value, name.zh, name.en.lower()):
            return section.value
    return None


def _minor(typed: str, currency: str, place: dict[str, Any]) -> int | None:
    if not typed:
        return None
    if _NOTHING.fullmatch(typed):  # nothing came in: that is an amount here
        return 0
    try:
        return minor_of(typed, currency)
    except NoAmount as error:
        raise NotGood(_("Row %(number)s: this is no amount") % place) from error


def refuse_people(community: Community, rows: list[Row], note: Text) -> None:
    """Raises NotGood where a resident or a unit is named."""
    names = Resident.objects.filter(community=community).values_list("name", flat=True)
    codes = Unit.objects.filter(community=community).values_list("code", flat=True)
    private = {name for name in map(clean_name, names) if len(name) > 1}
    units = {code.casefold() for code in codes}
    texts = [
        (row["zh"], " ".join(row[name] for name in ("zh", "en", "more_zh", "more_en")))
        for row in rows
    ]
    for item, text in (*texts, (str(_("Note")), f"{note.zh} {note.en}")):
        words = {word.casefold() for word in re.findall(r"[A-Za-z0-9-]+", text)}
        if words & units or any(name in text for name in private):
            raise NotGood(
                _("“%(item)s” names a resident or a unit; that is never made public")
                % {"item": item}
            )


def from_excel(content: bytes) -> list[list[str]]:
    """The rows below the headings of the first sheet, as texts. Raises NotGood."""
    try:
        look_inside(io.BytesIO(content))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        taken = sheet.iter_rows(
            min_row=2, max_row=ROWS_MAX + 2, max_col=len(COLUMNS), values_only=True
        )
        return [
            [_text(cell) for cell in (*row, *[None] * len(COLUMNS))[: len(COLUMNS)]]
            for row in taken
        ]
    except NotAWorkbook as refused:
        raise NotGood(refused.text) from refused
    except Exception as error:  # whatever a damaged file makes the reader of XML do
        raise NotGood(DAMAGED) from error


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    return f"{round(cell, 6):f}".rstrip("0").rstrip(".") if isinstance(cell, float) else str(cell)


def sums(rows: Iterable[Row]) -> dict[str, int]:
    """Minor units by section, and ``balance``: what is left."""
    return public_accounts.sums((row["section"], row["minor"]) for row in rows)
