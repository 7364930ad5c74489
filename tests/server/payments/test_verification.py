"""verify-ledger finds each way in which payments, refunds, journals and books can disagree."""

from datetime import timedelta

import pytest
from django.db import connection, models

from contract.messages import Method, PaymentState
from server.billing.leases import hold
from server.billing.models import Allocation
from server.ledger.models import Entry, Transaction
from server.payments import inquiry, sweeper
from server.payments.channels.interface import ChannelStatus, OrderState
from server.payments.initiation import start
from server.payments.models import JournalEntry, PaymentOrder, Refund
from server.payments.verification import verify_books
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.world import NOW, unit
from tests.server.without_guards import without_guards

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(world) -> KioskJournal:
    """A card payment, begun at the server and approved by the kiosk's journal."""
    start(world.caller, world.request(method=Method.CARD), NOW)
    journal = KioskJournal()
    for version, state in enumerate(("created", "pending", "approved"), 1):
        journal.tells(record(world, PaymentState(state), version))
    take(world, journal.entries)
    return journal


@pytest.fixture
def late(world) -> Refund:
    """Paid after it was cancelled: to be refunded."""
    order = inquiry.cancel(start(world.caller, world.request(5), NOW), NOW)
    world.channel.pays(order.out_trade_no)
    inquiry.apply_answer(order, OrderState(ChannelStatus.PAID, "4200", 66416, NOW), NOW)
    return Refund.objects.get()


def found() -> str:
    return "\n".join(verify_books())


def rewritten(rows, **fields) -> None:
    """By somebody at the database's own prompt, who took the guards away."""
    with without_guards():
        models.QuerySet.update(rows, **fields)


def test_true_books_have_no_problems(world, late, card):
    assert verify_books() == []
    sweeper.sweep(NOW + timedelta(minutes=10))
    assert Refund.objects.get().state == Refund.State.DONE
    assert verify_books() == []


def test_an_order_that_says_another_amount(world, card):
    rewritten(PaymentOrder.objects.all(), captured_minor=66417, credited_minor=1)
    said = found()
    assert "the order says that 66417 is here, the books say 66416" in said
    assert "1 became credit, the books say 0" in said
    assert "its journal says approved, 66416; its order is approved with 66417" in said


def test_an_approved_order_without_its_posting(world, card):
    with without_guards():
        Entry.objects.filter(transaction__kind="payment")._raw_delete("default")
        Transaction.objects.filter(kind="payment")._raw_delete("default")
    assert "the order says that 66416 is here, the books say 0" in found()


def test_an_order_that_is_gone(world, card):
    Allocation.objects.all().delete()
    PaymentOrder.objects.all().delete()
    said = found()
    assert "of which there is no order" in said
    assert "its journal says approved, 66416; it is not booked: there is no order" in said


def test_an_order_of_another_unit(world, card):
    rewritten(PaymentOrder.objects.all(), unit=unit(world.community, "1301"))
    assert "for another unit than its order's" in found()


def test_an_order_in_another_currency(world, card):
    rewritten(PaymentOrder.objects.all(), currency="USD")
    assert "in USD" in found()


def test_allocations_that_contradict_the_order(world, card):
    Allocation.objects.filter(bill=world.bills[0]).update(undone=True)
    assert "66416 settled bills, allocations say 33208" in found()


def test_a_refund_that_is_not_booked_or_booked_and_not_done(world, late):
    with without_guards():
        Refund.objects.update(state="done", done_at=NOW, next_poll_at=None)
    assert "is done: 66416 went back, the books say 0" in found()
    with without_guards():
        Refund.objects.update(state="due", done_at=None, next_poll_at=NOW)
    sweeper.sweep(NOW + timedelta(minutes=10))
    with without_guards():
        Refund.objects.update(state="due", done_at=None)
    assert "is due: 0 went back, the books say 66416" in found()


def test_a_card_that_a_journal_calls_approved_and_nobody_booked(world):
    take(world, KioskJournal().tells(record(world, PaymentState.APPROVED, currency="USD")).entries)
    assert "its journal says approved, 66416; it is not booked" in found()


def test_a_journal_that_was_rewritten_or_lost_entries(world, card):
    with without_guards():
        body = JournalEntry.objects.get(sequence=2).body | {"amount_minor": 1}
        JournalEntry.objects.filter(sequence=2).update(body=body)
    assert "entry 2: is not what the kiosk signed" in found()
    with without_guards():
        JournalEntry.objects.filter(sequence=2).delete()
    assert "entry 3: the entries after 1 are missing" in found()


@pytest.mark.parametrize("text", ["", "{", '{"amount_minor":,', "[]", "7", "null"])
def test_a_journal_whose_text_somebody_spoiled_is_told_of_and_still_shown(world, card, staff, text):
    entry = JournalEntry.objects.get(sequence=2)
    with without_guards(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_journalentry SET body = %s WHERE sequence = 2", [text])
    assert "entry 2: is not what the kiosk signed" in found()
    assert JournalEntry.objects.get(sequence=2).hash == entry.hash
    order = PaymentOrder.objects.get()
    assert staff.get(order.get_absolute_url()).status_code == 200


def test_a_bill_that_is_held_by_a_payment_with_an_end(world, card):
    hold([world.bills[0]], PaymentOrder.objects.get().payment_id, now=NOW)
    assert "which has ended or does not exist" in found()
