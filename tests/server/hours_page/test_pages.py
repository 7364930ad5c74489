"""The pages of hours and outages: who may, what is written down, what kiosks get of it."""

from datetime import date, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from contract.business_day import local_time
from server.api.kiosk_config import config_of
from server.estate.models import Community
from server.fleet.models import Kiosk
from server.hours.models import NightRules, OpenDays, OpenHours, PlannedOutage
from server.on_call.models import Substitution
from server.staff.models import Act
from server.staff.roles import Role
from tests.server.fleet.heartbeats import kiosk
from tests.server.pages import foreign, words_of
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import create_village

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
HOURS, OUTAGES = "/staff/hours/", "/staff/outages/"
WEEK = {
    "do": "add_week",
    "weekday": ["1", "2", "3"],
    "starts": "08:30",
    "ends": "18:00",
    "reason": "物业要求",
}


@pytest.fixture
def machine() -> Kiosk:
    return kiosk("K1")


@pytest.fixture
def village(machine) -> Community:
    return machine.community


@pytest.fixture
def boss(village) -> Client:
    return signed_in(create_person("boss", (village, Role.ADMINISTRATOR)))


@pytest.fixture
def fitter(village) -> Client:
    return signed_in(create_person("fitter", (village, Role.TECHNICIAN)))


