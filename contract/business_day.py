"""What day and time it is at a community: the only way from a moment to a day, on both sides.

Zones are names of the IANA time zone database. The fixed offsets of its ``Etc`` area are no zones
here: their signs are the other way round than people write them (``Etc/GMT-8`` is east of Greenwich).
"""

import re
import unicodedata
from datetime import date, datetime, time
from difflib import get_close_matches
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator

_NO_PLACES = ("Etc/", "SystemV/")
_NO_ZONES = frozenset({"Factory", "localtime", "posixrules"})
_CHINA, _OFFSET = "Asia/Shanghai", re.compile(r"(?:utc|gmt)?\+0?8(?::?00)?")
_MISTAKES = {
    "china": _CHINA,
    "china standard time": _CHINA,
    "cst": _CHINA,
    "beijing": _CHINA,
    "北京": _CHINA,
    "上海": _CHINA,
    "北京时间": _CHINA,
    "中国": _CHINA,
    **{
        f"asia/{city}": _CHINA
        for city in ("beijing", "peking", "shenzhen", "guangzhou", "hangzhou", "china", "chengdu")
    },
    "asia/hongkong": "Asia/Hong_Kong",
    "hkt": "Asia/Hong_Kong",
    "香港": "Asia/Hong_Kong",
    "asia/macao": "Asia/Macau",
    "澳门": "Asia/Macau",
    "asia/taiwan": "Asia/Taipei",
    "台北": "Asia/Taipei",
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
    "sgt": "Asia/Singapore",
}


class ZoneUnknown(ValueError):
    """``name`` is no zone; ``suggestion`` is what was probably meant, else empty."""

    def __init__(self, name: str, suggestion: str = "") -> None:
        meant = f"; did you mean {suggestion}?" if suggestion else ""
        super().__init__(f"{name!r} is no time zone{meant}")
        self.name, self.suggestion = name, suggestion


@cache
def zone_names() -> tuple[str, ...]:
    """All zones that a community can have, sorted."""
    known = available_timezones() - _NO_ZONES
    return tuple(sorted(name for name in known if not name.startswith(_NO_PLACES)))


@cache
def _zone_of_folded() -> dict[str, str]:
    return {name.casefold(): name for name in zone_names()}


@cache
def _zone_of_city() -> dict[str, str]:
    return {name.rpartition("/")[2].casefold(): name for name in zone_names() if "/" in name}


def zone_name(text: str) -> str:
    """The zone as the database spells it; blanks around it, full-width letters and capitals do not
    matter. Raises ZoneUnknown."""
    known, folded = _zone_of_folded(), unicodedata.normalize("NFKC", text).strip().casefold()
    if folded in known:
        return known[folded]
    if folded in _MISTAKES or _OFFSET.fullmatch(folded.replace(" ", "")):
        raise ZoneUnknown(text, _MISTAKES.get(folded, _CHINA))
    words = folded.replace(" ", "_")
    if words in _zone_of_city():
        raise ZoneUnknown(text, _zone_of_city()[words])
    near = get_close_matches(words, known, n=1, cutoff=0.8)
    raise ZoneUnknown(text, known[near[0]] if near else "")


@cache
def zone(name: str) -> ZoneInfo:
    """Raises ZoneUnknown for anything but the exact name of a zone."""
    if name not in _zone_of_folded().values():
        raise ZoneUnknown(name)
    return ZoneInfo(name)


def local_time(at: datetime, time_zone: str) -> datetime:
    """The moment on the community's clocks. ``at`` must be aware. Raises ZoneUnknown."""
    if at.tzinfo is None:
        raise ValueError("a moment without a zone belongs to no day")
    return at.astimezone(zone(time_zone))


def business_day(at: datetime, time_zone: str) -> date:
    """The day of the community's calendar on which ``at`` falls. Raises ZoneUnknown."""
    return local_time(at, time_zone).date()


def day_begins(day: date, time_zone: str) -> datetime:
    """The first moment of a day of the community's calendar. Raises ZoneUnknown.

    Where summer time skips midnight this is the moment of the change, which belongs to ``day``.
    """
    return datetime.combine(day, time.min, zone(time_zone))


def _checked_zone(name: str) -> str:
    zone(name)
    return name


ZoneName = Annotated[str, AfterValidator(_checked_zone)]
