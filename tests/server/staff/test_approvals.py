"""What one asks for above a limit another approves; it is done once, by the right people, or not."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from server.billing.models import Bill
from server.ledger.models import Transaction
from server.payments import sweeper
from server.payments.channels.interface import RefundStatus
from server.payments.decisions import refund_takeover
from server.payments.models import Refund
from server.staff import approvals
from server.staff.audit import ReasonMissing
from server.staff.models import Act, Limit, Request
from server.staff.roles import Role
from tests.server.open_questions import questions as lobby
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import NOW, bill_of, create_village, issue

pytestmark = pytest.mark.django_db
PAGE = "/staff/requests/"


@pytest.fixture
def village():
    made = create_village()
    issue(made)
    return made


@pytest.fixture
def collector(village):
    return create_person("collector", (village, Role.COLLECTOR))


def asked_for(village, person, at=NOW) -> Request:
    bill = bill_of(village)
    return approvals.ask(
        person, "void_bill", village.pk, bill.number, bill.amount_minor, "CNY", "typed wrong", at
    )


def test_above_the_limit_a_bill_is_asked_for_and_voided_when_another_approves(
    village, collector, approver
):
    bill = bill_of(village)
    chosen = {"action": "void_bills", "_selected_action": [bill.pk], "reason": "typed wrong"}
    said = signed_in(collector).post("/admin/billing/bill/", chosen, follow=True)
    assert "已提交审批" in said.content.decode()
    bill.refresh_from_db()
    assert bill.state == "open"
    page = signed_in(approver).get(PAGE).content.decode()
    assert bill.number in page and "typed wrong" in page and "collector" in page
    [request] = Request.objects.all()
    decision = {"request": request.pk, "decision": "approve", "reason": "seen"}
    signed_in(approver).post(PAGE, decision)
    bill.refresh_from_db()
    request.refresh_from_db()
    assert (bill.state, request.state) == ("void", "approved")
    acts = Act.objects.order_by("pk").values_list("act", "person_name", "subject_id")
    assert list(acts) == [
        ("asked", "collector", bill.number),
        ("bill_voided", "collector", bill.number),
        ("approved", "approver", bill.number),
    ]


def test_up_to_the_limit_it_is_done_at_once(village, collector):
    bill = bill_of(village)
    limit = Limit.objects.create(
        community=village, role=Role.COLLECTOR, kind="void_bill", amount_minor=bill.amount_minor
    )
    assert not approvals.needs_another(collector, "void_bill", village.pk, bill.amount_minor)
    assert approvals.needs_another(collector, "void_bill", village.pk, bill.amount_minor + 1)
    limit.amount_minor -= 1
    limit.save()
    assert approvals.needs_another(collector, "void_bill", village.pk, bill.amount_minor)


def test_the_limit_is_the_widest_of_ones_roles_and_none_is_for_the_company(village, collector):
    def limit(person):
        return approvals.alone_up_to(person, "void_bill", village.pk)

    assert limit(collector) == 0
    Limit.objects.create(
        community=village, role=Role.BOOKKEEPER, kind="void_bill", amount_minor=700
    )
    both = create_person("both", (village, Role.COLLECTOR), (village, Role.BOOKKEEPER))
    assert limit(both) == 700
    assert limit(create_staff("company")) is None
    assert limit(create_person("auditor", (village, Role.AUDITOR))) == 0


def test_asked_twice_is_one_request(village, collector):
    assert asked_for(village, collector) == asked_for(village, collector)
    assert Request.objects.count() == Act.objects.filter(act="asked").count() == 1


def test_approved_twice_is_done_once(village, collector, approver):
    request = asked_for(village, collector)
    approvals.approve(request.pk, approver, "", NOW)
    postings = Transaction.objects.count()
    with pytest.raises(approvals.NotApproved):
        approvals.approve(request.pk, approver, "", NOW)
    assert Transaction.objects.count() == postings


def test_nobody_approves_what_he_asked_for_himself(village, collector):
    both = create_person("both", (village, Role.COLLECTOR), (village, Role.APPROVER))
    request = asked_for(village, both)
    with pytest.raises(approvals.NotApproved):
        approvals.approve(request.pk, both, "", NOW)
    assert both.username not in [r.asked_by_name for r in approvals.to_approve(both, NOW)]
    assert bill_of(village).state == "open"
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.filter(pk=request.pk).update(state="approved", decided_by=both)


def test_a_bill_that_was_paid_in_between_stays_paid(village, collector, approver):
    request = asked_for(village, collector)
    Bill.objects.filter(pk=bill_of(village).pk).update(state="paid", paid_on=NOW.date())
    ended = approvals.approve(request.pk, approver, "", NOW)
    assert (ended.state, bill_of(village).state) == ("failed", "paid")
    assert ended.outcome
    assert not Act.objects.filter(act="bill_voided").exists()


def test_who_has_no_right_neither_asks_nor_approves_nor_refuses(village, collector):
    auditor = create_person("auditor", (village, Role.AUDITOR))
    elsewhere = create_person("elsewhere", (create_village("other"), Role.APPROVER))
    with pytest.raises(PermissionDenied):
        asked_for(village, auditor)
    request = asked_for(village, collector)
    for stranger in (auditor, elsewhere, create_person("nobody")):
        for decide in (approvals.approve, approvals.refuse):
            with pytest.raises(PermissionDenied):
                decide(request.pk, stranger, "x", NOW)
        assert bill_of(village).number not in signed_in(stranger).get(PAGE).content.decode() or (
            stranger == auditor
        )


def test_a_refusal_needs_a_reason_and_ends_it(village, collector, approver):
    request = asked_for(village, collector)
    with pytest.raises(ReasonMissing):
        approvals.refuse(request.pk, approver, " ", NOW)
    approvals.refuse(request.pk, approver, "it is right", NOW)
    with pytest.raises(approvals.NotApproved):
        approvals.approve(request.pk, approver, "", NOW)
    assert bill_of(village).state == "open"
    assert asked_for(village, collector) != request, "it can be asked for again"


def test_who_asked_may_take_it_back(village, collector):
    request = asked_for(village, collector)
    assert approvals.refuse(request.pk, collector, "my mistake", NOW).state == "refused"


def test_after_a_week_it_is_too_late(village, collector, approver):
    request = asked_for(village, collector)
    late = NOW + approvals.LIFE
    with pytest.raises(approvals.NotApproved):
        approvals.approve(request.pk, approver, "", late)
    again = asked_for(village, collector, late)
    request.refresh_from_db()
    assert request.state == "expired" and again != request


def test_the_database_keeps_what_was_asked_and_decided(village, collector, approver):
    request = asked_for(village, collector)
    with pytest.raises(DatabaseError), transaction.atomic():
        Request.objects.filter(pk=request.pk).update(amount_minor=1)
    approvals.refuse(request.pk, approver, "no", NOW)
    for statement in (
        "UPDATE staff_request SET state = 'open'",
        "UPDATE staff_request SET decision_reason = 'yes'",
        "DELETE FROM staff_request",
    ):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_money_above_the_limit_is_returned_when_another_approves(world):
    lobby.refused_refund(world)
    [refund] = Refund.objects.all()
    community = world.community
    clerk = create_person("clerk", (community, Role.BOOKKEEPER))
    approver = create_person("approver", (community, Role.APPROVER))
    Limit.objects.create(
        community=community,
        role=Role.BOOKKEEPER,
        kind="return_money",
        amount_minor=refund.amount_minor - 1,
    )
    form = {"act": "returned_by_hand", "subject": refund.refund_no, "reason": "bank", "how": "bank"}
    signed_in(clerk).post("/staff/open-questions/act/", form)
    refund.refresh_from_db()
    assert refund.state == "due"
    [request] = Request.objects.all()
    assert request.details == {"how": "bank", "looked": False}
    done = approvals.approve(request.pk, approver, "", timezone.now() + timedelta(hours=1))
    refund.refresh_from_db()
    assert (done.state, refund.state, refund.how) == ("approved", "by_hand", "bank")
    assert Act.objects.get(act="returned_by_hand").person_name == "clerk"


@pytest.fixture
def asked(world) -> Request:
    """A refund that the channel refused, above the clerk's limit, to be returned by hand."""
    lobby.refused_refund(world)
    [refund] = Refund.objects.all()
    clerk = create_person("clerk", (world.community, Role.BOOKKEEPER))
    details = {"how": "bank", "looked": False}
    values = (refund.refund_no, refund.amount_minor, "CNY", "bank", lobby.NOW)
    return approvals.ask(clerk, "return_money", world.community.pk, *values, details=details)


