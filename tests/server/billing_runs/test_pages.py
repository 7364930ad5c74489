"""Bills are made from pages: choose, preview, start, watch, cancel, and one bill anew."""

from datetime import timedelta

import pytest
from django.test import Client

from server.billing.meters import Meter, MeterReading
from server.billing.models import Bill
from server.billing.verification import verify_ledger
from server.billing_runs import previews, runs
from server.billing_runs.models import BillingRun, RunState
from server.billing_runs.preview_models import RunPreview
from server.estate.models import Community, Unit
from server.jobs import queue, worker
from server.jobs.models import Job
from server.staff import approvals
from server.staff.models import Act, Limit, Request
from server.staff.roles import Role
from tests.server.billing_runs.hamlet import (
    BEFORE,
    NOW,
    PERIOD,
    begin,
    create_hamlet,
    read,
    run_all,
)
from tests.server.staff_accounts import create_person, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hamlet() -> Community:
    return create_hamlet()


@pytest.fixture
def keeper(hamlet: Community) -> Client:
    return signed_in(create_person("keeper", (hamlet, Role.BOOKKEEPER)))


def text(client: Client, address: str, **given) -> str:
    answer = client.get(address, given, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


def start(client: Client, hamlet: Community, **more):
    form = {"community": hamlet.pk, "period": PERIOD, "due": "2027-01-31", "reason": "monthly"}
    return client.post("/staff/billing/start/", form | more, follow=True)


def preview(client: Client, hamlet: Community, **more) -> str:
    """Its page, once a worker has reckoned it."""
    form = {"community": hamlet.pk, "period": PERIOD} | more
    going = client.post("/staff/billing/preview/", form, follow=True).content.decode()
    assert "hx-get" in going
    worker._worker(0).run()
    return text(client, last_preview())


def last_preview() -> str:
    return f"/staff/billing/preview/{RunPreview.objects.latest('pk').pk}/"


def test_from_choosing_to_bills(keeper: Client, hamlet: Community):
    run_all(hamlet, BEFORE)
    page = text(keeper, "/staff/billing/")
    assert "小庄" in page and f'value="{hamlet.pk}"' in page
    page = preview(english(keeper), hamlet)
    assert "Make 6 bills" in page and "The period before" in page
    assert not Bill.objects.filter(period=PERIOD).exists()
    page = start(keeper, hamlet).content.decode()
    assert "Going on" in page
    worker._worker(0).run()
    run = BillingRun.objects.get(period=PERIOD)
    assert (run.state, run.bills, run.begun_by) == (RunState.DONE, 6, "keeper")
    assert str(run.due) == "2027-01-31"
    page = text(keeper, f"/staff/billing/run/{run.pk}/")
    assert "Finished" in page and "Cancel the run" not in page
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    assert Act.objects.filter(act="billing_run_begun", person_name="keeper").count() == 1


def test_the_preview_says_what_is_in_the_way(keeper: Client, hamlet: Community):
    MeterReading.objects.filter(meter__code="W2-1-101", period=PERIOD).delete()
    Unit.objects.filter(code="3-1-101").get().occupancies.update(pays=False)
    page = preview(keeper, hamlet)
    assert "缺少读数" in page and "表 W2-1-101 没有 2026-12 的读数" in page
    assert "没有登记缴费人的房屋" in page and "3-1-101" in page
    assert " no reading" not in page and "Blocked" not in page
    english(keeper)
    page = text(keeper, last_preview())  # the same one, now told in English
    assert "meter W2-1-101 has no reading for 2026-12" in page
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in page.partition("<main>")[2])


def test_a_preview_is_reckoned_once_says_how_far_it_is_and_is_cancelled(
    keeper: Client, hamlet: Community, monkeypatch: pytest.MonkeyPatch
):
    form = {"community": hamlet.pk, "period": PERIOD}
    for _ in range(2):
        keeper.post("/staff/billing/preview/", form)
    job = Job.objects.get()
    said, progress = [], queue._Progress.progress

    def stopped(work, done: int, total: int | None = None) -> None:
        said.append(done)
        Job.objects.update(cancel_asked=done > 0)
        progress(work, done, total)

    monkeypatch.setattr(queue._Progress, "progress", stopped)
    queue.perform(job.pk)
    job.refresh_from_db()
    assert (job.state, said) == ("cancelled", [0, 6])
    assert RunPreview.objects.get().figures is None
    assert "再试一次" in text(keeper, last_preview())
    monkeypatch.undo()
    assert "生成 6" in preview(keeper, hamlet)
    assert RunPreview.objects.count() == 2 and not Bill.objects.exists()


def test_old_previews_go(hamlet: Community):
    old = previews.ask(hamlet, PERIOD, None, "x", NOW - previews.KEPT - timedelta(days=1))
    Job.objects.update(state="done", ended_at=NOW)
    assert previews.ask(hamlet, PERIOD, None, "x", NOW).pk != old.pk
    assert RunPreview.objects.count() == 1


def test_started_twice_it_is_one_run(keeper: Client, hamlet: Community):
    start(keeper, hamlet)
    start(keeper, hamlet)
    worker._worker(0).run()
    assert (BillingRun.objects.count(), Bill.objects.count()) == (1, 6)


