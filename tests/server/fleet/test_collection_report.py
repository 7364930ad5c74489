"""What was collected, by kiosk, day, part of the day and hour; and who may see and take out what."""

import csv
import io
import re
from datetime import date, time, timedelta

import pytest

from server.estate.models import Community
from server.fleet import collection_report
from server.fleet.collection_report import GROUPINGS, Asked, Report, TooMuch, report
from server.fleet.models import Kiosk
from server.staff.models import Act, Role
from tests.server.fleet.days import UNKNOWN, counted, paid
from tests.server.fleet.heartbeats import kiosk
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)  # NOW is its noon
HOUR = timedelta(hours=1)
WEEK = f"first={DAY - timedelta(days=6)}&last={DAY}"


def made(by="kiosk", first=DAY, last=DAY, at=NOW) -> Report:
    every = Community.objects.all()
    return report(every, every, Asked(first, last, by), at)


def test_money_stands_where_it_was_taken_and_what_became_of_it_where_it_was_begun():
    machine = kiosk("K1")
    paid(machine, 1)
    paid(
        machine,
        2,
        minor=700,
        refunded_minor=700,
        allocated_minor=0,
        state="reversed",
        reason="refunded",
    )
    paid(machine, 3, **UNKNOWN)
    paid(machine, 4, at=NOW - timedelta(days=1))
    paid(machine, 5, method="credit")
    paid(kiosk("K2"), 6, minor=900)
    one, two = made().lines
    assert (one.paid, one.taken_minor, one.refunded_minor) == (2, 1200, 700)
    assert (one.begun, one.succeeded, one.reversed, one.in_doubt) == (3, 1, 1, 1)
    assert (one.success_percent, two.taken_minor, made().total[0].taken_minor) == (33, 900, 2100)


def test_midnight_is_the_communitys():
    machine = kiosk("K1")
    midnight = NOW - 12 * HOUR
    paid(machine, 1, at=midnight)
    paid(machine, 2, at=midnight - timedelta(seconds=1))
    assert [line.taken_minor for line in made().lines] == [500]
    days = made("day", first=DAY - timedelta(days=1)).lines
    assert [(line.key.day, line.paid) for line in days] == [(DAY - timedelta(days=1), 1), (DAY, 1)]


def test_the_parts_of_a_day_are_those_of_the_office():
    machine = kiosk("K1")
    Community.objects.update(office_opens=time(8, 30), office_closes=time(17, 30))
    counted(machine, DAY, h7={"visits": 1}, h8={"visits": 2}, h17={"visits": 4}, h18={"visits": 8})
    paid(machine, 1)  # at noon
    parts = {line.key.part: line for line in made("part").lines}
    assert {part: line.figures.visits for part, line in parts.items()} == {
        "office": 6,
        "outside": 9,
    }
    assert (parts["office"].taken_minor, parts["outside"].taken_minor) == (500, 0)
    Community.objects.update(office_opens=None, office_closes=None)
    assert [line.key.part for line in made("part").lines] == ["whole"]


def test_the_busiest_hour_is_known_whatever_the_rows_are_of():
    counted(kiosk("K1"), DAY, h9={"visits": 2}, h18={"visits": 7})
    counted(kiosk("K2"), DAY, h9={"visits": 3})
    for by in GROUPINGS:
        assert made(by).peak == (18, 7)
    hours = {line.key.hour: line.figures.visits for line in made("hour").lines}
    assert (hours[9], hours[18]) == (5, 7)


def test_uptime_is_of_the_hours_in_which_it_should_have_served():
    ten = NOW - 2 * HOUR
    machine = kiosk("K1", enrolled_at=ten)
    counted(machine, DAY, h10={"in_order_s": 3600}, h11={"in_order_s": 1800})
    kiosk("OLD", enrolled_at=ten)  # it counts nothing: no word of its uptime
    paid(Kiosk.objects.get(code="OLD"), 1)
    one, old = made().lines
    assert (one.uptime_percent, old.uptime_percent) == (75.0, None)
    assert 75.0 in [line.uptime_percent for line in made("each").lines]
    assert {line.key.hour: line.uptime_percent for line in made("hour").lines}[11] == 50.0
    assert made(first=DAY - timedelta(days=5)).lines[0].uptime_percent == 75.0
    assert made(last=DAY + timedelta(days=5)).lines[0].uptime_percent == 75.0


def test_hours_in_which_it_was_closed_as_planned_are_no_downtime():
    machine = kiosk("K1", enrolled_at=NOW - 2 * HOUR)
    counted(machine, DAY, h10={"in_order_s": 3000}, h11={"closed_s": 3600})
    assert made().lines[0].uptime_percent == 83.3
    assert {line.key.hour: line.uptime_percent for line in made("hour").lines}[11] is None


def test_each_way_to_group_adds_up_to_the_same(django_assert_max_num_queries):
    for code in ("K1", "K2"):
        machine = kiosk(code, enrolled_at=NOW - 30 * HOUR)
        counted(machine, DAY, h9={"visits": 3, "turned_away.declined": 1, "in_order_s": 3000})
        paid(machine, int(code[1]))
    for by in GROUPINGS:
        found = made(by, first=DAY - timedelta(days=1))
        total = found.total[0]
        for name in ("paid", "taken_minor", "begun", "expected_s"):
            assert sum(getattr(line, name) for line in found.lines) == getattr(total, name), (
                by,
                name,
            )
        assert sum(line.figures.all_turned_away for line in found.lines) == 2
        assert total.expected_s == 2 * 30 * 3600


