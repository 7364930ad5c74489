"""Credit: deposited, used, paid out; once for each key, never more than there is, whoever else acts."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from server.billing import credit, credit_approval
from server.billing.credit import KeyReused, TooLittleCredit
from server.billing.credit_moves import CreditAgreement, CreditMove
from server.billing.leases import BillLeased, BillNotOpen, lease
from server.billing.models import Bill
from server.billing.settlement import Part, settle, undo
from server.billing.unit_accounts import account_of, credit_minor
from server.billing.verification import verify_ledger
from server.billing_runs import runs
from server.ledger.models import Transaction
from server.ledger.posting import balance
from server.payments.verification import verify_books
from server.staff import approvals
from server.staff.audit import ReasonMissing
from server.staff.models import Act, Limit
from server.staff.people import Person
from server.staff.roles import Role
from tests.server.staff_accounts import create_person
from tests.server.village import NOW, TODAY, bill_of, create_village, issue

pytestmark = pytest.mark.django_db
CLERK = Person("clerk")


@pytest.fixture
def village():
    made = create_village()
    issue(made)
    issue(made, "2026-11")
    return made


def unit_of(village, code: str = "1-1-101"):
    return village.units.get(code=code)


def new_key() -> str:
    return str(uuid.uuid4())


def deposit(village, minor: int, key: str = "", how: str = "cash", unit: str = "1-1-101"):
    where, by = unit_of(village, unit), {"note": "", "today": TODAY, "at": NOW}
    return credit.deposit_by(CLERK, where, minor, how, key=key or new_key(), **by)


def use(village, *bills: Bill, key: str = "") -> CreditMove:
    more = {"key": key or new_key(), "today": TODAY, "at": NOW}
    return credit.use_by(CLERK, unit_of(village), bills, **more)


def pay_out(village, minor: int, key: str = "", reason: str = "moves away") -> CreditMove:
    more = {"key": key or new_key(), "today": TODAY, "at": NOW}
    return credit.pay_out_by(CLERK, unit_of(village), minor, "cash", reason, **more)


def test_money_taken_in_is_credit_that_the_kiosk_shows(village):
    move = deposit(village, 50_000)
    assert balance(village.pk, "clearing:cash") == 50_000
    assert account_of(unit_of(village), TODAY).credit_minor == 50_000
    act = Act.objects.get(act="credit_deposited")
    assert (act.before["credit_minor"], act.after["credit_minor"]) == (0, 50_000)
    assert move.number.startswith("C") and verify_books() == []


def test_sent_twice_it_is_taken_in_once_and_another_body_is_refused(village):
    key = new_key()
    assert deposit(village, 500, key) == deposit(village, 500, key)
    assert credit_minor(unit_of(village)) == 500
    for minor, how in ((501, "cash"), (500, "bank")):
        with pytest.raises(KeyReused):
            deposit(village, minor, key, how)
    with pytest.raises(KeyReused):
        deposit(village, 500, key, unit="1-1-102")
    with pytest.raises(KeyReused):
        pay_out(village, 500, key)


@pytest.mark.parametrize("minor", [0, -1, 1.5])
def test_what_is_no_amount_is_not_taken_in(village, minor):
    with pytest.raises(ValueError):
        deposit(village, minor)


def test_receipts_are_numbered_one_after_the_other(village):
    numbers = [deposit(village, 100).number for _ in range(3)]
    assert [int(number.split("-")[1]) for number in numbers] == [1, 2, 3]


def test_it_pays_a_bill_whole_and_the_rest_stays(village):
    bill = bill_of(village)
    deposit(village, 100_000)
    key = new_key()
    assert use(village, bill, key=key) == use(village, bill, key=key)
    assert bill_of(village).state == "paid"
    assert credit_minor(unit_of(village)) == 100_000 - 90_008
    assert balance(village.pk, "receivable", bill_number=bill.number) == 0
    assert verify_books() == []


def test_less_than_the_bill_pays_nothing_of_it(village):
    deposit(village, 90_007)
    with pytest.raises(TooLittleCredit):
        use(village, bill_of(village))
    assert bill_of(village).state == "open" and credit_minor(unit_of(village)) == 90_007
    assert not CreditMove.objects.filter(kind="used").exists()


def test_the_oldest_first_as_far_as_it_reaches(village):
    def oldest():
        more = {"key": new_key(), "today": TODAY, "at": NOW}
        return credit.use_oldest_first(CLERK, unit_of(village), **more)

    assert oldest() is None
    deposit(village, 100_000)
    assert oldest() is not None
    states = {bill_of(village, period=p).state for p in ("2026-10",)}
    assert states == {"paid"} and bill_of(village, period="2026-11").state == "open"
    assert oldest() is None
    deposit(village, 100_000)
    assert oldest() is not None
    assert bill_of(village, period="2026-11").state == "paid" and verify_books() == []


def test_late_fee_of_the_day_is_paid_with_it(village):
    deposit(village, 200_000)
    more = {"key": new_key(), "today": TODAY + timedelta(days=30), "at": NOW}
    credit.use_by(CLERK, unit_of(village), [bill_of(village)], **more)
    assert bill_of(village).late_fee_minor > 0 and verify_books() == []


def test_bills_that_may_be_paid_already_paid_or_anothers_are_refused(village):
    deposit(village, 300_000)
    bill = bill_of(village)
    lease([bill], "p1", now=NOW)
    with pytest.raises(BillLeased):
        use(village, bill)
    more = {"key": new_key(), "today": TODAY, "at": NOW}
    assert credit.use_oldest_first(CLERK, unit_of(village), **more) is not None
    assert (bill_of(village).state, bill_of(village, period="2026-11").state) == ("open", "paid")
    with pytest.raises(BillNotOpen):
        use(village, bill_of(village, period="2026-11"))
    with pytest.raises(BillNotOpen):
        use(village, bill_of(village, "1-1-102"))
    assert verify_ledger() == []


def test_no_more_is_paid_out_than_there_is_and_each_time_with_a_reason(village):
    deposit(village, 500)
    with pytest.raises(TooLittleCredit):
        pay_out(village, 501)
    with pytest.raises(ReasonMissing):
        pay_out(village, 500, reason=" ")
    key = new_key()
    assert pay_out(village, 400, key) == pay_out(village, 400, key)
    assert credit_minor(unit_of(village)) == 100 == balance(village.pk, "clearing:cash")
    assert verify_books() == []


def test_it_is_paid_out_above_the_limit_when_another_says_yes(village):
    clerk = create_person("clerk", (village, Role.COLLECTOR))
    approver = create_person("approver", (village, Role.APPROVER))
    deposit(village, 5_000)

    def ask(minor: int):
        more = {"key": new_key(), "today": TODAY, "at": NOW}
        return credit_approval.pay_out(clerk, unit_of(village), minor, "cash", "moves", **more)

    asked = ask(4_000)
    assert credit_minor(unit_of(village)) == 5_000
    with pytest.raises(TooLittleCredit):
        ask(5_001)
    assert approvals.approve(asked.pk, approver, "", NOW).state == "approved"
    assert credit_minor(unit_of(village)) == 1_000
    second = ask(900)
    pay_out(village, 500)
    ended = approvals.approve(second.pk, approver, "", NOW)
    assert ended.state == "failed" and ended.outcome and credit_minor(unit_of(village)) == 500
    Limit.objects.create(community=village, role=Role.COLLECTOR, kind="pay_out", amount_minor=500)
    assert isinstance(ask(500), CreditMove)
    assert credit_minor(unit_of(village)) == 0 and verify_books() == []


def test_each_billing_run_uses_it_where_that_was_agreed_once(village):
    unit, other = unit_of(village), unit_of(village, "1-1-102")
    for code in ("1-1-101", "1-1-102"):
        deposit(village, 1_000_000, unit=code)
    credit.agree_by(CLERK, unit, "王小明", TODAY, NOW)
    run = runs.begin(village, "2026-09", today=TODAY, person=CLERK, reason="x", at=NOW)
    run = runs.carry_on(run, lambda: NOW)
    assert run.state == "done"
    assert not Bill.objects.filter(unit=unit, state="open").exists()
    assert Bill.objects.filter(unit=other, state="open").exists()
    moves = CreditMove.objects.count()
    assert credit.use_agreed(village, run.pk, today=TODAY, at=NOW) == 1, "the same answer"
    assert CreditMove.objects.count() == moves
    assert credit.end_agreement_by(CLERK, unit, "wants to pay herself", NOW)
    assert not credit.end_agreement_by(CLERK, unit, "again", NOW)
    assert verify_books() == []


def test_a_later_agreement_takes_the_place_of_the_one_before(village):
    for who in ("王小明", "李四"):
        credit.agree_by(CLERK, unit_of(village), who, TODAY, NOW)
    agreement = credit.agreement_of(unit_of(village))
    assert agreement is not None and agreement.agreed_by == "李四"
    assert CreditAgreement.objects.count() == 2


def test_a_channel_that_takes_used_money_back_leaves_a_debt_and_nothing_to_use(village):
    bill = bill_of(village, period="2026-11")
    part = [Part(bill, bill.amount_minor + 95_000)]
    settle(bill.unit, part, method="wechat", payment_id="p1", paid_on=TODAY, at=NOW)
    use(village, bill_of(village))
    undo(bill.unit, "p1", at=NOW)
    assert balance(village.pk, "credit", unit_id=bill.unit_id) == 90_008
    assert credit_minor(bill.unit) == 0
    with pytest.raises(TooLittleCredit):
        pay_out(village, 1)
    assert verify_ledger() == []


def test_the_database_keeps_moves(village):
    deposit(village, 5)
    for statement in (
        "UPDATE billing_creditmove SET amount_minor = 6",
        "DELETE FROM billing_creditmove",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_crash_before_the_books_takes_nothing_in(village, monkeypatch):
    def dies(*_args: object, **_named: object) -> None:
        raise KeyboardInterrupt

    key, postings = new_key(), Transaction.objects.count()
    monkeypatch.setattr(credit, "_note", dies)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        deposit(village, 500, key)
    monkeypatch.undo()
    assert (Transaction.objects.count(), CreditMove.objects.count()) == (postings, 0)
    deposit(village, 500, key)
    assert credit_minor(unit_of(village)) == 500


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_spend_the_same_money_once():
    village = create_village()
    issue(village)
    deposit(village, 90_008)
    unit, ends, start = unit_of(village), [], threading.Barrier(2)
    bill = bill_of(village)
    more = {"today": TODAY, "at": NOW}
    acts = (
        lambda: credit.use_by(CLERK, unit, [bill], key=new_key(), **more),
        lambda: credit.pay_out_by(CLERK, unit, 90_008, "cash", "x", key=new_key(), **more),
    )

    def work(act) -> None:
        start.wait()
        try:
            act()
            ends.append("done")
        except (TooLittleCredit, DatabaseError) as error:
            ends.append(type(error).__name__)
        finally:
            connection.close()

    both = [threading.Thread(target=work, args=(act,)) for act in acts]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert ends.count("done") == 1, ends
    assert balance(village.pk, "credit", unit_id=unit.pk) == 0
    assert verify_ledger() == []


def items_of(bill: Bill) -> set[str]:
    return set(bill.lines.values_list("fee_item__code", flat=True))


def test_by_item_it_pays_bills_of_nothing_else(village):
    unit, bills = unit_of(village), [bill_of(village), bill_of(village, period="2026-11")]
    deposit(village, 1_000_000)
    every = items_of(bills[0]) | items_of(bills[1])
    more = {"today": TODAY, "at": NOW}
    foreign = {"elevator"}
    assert not every & foreign and len(every) > 1
    some = {min(every)}
    for items in (foreign, some):
        assert credit.use_oldest_first(CLERK, unit, key=new_key(), items=items, **more) is None
    move = credit.use_oldest_first(CLERK, unit, key=new_key(), items=every, **more)
    assert move is not None and {bill_of(village, period=b.period).state for b in bills} == {"paid"}
    assert verify_books() == []


def test_a_billing_run_uses_it_for_the_agreed_items_only(village):
    unit = unit_of(village)
    deposit(village, 1_000_000)
    first, *others = sorted(items_of(bill_of(village)))
    credit.agree_by(CLERK, unit, "王小明", TODAY, NOW, [first])
    assert credit.agreement_of(unit).item_codes == [first]
    assert credit.use_agreed(village, 1, today=TODAY, at=NOW) == 0
    credit.agree_by(CLERK, unit, "王小明", TODAY, NOW, [first, *others])
    assert credit.use_agreed(village, 2, today=TODAY, at=NOW) == 1
    assert bill_of(village).state == "paid" and verify_books() == []
    with pytest.raises(ValueError):
        credit.agree_by(CLERK, unit, "王小明", TODAY, NOW, ["unheard-of"])
    assert CreditAgreement.objects.filter(ended_at=None).count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        CreditAgreement.objects.filter(ended_at=None).update(item_codes=[])
