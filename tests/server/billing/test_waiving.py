"""What is waived is owed no more, is booked, never comes back as late fee, and is taken back by a second
person; whatever a payment, a void or a crash does meanwhile."""

import threading
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from server.billing import waiver_approval, waiving
from server.billing.amounts import open_minor, terms_of
from server.billing.issuing import issue_period
from server.billing.leases import BillLeased, BillNotOpen, lease, release
from server.billing.models import Bill, BillState, BillWaiver
from server.billing.reissue import reissue_by
from server.billing.settlement import Part, settle, undo
from server.billing.unit_accounts import account_of, credit_minor, to_contract
from server.billing.verification import verify_ledger
from server.billing.voiding import void, void_by
from server.billing.waiving import NothingToWaive, WaiverEnded, Wish, waive_by
from server.ledger.models import Transaction
from server.ledger.posting import balance
from server.staff import approvals
from server.staff.audit import ReasonMissing
from server.staff.models import Act, Limit, Request
from server.staff.people import Person
from server.staff.roles import Role
from tests.server.staff_accounts import create_person
from tests.server.village import NOW, TODAY, bill_of, create_village, issue

pytestmark = pytest.mark.django_db
CLERK = Person("clerk")
LATE = date(2026, 10, 31)  # 24 days before TODAY


@pytest.fixture
def village():
    made = create_village()
    issue(made, due=LATE)
    return made


@pytest.fixture
def collector(village):
    return create_person("collector", (village, Role.COLLECTOR))


@pytest.fixture
def approver(village):
    return create_person("approver", (village, Role.APPROVER))


def waive(bill: Bill, what: str, minor: int | None = None, day: date = TODAY) -> BillWaiver:
    return waive_by(CLERK, bill, Wish(what, minor), "hardship", today=day, at=NOW)


def owed(village, day: date = TODAY) -> int:
    return open_minor(bill_of(village), day, terms_of(village.pk))


def pay(bill: Bill, minor: int, payment_id: str = "p1"):
    part = [Part(bill, minor)]
    return settle(bill.unit, part, method="wechat", payment_id=payment_id, paid_on=TODAY, at=NOW)


def test_a_part_of_an_item_is_owed_no_more_and_booked_as_a_cost(village):
    waive(bill_of(village), "property", 10_008)
    bill = bill_of(village)
    assert (bill.amount_minor, bill.waived_minor, bill.state) == (90_008, 10_008, "open")
    assert owed(village) == 80_000 + 960, "the late fee is of what is left: 12 thousandths"
    assert balance(village.pk, "waivers:property") == 10_008
    assert balance(village.pk, "receivable", bill_number=bill.number) == 80_000
    assert pay(bill, 80_960).credited_minor == 0
    assert verify_ledger() == []


def test_the_whole_bill_is_over_and_nothing_grows_on_it(village):
    waive(bill_of(village), "bill")
    bill = bill_of(village)
    assert bill.state == BillState.WAIVED
    assert owed(village, TODAY + timedelta(days=400)) == 0
    assert account_of(bill.unit, TODAY).bills == []
    with pytest.raises(BillNotOpen):
        lease([bill], "p1", now=NOW)
    assert pay(bill, 90_008).credited_minor == 90_008, "money that comes all the same is kept"
    assert verify_ledger() == []
    issue_period(village, "2026-10", issued_on=TODAY, due=TODAY, at=NOW)
    assert Bill.objects.filter(unit=bill.unit).count() == 1, "its period has its bill"


def test_each_line_of_a_whole_bill_is_waived_under_its_item(village):
    waive(bill_of(village), "property", 3_008)
    waive(bill_of(village), "bill")
    lines = {line.fee_item.code: line.amount_minor for line in bill_of(village).lines.all()}
    for code, minor in lines.items():
        assert balance(village.pk, f"waivers:{code}") == minor
    assert verify_ledger() == []


@pytest.mark.parametrize("minor", [1, 33_208, 40_000, 90_007])
def test_a_part_of_a_whole_bill_is_booked_over_its_items(village, minor: int):
    waive(bill_of(village), "bill", minor)
    codes = [line.fee_item.code for line in bill_of(village).lines.all()]
    assert sum(balance(village.pk, f"waivers:{code}") for code in codes) == minor
    assert balance(village.pk, "receivable", bill_number=bill_of(village).number) == 90_008 - minor
    waive(bill_of(village), "bill")
    assert bill_of(village).state == BillState.WAIVED
    assert verify_ledger() == []


