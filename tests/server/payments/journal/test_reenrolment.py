"""What a kiosk that begins anew is handed: open card payments, used numbers, ended orders."""

from contract.messages import CardData, Method, PaymentState
from kiosk.core.payment import missing
from server.billing.unit_accounts import credit_minor
from server.fleet.models import Kiosk
from server.fleet.reenrolment import position_of
from server.payments import sweeper
from server.payments.initiation import start
from server.payments.models import PaymentOrder
from server.payments.verification import verify_books
from tests.server.payments.journal.test_intake import CARD, KioskJournal, record, take
from tests.server.payments.test_top_up import wish
from tests.server.payments.world import NOW

BEFORE = CardData(receipt_no="0007", trace_no="000007", terminal_id="52500013")


def position(world, *asked):
    return position_of(Kiosk.objects.get(), list(asked), NOW)


def test_an_open_card_payment_is_handed_over_as_it_was_told_last(world):
    start(world.caller, world.request(method=Method.CARD), NOW)
    journal = KioskJournal().tells(record(world, PaymentState.CREATED, 1))
    pending = record(world, PaymentState.PENDING, 2, terminal_before=BEFORE)
    take(world, journal.tells(pending).entries)
    assert position(world).payments == [pending]


def test_one_that_was_never_told_of_is_put_together_from_its_order(world):
    earlier = record(world, PaymentState.APPROVED, 1, number=7)
    take(world, KioskJournal().tells(earlier).entries)
    PaymentOrder._base_manager.update(amount_minor=1)
    from server.billing.models import Bill

    Bill.objects.update(state="open", paid_on=None)
    start(world.caller, world.request(number=8, method=Method.CARD), NOW)
    (handed,) = position(world).payments
    assert (handed.reference, handed.state, handed.version) == ("K03-000008", "pending", 1)
    assert (handed.amount_minor, [b.number for b in handed.bills]) == (
        66416,
        [b.number for b in world.bills],
    )
    assert handed.terminal_before == CARD  # nothing came between


def test_what_is_paid_in_as_credit_is_handed_over_as_that(world):
    start(world.caller, wish(world, method=Method.CARD), NOW)
    (handed,) = position(world).payments
    assert handed.top_up and missing(handed) == ()
    unknown = handed.model_copy(update={"state": PaymentState.UNKNOWN, "version": 2})
    found = handed.model_copy(update={"state": PaymentState.APPROVED, "version": 3, "card": CARD})
    take(world, KioskJournal().tells(unknown).tells(found).entries)
    assert credit_minor(world.unit) == 50_000 and verify_books() == []


def test_the_finding_of_the_new_disk_settles_the_order(world):
    start(world.caller, world.request(method=Method.CARD), NOW)
    (handed,) = position(world).payments
    unknown = handed.model_copy(update={"state": PaymentState.UNKNOWN, "version": 2})
    found = handed.model_copy(update={"state": PaymentState.APPROVED, "version": 3, "card": CARD})
    take(world, KioskJournal().tells(unknown).tells(found).entries)
    assert PaymentOrder.objects.get().life is PaymentState.APPROVED
    assert position(world).payments == []


def test_what_ended_is_told_to_a_disk_that_asks(world):
    approved = record(world, PaymentState.APPROVED, 3)
    take(world, KioskJournal().tells(approved).entries)
    assert position(world, approved.payment_id).payments == [approved]
    PaymentOrder._base_manager.update(kiosk_id="another")
    assert position(world, approved.payment_id).payments == []


def test_orders_at_channels_are_ended_by_the_server_unless_they_were_paid(world):
    start(world.caller, world.request(number=1, bills=1), NOW)
    position(world)
    sweeper.sweep(NOW)
    assert PaymentOrder.objects.get().life is PaymentState.CANCELLED


def test_an_order_that_was_paid_meanwhile_is_settled(world):
    order = start(world.caller, world.request(number=1), NOW)
    world.channel.pays(order.out_trade_no)
    position(world)
    sweeper.sweep(NOW)
    assert PaymentOrder.objects.get().life is PaymentState.APPROVED


def test_the_highest_number_is_the_highest_that_anybody_told(world):
    assert position(world).number == 0
    start(world.caller, world.request(number=12), NOW)
    assert position(world).number == 12
    take(world, KioskJournal().tells(record(world, PaymentState.CREATED, number=15)).entries)
    assert position(world).number == 15
    Kiosk.objects.update(number=999_999)
    assert position(world).number == 999_999
    PaymentOrder._base_manager.update(reference="K03-1000000")
    assert position(world).number == 1_000_000


def test_the_position_is_where_the_journal_stands(world):
    Kiosk.objects.update(journal_sequence=512, journal_hash="a" * 64, starts=7)
    told = position(world)
    assert (told.sequence, told.hash, told.starts) == (512, "a" * 64, 7)