def post(client: Client, path: str, **form) -> str:
    answer = client.post(path, form, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def local(in_hours: int, village: Community) -> str:
    at = local_time(timezone.now() + timedelta(hours=in_hours), village.time_zone)
    return at.strftime("%Y-%m-%dT%H:%M")


def plan(client: Client, village: Community, **changes) -> str:
    form = {
        "do": "add",
        "where": [village.code],
        "begins": local(2, village),
        "ends": local(6, village),
        "before": "24",
        "words_zh": "配电房检修",
        "words_en": "Work on the mains",
        "reason": "供电局通知",
        **changes,
    }
    return post(client, OUTAGES, **form)


def test_hours_are_added_and_ended_with_person_reason_old_and_new_value(boss, village, machine):
    post(boss, HOURS, community=village.code, **WEEK)
    row = OpenHours.objects.get()
    assert (row.weekdays, row.starts, row.ends) == ("123", time(8, 30), time(18))
    assert len(config_of(machine, timezone.now()).opening.week) == 1
    post(boss, HOURS, community=village.code, do="end_week", row=row.pk, reason="恢复全天")
    assert config_of(machine, timezone.now()).opening.week == []
    added, ended = Act.objects.filter(subject_kind="hours").order_by("pk")
    said = {"weekdays": "123", "hours": "08:30-18:00"}
    assert (added.person_name, added.reason, added.before, added.after) == (
        "boss",
        "物业要求",
        {},
        said,
    )
    assert (ended.reason, ended.before, ended.after) == ("恢复全天", said, {})


def test_a_kiosk_has_hours_of_its_own(boss, village, machine):
    post(boss, HOURS, community=village.code, kiosk="K1", **WEEK)
    assert OpenHours.objects.get().kiosk_code == "K1"
    page = words_of(boss.get(HOURS, {"community": village.code}).content.decode())
    assert "单独设定" in page and "每天全天开放" in page


def test_holidays_close_or_have_other_hours(boss, village):
    days = {"first_day": "2099-10-01", "last_day": "2099-10-07", "reason": "国庆"}
    post(boss, HOURS, community=village.code, do="add_days", open="no", **days)
    hours = {"starts": "10:00", "ends": "16:00"}
    post(boss, HOURS, community=village.code, do="add_days", open="yes", **days, **hours)
    closed, other = OpenDays.objects.order_by("pk")
    assert (closed.starts, closed.ends) == (None, None)
    assert (other.first_day, other.starts) == (date(2099, 10, 1), time(10))


def test_days_that_the_plan_of_who_is_on_call_names_are_suggested(boss, village):
    Substitution.objects.create(
        community=village,
        level=1,
        first_day=date(2099, 10, 1),
        last_day=date(2099, 10, 7),
        starts=time(0),
        ends=time(0),
    )
    assert "2099-10-01 – 2099-10-07" in words_of(boss.get(HOURS).content.decode())


def test_the_night_is_set_anew_and_its_old_rules_are_in_the_log(boss, village, machine):
    night = {"do": "set_night", "starts": "22:00", "ends": "06:00", "reason": "夜间"}
    post(boss, HOURS, community=village.code, most="500", cards="no", **night)
    post(boss, HOURS, community=village.code, most="", cards="yes", **night)
    first, second = NightRules.objects.order_by("pk")
    assert (first.cards, first.max_minor, first.ended_at is None) == (False, 50_000, False)
    assert (second.cards, second.max_minor) == (True, 0)
    assert Act.objects.filter(act="night_set").order_by("pk").last().before["max_minor"] == 50_000
    assert config_of(machine, timezone.now()).opening.night.cards
    post(boss, HOURS, community=village.code, do="end_night", reason="不再需要")
    assert config_of(machine, timezone.now()).opening.night is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": " "},
        {"weekday": []},
        {"starts": "25:00"},
        {"do": "add_days", "first_day": "2099-10-02", "last_day": "2099-10-01"},
        {"do": "set_night", "most": "1.234"},
        {"do": "set_night", "most": "nan"},
        {"do": "set_night", "most": "1e999999"},
        {"do": "end_week", "row": "1"},
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(boss, village, wrong):
    page = post(boss, HOURS, community=village.code, **{**WEEK, **wrong})
    assert 'class="notice bad"' in page
    assert not OpenHours.objects.exists() and not Act.objects.exists()


def test_only_who_sets_kiosks_sets_hours_and_only_where_the_role_is(boss, fitter, village):
    other = create_village("other")
    assert fitter.get(HOURS).status_code == 200
    assert fitter.post(HOURS, {"community": village.code, **WEEK}).status_code == 403
    assert boss.post(HOURS, {"community": other.code, **WEEK}).status_code == 403
    assert boss.get(HOURS, {"community": other.code}).status_code == 403
    assert boss.post(HOURS, {"community": village.code, "kiosk": "K9", **WEEK}).status_code == 403
    assert boss.post(OUTAGES, {"do": "add", "where": other.code, "reason": "x"}).status_code == 403
    assert not OpenHours.objects.exists()


def test_an_outage_is_planned_told_and_ended(fitter, village, machine):
    plan(fitter, village)
    (outage,) = config_of(machine, timezone.now()).opening.outages
    assert outage.ends - outage.begins == timedelta(hours=4)
    assert outage.begins - outage.told_from == timedelta(hours=24)
    assert (outage.words.zh, outage.words.en) == ("配电房检修", "Work on the mains")
    row = PlannedOutage.objects.get()
    post(fitter, OUTAGES, do="end", row=row.pk, reason="改期")
    assert config_of(machine, timezone.now()).opening.outages == []
    assert [act.act for act in Act.objects.order_by("pk")] == ["outage_planned", "outage_ended"]
    assert "改期" in [act.reason for act in Act.objects.all()]


@pytest.mark.parametrize(
    "wrong",
    [{"ends": "2020-01-01T08:00"}, {"words_en": " "}, {"where": []}, {"begins": "soon"}],
)
def test_an_outage_that_makes_no_sense_is_refused(fitter, village, wrong):
    assert 'class="notice bad"' in plan(fitter, village, **wrong)
    assert not PlannedOutage.objects.exists()


def test_an_outage_of_another_community_can_be_neither_seen_nor_ended(fitter, village):
    other = create_village("other")
    there = signed_in(create_person("there", (other, Role.TECHNICIAN)))
    plan(fitter, village)
    row = PlannedOutage.objects.get()
    assert "配电房检修" not in there.get(OUTAGES).content.decode()
    assert 'class="notice bad"' in post(there, OUTAGES, do="end", row=row.pk, reason="x")
    row.refresh_from_db()
    assert row.ended_at is None


@pytest.mark.parametrize(
    ("language", "path"),
    [("zh-hans", "hours"), ("en", "hours"), ("en", "outages"), ("zh-hans", "outages")],
)
def test_the_pages_are_in_one_language(boss, village, language, path):
    post(boss, HOURS, community=village.code, **WEEK)
    boss.cookies["django_language"] = language
    page = boss.get(f"/staff/{path}/").content.decode()
    names = (village.name_zh, village.name_en, "boss")
    assert foreign(page, "en" if language == "en" else "zh", *names) == []
