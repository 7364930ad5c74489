"""What somebody has chosen on the page: which of the open bills, and whether the unit's credit is used.

Bills that may be paid already are shown and cannot be chosen. All others are chosen at first.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from contract import messages
from contract.messages import BILLS_A_PAYMENT, BillToPay, Method

CHOSEN, CREDIT, ASKED = "bill", "credit", "chosen"  # names in the address


@dataclass(frozen=True)
class Choice:
    """Amounts in minor units. ``from_credit``: so much of ``total_minor`` comes out of the credit."""

    bills: list[messages.Bill]
    total_minor: int
    from_credit: int

    @property
    def rest_minor(self) -> int:
        return self.total_minor - self.from_credit

    @property
    def all_from_credit(self) -> bool:
        return bool(self.from_credit) and not self.rest_minor

    @property
    def to_pay(self) -> list[BillToPay]:
        return [BillToPay(number=b.number, amount_minor=b.amount_minor) for b in self.bills]

    def credit_minor(self, method: Method) -> int:
        """The part of a payment by this method that the credit pays besides."""
        return 0 if method is Method.CREDIT else self.from_credit


def payable(bills: Iterable[messages.Bill]) -> list[messages.Bill]:
    """Those that can be chosen, as many as can be paid at once."""
    return [bill for bill in bills if not bill.held and bill.amount_minor][:BILLS_A_PAYMENT]


def choose(
    bills: Iterable[messages.Bill], numbers: Iterable[str] | None, credit_minor: int
) -> Choice:
    """``numbers``: None where nobody has chosen yet. ``credit_minor``: what there is of it to be used."""
    open_ones = payable(bills)
    wanted = None if numbers is None else set(numbers)
    chosen = [bill for bill in open_ones if wanted is None or bill.number in wanted]
    total = sum(bill.amount_minor for bill in chosen)
    return Choice(chosen, total, min(credit_minor, total))
