"""What a cell of an Excel file says: text that Excel made numbers or dates of is understood where it can
only mean one thing, and refused with the remedy where it cannot.

A reader takes what openpyxl found in the cell and answers a plain value, None for a blank cell. Nothing
is guessed: 1-1 that became the first of January is refused, 101.0 is room 101.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _
from openpyxl.utils.datetime import from_excel

from contract.plain_text import clean_name, is_keepable
from server.billing.periods import period_of_text
from server.onboarding.columns import (
    Column,
    choice_meant,
    choice_shown,
    choices,
    plain_word,
    signs,
    words,
)

EXACT_DIGITS_MAX = 15  # Excel keeps no more of a number
YEARS = range(1970, 2100)
SERIALS = range(25_569, 73_051)  # days as Excel counts them: 1970 to 2099
_ERROR = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]{1,3}", re.IGNORECASE)
_NUMBER = re.compile(r"(?P<whole>[0-9]{1,3}(,[0-9]{3})+|[0-9]+)(?P<rest>\.[0-9]*)?|\.[0-9]+")
_YEAR_FIRST = re.compile(
    r"(?P<y>[0-9]{4})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})-?( 00:00(:00)?)?"
)
_EIGHT_DIGITS = re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})")
_MONTH_ONLY = re.compile(r"(?P<y>[0-9]{4})[-/.](?P<m>[0-9]{1,2})-?")
_PHONE = re.compile(r"\+?[0-9][0-9 ()\-]{3,18}[0-9]")
_MOBILE = re.compile(r"1[0-9]{10}")
_ESCAPED = re.compile(r"_x([0-9A-F]{4})_", re.IGNORECASE)  # ECMA-376 part 1, 22.9.2.19 (ST_Xstring)
_PRICE = re.compile(r"(?P<before>[^0-9]*)(?P<figures>[0-9][0-9.,]*)(?P<after>.*)", re.DOTALL)
_NOTHING = frozenset({"-", "--", "\N{EM DASH}", "\N{EM DASH}\N{EM DASH}", "/"})  # there is none


_SHORTENED = _("Excel shortened a long number; format the column as text and type it again")


class CellRefused(Exception):
    """The cell cannot be understood. ``text`` says what is wrong and what to do, with ``values``."""

    def __init__(self, text: Any, **values: object) -> None:
        super().__init__(text)
        self.text, self.values = text, values


@dataclass(frozen=True)
class NotReckoned:
    """A formula whose value no program has reckoned: nobody knows what the cell says."""

    formula: str

    def __str__(self) -> str:
        return self.formula


def read(column: Column, value: Any) -> Any:
    """What a cell of the column says; None when it is blank. Raises CellRefused."""
    if isinstance(value, NotReckoned):
        raise CellRefused(
            _("the formula has no value yet; open the file in Excel and save it, or type the value")
        )
    if isinstance(value, str):
        value = _trimmed(value)
        if value.startswith("#") and _ERROR.fullmatch(value):
            raise CellRefused(_("the cell holds an Excel error; mend its formula"))
    if value is None or value == "":
        return None
    return _READERS[column.like](value, column)


def shown(value: Any) -> str:
    """A raw cell as a person sees it, for messages."""
    if isinstance(value, datetime):
        return _wall_day(value).isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**EXACT_DIGITS_MAX:
        return str(int(value))
    return "" if value is None else unescaped(str(value))[:80]


def unescaped(text: str) -> str:
    """Signs that other programs wrote out: ``_x000D_`` is the end of a line."""
    return (
        _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text.lower() else text
    )


def _wall_day(value: datetime) -> date:
    """Of a cell that holds a day: it was typed as one and has no zone."""
    return date(value.year, value.month, value.day)


def _trimmed(text: str) -> str:
    """Of one width, without what cannot be seen, and without blanks around it."""
    if text.isascii() and text.isalnum():
        return text
    text = unescaped(text)
    if not is_keepable(text):
        raise CellRefused(_("the cell holds characters that cannot be kept; type it again"))
    return clean_name(unicodedata.normalize("NFKC", text))


def _code(value: Any, column: Column) -> str:
    """A number of a building, a room, a space, a meter, as it stands on the plate."""
    if isinstance(value, bool):
        raise CellRefused(_("yes or no cannot stand here"))
    if isinstance(value, date | time | timedelta):
        raise CellRefused(
            _("Excel made a date of what was typed; format the column as text and type it again")
        )
    if isinstance(value, int | float):
        return _digits(value)
    if _SCIENTIFIC.fullmatch(value):
        raise CellRefused(_SHORTENED)
    whole = "." in value and re.fullmatch(r"([0-9]+)\.0+", value)
    return whole[1] if whole else value


def _digits(value: int | float) -> str:
    """The digits of a number that was typed as one: 101.0 is 101."""
    if value != value or value in (float("inf"), float("-inf")):
        raise CellRefused(_("not a number"))
    if isinstance(value, float) and not value.is_integer():
        raise CellRefused(
            _(
                "a number with decimals cannot stand here; format the column as text and type it again"
            )
        )
    if value < 0:
        raise CellRefused(_("a negative number cannot stand here"))
    if abs(value) >= 10**EXACT_DIGITS_MAX:
        raise CellRefused(_SHORTENED)
    return str(int(value))


def _phone(value: Any, column: Column) -> str:
    if isinstance(value, str):
        if _SCIENTIFIC.fullmatch(value):
            raise CellRefused(_SHORTENED)
        text = re.sub(r"\.0+$", "", value)
    else:
        text = _code(value, column)
        if len(text) >= 9 and not _MOBILE.fullmatch(text):
            raise CellRefused(
                _("a leading 0 may have been lost; format the column as text and type it again")
            )
    if not _PHONE.fullmatch(text):
        raise CellRefused(_("not a phone number: 5 to 20 digits, blanks, brackets and hyphens"))
    return text


def _text(value: Any, column: Column) -> str:
    return value if isinstance(value, str) else _code(value, column)


def _name(value: Any, column: Column) -> str:
    text = _text(value, column)
    if len(text) > 60:
        raise CellRefused(_("longer than 60 characters"))
    return text


def _number(value: Any, decimals: int, largest: Decimal) -> Decimal | None:
    """A number of at most so many decimals, from nought to ``largest``. None for a dash."""
    if isinstance(value, bool | date | time | timedelta):
        raise CellRefused(
            _("a number must stand here; format the column as a number and type it again")
        )
    if isinstance(value, str):
        plain = _without_unit(value)
        if plain in _NOTHING:
            return None
        negative = plain.startswith("-") and _NUMBER.fullmatch(plain[1:].strip())
        if negative:
            raise CellRefused(_("a negative number cannot stand here"))
        if not _NUMBER.fullmatch(plain):
            raise CellRefused(_("not a number: figures and one decimal point, e.g. 118.60"))
        number = Decimal(plain.replace(",", ""))
    else:
        try:
            number = Decimal(repr(value))
        except InvalidOperation as error:
            raise CellRefused(_("not a number")) from error
        if not number.is_finite():
            raise CellRefused(_("not a number"))
    if number < 0:
        raise CellRefused(_("a negative number cannot stand here"))
    if number > largest:
        raise CellRefused(_("more than %(largest)s cannot stand here"), largest=largest)
    rounded = round(number, decimals)
    # Of a float, what a formula left over says nothing: 0.30000000000000004.
    if number != rounded and not (
        isinstance(value, float) and abs(number - rounded) < Decimal("1e-7")
    ):
        raise CellRefused(_("more than %(decimals)s decimals; round it"), decimals=decimals)
    return rounded


def _without_unit(text: str) -> str:
    plain = text.casefold()
    for sign in signs("unit"):
        plain = plain.removeprefix(sign).removesuffix(sign)
    return plain.strip()


def _area(value: Any, column: Column) -> Decimal | None:
    return _number(value, 2, Decimal("999999.99"))


def _money(value: Any, column: Column) -> Decimal | None:
    """In major units; how many decimals there are is the currency's, and asked where it is known."""
    return _number(value, 3, Decimal("999999999.999"))