def test_a_late_fee_that_was_waived_does_not_come_back(village):
    assert owed(village) == 90_008 + 1_080
    waive(bill_of(village), "late_fee", 1_080)
    assert owed(village) == 90_008
    assert owed(village, TODAY + timedelta(days=1)) == 90_008 + 45, "the next day's own is due"
    assert (
        balance(village.pk, "waivers:late_fee") == 1_080 == -balance(village.pk, "income:late_fee")
    )
    assert pay(bill_of(village), 90_008).credited_minor == 0
    assert bill_of(village).late_fee_minor == 0
    undo(bill_of(village).unit, "p1", at=NOW)
    assert owed(village) == 90_008, "not after a payment went back either"
    assert verify_ledger() == []


def test_a_late_fee_waived_whole_never_grows_again_until_that_is_taken_back(village):
    waiver = waive(bill_of(village), "late_fee")
    later = TODAY + timedelta(days=300)
    assert owed(village, later) == 90_008
    waiving.take_back_by(CLERK, waiver, "by mistake", today=TODAY, at=NOW)
    assert owed(village) == 90_008 + 1_080
    assert verify_ledger() == []


@pytest.mark.parametrize(
    ("what", "minor"),
    [("property", 33_209), ("bill", 90_009), ("late_fee", 1_081), ("water", 1), ("bill", 0)],
)
def test_more_than_there_is_cannot_be_waived(village, what: str, minor: int):
    with pytest.raises(NothingToWaive):
        waive(bill_of(village), what, minor)
    assert not BillWaiver.objects.exists()


def test_an_item_is_waived_once(village):
    waive(bill_of(village), "property")
    with pytest.raises(NothingToWaive):
        waive(bill_of(village), "property")
    assert owed(village) < 90_008


def test_kiosk_lines_add_up_and_keep_the_reason_to_staff(village):
    waive(bill_of(village), "property", 1_000)
    waive(bill_of(village), "late_fee", 500)
    shown = to_contract(bill_of(village), TODAY)
    assert (
        sum(line.amount_minor for line in shown.lines) + shown.late_fee_minor == shown.amount_minor
    )
    waived = [line for line in shown.lines if line.fee_item == "waiver"]
    assert [(line.amount_minor, line.name.zh) for line in waived] == [(-1_000, "减免"), (0, "减免")]
    assert waived[1].note is not None and "5.00" in waived[1].note.zh
    assert "hardship" not in shown.model_dump_json()


def test_a_payment_under_way_keeps_a_waiver_out(village):
    bill = bill_of(village)
    lease([bill], "p1", now=NOW)
    with pytest.raises(BillLeased):
        waive(bill, "bill")
    release("p1")
    waiver = waive(bill, "property", 8)
    lease([bill], "p2", now=NOW)
    with pytest.raises(BillLeased):
        waiving.take_back_by(CLERK, waiver, "x", today=TODAY, at=NOW)
    assert verify_ledger() == []


def test_money_of_the_old_amount_that_comes_offline_is_credit_beyond_what_is_left(village):
    bill = bill_of(village)
    waive(bill, "property", 10_008)
    assert pay(bill, 91_088).credited_minor == 91_088 - 80_960
    assert credit_minor(bill.unit) == 91_088 - 80_960
    assert verify_ledger() == []


def test_nothing_is_waived_of_what_is_paid_or_void(village):
    bill = bill_of(village)
    pay(bill, 91_088)
    with pytest.raises(BillNotOpen):
        waive(bill, "bill")
    other = bill_of(village, "1-1-102")
    void(other, at=NOW)
    with pytest.raises(BillNotOpen):
        waive(other, "bill")


def test_what_was_waived_before_the_rest_was_paid_stays(village):
    bill = bill_of(village)
    waiver = waive(bill, "property", 8)
    pay(bill, 92_000)
    with pytest.raises(BillNotOpen):
        waiving.take_back_by(CLERK, waiver, "x", today=TODAY, at=NOW)
    undo(bill.unit, "p1", at=NOW)
    waiving.take_back_by(CLERK, waiver, "x", today=TODAY, at=NOW)
    assert bill_of(village).waived_minor == 0
    assert verify_ledger() == []


