"""A closed period: corrections take two people whatever the limit, and no run makes bills of it."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from server.billing import closing, waiver_approval
from server.billing.closing import ClosedPeriod, PeriodIsClosed
from server.billing.models import Bill, BillWaiver
from server.billing.waiving import Wish
from server.billing_runs import runs
from server.staff import approvals
from server.staff.audit import ReasonMissing
from server.staff.models import Act, Limit, Request
from server.staff.people import Person
from server.staff.roles import Role
from tests.server.pages import words_of
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import NOW, TODAY, bill_of, create_village, issue

pytestmark = pytest.mark.django_db
PAGE = "/staff/billing/close/"


@pytest.fixture
def village():
    made = create_village()
    issue(made)
    closing.close_by(Person("clerk"), made, "2026-10", "handed in", NOW)
    return made


@pytest.fixture
def clerk(village):
    return create_person("clerk", (village, Role.BOOKKEEPER))


@pytest.fixture
def approver(village):
    return create_person("approver", (village, Role.APPROVER))


def test_a_bookkeeper_who_voids_alone_elsewhere_does_not_here(village, clerk, approver):
    bill = bill_of(village)
    Limit.objects.create(
        community=village, role=Role.BOOKKEEPER, kind="void_bill", amount_minor=10**6
    )
    assert not approvals.needs_another(clerk, "void_bill", village.pk, bill.amount_minor)
    chosen = {"action": "void_bills", "_selected_action": [bill.pk], "reason": "wrong"}
    signed_in(clerk).post("/admin/billing/bill/", chosen)
    assert bill_of(village).state == "open"
    approvals.approve(Request.objects.get(kind="void_bill").pk, approver, "", NOW)
    assert bill_of(village).state == "void"


def test_making_one_anew_waits_as_well(village, clerk, approver):
    form = {"number": bill_of(village).number, "reason": "wrong"}
    signed_in(clerk).post("/staff/billing/reissue/", form)
    assert Bill.objects.filter(state="void").count() == 0
    approvals.approve(Request.objects.get(kind="reissue_bill").pk, approver, "", NOW)
    assert Bill.objects.filter(state="void").count() == 1


def test_a_limit_for_waivers_does_not_reach_into_it(village, clerk):
    Limit.objects.create(community=village, role=Role.BOOKKEEPER, kind="waive", amount_minor=10**6)
    asked = waiver_approval.waive(clerk, bill_of(village), Wish("bill"), "poor", NOW)
    assert asked is not None and not BillWaiver.objects.exists()


def test_no_run_makes_bills_of_it(village, clerk):
    with pytest.raises(runs.RunOfClosedPeriod):
        runs.begin(village, "2026-10", today=TODAY, person=Person("x"), reason="x", at=NOW)


def test_it_is_opened_again_by_two_people(village, clerk, approver):
    row = ClosedPeriod.objects.get()
    form = {"do": "reopen", "closed": row.pk, "reason": "a meter was wrong"}
    signed_in(clerk).post(PAGE, form)
    assert closing.is_closed(village.pk, "2026-10")
    approvals.approve(Request.objects.get().pk, approver, "", NOW)
    assert not closing.is_closed(village.pk, "2026-10")
    assert Act.objects.filter(act="period_reopened", person_name="clerk").exists()
    closing.close_by(Person("clerk"), village, "2026-10", "again", NOW)
    assert ClosedPeriod.objects.count() == 2


def test_it_is_closed_once_from_the_page_with_a_reason(village, clerk):
    client = signed_in(clerk)
    form = {"do": "close", "community": village.pk, "period": "2026-09", "reason": "handed in"}
    client.post(PAGE, form | {"reason": " "})
    assert not closing.is_closed(village.pk, "2026-09")
    said = words_of(client.post(PAGE, form, follow=True).content.decode())
    assert "2026-09 已关账" in said and closing.is_closed(village.pk, "2026-09")
    client.post(PAGE, form)
    assert ClosedPeriod.objects.filter(period="2026-09").count() == 1
    with pytest.raises(PeriodIsClosed):
        closing.close_by(Person("clerk"), village, "2026-09", "x", NOW)
    with pytest.raises(ReasonMissing):
        closing.close_by(Person("clerk"), village, "2026-08", " ", NOW)


def test_strangers_and_readers_close_and_open_nothing(village, approver):
    stranger = create_person("stranger", (create_village("other"), Role.BOOKKEEPER))
    for person in (stranger, approver, create_person("nobody")):
        client, closed = signed_in(person), ClosedPeriod.objects.get().pk
        assert client.post(PAGE, {"do": "reopen", "closed": closed}).status_code == 403
        form = {"do": "close", "community": village.pk, "period": "2026-01", "reason": "x"}
        assert client.post(PAGE, form).status_code == 403
    assert ClosedPeriod.objects.count() == 1 and not Request.objects.exists()


def test_the_company_opens_alone(village):
    form = {"do": "reopen", "closed": ClosedPeriod.objects.get().pk, "reason": "x"}
    signed_in(create_staff("company")).post(PAGE, form)
    assert not closing.is_closed(village.pk, "2026-10")


def test_the_database_keeps_it(village):
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosedPeriod.objects.create(
            community=village, period="2026-10", closed_by_name="x", closed_at=NOW
        )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM billing_closedperiod")