def test_currencies_are_never_added():
    paid(kiosk("K1"), 1)
    abroad = create_village("abroad", currency="EUR")
    there = Kiosk.objects.create(community=abroad, code="E1", location_zh="门", location_en="Gate")
    paid(there, 2)
    assert {line.key.currency: line.taken_minor for line in made("day").lines} == {
        "CNY": 500,
        "EUR": 500,
    }


def test_too_much_is_refused_not_begun(monkeypatch):
    monkeypatch.setattr(collection_report, "KIOSK_DAYS_MAX", 2)
    machine = kiosk("K1")
    for back in range(3):
        counted(machine, DAY - timedelta(days=back), h9={"visits": 1})
    with pytest.raises(TooMuch):
        made(first=DAY - timedelta(days=5))
    text = signed_in(create_staff("boss")).get(f"/staff/fleet/report/?{WEEK}").content.decode()
    assert "请选一个小区或缩短时间" in text


def test_questions_do_not_grow_with_the_fleet(django_assert_max_num_queries):
    boss = signed_in(create_staff("boss"))
    asked = 0
    for count in (10, 100):
        for number in range(Kiosk.objects.count(), count):
            counted(kiosk(f"K{number:03d}"), DAY, h9={"visits": 1})
        with django_assert_max_num_queries(asked or 30) as captured:
            boss.get(f"/staff/fleet/report/?{WEEK}")
        asked = asked or len(captured)


def test_somebody_sees_their_communities_and_money_only_where_they_may():
    paid(kiosk("K1"), 1)
    counted(Kiosk.objects.get(), DAY, h9={"visits": 3, "turned_away.unit_not_found": 2})
    other = create_village("other")
    there = Kiosk.objects.create(
        community=other, code="X9", location_zh="北角门", location_en="Gate"
    )
    counted(there, DAY, h9={"visits": 77})
    technician = signed_in(
        create_person("tech", (Community.objects.get(code="village"), Role.TECHNICIAN))
    )
    text = technician.get(f"/staff/fleet/report/?{WEEK}").content.decode()
    assert "K1" in text and "没有这个房号" in text
    assert "北角门" not in text and ">77<" not in text and "￥" not in text
    stolen = technician.get(f"/staff/fleet/report/?{WEEK}&community=other").content.decode()
    assert "北角门" not in stolen and ">77<" not in stolen
    table = technician.get(f"/staff/fleet/report/?{WEEK}&export=csv")
    assert "5.00" not in b"".join(table).decode()


def test_where_only_kiosks_are_seen_no_money_is_counted_in():
    """Money in one community, kiosks in two: nothing of the other's money is in a row or a sum."""
    paid(kiosk("K1"), 1)
    other = create_village("other")
    there = Kiosk.objects.create(community=other, code="X9", location_zh="门", location_en="Gate")
    paid(there, 2, minor=70_000)
    village = Community.objects.get(code="village")
    both = signed_in(create_person("both", (village, Role.COLLECTOR), (other, Role.TECHNICIAN)))
    for by in GROUPINGS:
        text = both.get(f"/staff/fleet/report/?{WEEK}&by={by}").content.decode()
        assert "￥5.00" in text and "70" not in re.sub("<[^>]*>", "", text)
    counted(there, DAY, h9={"visits": 3})
    table = both.get(f"/staff/fleet/report/?{WEEK}&export=csv")
    lines = list(csv.reader(io.StringIO(b"".join(table).decode("utf-8-sig"))))
    assert {len(line) for line in lines} == {len(lines[0])}
    assert next(line for line in lines if line[0].startswith("X9"))[2:10] == ["CNY", *[""] * 7]


def test_it_is_taken_out_as_the_page_shows_it_and_that_is_written_down():
    machine = kiosk("K1", location_zh="=SUM(A1)")
    paid(machine, 1, minor=33208)
    counted(machine, DAY, h9={"visits": 3, "turned_away.declined": 2, "to_receipt.60": 1})
    boss = signed_in(create_staff("boss"))
    answer = boss.get(f"/staff/fleet/report/?{WEEK}&by=each&export=csv")
    lines = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert lines[0][:5] == ["终端", "小区", "日期", "时段", "币种"]
    assert len(lines) == 2 and len(lines[1]) == len(lines[0])
    assert "332.08" in lines[1] and "银行卡或钱包被拒 2" in lines[1]
    assert not any(cell.startswith("=") for cell in lines[1])
    assert boss.get(f"/staff/fleet/report/?{WEEK}&export=xlsx")["Content-Type"].endswith("sheet")
    acts = Act.objects.filter(act="list_exported")
    assert acts.count() == 2 and acts[0].community_id == machine.community_id


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("first=2026-13-01", "日期不对"),
        ("first=2026-11-24&last=2026-11-01", "开始日期在结束日期之后"),
        ("first=2020-01-01&last=2026-11-01", "最多 92 天"),
        ("last=0001-01-01", "日期不对"),
    ],
)
def test_a_time_that_is_none_says_so(query, words):
    kiosk("K1")
    answer = signed_in(create_staff("boss")).get(f"/staff/fleet/report/?{query}&by=nonsense&page=²")
    assert (answer.status_code, words in answer.content.decode()) == (200, True)


@pytest.mark.parametrize("days", ["first=9999-12-01&last=9999-12-31", "last=0001-01-07"])
def test_days_at_either_end_of_the_calendar_are_mistyped(days):
    paid(kiosk("K1"), 1)
    answer = signed_in(create_staff("boss")).get(f"/staff/fleet/report/?{days}")
    assert answer.status_code == 200
    assert "日期不对，请选择。" in answer.content.decode()
