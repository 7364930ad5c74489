"""What staff booked as paid and took back can be paid no more; what is paid all the same goes back."""

from datetime import datetime, timedelta

import pytest

from contract.messages import Method, PaymentState
from server.alerts.models import Alert
from server.ledger import posting
from server.payments import contradictions, sweeper, transitions
from server.payments.channels.interface import ChannelStatus, OrderState, RefundStatus
from server.payments.decisions.refund_takeover import returned_by_hand
from server.payments.decisions.refusal import NotPossible
from server.payments.decisions.unknown_outcome import book_as_paid, book_as_unpaid
from server.payments.initiation import start
from server.payments.models import PaymentOrder, Refund
from server.payments.verification import verify_books
from server.staff.people import Person
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.world import NOW

CLERK = Person("李会计")
LATER = NOW + timedelta(hours=3)
WHY = "商户后台已查"


def order() -> PaymentOrder:
    return PaymentOrder.objects.get()


def after(**more: float) -> datetime:
    return LATER + timedelta(**more)


def take_back(at: datetime, *, looked_at_channel: bool = False) -> PaymentOrder:
    return book_as_unpaid(order().payment_id, CLERK, WHY, at, looked_at_channel=looked_at_channel)


@pytest.fixture
def contradicted(world):
    """Booked as paid while the channel was silent; then it says that the order waits to be paid."""
    world.community.late_success = "refund"
    world.community.save()
    start(world.caller, world.request(), NOW)
    world.channel.silent = True
    book_as_paid(order().payment_id, CLERK, WHY, LATER, looked_at_channel=True)
    world.channel.silent = False
    sweeper.sweep(after(minutes=2))
    return world


def alerts() -> list[str]:
    return sorted(Alert.objects.filter(resolved_at=None).values_list("kind", flat=True))


def test_it_is_closed_at_the_channel_first(contradicted):
    assert alerts() == ["decision_contradicted"]
    take_back(after(hours=1))
    known = contradicted.channel.orders[order().out_trade_no].status
    assert (known, order().life) == (ChannelStatus.CLOSED, PaymentState.REVERSED)


def test_what_the_channel_says_is_paid_by_now_is_not_taken_back(contradicted):
    contradicted.channel.pays(order().out_trade_no)
    with pytest.raises(NotPossible) as error:
        take_back(after(hours=1), looked_at_channel=True)
    assert (error.value.code, order().life) == ("says_paid", PaymentState.APPROVED)


def test_where_the_channel_is_silent_a_person_looks_in_its_console(contradicted):
    contradicted.channel.silent = True
    with pytest.raises(NotPossible) as error:
        take_back(after(hours=1))
    assert error.value.code == "no_answer"
    take_back(after(hours=1), looked_at_channel=True)
    for minutes in (2, 5, 20, 90):
        sweeper.sweep(after(hours=1, minutes=minutes))  # silent: no look counts
    contradicted.channel.silent = False
    sweeper.sweep(after(hours=10))
    assert contradicted.channel.orders[order().out_trade_no].status is ChannelStatus.CLOSED


def test_what_was_paid_all_the_same_goes_back_once(contradicted):
    contradicted.channel.silent = True
    take_back(after(hours=1), looked_at_channel=True)
    contradicted.channel.silent = False
    paid = contradicted.channel.pays(order().out_trade_no)
    sweeper.sweep(after(hours=1, minutes=2))
    assert alerts() == ["late_payment"]
    assert verify_books() == []
    transitions.apply_paid(order().payment_id, paid, after(hours=2))
    sweeper.sweep(after(hours=2))
    assert Refund.objects.get().state == Refund.State.DONE
    assert contradicted.channel.refunds == {Refund.objects.get().refund_no: 66416}
    assert posting.balance(contradicted.community.pk, "clearing:wechat") == 0
    assert verify_books() == []
    assert (order().life, alerts()) == (PaymentState.REVERSED, ["late_payment"])


def test_late_money_told_twice_contradicts_nobody(world):
    """A channel tells of one payment as often as it likes."""
    world.community.late_success = "refund"
    world.community.save()
    start(world.caller, world.request(), NOW)
    world.channel.silent = True
    take_back(LATER, looked_at_channel=True)  # never booked: it just ends unpaid
    for minutes in (1, 2):
        transitions.apply_paid(
            order().payment_id, OrderState(ChannelStatus.PAID), after(minutes=minutes)
        )
    assert (order().life, alerts()) == (PaymentState.REVERSED, ["late_payment"])


def test_a_silent_channel_has_not_said_whether_it_returned_what_staff_returned(world):
    world.community.late_success = "refund"
    world.community.save()
    start(world.caller, world.request(), NOW)
    world.channel.silent = True
    take_back(LATER, looked_at_channel=True)
    transitions.apply_paid(order().payment_id, OrderState(ChannelStatus.PAID), after(minutes=1))
    sweeper.sweep(after(minutes=2))
    number = Refund.objects.get().refund_no
    returned_by_hand(
        number, CLERK, WHY, after(minutes=9), how=Refund.How.CASH, looked_at_channel=True
    )
    for hours in (1, 3, 30, 60, 90):
        sweeper.sweep(after(hours=hours))
    world.channel.silent = False
    world.channel.refunds[number] = 66416
    world.channel.refund_query_says = RefundStatus.DONE
    sweeper.sweep(after(hours=120))
    assert "refunded_twice" in alerts()
    assert verify_books() == []


def test_a_card_that_was_charged_after_all_is_returned_by_hand(world):
    """No channel can send it back: staff are asked to, and the books hold it until then."""
    start(world.caller, world.request(method=Method.CARD), NOW)
    transitions.apply_paid(order().payment_id, OrderState(ChannelStatus.PAID), NOW, decided="paid")
    contradictions.said(order(), "closed", NOW)
    book_as_unpaid(order().payment_id, CLERK, "no such receipt", LATER)
    assert (order().state, order().decided) == ("reversed", "unpaid")
    paid = record(world, PaymentState.APPROVED, 3)
    take(world, KioskJournal().tells(paid).entries)
    refund = Refund.objects.get()
    assert (refund.amount_minor, refund.state) == (66416, Refund.State.DUE)
    assert Alert.objects.filter(kind="refund_failed", subject=refund.refund_no).exists()
    assert posting.balance(world.community.pk, "refunds_due") == -66416
    assert list(verify_books()) == []
