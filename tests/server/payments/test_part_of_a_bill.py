"""A part of a bill is paid: what was paid and what is left are bills of their own, each cent once."""

from datetime import date

import pytest
from pydantic import ValidationError

from contract.messages import Method, PaymentState
from server.alerts.models import Alert
from server.billing import parting, settlement, voiding, waiving
from server.billing.amounts import open_minor, terms_of
from server.billing.instalments.agreeing import agree_by
from server.billing.instalments.plan import InstalmentsImpossible, Terms
from server.billing.issuing import issue_period
from server.billing.leases import BillLeased, BillNotOpen, BillStands, holders
from server.billing.models import Bill, BillDebtor, LateFeePolicy
from server.billing.unit_accounts import account_of, credit_minor, to_contract
from server.billing.verification import verify_ledger
from server.estate.models import Community, LateSuccess, Resident
from server.ledger.posting import balance
from server.payments import inquiry, payer_status, sweeper
from server.payments.decisions.amount_difference import settle_amount
from server.payments.initiation import IdempotencyConflict, start
from server.payments.models import HeldFor, PaymentOrder
from server.payments.order_checks import AmountChanged
from server.payments.transitions import apply_reversed
from server.payments.verification import verify_books
from server.staff.people import Person
from tests.server.payments.charges import later, order
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.test_from_credit import Killed
from tests.server.payments.world import NOW, TODAY, OutcomeUnknown
from tests.server.simultaneous import together

CLERK = Person("clerk")
WHOLE, PART, REST = 33_208, 10_000, 23_208


@pytest.fixture
def world(world):
    Community.objects.update(part_min_minor=5_000)
    world.caller.community.refresh_from_db()
    return world


def wish(world, part: int = PART, number: int = 1, method: Method = Method.WECHAT, bill=None):
    bill = bill or Bill.objects.filter(state="open").order_by("period", "pk")[0]
    named = {
        "number": bill.number,
        "amount_minor": open_minor(bill, TODAY, terms_of(bill.community_id)),
    }
    request = world.request(number, method)
    shown = [request.bills[0].model_copy(update=named)]
    return request.model_copy(update={"bills": shown, "amount_minor": part, "in_part": True})


def pays(world, number: int = 1, after_s: int = 30) -> None:
    world.channel.pays(order(number).out_trade_no)
    sweeper.sweep(later(after_s))


def standing() -> list[tuple[str, str, int]]:
    return [(b.kind, b.state, b.amount_minor) for b in Bill.objects.order_by("pk")]


def sound() -> bool:
    return verify_books() == [] and verify_ledger() == []


def test_the_part_is_settled_and_the_rest_stays_due(world):
    old = Bill.objects.order_by("period")[0]
    start(world.caller, wish(world), NOW)
    assert holders(old) and standing()[0] == ("month", "open", WHOLE)
    pays(world)
    assert standing() == [
        ("month", "void", WHOLE),
        ("month", "open", WHOLE),
        ("part", "paid", PART),
        ("part", "open", REST),
    ]
    paid = order()
    assert (paid.life, paid.allocated_minor, paid.credited_minor) == (
        PaymentState.APPROVED,
        PART,
        0,
    )
    assert sound() and not Alert.objects.exists() and credit_minor(world.unit) == 0
    assert balance(world.community.pk, "receivable") == REST + WHOLE
    rest = account_of(world.unit, TODAY).bills[0]
    assert (rest.amount_minor, rest.replaces, rest.due) == (REST, [old.number], old.due)
    assert sum(line.amount_minor for line in rest.lines) == REST and not rest.held


def test_the_rest_is_paid_in_parts_again_until_nothing_is_left(world):
    for number, part in enumerate((10_000, 8_208, 7_500), 1):
        start(world.caller, wish(world, part, number), NOW)
        pays(world, number)
        assert sound()
    [rest] = [b for b in account_of(world.unit, TODAY).bills if b.title]
    assert rest.amount_minor == 7_500 and rest.part_min_minor == 0  # too little to be divided
    with pytest.raises(AmountChanged):
        start(world.caller, wish(world, 2_500, 4, bill=Bill.objects.get(number=rest.number)), NOW)