@pytest.fixture
def boss(world):
    return create_person("boss", (world.community, Role.APPROVER))


LATER = lobby.NOW + timedelta(hours=1)


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (approvals, "_run"),  # the channel was asked, nothing is booked
        (refund_takeover.refunds, "take_over"),
        (refund_takeover.audit, "record"),  # booked, and not written down yet by whom
        (approvals, "_end"),  # done, and the request not ended yet
    ],
)
def test_killed_between_two_steps_it_waits_as_before_and_is_done_once(
    world, asked, boss, monkeypatch, module, name
):
    def killed(*args, **named):
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(module, name, killed)
        approvals.approve(asked.pk, boss, "", LATER)
    refund = Refund.objects.get()
    asked.refresh_from_db()
    assert (asked.state, refund.state, refund.claimed_until) == ("open", "due", None)
    assert not Act.objects.filter(act="returned_by_hand").exists()
    assert approvals.approve(asked.pk, boss, "", LATER).state == "approved"
    refund.refresh_from_db()
    assert refund.state == "by_hand"
    assert Act.objects.filter(act="returned_by_hand").count() == 1
    with pytest.raises(approvals.NotApproved):
        approvals.approve(asked.pk, boss, "", LATER)


def test_killed_after_the_channel_said_that_it_went_back(world, asked, boss, monkeypatch):
    world.channel.refund_query_says = RefundStatus.DONE

    def killed(*args):
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(approvals, "_run", killed)
        approvals.approve(asked.pk, boss, "", LATER)
    assert Refund.objects.get().state == "done"
    assert approvals.approve(asked.pk, boss, "", LATER).state == "failed"
    assert Refund.objects.get().state == "done"


def test_what_the_machine_tries_between_question_and_booking_is_not_paid_out(
    world, asked, boss, monkeypatch
):
    run = approvals._run

    def the_machine_is_quicker(*args):
        sweeper.sweep(LATER)
        return run(*args)

    monkeypatch.setattr(approvals, "_run", the_machine_is_quicker)
    with pytest.raises(approvals.NotApproved):
        approvals.approve(asked.pk, boss, "", LATER)
    asked.refresh_from_db()
    assert (asked.state, Refund.objects.get().state) == ("open", "due")


def test_a_silent_channel_keeps_it_waiting(world, asked, boss):
    world.channel.refund_query_says = RefundStatus.UNKNOWN
    with pytest.raises(approvals.NotApproved):
        approvals.approve(asked.pk, boss, "", LATER)
    asked.refresh_from_db()
    assert (asked.state, Refund.objects.get().state) == ("open", "due")
