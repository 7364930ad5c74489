"""Monthly schedules: each month comes due once, and is made or waits for somebody."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from server.billing.meters import MeterReading
from server.billing.models import Bill
from server.billing_runs import background, runs, schedules
from server.billing_runs.models import BillingRun
from server.billing_runs.schedule_models import DueRun, DueState, Schedule
from server.estate.models import Community
from server.jobs import handlers
from server.jobs.models import Job
from server.staff.models import Act
from server.staff.people import Person
from server.staff.roles import Role
from tests.server.billing_runs.hamlet import create_hamlet
from tests.server.staff_accounts import create_person, signed_in

LI = Person("Li Lei")


def at(month: int, day: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, 4, 0, tzinfo=UTC)  # noon there


@pytest.fixture
def hamlet(db) -> Community:
    return create_hamlet()


class Doing:
    def __init__(self, subject: str) -> None:
        self.subject = subject

    def progress(self, done: int, total: int | None = None) -> None: ...


def plan(hamlet: Community, **more) -> Schedule:
    said = {"day": 25, "ahead": 0, "items": None, "automatic": False, "active": True} | more
    return schedules.set_schedule(hamlet, said, LI, "每月出账", at(12, 1))


def reckon() -> DueRun:
    """What a worker does with the job of the only month."""
    due = DueRun.objects.get()
    schedules.work(Doing(str(due.pk)))
    due.refresh_from_db()
    return due


def test_a_month_comes_due_once_on_its_day(hamlet: Community):
    plan(hamlet)
    assert schedules.look(at(12, 24)) == 0
    assert [schedules.look(at(12, 25)), schedules.look(at(12, 25)), schedules.look(at(12, 31))] == [
        *(1, 0, 0)
    ]
    due = DueRun.objects.get()
    assert (due.period, due.state, due.due_on) == ("2026-12", DueState.RECKONED, date(2026, 12, 25))
    assert Job.objects.get(kind=schedules.KIND).subject == str(due.pk)


def test_it_is_found_after_days_without_the_server(hamlet: Community):
    plan(hamlet, day=31)
    assert schedules.look(at(1, 9, 2027)) == 1 and DueRun.objects.get().period == "2026-12"


def test_a_schedule_begins_with_its_first_day_to_come(hamlet: Community):
    said = {"day": 1, "ahead": 0, "items": None, "automatic": True, "active": True}
    schedules.set_schedule(hamlet, said, LI, "每月出账", at(12, 2))
    assert schedules.look(at(12, 31)) == 0 and schedules.look(at(1, 1, 2027)) == 1


def test_who_is_to_confirm_sees_what_it_would_make(hamlet: Community):
    plan(hamlet)
    schedules.look(at(12, 25))
    figures, _remarks = runs.preview(hamlet, "2026-12")
    due = reckon()
    assert due.state == DueState.WAITING and not Bill.objects.exists()
    assert due.figures["total_minor"] == figures.total_minor and due.figures["bills"] == 6
    clerk = signed_in(create_person("li", (hamlet, Role.BOOKKEEPER)))
    assert "待确认" in clerk.get("/staff/billing/").content.decode()
    form = {"community": hamlet.pk, "period": "2026-12", "due": "2027-01-31", "reason": "确认"}
    assert clerk.post("/staff/billing/start/", form).status_code == 302
    due.refresh_from_db()
    assert due.state == DueState.MADE and due.run == BillingRun.objects.get()
    assert "待确认" not in clerk.get("/staff/billing/").content.decode()


def test_they_are_made_at_once_where_nothing_is_blocked(hamlet: Community):
    plan(hamlet, automatic=True)
    schedules.look(at(12, 25))
    due = reckon()
    assert due.state == DueState.MADE and due.run is not None
    background.work(Doing(str(due.run.pk)))
    assert Bill.objects.count() == 6
    act = Act.objects.get(act="billing_run_begun")
    assert act.person_name == "Li Lei" and act.reason


def test_what_is_blocked_waits_for_somebody(hamlet: Community):
    plan(hamlet, automatic=True)
    MeterReading.objects.filter(meter__code__startswith="W", period="2026-12").first().delete()
    schedules.look(at(12, 25))
    due = reckon()
    assert due.state == DueState.WAITING and due.figures["blocked"] == 1
    assert not BillingRun.objects.exists()


def test_a_crash_after_the_reckoning_changes_nothing(hamlet: Community, monkeypatch):
    """The job is done again: what was waiting waits, what was made is made once."""
    plan(hamlet, automatic=True)
    schedules.look(at(12, 25))
    reckon()
    assert reckon().state == DueState.MADE and BillingRun.objects.count() == 1


def test_a_crash_between_the_reckoning_and_the_run_leaves_no_half(hamlet, monkeypatch):
    plan(hamlet, automatic=True)
    schedules.look(at(12, 25))

    def crash(*_args, **_named) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(runs, "begin", crash)
        reckon()
    assert DueRun.objects.get().state == DueState.RECKONED
    assert reckon().state == DueState.MADE


def test_a_month_that_is_made_already_is_nothing(hamlet: Community):
    plan(hamlet)
    run = runs.begin(
        hamlet, "2026-12", today=date(2026, 12, 1), person=LI, reason="x", at=at(12, 1)
    )
    runs.carry_on(run, lambda: at(12, 1))
    schedules.look(at(12, 25))
    assert reckon().state == DueState.NOTHING


def test_a_month_is_left_out_with_a_reason(hamlet: Community):
    plan(hamlet)
    schedules.look(at(12, 25))
    due = reckon()
    clerk = signed_in(create_person("li", (hamlet, Role.BOOKKEEPER)))
    clerk.post(f"/staff/billing/due/{due.pk}/leave-out/", {"reason": ""})
    assert DueRun.objects.get().state == DueState.WAITING
    clerk.post(f"/staff/billing/due/{due.pk}/leave-out/", {"reason": "本月免收"})
    assert DueRun.objects.get().state == DueState.LEFT_OUT
    assert Act.objects.get(act="scheduled_left_out").reason == "本月免收"


def test_the_page_sets_it(hamlet: Community):
    clerk = signed_in(create_person("li", (hamlet, Role.BOOKKEEPER)))
    form = {"day": "5", "ahead": "1", "items": ["property"], "active": "on", "reason": "每月"}
    assert clerk.post("/staff/billing/schedule/", form).status_code == 302
    row = Schedule.objects.get()
    assert (row.day, row.ahead, row.items, row.automatic) == (5, 1, ["property"], False)
    assert Act.objects.get(act="schedule_set").after["day"] == 5
    wrong = clerk.post("/staff/billing/schedule/", form | {"day": "32"})
    assert wrong.status_code == 200 and wrong.context["form"].errors
    again = clerk.get("/staff/billing/schedule/").context["form"]
    assert again.initial["items"] == ["property"]


def test_others_set_nothing(hamlet: Community):
    auditor = signed_in(create_person("a", (hamlet, Role.AUDITOR)))
    assert auditor.get("/staff/billing/schedule/").status_code == 403
    far = create_hamlet("far", 1, 1)
    clerk: Client = signed_in(create_person("c", (far, Role.BOOKKEEPER)))
    assert clerk.get(f"/staff/billing/schedule/?community={hamlet.pk}").status_code == 404


def test_workers_look_for_what_came_due():
    assert schedules.look in handlers.MINUTELY


@given(
    st.integers(1, 31),
    st.integers(-1, 1),
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
)
def test_every_month_has_its_day_and_its_period(day: int, ahead: int, month: date):
    schedule = Schedule(day=day, ahead=ahead)
    on = schedule.day_in(month)
    assert (on.year, on.month) == (month.year, month.month) and on.day <= day
    year, number = (int(part) for part in schedule.period_on(on).split("-"))
    assert (year * 12 + number) - (on.year * 12 + on.month) == ahead
