"""The page of all monthly schedules: each community's next day, what it did, pause and go on."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from server.billing_runs import schedules
from server.billing_runs.schedule_models import DueRun, DueState, Schedule
from server.estate.models import Community
from server.staff.models import Act
from server.staff.people import Person
from server.staff.roles import Role
from tests.server.billing_runs.hamlet import create_hamlet
from tests.server.staff_accounts import create_person, signed_in

LI = Person("Li Lei")
URL = "/staff/billing/schedules/"
SET_AT = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def hamlet(db) -> Community:
    return create_hamlet()


@pytest.fixture
def elsewhere(db) -> Community:
    return Community.objects.create(code="far", name_zh="远庄", name_en="Farville", test=True)


@pytest.fixture
def clerk(hamlet: Community) -> Client:
    return signed_in(create_person("li", (hamlet, Role.BOOKKEEPER)))


def plan(community: Community, **more) -> Schedule:
    said = {"day": 25, "ahead": 0, "items": None, "automatic": False, "active": True} | more
    return schedules.set_schedule(community, said, LI, "每月出账", SET_AT)


def did(community: Community, period: str, state: str, **more) -> DueRun:
    due_on = date(int(period[:4]), int(period[5:]), 25)
    return DueRun.objects.create(
        community=community, period=period, due_on=due_on, state=state, **more
    )


def ask(client: Client, community: Community, do: str, reason: str = "过年"):
    form = {"community": community.pk, "do": do, "reason": reason}
    return client.post(URL, form, follow=True)


def test_it_shows_the_next_day_and_what_the_schedule_did(hamlet: Community, clerk: Client):
    plan(hamlet, items=["water"])
    figures = {"bills": 6, "total_minor": 190_000, "blocked": 2}
    did(hamlet, "2026-11", DueState.WAITING, figures=figures)
    did(hamlet, "2026-10", DueState.LEFT_OUT)
    (one,) = clerk.get(URL).context["shown"]
    assert one.community == hamlet and one.next is not None and one.next.day == 25
    assert one.next_period == f"{one.next:%Y-%m}" and one.next_period > "2026-11"
    assert len(one.names) == 1 and [due.period for due, _ in one.months] == ["2026-11", "2026-10"]
    shown = clerk.get(URL).content.decode()
    assert "1,900.00" in shown and "下次" in shown and "2026-10" in shown


def test_without_a_schedule_it_offers_to_set_one(hamlet: Community, clerk: Client):
    (one,) = clerk.get(URL).context["shown"]
    assert (one.row, one.next, one.months) == (None, None, [])
    assert f"/staff/billing/schedule/?community={hamlet.pk}" in clerk.get(URL).content.decode()


def test_a_paused_one_makes_nothing_until_it_goes_on(hamlet: Community, clerk: Client):
    plan(hamlet)
    assert "暂停" in ask(clerk, hamlet, "pause").content.decode()
    assert not Schedule.objects.get().active
    (one,) = clerk.get(URL).context["shown"]
    assert one.next is None and schedules.look(datetime(2030, 1, 25, 4, 0, tzinfo=UTC)) == 0
    ask(clerk, hamlet, "resume")
    row = Schedule.objects.get()
    assert row.active and row.since > SET_AT.date() and (row.day, row.items) == (25, None)
    assert Act.objects.filter(community=hamlet, reason="过年").count() == 2


def test_nothing_changes_without_a_reason_or_with_another_word(hamlet: Community, clerk: Client):
    plan(hamlet)
    assert "请写明理由" in ask(clerk, hamlet, "pause", " ").content.decode()
    assert ask(clerk, hamlet, "delete").status_code == 403
    assert Schedule.objects.get().active


def test_it_is_of_the_persons_own_communities(
    hamlet: Community, elsewhere: Community, clerk: Client
):
    plan(hamlet)
    plan(elsewhere)
    did(elsewhere, "2026-08", DueState.LEFT_OUT)
    assert [one.community for one in clerk.get(URL).context["shown"]] == [hamlet]
    shown = clerk.get(URL).content.decode()
    assert "远庄" not in shown and "2026-08" not in shown
    assert ask(clerk, elsewhere, "pause").status_code == 403
    assert ask(clerk, Community(pk=987_654_321), "pause").status_code == 403
    assert Schedule.objects.get(community=elsewhere).active


def test_who_only_looks_sees_none(hamlet: Community):
    plan(hamlet)
    auditor = signed_in(create_person("wu", (hamlet, Role.AUDITOR)))
    assert list(auditor.get(URL).context["shown"]) == []
    assert ask(auditor, hamlet, "pause").status_code == 403
