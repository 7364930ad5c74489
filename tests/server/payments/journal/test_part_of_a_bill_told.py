"""What kiosks' journals say of parts of bills: a bill is divided once, in whatever order it is told."""

from contract.messages import Method, PaymentState
from server.billing.models import Bill
from server.billing.unit_accounts import account_of, credit_minor, to_contract
from server.payments.initiation import start
from server.payments.journal.reenrolment import open_card_payments
from tests.server.payments.charges import order
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.test_part_of_a_bill import (
    PART,
    REST,
    WHOLE,
    sound,
    standing,
    wish,
    world,
)
from tests.server.payments.world import KIOSK_ID, NOW, TODAY

__all__ = ["world"]


def told_part(world, state: PaymentState, version: int, number: int = 1, **more):
    old = Bill.objects.order_by("period")[0]
    made = record(world, state, version, number=number, method=Method.CARD)
    shown = {"bills": [to_contract(old, TODAY)], "amount_minor": PART, "in_part": True}
    return made.model_copy(update=shown | more)


def test_a_restored_server_divides_the_bill_by_the_kiosks_word(world):
    """The backup knows nothing of the order: what the journal says makes the same bills again."""
    old = Bill.objects.order_by("period")[0]
    take(world, KioskJournal().tells(told_part(world, PaymentState.APPROVED, 3)).entries)
    assert order().in_part and order().allocated_minor == PART and sound()
    numbers = list(Bill.objects.filter(kind="part").values_list("number", flat=True))
    assert sorted(numbers) == [f"T{old.community_id:04d}-{old.pk:06d}-{n}" for n in (1, 2)]


def test_a_restored_server_hears_of_a_part_and_of_its_rest_at_once(world):
    """In one batch of the journal: the bill that the first payment makes is the second one's."""
    old = Bill.objects.order_by("period")[0]
    rest = {"number": f"T{old.community_id:04d}-{old.pk:06d}-2", "amount_minor": REST}
    named = to_contract(old, TODAY).model_copy(update=rest)
    first = told_part(world, PaymentState.APPROVED, 3)
    paid = record(world, PaymentState.APPROVED, 3, number=2)
    second = paid.model_copy(update={"bills": [named], "amount_minor": REST})
    take(world, KioskJournal().tells(first).tells(second).entries)
    assert order(2).allocated_minor == REST and credit_minor(world.unit) == 0 and sound()
    assert [s[1:] for s in standing()[2:]] == [("paid", PART), ("paid", REST)]


def test_the_kiosks_word_in_any_order_and_again(world):
    start(world.caller, wish(world, method=Method.CARD), NOW)
    journal = KioskJournal()
    for version, state in enumerate(("created", "pending", "unknown", "approved"), 1):
        reason = "no_answer" if state == "unknown" else ""
        journal.tells(told_part(world, PaymentState(state), version, reason=reason))
    taken = take(world, journal.entries)
    take(world, journal.entries, *taken)
    assert len(standing()) == 4 and order().allocated_minor == PART and sound()


def test_a_card_that_was_reversed_leaves_its_part_due(world):
    start(world.caller, wish(world, method=Method.CARD), NOW)
    journal = KioskJournal()
    for version, state in enumerate(("pending", "approved", "reversed"), 1):
        reason = "terminal" if state == "reversed" else ""
        journal.tells(told_part(world, PaymentState(state), version, reason=reason))
    take(world, journal.entries)
    owed = account_of(world.unit, TODAY).bills
    assert sum(bill.amount_minor for bill in owed) == 2 * WHOLE and sound()


def test_what_is_handed_over_says_that_it_is_a_part(world):
    start(world.caller, wish(world, method=Method.CARD), NOW)
    (handed,) = open_card_payments(str(KIOSK_ID), NOW)
    assert handed.in_part and handed.amount_minor == PART