def test_a_waiver_is_taken_back_once(village):
    waiver = waive(bill_of(village), "bill")
    waiving.take_back_by(CLERK, waiver, "x", today=TODAY, at=NOW)
    assert (bill_of(village).state, owed(village)) == ("open", 91_088)
    with pytest.raises(WaiverEnded):
        waiving.take_back_by(CLERK, waiver, "x", today=TODAY, at=NOW)
    assert verify_ledger() == []


@pytest.mark.parametrize("what", ["bill", "property"])
def test_a_waiver_ends_with_a_bill_that_is_voided(village, what: str):
    waive(bill_of(village), what)
    void_by(CLERK, bill_of(village), "wrong", at=NOW)
    assert balance(village.pk, "waivers:property") == 0
    assert bill_of(village).state == BillState.VOID
    assert verify_ledger() == []


@pytest.mark.parametrize(("what", "minor"), [("bill", None), ("property", 9), ("late_fee", None)])
def test_a_bill_made_anew_keeps_what_was_waived(village, what: str, minor: int | None):
    waive(bill_of(village), what, minor)
    before = owed(village, TODAY + timedelta(days=50))
    new = reissue_by(CLERK, bill_of(village), "typed", today=TODAY, at=NOW)
    new.refresh_from_db()
    later = TODAY + timedelta(days=50)
    assert open_minor(new, later, terms_of(village.pk)) == before
    assert BillWaiver.objects.filter(bill=new, ended_at=None).count() == 1
    assert verify_ledger() == []


def test_the_books_tell_a_waiver_that_nobody_granted(village):
    Bill.objects.filter(pk=bill_of(village).pk).update(waived_minor=5)
    assert any("was waived" in said for said in verify_ledger())


def test_it_needs_a_reason_and_the_log_keeps_what_was_owed(village):
    with pytest.raises(ReasonMissing):
        waive_by(CLERK, bill_of(village), Wish("bill"), " ", today=TODAY, at=NOW)
    assert not BillWaiver.objects.exists()
    waive(bill_of(village), "property", 10_008)
    act = Act.objects.get(act="bill_waived")
    assert (act.person_name, act.reason) == ("clerk", "hardship")
    assert (act.before["open_minor"], act.after["open_minor"]) == (91_088, 80_960)


