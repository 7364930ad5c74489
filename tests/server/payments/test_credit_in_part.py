"""Bills of which the unit's credit pays a part, and a channel or a card the rest: each cent once."""

import uuid

import pytest
from django.db import connection, transaction

from contract.messages import CardData, Method, PaymentState
from server.alerts.models import Alert
from server.billing import credit
from server.billing.credit import TooLittleCredit
from server.billing.credit_reserve import reserved_minor
from server.billing.leases import BillNotOpen
from server.billing.models import BillLease
from server.billing.unit_accounts import credit_minor
from server.estate.models import Community, LateSuccess
from server.ledger.posting import balance
from server.payments import inquiry, reports, sweeper, transitions
from server.payments.decisions import unknown_outcome
from server.payments.decisions.amount_difference import settle_amount
from server.payments.initiation import RefusedBefore, start
from server.payments.journal.reenrolment import open_card_payments
from server.payments.models import HeldFor, PaymentOrder, Refund
from server.payments.order_checks import AmountChanged
from server.payments.serializers import view_of
from server.payments.verification import verify_books
from server.staff.people import Person
from tests.server.payments.charges import WECHAT_CODE, later, order
from tests.server.payments.journal.test_intake import CARD, KioskJournal, record, take
from tests.server.payments.test_from_credit import Killed, by_clerk, states, wanted
from tests.server.payments.test_outside_refunds import goes_back
from tests.server.payments.world import KIOSK_ID, NOW, TODAY, ChannelUnavailable, OutcomeUnknown
from tests.server.simultaneous import together

CLERK = Person("clerk")
PART, REST, BOTH = 20_000, 46_416, 66_416


@pytest.fixture
def world(world):
    put_in(world, PART)
    return world


def put_in(world, minor: int) -> None:
    how = {"key": str(uuid.uuid4()), "note": "", "today": TODAY, "at": NOW}
    credit.deposit_by(CLERK, world.unit, minor, "cash", **how)


def parted(world, number: int = 1, method: Method = Method.WECHAT, part: int = PART, **more):
    sums = {"amount_minor": BOTH - part, "credit_minor": part}
    return world.request(number, method).model_copy(update=sums | more)


def pays(number: int = 1, after_s: int = 30):
    return lambda world: (
        world.channel.pays(order(number).out_trade_no),
        sweeper.sweep(later(after_s)),
    )


def stands(world) -> tuple[int, int]:
    """Credit that can be used, and what is reserved of it."""
    return credit_minor(world.unit), reserved_minor(world.unit)


def test_both_parts_settle_the_bills_together(world):
    view = view_of(start(world.caller, parted(world), NOW))
    assert (view.state, view.amount_minor, view.credit_minor) == ("pending", REST, PART)
    assert stands(world) == (0, PART) and verify_books() == []
    pays()(world)
    paid = order()
    assert (paid.captured_minor, paid.drawn_minor, paid.allocated_minor) == (REST, PART, BOTH)
    assert states() == ["paid", "paid"] and stands(world) == (0, 0)
    assert balance(world.community.pk, "clearing:wechat") == REST
    assert verify_books() == [] and not Alert.objects.exists()
    assert reports.takings_of([world.community], ["K03"], NOW) != {}


@pytest.mark.parametrize("part", [1, BOTH - 1])
def test_the_smallest_and_the_largest_part(world, part):
    put_in(world, BOTH)
    start(world.caller, parted(world, part=part), NOW)
    pays()(world)
    assert credit_minor(world.unit) == PART + BOTH - part and verify_books() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"credit_minor": PART + 1},
        {"amount_minor": REST - 1},
        {"amount_minor": BOTH},
        {"credit_minor": 0},
    ],
)
def test_parts_that_are_not_the_whole_are_refused(world, wrong):
    with pytest.raises(AmountChanged):
        start(world.caller, parted(world, **wrong), NOW)
    assert stands(world) == (PART, 0) and not BillLease.objects.exists()


@pytest.mark.parametrize("wrong", [{"method": "credit"}, {"bills": [], "top_up": True}])
def test_a_part_is_of_bills_that_another_method_pays(world, wrong):
    request = parted(world)
    with pytest.raises(ValueError, match="credit pays a part"):
        type(request).model_validate(request.model_dump() | wrong)


def test_what_is_reserved_nobody_else_uses(world):
    start(world.caller, parted(world), NOW)
    with pytest.raises(TooLittleCredit):
        credit.pay_out_by(CLERK, world.unit, 1, "cash", "x", key="k", today=TODAY, at=later(1))
    BillLease.objects.all().delete()
    with pytest.raises(TooLittleCredit):
        start(world.caller, parted(world, 2), later(2))


def test_too_little_begins_nothing_and_stays_refused(world):
    with pytest.raises(TooLittleCredit):
        start(world.caller, parted(world, part=PART + 1), NOW)
    put_in(world, 1)
    with pytest.raises(RefusedBefore):
        start(world.caller, parted(world, part=PART + 1), NOW)
    assert stands(world) == (PART + 1, 0) and not PaymentOrder.objects.exists()
    assert not BillLease.objects.exists()


