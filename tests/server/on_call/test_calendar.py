"""The own hours on call in the own calendar: the hours by which alerts are told."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from icalendar import Calendar

from server.on_call import calendar
from server.on_call.models import CalendarLink, Substitution
from server.on_call.plan import plan_of
from server.staff.models import Act, RoleAssignment
from server.staff.roles import Role
from tests.server.on_call.people import on_duty
from tests.server.staff_accounts import create_person
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
HERE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def village():
    return create_village()


@pytest.fixture
def person(village):
    return create_person("mei", (village, Role.TECHNICIAN))


def read(client, secret):
    answer = client.get(reverse("calendar_feed", args=[secret]))
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/calendar")
    return Calendar.from_ical(answer.content).walk("VEVENT")


def test_it_shows_the_hours_at_which_alerts_reach_the_person(village, person):
    """Each quarter of an hour of three weeks: the calendar and the plan say the same."""
    other = create_person("bo", (village, Role.TECHNICIAN))
    on_duty(village, person, weekdays="12345", starts=time(22), ends=time(6))
    on_duty(village, person, level=2, weekdays="6", starts=time(9), ends=time(9))
    on_duty(village, other, weekdays="67", starts=time(0), ends=time(0))
    days = {"first_day": date(2026, 12, 1), "last_day": date(2026, 12, 2)}
    hours = {"starts": time(8), "ends": time(20)}
    Substitution.objects.create(community=village, person=other, level=1, **days, **hours)
    days = {"first_day": date(2026, 12, 5), "last_day": date(2026, 12, 5)}
    Substitution.objects.create(community=village, person=person, level=1, **days, **hours)
    found = list(calendar.duties(person.pk, NOW))
    plan = plan_of(village.pk, NOW.astimezone(HERE).date())
    for quarter in range(4 * 24 * 21):
        at = (NOW + quarter * timedelta(minutes=15)).astimezone(HERE)
        for level in (1, 2, 3):
            told = person.pk in plan.people(level, at.date(), at.time())
            shown = [one for one in found if one.level == level and one.begins <= at < one.ends]
            assert len(shown) == told, (at, level)


def test_a_calendar_reads_it_without_signing_in(client, village, person):
    on_duty(village, person, weekdays="2", starts=time(22), ends=time(6))
    events = read(client, calendar.make_link(person, "zh", NOW))
    first = events[0]
    assert first["summary"] == "第一值班人 · 小村"
    assert first["dtstart"].dt.astimezone(HERE).time() == time(22)
    assert first["dtend"].dt - first["dtstart"].dt == timedelta(hours=8)
    assert len({str(one["uid"]) for one in events}) == len(events) > 10


def test_in_the_language_that_was_chosen(client, village, person):
    on_duty(village, person)
    assert (
        read(client, calendar.make_link(person, "en", NOW))[0]["summary"]
        == "First on call · Village"
    )


def test_the_same_duty_keeps_its_name(village, person):
    on_duty(village, person, weekdays="4", starts=time(8), ends=time(18))
    names = [
        {one.name for one in calendar.duties(person.pk, NOW + timedelta(days=d))} for d in (0, 7)
    ]
    assert len(names[0] & names[1]) >= len(names[0]) - 1


def test_an_address_that_was_ended_or_replaced_leads_nowhere(client, village, person):
    on_duty(village, person)
    first = calendar.make_link(person, "zh", NOW)
    second = calendar.make_link(person, "zh", NOW)
    assert client.get(reverse("calendar_feed", args=[first])).status_code == 404
    assert read(client, second)
    assert calendar.end_link(person, NOW) and not calendar.end_link(person, NOW)
    for wrong in (second, "x", "é\0"):
        assert client.get(reverse("calendar_feed", args=[wrong])).status_code == 404
    assert not CalendarLink.objects.filter(digest__in=[first, second]).exists(), "it is not kept"
    acts = Act.objects.order_by("pk").values_list("act", flat=True)
    assert list(acts) == [*("calendar_link_made", "calendar_link_ended") * 2]


def test_who_left_is_shown_nothing(client, village, person):
    on_duty(village, person)
    secret = calendar.make_link(person, "zh", NOW)
    RoleAssignment.objects.filter(person=person).update(ended_at=NOW)
    assert read(client, secret) == []
    person.is_active = False
    person.save()
    assert client.get(reverse("calendar_feed", args=[secret])).status_code == 404


def test_the_address_is_shown_once_and_only_to_its_person(client, village, person):
    on_duty(village, person)
    client.force_login(person)
    page = client.post(reverse("own_calendar"), {"do": "make", "language": "zh"})
    secret = page.context["address"].rpartition("/")[2].removesuffix(".ics")
    assert secret in page.content.decode() and read(client, secret)
    assert secret not in client.get(reverse("own_calendar")).content.decode()
    assert client.post(reverse("own_calendar"), {"do": "make", "language": "xx"}).status_code == 403
    client.post(reverse("own_calendar"), {"do": "end"})
    assert client.get(reverse("calendar_feed", args=[secret])).status_code == 404


def test_the_page_tells_hours_by_the_communitys_clocks(client, village, person):
    on_duty(village, person, weekdays="1234567", starts=time(22), ends=time(6))
    client.force_login(person)
    shown = client.get(reverse("own_calendar")).context["duties"]
    assert len(shown) == 10 and all("22:00 – " in one.hours for one in shown)
    assert isinstance(shown[0].begins, datetime)
