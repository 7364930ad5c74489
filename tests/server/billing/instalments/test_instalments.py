"""Open bills become instalments: the debt to the cent, each with its day; what was earned and waived
stays booked; two people above the limit; never while a payment is under way."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from server.billing import leases, waiver_approval
from server.billing.amounts import late_fee_of, open_minor, terms_of
from server.billing.debtors import debtors
from server.billing.instalments import approval
from server.billing.instalments.agreeing import agree_by
from server.billing.instalments.ending import end_by
from server.billing.instalments.models import InstalmentAgreement
from server.billing.instalments.plan import InstalmentsImpossible, Terms, split_evenly
from server.billing.instalments.progress import Stand, missed, progress
from server.billing.leases import BillLeased, BillNotOpen, BillStands
from server.billing.models import Bill, BillLine, LateFeePolicy
from server.billing.settlement import Part, settle, undo
from server.billing.unit_accounts import account_of
from server.billing.verification import verify_ledger
from server.billing.voiding import void
from server.billing.waiving import Wish
from server.billing.waiving import waive_by as waive
from server.estate.models import Community, Unit
from server.ledger import posting
from server.staff import approvals
from server.staff.models import Act, Limit, Request
from server.staff.people import Person
from server.staff.roles import Role
from tests.server.billing_runs.hamlet import (
    BEFORE,
    NOW,
    PERIOD,
    TODAY,
    blocked,
    create_hamlet,
    run_all,
)
from tests.server.staff_accounts import create_person

pytestmark = pytest.mark.django_db
CLERK = Person("clerk")
LATE = date(2027, 3, 1)
PAYMENT = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def hamlet() -> Community:
    community = create_hamlet(buildings=1)
    LateFeePolicy.objects.create(
        community=community, daily_rate=Decimal("0.0005"), cap=Decimal("0.3")
    )
    run_all(community, BEFORE)
    run_all(community)
    return community


@pytest.fixture
def unit(hamlet: Community) -> Unit:
    return Unit.objects.select_related("community").get(code="1-1-101")


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def months(unit: Unit) -> list[Bill]:
    return list(Bill.objects.filter(unit=unit, kind="month").order_by("period"))


def terms(unit: Unit, count: int = 3, today: date = TODAY, **more) -> Terms:
    dues = tuple(today + timedelta(days=30 * number) for number in range(1, count + 1))
    numbers = tuple(bill.number for bill in months(unit) if bill.state == "open")
    given = {"bills": numbers, "dues": dues, "agreed_by": "王小明", "agreed_on": today}
    return Terms(**(given | more))


def agreed(unit: Unit, today: date = TODAY, **more) -> InstalmentAgreement:
    return agree_by(
        CLERK, unit, terms(unit, today=today, **more), "lost the job", today=today, at=NOW
    )


def parts(agreement: InstalmentAgreement) -> list[Bill]:
    return [part.bill for part in agreement.parts.select_related("bill").order_by("number")]


def pay(bill: Bill, payment_id: str = PAYMENT, day: date = TODAY) -> None:
    unit = Unit.objects.select_related("community").get(pk=bill.unit_id)
    minor = open_minor(bill, day, terms_of(bill.community_id))
    settle(unit, [Part(bill, minor)], method="wechat", payment_id=payment_id, paid_on=day, at=NOW)
    bill.refresh_from_db()


def test_the_debt_becomes_bills_of_its_lines(hamlet, unit):
    before = {b.number: b.amount_minor for b in months(unit)}
    items = {}
    for code, minor in BillLine.objects.filter(bill__unit=unit).values_list(
        "fee_item__code", "amount_minor"
    ):
        items[code] = items.get(code, 0) + minor
    income = posting.balance(hamlet.pk, "income:property")
    made = parts(agreed(unit))
    assert sum(bill.amount_minor for bill in made) == sum(before.values())
    totals = [bill.amount_minor for bill in made]
    assert max(totals) - min(totals) <= 1
    found = {}
    for bill in made:
        lines = list(bill.lines.select_related("fee_item"))
        assert sum(line.amount_minor for line in lines) == bill.amount_minor
        for line in lines:
            found[line.fee_item.code] = found.get(line.fee_item.code, 0) + line.amount_minor
    assert found == items
    assert all(bill.state == "void" for bill in months(unit))
    assert posting.balance(hamlet.pk, "income:property") == income
    assert verify_ledger() == []


def test_the_resident_sees_which_part_of_what_it_is(hamlet, unit):
    agreed(unit)
    bills = account_of(unit, TODAY).bills
    assert [bill.title.en for bill in bills] == [f"Instalment {n} of 3" for n in (1, 2, 3)]
    rows = bills[0].lines[0].explanation
    assert [row.label.zh for row in rows[:2]] == [BEFORE, PERIOD]
    assert bills[0].lines[0].note.zh and len(rows) == 4
    assert bills[0].replaces == [bill.number for bill in months(unit)]


def test_months_that_are_paid_by_instalments_are_not_billed_again(hamlet, unit):
    agreed(unit)
    run = run_all(hamlet)
    assert not Bill.objects.filter(unit=unit, kind="month").exclude(state="void").exists()
    assert blocked(run) == []


def test_late_fee_until_then_is_owed_once_and_bears_none(hamlet, unit):
    fee = sum(late_fee_of(bill, LATE, terms_of(hamlet.pk)) for bill in months(unit))
    assert fee > 0
    principal = sum(bill.amount_minor for bill in months(unit))
    agreement = agreed(unit, today=LATE)
    made = parts(agreement)
    assert sum(bill.amount_minor for bill in made) == principal + fee
    assert sum(bill.late_free_minor for bill in made) == fee == agreement.late_fee_minor
    assert posting.balance(hamlet.pk, "income:late_fee") == -fee
    due = made[0].due
    assert late_fee_of(made[0], due, terms_of(hamlet.pk)) == 0
    grown = late_fee_of(made[0], due + timedelta(days=100), terms_of(hamlet.pk))
    base = made[0].amount_minor - made[0].late_free_minor
    assert abs(grown - base * 5 / 100) <= 1
    assert verify_ledger() == []


def test_or_it_is_let_off_and_none_grows(hamlet, unit):
    made = parts(agreed(unit, today=LATE, late_fee="let_off", grows=False))
    assert sum(b.amount_minor for b in made) == sum(b.amount_minor for b in months(unit))
    assert posting.balance(hamlet.pk, "income:late_fee") == 0
    assert late_fee_of(made[0], date(2029, 1, 1), terms_of(hamlet.pk)) == 0
    assert verify_ledger() == []


def test_what_was_waived_stays_waived(hamlet, unit):
    first = months(unit)[0]
    waive(CLERK, first, Wish("property", 5_000), "flood", today=TODAY, at=NOW)
    before = sum(bill.amount_minor for bill in months(unit)) - 5_000
    made = parts(agreed(unit))
    assert sum(bill.amount_minor for bill in made) == before
    assert posting.balance(hamlet.pk, "waivers:property") == 5_000
    assert verify_ledger() == []
    waive(CLERK, made[1], Wish("bill"), "hardship", today=TODAY, at=NOW)
    assert verify_ledger() == []


def test_it_takes_two_people_above_the_limit(hamlet, unit):
    keeper = create_person("keeper", (hamlet, Role.BOOKKEEPER))
    asked = approval.agree(keeper, unit, terms(unit), "lost the job", NOW)
    assert isinstance(asked, Request) and not InstalmentAgreement.objects.exists()
    boss = create_person("boss", (hamlet, Role.APPROVER))
    assert approvals.approve(asked.pk, boss, "", NOW).state == Request.State.APPROVED
    made = InstalmentAgreement.objects.get()
    assert made.made_by_name == "keeper" and made.agreed_by == "王小明"
    assert Act.objects.get(act="instalments_agreed").before["bills"] == list(terms_of_bills(unit))


def terms_of_bills(unit: Unit) -> list[str]:
    return [bill.number for bill in months(unit)]


def test_within_it_one_is_enough(hamlet, unit):
    Limit.objects.create(
        community=hamlet, role=Role.BOOKKEEPER, kind=approval.CODE, amount_minor=10**7
    )
    keeper = create_person("keeper", (hamlet, Role.BOOKKEEPER))
    assert isinstance(approval.agree(keeper, unit, terms(unit), "x", NOW), InstalmentAgreement)
    assert waiver_approval.CODE != approval.CODE


def test_what_changed_since_it_was_asked_is_not_split(hamlet, unit):
    keeper = create_person("keeper", (hamlet, Role.BOOKKEEPER))
    boss = create_person("boss", (hamlet, Role.APPROVER))
    asked = approval.agree(keeper, unit, terms(unit), "x", NOW)
    waive(CLERK, months(unit)[0], Wish("property", 100), "flood", today=TODAY, at=NOW)
    assert approvals.approve(asked.pk, boss, "", NOW).state == Request.State.FAILED
    asked = approval.agree(keeper, unit, terms(unit), "x", NOW)
    leases.lease(months(unit)[:1], PAYMENT, now=NOW)
    with pytest.raises(approvals.NotApproved):
        approvals.approve(asked.pk, boss, "", NOW)
    leases.release(PAYMENT)
    pay(months(unit)[0])
    assert approvals.approve(asked.pk, boss, "", NOW).state == Request.State.FAILED
    assert not InstalmentAgreement.objects.exists() and verify_ledger() == []


def test_never_while_a_payment_is_under_way(hamlet, unit):
    leases.lease(months(unit)[:1], PAYMENT, now=NOW)
    with pytest.raises(BillLeased):
        agreed(unit)
    leases.release(PAYMENT)
    made = parts(agreed(unit))
    leases.hold(months(unit)[:1], PAYMENT, now=NOW)  # a card that was taken without the line
    assert all(leases.holders(bill) for bill in made)
    assert all(bill.held for bill in account_of(unit, TODAY).bills)
    with pytest.raises(BillLeased):
        end_by(CLERK, InstalmentAgreement.objects.get(), "x", today=TODAY, at=NOW)
    settle(
        unit,
        [Part(months(unit)[0], months(unit)[0].amount_minor)],
        method="card",
        payment_id=PAYMENT,
        paid_on=TODAY,
        at=NOW,
    )
    assert not any(leases.holders(bill) for bill in made)  # its money is credit
    assert account_of(unit, TODAY).credit_minor == months(unit)[0].amount_minor
    assert verify_ledger() == []


def test_paid_missed_and_ended(hamlet, unit):
    agreement = agreed(unit)
    first, second, third = parts(agreement)
    pay(first)
    [stands] = progress([agreement], NOW)
    assert (stands.stand, stands.paid, stands.next.number) == (Stand.GOING_ON, 1, 2)
    day = second.due + timedelta(days=1)
    assert list(missed(InstalmentAgreement.objects.all(), noon(day))) == [agreement]
    assert not missed(InstalmentAgreement.objects.all(), noon(second.due))
    assert progress([agreement], noon(day))[0].stand is Stand.MISSED
    fee = late_fee_of(second, day, terms_of(hamlet.pk))
    rest = end_by(CLERK, agreement, "nothing came", today=day, at=NOW)
    assert rest.amount_minor == second.amount_minor + third.amount_minor + fee
    assert rest.late_free_minor == fee and rest.kind == "rest"
    agreement.refresh_from_db()
    assert progress([agreement], noon(day))[0].stand is Stand.ENDED
    assert account_of(unit, day).bills[0].replaces == [
        second.number,
        third.number,
        *(bill.number for bill in months(unit)),
    ]
    with pytest.raises(InstalmentsImpossible):
        end_by(CLERK, agreement, "again", today=day, at=NOW)
    assert verify_ledger() == []
    again = terms(unit, today=day, bills=(rest.number,))
    second_try = agree_by(CLERK, unit, again, "a new job", today=day, at=NOW)
    assert sum(b.amount_minor for b in parts(second_try)) == rest.amount_minor
    assert verify_ledger() == []


def test_a_payment_that_went_back_opens_its_instalment_again(hamlet, unit):
    agreement = agreed(unit)
    first = parts(agreement)[0]
    pay(first)
    undo(unit, PAYMENT, at=NOW)
    assert progress([agreement], NOW)[0].paid == 0
    assert verify_ledger() == []


def test_all_paid_is_nothing_to_end(hamlet, unit):
    agreement = agreed(unit)
    for number, bill in enumerate(parts(agreement), 1):
        pay(bill, f"00000000-0000-4000-8000-00000000000{number}")
    assert progress([agreement], noon(LATE))[0].stand is Stand.PAID
    with pytest.raises(InstalmentsImpossible):
        end_by(CLERK, agreement, "x", today=TODAY, at=NOW)


def test_instalments_are_neither_voided_nor_split_again(hamlet, unit):
    made = parts(agreed(unit))
    with pytest.raises(BillStands):
        void(made[0], at=NOW)
    with pytest.raises(InstalmentsImpossible):
        agree_by(CLERK, unit, terms(unit, bills=(made[0].number,)), "x", today=TODAY, at=NOW)
    with pytest.raises(BillNotOpen):
        agree_by(
            CLERK, unit, terms(unit, bills=(months(unit)[0].number,)), "x", today=TODAY, at=NOW
        )


def test_whose_debt_it_is_stays(hamlet, unit):
    [owner] = {person.pk for person in debtors(months(unit)).values()}
    made = parts(agreed(unit))
    assert {person.pk for person in debtors(made).values()} == {owner}


@pytest.mark.parametrize(
    "more",
    [
        {"count": 1},
        {"count": 37},
        {"dues": (TODAY - timedelta(days=1), TODAY)},
        {"dues": (TODAY, TODAY)},
        {"dues": (TODAY, date(2031, 1, 1))},
        {"bills": ()},
        {"bills": ("nothing",)},
        {"agreed_by": ""},
        {"late_fee": "x"},
    ],
)
def test_what_cannot_be_agreed_says_why(hamlet, unit, more):
    with pytest.raises(InstalmentsImpossible) as why:
        agree_by(CLERK, unit, terms(unit, **more), "x", today=TODAY, at=NOW)
    assert why.value.text
    assert all(bill.state == "open" for bill in months(unit))


AMOUNTS = st.lists(st.integers(-(10**4), 10**7), min_size=1, max_size=9)


class EverySplit(TestCase):
    @settings(max_examples=200, deadline=None)
    @given(amounts=AMOUNTS, count=st.integers(2, 36))
    def test_parts_add_up_and_are_even(self, amounts, count):
        made = split_evenly(amounts, count)
        assert [sum(column) for column in zip(*made, strict=True)] == amounts
        totals = [sum(part) for part in made]
        assert max(totals) - min(totals) <= 1

    @settings(max_examples=10, deadline=None)
    @given(
        count=st.integers(2, 7),
        waived=st.integers(0, 9000),
        pays=st.integers(0, 7),
        days=st.integers(0, 400),
        owed=st.sampled_from(["owed", "let_off"]),
        grows=st.booleans(),
    )
    def test_no_cent_is_made_or_lost(self, count, waived, pays, days, owed, grows):
        """Whatever was waived, agreed, paid and ended: what is asked for is what was owed."""
        community = create_hamlet(f"h{Unit.objects.count()}", buildings=1, rooms=1)
        LateFeePolicy.objects.create(
            community=community, daily_rate=Decimal("0.0007"), cap=Decimal("0.3")
        )
        run_all(community, BEFORE)
        run_all(community)
        unit = Unit.objects.select_related("community").get(community=community)
        if waived:
            waive(CLERK, months(unit)[0], Wish("bill", waived), "x", today=TODAY, at=NOW)
        day = TODAY + timedelta(days=days)
        owes = sum(b.amount_minor - b.waived_minor for b in months(unit))
        fee = sum(late_fee_of(b, day, terms_of(community.pk)) for b in months(unit))
        agreement = agreed(unit, today=day, count=count, late_fee=owed, grows=grows)
        made = parts(agreement)
        should = owes + (fee if owed == "owed" else 0)
        assert sum(bill.amount_minor for bill in made) == should
        for number, bill in enumerate(made[:pays], 1):
            pay(bill, f"00000000-0000-4000-8000-{community.pk:08d}{number:04d}", bill.due)
        paid = sum(bill.amount_minor for bill in made[:pays])
        if pays < count:
            rest = end_by(CLERK, agreement, "x", today=day, at=NOW)
            assert rest.amount_minor == should - paid
        assert verify_ledger() == []