def test_it_is_reserved_once_however_often_it_is_asked_for(world):
    put_in(world, PART)
    for second in range(3):
        start(world.caller, parted(world), later(second))
    assert stands(world) == (PART, PART)


def test_an_end_without_money_lets_it_go(world):
    start(world.caller, parted(world), NOW)
    assert inquiry.cancel(order(), later(5)).life is PaymentState.CANCELLED
    assert stands(world) == (PART, 0) and states() == ["open", "open"] and verify_books() == []
    sweeper.sweep(later(100))
    assert stands(world) == (PART, 0)


def test_a_channel_that_refuses_lets_it_go(world):
    world.channel.fails = [ChannelUnavailable("no")]
    with pytest.raises(ChannelUnavailable):
        start(world.caller, parted(world), NOW)
    assert order().life is PaymentState.DECLINED and stands(world) == (PART, 0)


def test_a_phone_that_declines_lets_it_go(world):
    world.channel.phone = "no_money"
    start(world.caller, parted(world, payment_code=WECHAT_CODE), NOW)
    assert order().life is PaymentState.DECLINED and stands(world) == (PART, 0)


def test_doubt_keeps_it(world):
    world.channel.fails = [OutcomeUnknown("silence")]
    with pytest.raises(OutcomeUnknown):
        start(world.caller, parted(world), NOW)
    world.channel.silent = True
    sweeper.sweep(later(2000))
    assert not order().life.final and stands(world) == (0, PART)
    world.channel.silent = False
    pays(after_s=4000)(world)
    assert states() == ["paid", "paid"] and stands(world) == (0, 0) and verify_books() == []


def test_staff_end_a_doubt(world):
    start(world.caller, parted(world, method=Method.CARD), NOW)
    told(world, (2, "pending"), (3, "unknown", "no_answer"))
    paid = inquiry.transitions.timing.DECISION_AFTER.total_seconds() + 1
    ended = unknown_outcome.book_as_unpaid(order().payment_id, CLERK, "looked", later(paid))
    assert ended.life is PaymentState.CANCELLED and stands(world) == (PART, 0)
    assert verify_books() == []


def test_staff_book_a_doubt_as_paid(world):
    start(world.caller, parted(world, method=Method.CARD), NOW)
    told(world, (2, "pending"), (3, "unknown", "no_answer"))
    unknown_outcome.book_as_paid(order().payment_id, CLERK, "looked", later(2000))
    assert states() == ["paid", "paid"] and stands(world) == (0, 0) and verify_books() == []


def told(world, *steps, journal=None):
    """What the kiosk's journal says of the card payment."""
    journal = journal or KioskJournal()
    known = len(journal.entries)
    for version, state, *reason in steps:
        card = {"card": CARD if state == "approved" else None, "reason": "".join(reason)}
        said = record(world, PaymentState(state), version, method=Method.CARD, **card)
        parts = {"amount_minor": REST, "credit_minor": PART}
        journal.tells(said.model_copy(update=parts))
    before = journal.entries[known - 1].hash if known else "0" * 64
    take(world, journal.entries[known:], known, before)
    return journal


def test_a_card(world):
    start(world.caller, parted(world, method=Method.CARD), NOW)
    told(world, (2, "pending"), (3, "approved"))
    assert states() == ["paid", "paid"] and stands(world) == (0, 0)
    assert balance(world.community.pk, "clearing:card") == REST and verify_books() == []


def test_a_card_that_is_taken_back_opens_the_bills_and_gives_the_credit_back(world):
    start(world.caller, parted(world, method=Method.CARD), NOW)
    journal = told(world, (2, "pending"), (3, "approved"))
    told(world, (4, "reversed", "terminal_took_back"), journal=journal)
    assert order().life is PaymentState.REVERSED and states() == ["open", "open"]
    assert stands(world) == (PART, 0) and balance(world.community.pk, "clearing:card") == 0
    assert verify_books() == []


@pytest.mark.parametrize("policy", [LateSuccess.CREDIT, LateSuccess.REFUND])
def test_late_money_is_the_channels_part_only(world, policy):
    Community.objects.update(late_success=policy)
    start(world.caller, parted(world), NOW)
    inquiry.cancel(order(), later(5))
    world.channel.pays(order().out_trade_no)
    inquiry.check(order(), later(60))
    sweeper.sweep(later(120))
    kept = REST if policy == LateSuccess.CREDIT else 0
    assert stands(world) == (PART + kept, 0) and states() == ["open", "open"]
    assert list(Refund.objects.values_list("amount_minor", flat=True)) == [REST] * (not kept)
    assert verify_books() == []


def test_a_whole_refund_in_the_console_gives_each_part_back_where_it_was(world):
    start(world.caller, parted(world), NOW)
    pays()(world)
    transitions.apply_reversed(order().payment_id, "refunded", later(300))
    assert (order().refunded_minor, order().drawn_minor) == (REST, 0)
    assert stands(world) == (PART, 0) and states() == ["open", "open"] and verify_books() == []