def _rate(value: Any, column: Column) -> Decimal | None:
    figures = _of_a_month(value) if isinstance(value, str) else value
    return _number(figures, 4, Decimal("99999999.9999"))


def _of_a_month(text: str) -> str:
    """The figures of a price that says what it is for, where that is a month's or a meter's: 2.8 of
    2.8 yuan/m2. Raises CellRefused for other times, such as a year."""
    plain = re.sub(r"m([23])", r"m^\1", text.casefold()).replace("^2", "").replace("^3", "")
    found = _PRICE.fullmatch(plain)
    if found is None:
        return text
    left = found["before"] + "|" + found["after"]
    for sign in signs("unit") + signs("per"):
        left = left.replace(sign, "")
    left = re.sub(r"[\s/|*.\u00b7]", "", left)
    if any(c.isalpha() for c in left):
        raise CellRefused(
            _("a price for a month, or for a unit of a meter, must stand here; give figures alone")
        )
    return text if left else found["figures"]


def _multiplier(value: Any, column: Column) -> Decimal | None:
    number = _number(value, 3, Decimal("99999.999"))
    if number == 0:
        raise CellRefused(_("must be more than nought"))
    return number


def _counter(value: Any, column: Column) -> Decimal | None:
    return _number(value, 2, Decimal("9999999999.99"))


