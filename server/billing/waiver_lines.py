"""What was waived of a bill, as lines below nought on kiosk, phone and paper. Why, is nobody's business
there: the reason stays with staff."""

from contract import messages
from contract.messages import Text
from contract.money import Money
from server.billing.models import Bill, BillWaiver
from server.language import both, money_said

CODE = "waiver"


def any_of(bill: Bill) -> bool:
    """Whether anything of the bill is waived, without asking the database."""
    return bool(bill.waived_minor or bill.late_fee_waived_minor or bill.no_late_fee)


def of(bill: Bill) -> list[messages.BillLine]:
    """One line for each waiver in force, so that all lines and the late fee add up to what is open. A
    late fee is told net: its waiver is a line of nought that says how much it was."""
    if not any_of(bill):
        return []
    rows = [row for row in bill.waivers.all() if row.ended_at is None]
    return [_line(row, bill.currency) for row in sorted(rows, key=lambda row: row.pk)]


def _line(row: BillWaiver, currency: str) -> messages.BillLine:
    of_fee = row.of == BillWaiver.Of.LATE_FEE
    minor = 0 if of_fee else -row.amount_minor
    return messages.BillLine(
        fee_item=CODE,
        name=both("Waived"),
        amount_minor=minor,
        quantity="1",
        quantity_unit=both("time"),
        rate=str(Money(minor, currency).decimal),
        note=_note(row, currency),
    )


def _note(row: BillWaiver, currency: str) -> Text:
    if row.of == BillWaiver.Of.ITEM and row.fee_item is not None:
        return row.fee_item.name
    if row.of == BillWaiver.Of.BILL:
        return both("the whole bill") if row.whole else both("a part of the bill")
    if row.whole:
        return both("late fee; none is charged any more")
    return both("late fee, %(amount)s", amount=money_said(row.amount_minor, currency))