def test_a_part_of_the_channels_part_goes_back(world):
    start(world.caller, parted(world), NOW)
    pays()(world)
    goes_back(world, 1000)
    sweeper.sweep(later(86_500))
    assert order().refunded_minor == 1000 and states() == ["paid", "paid"]
    assert stands(world) == (0, 0) and verify_books() == []


def test_another_amount_keeps_it_until_staff_say_what_that_is_for(world):
    start(world.caller, parted(world), NOW)
    world.channel.pays(order().out_trade_no, 40_000)
    sweeper.sweep(later(30))
    assert stands(world) == (0, PART) and order().held_minor == 40_000 and verify_books() == []
    settle_amount(order().payment_id, CLERK, "x", later(60), purpose=HeldFor.BILLS)
    assert states() == ["paid", "open"] and stands(world) == (PART + 40_000 - 33_208, 0)
    assert verify_books() == []


def test_bills_that_somebody_else_paid_meanwhile_leave_both_parts_as_credit(world):
    start(world.caller, parted(world), NOW)
    unknown = PaymentOrder.objects.get()
    BillLease.objects.all().delete()  # as staff may, knowing what they do
    put_in(world, BOTH)
    by_clerk(world, world.bills)
    pays()(world)
    assert (order().credited_minor, order().drawn_minor) == (BOTH, PART)
    assert stands(world) == (BOTH, 0) and verify_books() == []
    assert Alert.objects.filter(kind="paid_twice", subject=unknown.reference).exists()


def test_a_server_that_dies_in_the_middle_reserved_nothing(world, monkeypatch):
    from server.payments import initiation

    def killed(*_, **__):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed), transaction.atomic():
        patch.setattr(initiation, "_deadlines", killed)
        start(world.caller, parted(world), NOW)
    assert stands(world) == (PART, 0) and not PaymentOrder.objects.exists()


def test_a_restored_server_uses_what_is_there_and_tells_what_is_missing(world):
    """The kiosk's journal says that it was paid; the backup knows neither order nor reserve."""
    by_clerk_out(world)
    told(world, (2, "pending"), (3, "approved"))
    assert states() == ["paid", "paid"] and verify_books() == []
    assert balance(world.community.pk, "credit", unit_id=world.unit.pk) == PART
    assert Alert.objects.get(kind="credit_overdrawn").details["overdrawn_minor"] == PART


def by_clerk_out(world) -> None:
    more = {"key": "out", "today": TODAY, "at": NOW}
    credit.pay_out_by(CLERK, world.unit, PART, "cash", "x", **more)


def test_a_restored_server_that_hears_of_a_doubt_reserves_again(world):
    journal = told(world, (2, "pending"), (3, "unknown", "no_answer"))
    assert stands(world) == (0, PART) and verify_books() == []
    told(world, (4, "approved"), journal=journal)
    assert stands(world) == (0, 0) and states() == ["paid", "paid"] and verify_books() == []


def test_or_goes_without_where_it_is_gone(world):
    by_clerk_out(world)
    journal = told(world, (2, "pending"), (3, "unknown", "no_answer"))
    assert stands(world) == (0, 0) and verify_books() == []
    told(world, (4, "cancelled", "terminal_has_none"), journal=journal)
    assert order().life is PaymentState.CANCELLED and verify_books() == []


def test_what_is_handed_over_says_both_parts(world):
    start(world.caller, parted(world, method=Method.CARD), NOW)
    (handed,) = open_card_payments(str(KIOSK_ID), NOW)
    assert (handed.amount_minor, handed.credit_minor) == (REST, PART)
    assert isinstance(handed.card, CardData | None)


def test_verification_sees_a_reserve_that_nobody_holds(world):
    start(world.caller, parted(world), NOW)
    PaymentOrder._base_manager.update(reserved_minor=0)
    assert any("of credit is reserved" in said for said in verify_books())


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one at a time")
@pytest.mark.django_db(transaction=True)
def test_two_kiosks_and_a_clerk_at_once_reserve_or_spend_it_once(world):
    def kiosk(number: int, place: int):
        only = world.request(number).bills[place : place + 1]
        sums = {"bills": only, "amount_minor": 33_208 - PART, "credit_minor": PART}
        return start(world.caller, world.request(number).model_copy(update=sums), NOW)

    ends = together(lambda: kiosk(1, 0), lambda: kiosk(2, 1), lambda: by_clerk_out(world))
    assert len([end for end in ends if isinstance(end, TooLittleCredit)]) == 2, ends
    assert sum(stands(world)) in (0, PART) and verify_books() == []


def test_out_of_credit_alone_is_as_ever(world):
    put_in(world, REST)
    assert start(world.caller, wanted(world), NOW).life is PaymentState.APPROVED
    with pytest.raises(BillNotOpen):
        start(world.caller, parted(world, 2), NOW)
    assert order().drawn_minor == 0 and verify_books() == []