@pytest.mark.parametrize("part", [4_999, WHOLE - 4_999, WHOLE, WHOLE + 1])
def test_too_small_a_part_or_rest_is_refused(world, part):
    with pytest.raises(AmountChanged):
        start(world.caller, wish(world, part), NOW)
    assert not PaymentOrder.objects.exists()
    assert not holders(Bill.objects.order_by("period")[0])


@pytest.mark.parametrize("part", [5_000, WHOLE - 5_000])
def test_the_smallest_and_the_largest_part(world, part):
    start(world.caller, wish(world, part), NOW)
    pays(world)
    assert [s for s in standing() if s[0] == "part"] == [
        ("part", "paid", part),
        ("part", "open", WHOLE - part),
    ]
    assert sound()


def test_where_it_is_not_allowed_nothing_is_offered_or_taken(world):
    Community.objects.update(part_min_minor=0)
    world.caller.community.refresh_from_db()
    assert {b.part_min_minor for b in account_of(world.unit, TODAY).bills} <= {0, 5_000}
    with pytest.raises(AmountChanged):
        start(world.caller, wish(world), NOW)


def test_a_bill_that_changed_since_it_was_shown_is_not_divided(world):
    wanted = wish(world)
    bill = Bill.objects.get(number=wanted.bills[0].number)
    waiving.waive_by(CLERK, bill, waiving.Wish(waiving.BILL, 1_000), "wrong", today=TODAY, at=NOW)
    with pytest.raises(AmountChanged):
        start(world.caller, wanted, NOW)


def test_only_one_bill_and_not_out_of_credit(world):
    good = wish(world).model_dump()
    for wrong in (
        {"method": "credit"},
        {"credit_minor": 1},
        {"bills": [*good["bills"], {"number": "B-2", "amount_minor": 1}]},
    ):
        with pytest.raises(ValidationError):
            type(wish(world)).model_validate(good | wrong)


def test_the_same_request_again_is_the_same_payment_and_another_part_a_conflict(world):
    for _ in range(3):
        start(world.caller, wish(world), NOW)
    with pytest.raises(IdempotencyConflict):
        start(world.caller, wish(world, 12_000), NOW)
    pays(world)
    sweeper.sweep(later(60))
    assert PaymentOrder.objects.count() == 1 and len(standing()) == 4 and sound()


def test_two_kiosks_never_pay_parts_of_one_bill_at_once(world):
    start(world.caller, wish(world), NOW)
    for other in (wish(world, 6_000, 2), world.request(3)):
        with pytest.raises(BillLeased):
            start(world.caller, other, NOW)


def test_what_ends_unpaid_leaves_the_bill_as_it_was(world):
    start(world.caller, wish(world), NOW)
    inquiry.cancel(order(), later(5))
    assert order().life is PaymentState.CANCELLED
    assert standing() == [("month", "open", WHOLE)] * 2 and sound()
    start(world.caller, wish(world, 7_000, 2), later(20))
    pays(world, 2, 60)
    assert sum(s == ("part", "paid", 7_000) for s in standing()) == 1


@pytest.mark.parametrize("policy", [LateSuccess.CREDIT, LateSuccess.REFUND])
def test_money_after_the_end_divides_nothing(world, policy):
    Community.objects.update(late_success=policy)
    start(world.caller, wish(world), NOW)
    inquiry.cancel(order(), later(5))
    world.channel.pays(order().out_trade_no)
    inquiry.check(order(), later(60))
    sweeper.sweep(later(120))
    assert standing() == [("month", "open", WHOLE)] * 2 and sound()
    assert credit_minor(world.unit) == (PART if policy == LateSuccess.CREDIT else 0)


def test_what_goes_back_makes_its_part_due_again(world):
    start(world.caller, wish(world), NOW)
    pays(world)
    apply_reversed(order().payment_id, "refunded", later(90))
    assert [s[1:] for s in standing()[2:]] == [("open", PART), ("open", REST)]
    assert sum(b.amount_minor for b in account_of(world.unit, TODAY).bills) == 2 * WHOLE and sound()