def test_the_database_keeps_what_was_waived(village):
    waiver = waive(bill_of(village), "property", 8)
    rows = BillWaiver.objects.filter(pk=waiver.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(amount_minor=7)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM billing_billwaiver")
    with pytest.raises(DatabaseError), transaction.atomic():
        Bill.objects.filter(pk=waiver.bill_id).update(waived_minor=90_009)


# --- a second person ---


def ask(village, person, wish: Wish, at=NOW) -> Request | None:
    return waiver_approval.waive(person, bill_of(village), wish, "hardship", at)


def test_above_the_limit_nothing_is_waived_before_another_says_yes(village, collector, approver):
    asked = ask(village, collector, Wish("property", 10_008))
    assert asked is not None and owed(village) == 91_088
    with pytest.raises(approvals.NotApproved):
        approvals.approve(asked.pk, collector_who_approves(village, collector), "", NOW)
    assert approvals.approve(asked.pk, approver, "", NOW).state == "approved"
    assert owed(village) == 80_960
    assert Act.objects.get(act="bill_waived").person_name == "collector"


def collector_who_approves(village, collector):
    """The same person, who may approve besides."""
    from server.staff.models import RoleAssignment

    role = Role.APPROVER
    RoleAssignment.objects.create(person=collector, community=village, role=role, given_at=NOW)
    return type(collector).objects.get(pk=collector.pk)


def test_up_to_the_limit_one_waives_alone_and_many_small_ones_count_together(village, collector):
    Limit.objects.create(community=village, role=Role.COLLECTOR, kind="waive", amount_minor=1_000)
    assert ask(village, collector, Wish("property", 600)) is None
    assert ask(village, collector, Wish("property", 400)) is None
    assert ask(village, collector, Wish("property", 1)) is not None
    assert bill_of(village).waived_minor == 1_000


def test_a_late_fee_that_shall_never_grow_weighs_what_it_could_come_to(village, collector):
    asked = ask(village, collector, Wish("late_fee"))
    assert asked is not None and asked.amount_minor == 27_002, "30 of 100, the most it may be"


def test_approved_twice_is_waived_once(village, collector, approver):
    asked = ask(village, collector, Wish("property", 10_008))
    approvals.approve(asked.pk, approver, "", NOW)
    with pytest.raises(approvals.NotApproved):
        approvals.approve(asked.pk, approver, "", NOW)
    assert BillWaiver.objects.count() == 1


def test_approved_after_the_bill_was_paid_changes_nothing(village, collector, approver):
    asked = ask(village, collector, Wish("bill"))
    pay(bill_of(village), 91_088)
    ended = approvals.approve(asked.pk, approver, "", NOW)
    assert (ended.state, bill_of(village).state) == ("failed", "paid")
    assert not BillWaiver.objects.exists() and verify_ledger() == []


def test_approved_while_a_payment_is_under_way_waits_for_its_end(village, collector, approver):
    asked = ask(village, collector, Wish("bill"))
    lease([bill_of(village)], "p1", now=NOW)
    with pytest.raises(approvals.NotApproved):
        approvals.approve(asked.pk, approver, "", NOW)
    asked.refresh_from_db()
    assert asked.state == "open"
    release("p1")
    assert approvals.approve(asked.pk, approver, "", NOW).state == "approved"
    assert bill_of(village).state == BillState.WAIVED


def test_a_bill_made_anew_was_not_asked_about(village, collector, approver):
    asked = ask(village, collector, Wish("bill"))
    new = reissue_by(CLERK, bill_of(village), "typed", today=TODAY, at=NOW)
    assert approvals.approve(asked.pk, approver, "", NOW).state == "failed"
    new.refresh_from_db()
    assert (new.state, new.waived_minor) == ("open", 0)


def test_what_was_waived_meanwhile_is_not_waived_again(village, collector, approver):
    asked = ask(village, collector, Wish("property"))
    waive(bill_of(village), "property")
    assert approvals.approve(asked.pk, approver, "", NOW).state == "failed"
    assert BillWaiver.objects.count() == 1


def test_taking_back_needs_a_second_person_whatever_the_limit(village, collector, approver):
    Limit.objects.create(community=village, role=Role.COLLECTOR, kind="waive", amount_minor=10**9)
    assert ask(village, collector, Wish("bill")) is None
    waiver = BillWaiver.objects.select_related("bill__community").get()
    asked = waiver_approval.take_back(collector, waiver, "not poor at all", NOW)
    assert asked is not None and bill_of(village).state == BillState.WAIVED
    approvals.approve(asked.pk, approver, "", NOW)
    assert owed(village) == 91_088
    assert Act.objects.get(act="waiver_taken_back").reason == "not poor at all"


def test_a_crash_between_leaves_all_or_nothing(village, collector, approver, monkeypatch):
    asked = ask(village, collector, Wish("property", 10_008))
    from server.billing import waiving as room

    def dies(*_args: object) -> None:
        raise KeyboardInterrupt

    postings = Transaction.objects.count()
    monkeypatch.setattr(room, "_stand", dies)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        approvals.approve(asked.pk, approver, "", NOW)
    monkeypatch.undo()
    asked.refresh_from_db()
    assert (asked.state, Transaction.objects.count()) == ("open", postings)
    assert not BillWaiver.objects.exists() and verify_ledger() == []
    assert approvals.approve(asked.pk, approver, "", NOW).state == "approved"
    assert owed(village) == 80_960


@pytest.mark.django_db(transaction=True)
def test_two_who_waive_the_same_at_once_waive_it_once():
    village = create_village()
    issue(village)
    bill, ends, start = bill_of(village), [], threading.Barrier(2)

    def work() -> None:
        start.wait()
        try:
            waive(bill, "bill")
            ends.append("waived")
        except (BillNotOpen, NothingToWaive, DatabaseError) as error:
            ends.append(type(error).__name__)
        finally:
            connection.close()

    both = [threading.Thread(target=work) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert ends.count("waived") == 1, ends
    assert balance(village.pk, "receivable", bill_number=bill.number) == 0
    assert verify_ledger() == []
