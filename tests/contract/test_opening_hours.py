"""When a kiosk is open: compared with a list of open minutes, in zones whose clocks change."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contract.business_day import local_time, zone
from contract.message import Text
from contract.opening_hours import (
    ALWAYS,
    NamedDays,
    Night,
    OpeningHours,
    Outage,
    WeekHours,
    opens_at,
    standing,
)

CHINA = "Asia/Shanghai"
WORDS = Text(zh="停电", en="No power")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# the clocks are put forward and back there, by an hour or by half an hour, in the night or at midnight
CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    (CHINA, date(2026, 2, 28)),
    (CHINA, date(2027, 1, 1)),
]
CLOCKS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
WEEK = st.builds(
    WeekHours,
    weekdays=st.sets(st.sampled_from("1234567"), min_size=1).map(lambda d: "".join(sorted(d))),
    starts=CLOCKS,
    ends=CLOCKS,
)


def at(text: str, place: str = CHINA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone(place))


def hours(*week: tuple[str, str, str], **more: object) -> OpeningHours:
    rows = [
        WeekHours(weekdays=d, starts=time.fromisoformat(a), ends=time.fromisoformat(b))
        for d, a, b in week
    ]
    return OpeningHours(week=rows, **more)


def outage(begins: datetime, ends: datetime) -> Outage:
    return Outage(id="1", begins=begins, ends=ends, told_from=begins - DAY, words=WORDS)


def open_labels(known: OpeningHours, first: date, days: int) -> set[tuple[date, int]]:
    """Day and minute on the clock of every minute that is open by the clock."""
    found = set()
    for count in range(-1, days):
        day = first + DAY * count
        named = [one for one in known.days if one.first_day <= day <= one.last_day]
        fewest = min((one.last_day - one.first_day for one in named), default=DAY)
        named = [one for one in named if one.last_day - one.first_day == fewest]
        week = known.week or [WeekHours(weekdays="1234567", starts=time(0), ends=time(0))]
        for row in named or [one for one in week if str(day.isoweekday()) in one.weekdays]:
            if row.starts is None:
                continue
            begin = row.starts.hour * 60 + row.starts.minute
            end = row.ends.hour * 60 + row.ends.minute
            for minute in range(begin, end if end > begin else end + 1440):
                found.add((day + DAY * (minute // 1440), minute % 1440))
    return found


def is_open(labels: set, known: OpeningHours, moment: datetime, place: str) -> bool:
    local = local_time(moment, place)
    if any(one.begins <= moment < one.ends for one in known.outages):
        return False
    return (local.date(), local.hour * 60 + local.minute) in labels


@st.composite
def cases(draw):
    place, change = draw(st.sampled_from(CHANGES))
    first = change - DAY
    day = st.integers(-1, 3).map(lambda n: first + DAY * n)
    named = []
    for _ in range(draw(st.integers(0, 2))):
        begin = draw(day)
        closed = draw(st.booleans())
        named.append(
            NamedDays(
                first_day=begin,
                last_day=begin + DAY * draw(st.integers(0, 2)),
                starts=None if closed else draw(CLOCKS),
                ends=None if closed else draw(CLOCKS),
            )
        )
    start = datetime.combine(first, time(), zone(place)).astimezone(UTC)
    out = []
    for _ in range(draw(st.integers(0, 2))):
        begin = start + MINUTE * draw(st.integers(0, 4000))
        out.append(outage(begin, begin + MINUTE * draw(st.integers(1, 1500))))
    known = OpeningHours(week=draw(st.lists(WEEK, max_size=3)), days=named, outages=out)
    return known, place, start + MINUTE * draw(st.integers(0, 3000)), first


@settings(max_examples=60, deadline=None)
@given(cases())
@example(
    (
        hours(("7", "02:30", "04:00")),
        "Europe/Berlin",
        at("2026-03-29T00:00").astimezone(UTC),
        date(2026, 3, 28),
    )
)
def test_the_next_opening_is_the_first_open_minute(case):
    known, place, now, first = case
    labels = open_labels(known, first, 9)
    assert standing(known, now, place).open is is_open(labels, known, now, place)
    found = opens_at(known, now, place)
    minutes = (now + MINUTE * count for count in range(3 * 1440))
    expected = next((m for m in minutes if is_open(labels, known, m, place)), None)
    if expected is not None:
        assert found == expected
    elif found is not None:
        assert found - now >= 3 * DAY and standing(known, found, place).open


def test_without_hours_it_is_always_open():
    assert standing(ALWAYS, at("2026-11-24T03:00"), CHINA).open
    assert opens_at(ALWAYS, at("2026-11-24T03:00"), CHINA) == at("2026-11-24T03:00")


def test_hours_begin_and_end_at_their_minute():
    office = hours(("12345", "08:30", "18:00"))
    for moment, is_so in (("08:29:59", 0), ("08:30", 1), ("17:59:59", 1), ("18:00", 0)):
        assert standing(office, at(f"2026-11-24T{moment}"), CHINA).open == bool(is_so)
    assert opens_at(office, at("2026-11-27T18:00"), CHINA) == at("2026-11-30T08:30")


def test_the_zone_is_the_community_s_not_that_of_the_moment():
    office = hours(("1234567", "08:30", "18:00"))
    assert standing(office, datetime(2026, 11, 24, 0, 30, tzinfo=UTC), CHINA).open
    assert not standing(office, datetime(2026, 11, 24, 0, 30, tzinfo=UTC), "Europe/Berlin").open


def test_a_night_before_a_holiday_goes_on_to_its_end():
    late = hours(
        ("1234567", "18:00", "02:00"),
        days=[NamedDays(first_day=date(2027, 1, 1), last_day=date(2027, 1, 3))],
    )
    assert standing(late, at("2027-01-01T01:59"), CHINA).open
    assert not standing(late, at("2027-01-01T02:00"), CHINA).open
    assert opens_at(late, at("2027-01-01T02:00"), CHINA) == at("2027-01-04T18:00")


@pytest.mark.parametrize(
    ("now", "opens"),
    [("2026-01-31T18:00", "2026-02-01T08:30"), ("2028-02-28T18:00", "2028-02-29T08:30")],
)
def test_the_end_of_a_month_is_a_day_like_others(now, opens):
    assert opens_at(hours(("1234567", "08:30", "18:00")), at(now), CHINA) == at(opens)


def test_an_outage_closes_and_what_opens_after_it_is_told():
    out = outage(at("2026-11-24T16:00"), at("2026-11-24T20:00"))
    office = hours(("1234567", "08:30", "18:00"), outages=[out])
    now = standing(office, at("2026-11-24T16:00"), CHINA)
    assert not now.open and now.outage == out
    assert opens_at(office, at("2026-11-24T16:00"), CHINA) == at("2026-11-25T08:30")
    assert opens_at(OpeningHours(outages=[out]), at("2026-11-24T17:00"), CHINA) == out.ends


def test_what_never_opens_within_a_year_is_not_promised():
    closed = NamedDays(first_day=date(2026, 1, 1), last_day=date(2030, 1, 1))
    assert opens_at(OpeningHours(days=[closed]), at("2026-11-24T12:00"), CHINA) is None


def test_the_night_has_its_rules_until_its_end():
    night = Night(starts=time(22), ends=time(6), cards=False, max_minor=50_000)
    for moment, rules in (("21:59", None), ("22:00", night), ("05:59", night), ("06:00", None)):
        assert standing(OpeningHours(night=night), at(f"2026-11-24T{moment}"), CHINA).night == rules


def test_a_day_within_holidays_is_an_exception_of_them():
    """Whichever of the two is open, and whichever was written first."""
    week = (date(2026, 2, 16), date(2026, 2, 22))
    nine, noon = time(9), time(12)
    open_week = NamedDays(first_day=week[0], last_day=week[1], starts=nine, ends=noon)
    shut_day = NamedDays(first_day=date(2026, 2, 17), last_day=date(2026, 2, 17))
    shut_week = NamedDays(first_day=week[0], last_day=week[1])
    open_day = open_week.model_copy(update={"first_day": week[1]})
    known = hours(days=[open_week, shut_day])
    assert not standing(known, at("2026-02-17T10:00"), CHINA).open
    assert standing(known, at("2026-02-18T10:00"), CHINA).open
    assert opens_at(known, at("2026-02-17T10:00"), CHINA) == at("2026-02-18T09:00")
    known = hours(days=[open_day, shut_week])
    assert standing(known, at("2026-02-22T10:00"), CHINA).open
    assert not standing(known, at("2026-02-21T10:00"), CHINA).open
    assert opens_at(known, at("2026-02-21T10:00"), CHINA) == at("2026-02-22T09:00")
