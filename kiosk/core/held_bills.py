"""Bills that may be paid already, although whoever told of them says that they are due. Pure.

Which payments of this kiosk those are, the journal knows (``Journal.may_have_paid``); of all others the
server does (``Bill.held``). Here is what follows from it.
"""

from collections.abc import Iterable

from contract.messages import Bill, PaymentRecord, PaymentState, UnitAccount


def holds(record: PaymentRecord, bill: Bill) -> bool:
    """Whether a payment is for a bill, or for one whose place it took: one unit has one bill for a
    month, and others say which they stand for."""
    numbers = {bill.number, *bill.replaces}
    return any(
        mine.number in numbers or (mine.unit, mine.paid_once) == (bill.unit, bill.paid_once)
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


def waiting(account: UnitAccount, held: Iterable[PaymentRecord]) -> tuple[Bill, ...]:
    """The bills that may be paid already, as nobody can say yet; by a payment of this kiosk, or by one
    that the server knows. They are shown, and cannot be chosen."""
    payments = tuple(held)
    found = ((bill, payment_for(bill, payments)) for bill in account.bills)
    return tuple(
        bill
        for bill, record in found
        if (bill.held if record is None else record.state is not PaymentState.APPROVED)
    )


def payment_for(bill: Bill, held: Iterable[PaymentRecord]) -> PaymentRecord | None:
    """The payment of this kiosk that holds the bill: one without an end before all others, and of
    these the newest."""
    mine = [record for record in held if holds(record, bill)]
    return next(
        (record for record in reversed(mine) if not record.state.final), mine[-1] if mine else None
    )


def in_doubt(held: Iterable[PaymentRecord]) -> bool:
    return any(record.state is not PaymentState.APPROVED for record in held)