def test_clerks_wait_while_it_is_not_known_and_find_the_rest_then(world):
    old = Bill.objects.order_by("period")[0]
    start(world.caller, wish(world), NOW)
    acts = (
        lambda b: voiding.void_by(CLERK, b, "wrong", at=NOW),
        lambda b: waiving.waive_by(
            CLERK, b, waiving.Wish(waiving.BILL, None), "poor", today=TODAY, at=NOW
        ),
        lambda b: agree_by(
            CLERK,
            world.unit,
            Terms((b.number,), (date(2026, 12, 1), date(2027, 1, 1)), "Wang", TODAY),
            "asked",
            today=TODAY,
            at=NOW,
        ),
    )
    for act in acts:
        with pytest.raises(BillLeased):
            act(old)
    pays(world)
    for act in acts:
        with pytest.raises((BillNotOpen, InstalmentsImpossible)):
            act(Bill.objects.get(pk=old.pk))
    rest = Bill.objects.get(kind="part", state="open")
    with pytest.raises(BillStands):
        voiding.void_by(CLERK, rest, "wrong", at=NOW)
    acts[1](rest)
    assert Bill.objects.get(pk=rest.pk).state == "waived" and sound()


def test_the_rest_becomes_instalments(world):
    start(world.caller, wish(world), NOW)
    pays(world)
    rest = Bill.objects.get(kind="part", state="open")
    terms = Terms((rest.number,), (date(2026, 12, 1), date(2027, 1, 1)), "Wang", TODAY)
    agree_by(CLERK, world.unit, terms, "asked", today=TODAY, at=NOW)
    assert balance(world.community.pk, "receivable") == REST + WHOLE and sound()


def test_a_divided_month_is_not_billed_again_and_not_made_anew(world):
    old = Bill.objects.order_by("period")[0]
    start(world.caller, wish(world), NOW)
    pays(world)
    again = issue_period(
        world.community, old.period, issued_on=TODAY, due=old.due, at=later(99), units=[world.unit]
    )
    assert again == [] and sound()


def test_whose_debt_it_was_agreed_to_be_stays(world):
    old = Bill.objects.order_by("period")[0]
    someone = Resident.objects.create(community=world.community, name="Li", phone="13800001202")
    BillDebtor.objects.create(community=world.community, bill=old, resident=someone, agreed_at=NOW)
    start(world.caller, wish(world, bill=old), NOW)
    pays(world)
    new = BillDebtor.objects.exclude(bill=old)
    assert {row.resident for row in new} == {someone} and new.count() == 2


def test_a_waived_bill_is_divided_as_far_as_it_is_left(world):
    old = Bill.objects.order_by("period")[0]
    waiving.waive_by(CLERK, old, waiving.Wish(waiving.BILL, 3_208), "poor", today=TODAY, at=NOW)
    start(world.caller, wish(world), NOW)
    pays(world)
    assert [s[2] for s in standing()[2:]] == [PART, 20_000] and sound()


def test_a_late_fee_that_was_waived_for_good_does_not_come_back_with_the_rest(world):
    LateFeePolicy.objects.create(
        community=world.community, daily_rate="0.0005", grace_days=0, cap="0.3"
    )
    old = Bill.objects.order_by("period")[0]
    never = waiving.Wish(waiving.LATE_FEE, None)
    waiving.waive_by(CLERK, old, never, "poor", today=TODAY, at=NOW)
    start(world.caller, wish(world), NOW)
    pays(world)
    rest = Bill.objects.get(kind="part", state="open")
    less = waiving.Wish(waiving.BILL, 100)
    waiving.waive_by(CLERK, rest, less, "poor", today=TODAY, at=NOW)
    rest.refresh_from_db()
    terms = terms_of(rest.community_id)
    assert open_minor(rest, date(2027, 12, 1), terms) == REST - 100 and sound()


def test_a_card_for_all_of_it_without_the_line_is_credit_once_it_was_divided(world):
    """Another kiosk had a copy of the bills and took a card; its journal comes later."""
    old = Bill.objects.order_by("period")[0]
    before = to_contract(old, TODAY)
    start(world.caller, wish(world, bill=old), NOW)
    pays(world)
    card = record(world, PaymentState.APPROVED, 2, number=9, offline=True)
    card = card.model_copy(update={"bills": [before], "amount_minor": WHOLE})
    take(world, KioskJournal().tells(card).entries)
    assert order(9).credited_minor == WHOLE == credit_minor(world.unit) and sound()
    assert Alert.objects.filter(kind="paid_twice").exists()
    assert standing()[2:] == [("part", "paid", PART), ("part", "open", REST)]


