"""From a moment to a day: always by the clocks of the community, never by UTC's or the machine's."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.business_day import (
    ZoneUnknown,
    business_day,
    day_begins,
    local_time,
    zone_name,
    zone_names,
)

moments = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001
    datetime(2060, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "Asia/Shanghai", date(2027, 1, 1)),
        (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), "Asia/Shanghai", date(2026, 12, 31)),
        (datetime(2026, 12, 1, 2, 0, tzinfo=UTC), "America/New_York", date(2026, 11, 30)),
        (datetime(2026, 6, 30, 10, 30, tzinfo=UTC), "Pacific/Kiritimati", date(2026, 7, 1)),
    ],
)
def test_the_day_is_the_communitys(moment: datetime, zone: str, day: date):
    assert business_day(moment, zone) == day


@given(moments, st.sampled_from(zone_names()))
def test_every_moment_lies_between_the_beginnings_of_its_day_and_the_next(at: datetime, zone: str):
    day = business_day(at, zone)
    if zone in ("Pacific/Apia", "Pacific/Kwajalein", "Kwajalein", "Pacific/Kiritimati"):
        return  # islands that left out a whole day when they crossed the date line
    if zone in ("Pacific/Enderbury", "Pacific/Kanton"):
        return
    assert day_begins(day, zone) <= at < day_begins(day + timedelta(days=1), zone)


def test_a_moment_without_a_zone_belongs_to_no_day():
    with pytest.raises(ValueError, match="without a zone"):
        local_time(datetime(2026, 1, 1, 12, 0), "Asia/Shanghai")  # noqa: DTZ001


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Asia/Beijing", "Asia/Shanghai"),
        ("UTC+8", "Asia/Shanghai"),
        ("GMT +08:00", "Asia/Shanghai"),
        ("+0800", "Asia/Shanghai"),
        ("China", "Asia/Shanghai"),
        ("China Standard Time", "Asia/Shanghai"),
        ("北京时间", "Asia/Shanghai"),
        ("Asia/Shangai", "Asia/Shanghai"),
        ("Shanghai", "Asia/Shanghai"),
        ("Asia/Hongkong", "Asia/Hong_Kong"),
        ("new york", "America/New_York"),
        ("Etc/GMT-8", ""),
        ("localtime", ""),
        ("../../etc/passwd", ""),
        ("", ""),
        ("Mars/Olympus", ""),
    ],
)
def test_a_mistake_is_named(typed: str, meant: str):
    with pytest.raises(ZoneUnknown) as unknown:
        zone_name(typed)
    assert unknown.value.suggestion == meant


@pytest.mark.parametrize(
    "typed", ["Asia/Shanghai ", " asia/shanghai", "Ａsia/Shanghai", "ASIA/SHANGHAI\n"]
)
def test_spelling_is_put_right(typed: str):
    assert zone_name(typed) == "Asia/Shanghai"


@given(st.text())
def test_any_text_is_a_zone_or_named_as_none(text: str):
    try:
        assert zone_name(text) in zone_names()
    except ZoneUnknown as unknown:
        assert not unknown.suggestion or zone_name(unknown.suggestion) == unknown.suggestion