def _whole(value: Any, column: Column) -> int | None:
    number = _number(value, 0, Decimal(99))
    return None if number is None else int(number)


def _date(value: Any, column: Column) -> date:
    """A day. A month alone is its first day. Refused where day and month could change places."""
    if isinstance(value, datetime):
        found = _wall_day(value)
    elif isinstance(value, date):
        found = value
    elif isinstance(value, bool | time | timedelta):
        raise CellRefused(_NO_DATE)
    elif isinstance(value, int | float):
        found = _date_of_number(value)
    else:
        found = _date_of_text(value)
    if found.year not in YEARS:
        raise CellRefused(_("a day of another century; type it as 2026-11-30"))
    return found


_NO_DATE = _("not a date; type it as 2026-11-30")


def _date_of_number(value: int | float) -> date:
    if value != value or abs(value) > 10**9 or value != int(value):
        raise CellRefused(_NO_DATE)
    number = int(value)
    if number in SERIALS:
        serial = from_excel(number)
        return _wall_day(serial) if isinstance(serial, datetime) else _refuse_date()
    return _date_of_text(str(number))


def _refuse_date() -> date:
    raise CellRefused(_NO_DATE)


def _date_of_text(text: str) -> date:
    plain = re.sub(r"\s*([-/.])\s*", r"\1", text)
    for sign in signs("date"):
        plain = re.sub(rf"\s*{sign}\s*", "-", plain)
    spellings = (_YEAR_FIRST, _EIGHT_DIGITS, _MONTH_ONLY)
    match = next((found for one in spellings if (found := one.fullmatch(plain))), None)
    if match is None:
        raise CellRefused(_NO_DATE)
    parts = match.groupdict()
    try:
        return date(int(parts["y"]), int(parts["m"]), int(parts.get("d") or 1))
    except ValueError as error:
        raise CellRefused(_NO_DATE) from error


def _period(value: Any, column: Column) -> str:
    """A month. Excel makes the first day of the month of it, which means the same."""
    if isinstance(value, datetime | date):
        if value.day != 1:
            raise CellRefused(_NO_MONTH)
        value = f"{value:%Y-%m}"
    try:
        return period_of_text(value if isinstance(value, str) else _digits(value))
    except (ValueError, TypeError) as error:
        raise CellRefused(_NO_MONTH) from error


_NO_MONTH = _("not a month; type it as 2026-11, in a column of text")


def _choice(value: Any, column: Column) -> str:
    found = choice_meant(column.choices, value) if isinstance(value, str) else None
    if found is None:
        offered = ", ".join(choice_shown(column.choices, one) for one in choices(column.choices))
        raise CellRefused(_("must be one of: %(offered)s"), offered=offered)
    return found


def _yes_no(value: Any, column: Column) -> bool:
    if isinstance(value, bool):
        return value
    word = plain_word(shown(value))
    if word in words("yes") or word in words("no"):
        return word in words("yes")
    raise CellRefused(_("must be yes or no"))


_READERS: dict[str, Callable[[Any, Column], Any]] = {
    "code": _code,
    "phone": _phone,
    "text": _text,
    "name": _name,
    "area": _area,
    "money": _money,
    "rate": _rate,
    "multiplier": _multiplier,
    "counter": _counter,
    "whole": _whole,
    "date": _date,
    "period": _period,
    "choice": _choice,
    "yes_no": _yes_no,
}
