"""Bills that may be paid already, although whoever told of them says that they are due. Pure.

Which payments of this kiosk those are, the journal knows (``Journal.may_have_paid``); of all others the
server does (``Bill.held``). Here is what follows from it.
"""

from collections.abc import Iterable

from contract.messages import Bill, PaymentRecord, PaymentState, UnitAccount
from kiosk.core.model import Say


def holds(record: PaymentRecord, bill: Bill) -> bool:
    """Whether a payment is for a bill, or for the one whose place it took: one unit has one bill for
    a month."""
    return any(
        mine.number == bill.number or (mine.unit, mine.period) == (bill.unit, bill.period)
        for mine in record.bills
    )


def held_bills(bills: Iterable[Bill], held: Iterable[PaymentRecord]) -> set[str]:
    """The numbers of the bills that one of the payments holds."""
    payments = tuple(held)
    return {bill.number for bill in bills if any(holds(record, bill) for record in payments)}


def without(account: UnitAccount, held: Iterable[PaymentRecord]) -> UnitAccount:
    """The account with only what can be paid."""
    taken = held_bills(account.bills, held)
    left = [bill for bill in account.bills if not bill.held and bill.number not in taken]
    return account.model_copy(update={"bills": left})


def elsewhere(bills: Iterable[Bill], held: Iterable[PaymentRecord]) -> list[Bill]:
    """The bills that are held by no payment of this kiosk, but by one that the server knows."""
    of_ours = held_bills(listed := tuple(bills), held)
    return [bill for bill in listed if bill.held and bill.number not in of_ours]


def in_doubt(held: Iterable[PaymentRecord]) -> bool:
    return any(record.state is not PaymentState.APPROVED for record in held)


def words(held: Iterable[PaymentRecord]) -> Say:
    """What is true of bills that such payments hold."""
    return Say.BEING_CONFIRMED if in_doubt(held) else Say.ALREADY_PAID