def test_a_run_is_cancelled_from_its_page_with_a_reason(keeper: Client, hamlet: Community):
    start(keeper, hamlet)
    run = BillingRun.objects.get()
    keeper.post(f"/staff/billing/run/{run.pk}/act/", {"act": "cancel"})
    assert not BillingRun.objects.get().cancel_asked
    keeper.post(f"/staff/billing/run/{run.pk}/act/", {"act": "cancel", "reason": "too early"})
    worker._worker(0).run()
    run.refresh_from_db()
    assert (run.state, run.bills, Job.objects.get().state) == (RunState.CANCELLED, 0, "cancelled")
    assert Act.objects.filter(act="billing_run_cancelled", reason="too early").exists()


def test_a_job_that_is_cancelled_ends_its_run(keeper: Client, hamlet: Community):
    start(keeper, hamlet)
    Job.objects.update(cancel_asked=True)
    worker._worker(0).run()
    assert BillingRun.objects.get().state == RunState.CANCELLED


def test_an_interrupted_run_is_gone_on_with_from_its_page(keeper: Client, hamlet: Community):
    run = begin(hamlet)
    page = text(keeper, f"/staff/billing/run/{run.pk}/")
    assert "已中断" in page and "继续" in page
    keeper.post(f"/staff/billing/run/{run.pk}/act/", {"act": "go_on"})
    worker._worker(0).run()
    assert BillingRun.objects.get().bills == 6


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.AUDITOR, Role.TECHNICIAN])
def test_who_may_not_make_bills(hamlet: Community, role: Role):
    run = begin(hamlet)
    other = signed_in(create_person("other", (hamlet, role)))
    assert "没有权限" in text(other, "/staff/billing/")
    assert start(other, hamlet).redirect_chain[-1][0] == "/staff/billing/"
    asked = {"act": "cancel", "reason": "x"}
    assert other.post(f"/staff/billing/run/{run.pk}/act/", asked).status_code in (403, 404)
    asked = {"number": "1", "reason": "x"}
    assert "没有这个账单号" in other.post("/staff/billing/reissue/", asked).content.decode()
    run.refresh_from_db()
    assert not run.cancel_asked and BillingRun.objects.count() == 1


def test_one_bill_anew(keeper: Client, hamlet: Community):
    run_all(hamlet)
    old = Bill.objects.get(unit__code="2-1-101")
    read(Meter.objects.get(code="W2-1-101"), PERIOD, 118)
    asked = {"number": old.number, "reason": "misread"}
    page = keeper.post("/staff/billing/reissue/", asked, follow=True).content.decode()
    new = Bill.objects.get(unit__code="2-1-101", state="open")
    assert new.number in page and new.number != old.number and new.due == old.due
    assert old.amount_minor - new.amount_minor == 40 * 415
    old.refresh_from_db()
    assert old.state == "void"
    assert Act.objects.filter(act="bill_voided", reason="misread").exists()
    assert verify_ledger() == []


def test_a_bill_that_cannot_be_made_anew_stays(keeper: Client, hamlet: Community):
    run_all(hamlet)
    old = Bill.objects.get(unit__code="2-1-101")
    MeterReading.objects.filter(meter__code="W2-1-101", period=PERIOD).delete()
    for form, said in (
        ({"number": old.number, "reason": "misread"}, "没有 2026-12 的读数"),
        ({"number": old.number, "reason": " "}, "请写明"),
        ({"number": "7", "reason": "x"}, "没有这个账单号"),
    ):
        page = keeper.post("/staff/billing/reissue/", form, follow=True).content.decode()
        assert said in page
    old.refresh_from_db()
    assert old.state == "open" and Bill.objects.count() == 6
    assert verify_ledger() == []


def test_pages_of_another_community_are_not_there(keeper: Client):
    other = create_hamlet("other")
    run = begin(other)
    for part in ("", "live/"):
        assert keeper.get(f"/staff/billing/run/{run.pk}/{part}").status_code == 404
    asked = {"community": other.pk, "period": PERIOD}
    assert "请选择" in keeper.post("/staff/billing/preview/", asked, follow=True).content.decode()
    assert not RunPreview.objects.exists()
    theirs = previews.ask(other, PERIOD, None, "x", NOW)
    for part in ("", "live/"):
        assert keeper.get(f"/staff/billing/preview/{theirs.pk}/{part}").status_code == 404
    with pytest.raises(runs.RunRefused):
        begin(other, items=["gas"])


def test_a_bill_above_the_limit_is_made_anew_once_another_approved(
    keeper: Client, hamlet: Community
):
    run_all(hamlet)
    old = Bill.objects.get(unit__code="2-1-101")
    Limit.objects.create(
        community=hamlet, role=Role.BOOKKEEPER, kind="void_bill", amount_minor=old.amount_minor - 1
    )
    asked = {"number": old.number, "reason": "misread"}
    page = keeper.post("/staff/billing/reissue/", asked).content.decode()
    assert "超出您的权限" in page
    old.refresh_from_db()
    assert old.state == "open"
    boss = create_person("boss", (hamlet, Role.APPROVER))
    approvals.approve(Request.objects.get().pk, boss, "seen", NOW + timedelta(days=1))
    old.refresh_from_db()
    assert old.state == "void"
    assert Bill.objects.filter(unit=old.unit, state="open").count() == 1
    assert Act.objects.filter(act="bill_voided", person_name="keeper").exists()
    assert verify_ledger() == []
