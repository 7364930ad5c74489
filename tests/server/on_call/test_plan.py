"""Who is on call: weekly hours, nights that go on into the next day, holidays and replacements."""

from datetime import date, time

import pytest

from server.alerts.models import Alert
from server.alerts.raising import raise_alert
from server.estate.models import Community
from server.on_call import listing
from server.on_call.kinds import GROUPS
from server.on_call.models import Substitution
from server.on_call.plan import on_call, plan_of, who_may
from server.staff.models import RoleAssignment
from server.staff.roles import Role
from tests.server.on_call.people import MIDNIGHT, on_duty
from tests.server.staff_accounts import create_person
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)


@pytest.fixture
def village() -> Community:
    return create_village()


def who(village: Community, day: date, clock: str, level: int = 1) -> list[int]:
    return plan_of(village.pk, day).people(level, day, time.fromisoformat(clock))


def person(village: Community, name: str):
    return create_person(name, (village, Role.TECHNICIAN))


def test_hours_hold_on_their_weekdays_and_from_start_to_end(village):
    day = person(village, "day")
    on_duty(village, day, weekdays="12345", starts=time(8), ends=time(18))
    assert who(village, MONDAY, "08:00") == [day.pk]
    assert who(village, MONDAY, "07:59") == who(village, MONDAY, "18:00") == []
    assert who(village, date(2026, 11, 28), "10:00") == []
    assert who(village, MONDAY, "10:00", level=2) == []


def test_a_night_goes_on_into_the_next_day(village):
    night = person(village, "night")
    on_duty(village, night, weekdays="5", starts=time(18), ends=time(8))
    friday, saturday = date(2026, 11, 27), date(2026, 11, 28)
    assert who(village, friday, "23:00") == who(village, saturday, "07:59") == [night.pk]
    assert who(village, friday, "07:00") == who(village, saturday, "08:00") == []


def test_the_same_hour_twice_is_the_whole_day_and_no_more(village):
    always = person(village, "always")
    on_duty(village, always, weekdays="1", starts=time(9), ends=time(9))
    tuesday = date(2026, 11, 24)
    assert who(village, MONDAY, "09:00") == who(village, tuesday, "08:59") == [always.pk]
    assert who(village, MONDAY, "08:59") == who(village, tuesday, "09:00") == []


def test_on_a_day_that_is_named_only_who_is_named_is_on_call(village):
    usual, stand_in = person(village, "usual"), person(village, "stand_in")
    on_duty(village, usual)
    on_duty(village, usual, level=2)
    days = {"first_day": MONDAY, "last_day": MONDAY, "starts": MIDNIGHT, "ends": MIDNIGHT}
    row = Substitution.objects.create(community=village, person=stand_in, level=1, **days)
    assert who(village, MONDAY, "10:00") == [stand_in.pk]
    assert who(village, MONDAY, "10:00", level=2) == [usual.pk]
    row.person = None
    row.save()
    assert who(village, MONDAY, "10:00") == [], "a holiday on which nobody is on call"
    row.ended_at = NOW
    row.save()
    assert who(village, MONDAY, "10:00") == [usual.pk]


def test_the_hours_are_those_of_the_communitys_clocks_and_of_people_who_still_work_there(village):
    reader = person(village, "reader")
    on_duty(village, reader, starts=time(12), ends=time(13))  # NOW is 12:00 in China
    assert on_call(village, 1, NOW) == [reader]
    Community.objects.update(time_zone="Asia/Tokyo")
    village.refresh_from_db()
    assert on_call(village, 1, NOW) == []
    Community.objects.update(time_zone="Asia/Shanghai")
    village.refresh_from_db()
    RoleAssignment.objects.update(ended_at=NOW)
    assert on_call(village, 1, NOW) == []


def test_days_that_are_past_are_not_read_and_yesterday_still_is(village):
    stand_in = person(village, "stand_in")
    night = {"starts": time(18), "ends": time(8), "level": 1, "person": stand_in}
    for day in (date(2026, 11, 21), date(2026, 11, 22)):
        Substitution.objects.create(community=village, first_day=day, last_day=day, **night)
    assert len(plan_of(village.pk, MONDAY).substitutions) == 1
    assert who(village, MONDAY, "07:59") == [stand_in.pk]


def test_whoever_is_told_of_an_alert_sees_its_page_and_nobody_else(village):
    alerts = {}
    for name, group in GROUPS.items():
        raise_alert(village.pk, group.kinds[0], name, NOW)
        alerts[name] = Alert.objects.get(subject=name).pk
    for role in Role:
        somebody = create_person(f"a {role}", (village, role))
        told = {
            alert
            for name, alert in alerts.items()
            if who_may(village.pk, GROUPS[name].area).filter(pk=somebody.pk).exists()
        }
        assert set(listing.visible(somebody).values_list("pk", flat=True)) == told, role
