"""The words on the screen, in every language, and how people say money, dates and times in it.

Ids are symbolic (``method.title``); an id without words is an error, never shown to a resident raw.
"""

import gettext
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale as BabelLocale
from babel.dates import format_date, format_datetime

from contract.business_day import business_day, local_time
from contract.money import Locale
from kiosk.asset_paths import LOCALE

DOMAIN = "lobbypay"
LANGUAGES: tuple[Locale, ...] = ("zh_CN", "en")

_CLOCK = {"zh_CN": "M月d日 EEE HH:mm", "en": "EEE d MMM HH:mm"}
_DAY = {"zh_CN": "M月d日", "en": "d MMMM"}
_DAY_AND_YEAR = {"zh_CN": "yyyy年M月d日", "en": "d MMMM yyyy"}
_MONTH = {"zh_CN": "yyyy年M月", "en": "MMMM yyyy"}
_MONTH_SHORT = {"zh_CN": "M月", "en": "MMM"}


class MissingWords(KeyError):
    """A screen asked for words that the catalogue of this language does not have."""


@cache
def catalogue(language: Locale) -> gettext.GNUTranslations:
    """The compiled catalogue; when it is older than its source, the source is compiled in memory."""
    source = LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    compiled = source.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
        with compiled.open("rb") as mo:
            return gettext.GNUTranslations(mo)
    return gettext.GNUTranslations(_compiled(source, language))


def _compiled(source: Path, language: Locale) -> BytesIO:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    buffer = BytesIO()
    with source.open("rb") as po:
        write_mo(buffer, read_po(po, locale=language))
    buffer.seek(0)
    return buffer


def say(language: Locale, id: str, *, count: int | None = None, **values: object) -> str:
    """The words for ``id``; ``count`` chooses singular or plural and is a value too.

    Raises MissingWords for an unknown id and KeyError for a missing value.
    """
    words = catalogue(language)
    text = words.gettext(id) if count is None else words.ngettext(id, id, count)
    if text == id:
        raise MissingWords(f"{id!r} has no words in {language}")
    if count is not None:
        values["count"] = count
    return text.format(**values) if values else text


def clock(language: Locale, wall: datetime | None, time_zone: str | None) -> str:
    """Day and time for the top bar, e.g. ``11月24日 周二 22:47``; empty before a time is known."""
    if wall is None:
        return ""
    return format_datetime(_local(wall, time_zone), _CLOCK[language], locale=_babel(language))


@cache
def _babel(language: Locale) -> BabelLocale:
    """Babel looks through all its locales each time it is given a name."""
    return BabelLocale.parse(language)


def time_of_day(language: Locale, wall: datetime, time_zone: str | None) -> str:
    return format_datetime(_local(wall, time_zone), "HH:mm", locale=_babel(language))


def today(wall: datetime | None, time_zone: str | None) -> date | None:
    """The day it is where the community is."""
    return business_day(wall, time_zone or "UTC") if wall else None


def _local(wall: datetime, time_zone: str | None) -> datetime:
    return local_time(wall, time_zone) if time_zone else wall


def day(language: Locale, when: date, today: date | None = None) -> str:
    """A day as people say it; with the year when it is not this one."""
    same_year = today is None or when.year == today.year
    return format_date(
        when, (_DAY if same_year else _DAY_AND_YEAR)[language], locale=_babel(language)
    )


def month(language: Locale, period: str, *, short: bool = False) -> str:
    """``2026-10`` as ``2026年10月`` / ``October 2026``, or short: ``10月`` / ``Oct``."""
    first = date.fromisoformat(f"{period}-01")
    return format_date(
        first, (_MONTH_SHORT if short else _MONTH)[language], locale=_babel(language)
    )


def listed(language: Locale, items: list[str]) -> str:
    """``甲、乙、丙`` / ``a, b, c``."""
    return ("、" if language == "zh_CN" else ", ").join(items)