def test_a_card_for_all_of_it_without_the_line_comes_first(world):
    """Its journal arrives while a part is being paid: the part is credit, and the bill is paid whole."""
    old = Bill.objects.order_by("period")[0]
    card = record(world, PaymentState.APPROVED, 2, number=9, offline=True)
    card = card.model_copy(update={"bills": [to_contract(old, TODAY)], "amount_minor": WHOLE})
    start(world.caller, wish(world, bill=old), NOW)
    take(world, KioskJournal().tells(card).entries)
    pays(world)
    assert standing() == [("month", "paid", WHOLE), ("month", "open", WHOLE)] and sound()
    assert credit_minor(world.unit) == PART
    [told] = payer_status.bills_told(order())
    assert told.paid and not told.part_settled


@pytest.mark.parametrize(
    "where",
    [
        (parting, "replace"),
        (parting, "owes"),
        (parting, "write_lines"),
        (settlement.posting, "post_many"),
        (settlement, "release"),
        (settlement.Allocation.objects, "bulk_create"),
    ],
)
def test_a_server_that_dies_between_two_steps_has_done_nothing_and_does_it_once(
    world, monkeypatch, where
):
    start(world.caller, wish(world), NOW)
    world.channel.pays(order().out_trade_no)

    def killed(*_, **__):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(*where, killed)
        inquiry.check(order(), later(20))
    assert standing() == [("month", "open", WHOLE)] * 2 and sound()
    pays(world)
    assert len(standing()) == 4 and order().allocated_minor == PART and sound()


@pytest.mark.django_db(transaction=True)
def test_two_kiosks_and_a_clerk_at_once_do_one_thing(world):
    old = Bill.objects.order_by("period")[0]

    def kiosk(number: int, part: int):
        return lambda: start(world.caller, wish(world, part, number, bill=old), NOW)

    ends = together(
        kiosk(1, 10_000),
        kiosk(2, 12_000),
        lambda: voiding.void_by(CLERK, Bill.objects.get(pk=old.pk), "wrong", at=NOW),
    )
    assert sum(not isinstance(end, Exception) for end in ends) == 1, ends
    assert sound()


@pytest.mark.parametrize("lost", [OutcomeUnknown("silence"), OutcomeUnknown("timeout")])
def test_a_channel_that_left_us_in_doubt_is_asked_again_and_paid_once(world, lost):
    world.channel.fails = [lost]
    with pytest.raises(OutcomeUnknown):
        start(world.caller, wish(world), NOW)
    start(world.caller, wish(world), later(1))
    pays(world)
    sweeper.sweep(later(60))
    assert len(standing()) == 4 and sound()


@pytest.mark.parametrize(
    ("came", "purpose", "standing_after"),
    [
        (PART + 500, HeldFor.BILLS, (PART, 500)),
        (PART - 500, HeldFor.BILLS, (0, PART - 500)),
        (PART - 500, HeldFor.CREDIT, (0, PART - 500)),
    ],
)
def test_another_sum_than_the_part(world, came, purpose, standing_after):
    start(world.caller, wish(world), NOW)
    world.channel.pays(order().out_trade_no, came)
    sweeper.sweep(later(30))
    assert order().held_minor == came
    settle_amount(order().payment_id, CLERK, "asked", later(99), purpose=purpose)
    assert (order().allocated_minor, order().credited_minor) == standing_after and sound()


def test_two_answers_divide_once(world):
    start(world.caller, wish(world), NOW)
    pays(world)
    pays(world, 1, 40)
    assert len(standing()) == 4 and sound()


def test_the_phone_says_that_it_is_a_part(world):
    start(world.caller, wish(world), NOW)
    pays(world)
    [told] = payer_status.bills_told(order())
    assert told.part_settled and "100.00" in told.part and "332.08" in told.amount
