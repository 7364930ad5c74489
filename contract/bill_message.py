"""A bill as the kiosk API tells it, with its lines and how each was calculated. Part of
``contract.messages``, from where everybody takes it."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from contract.currency import listed
from contract.message import Message, NameText, Text
from contract.money import Money
from contract.unit_code import UnitCode

Minor = Annotated[int, Field(ge=0, le=10**12, strict=True)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), AfterValidator(listed)]
BillNumber = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{1,40}$")]


class ExplainRow(Message):
    """One row of "how is this calculated", e.g. last reading: 18,204 kWh."""

    label: Text
    value: Text


class BillLine(Message):
    fee_item: str
    name: NameText
    amount_minor: int  # negative for waivers
    quantity: str  # decimal as printed on the bill, e.g. "118.60"
    quantity_unit: Text
    rate: str  # decimal, major units for one quantity unit, e.g. "2.80"
    note: Text | None = None  # e.g. parking space B2-117
    explanation: list[ExplainRow] = []
    history: list[tuple[str, int]] = []  # (period YYYY-MM, minor), oldest first


class Bill(Message):
    """What a unit owes for a period. ``amount_minor``, still open: its lines and ``late_fee_minor``.

    Of a month there is one bill. Others (an instalment, a package of months) have a ``title``.
    ``replaces``: bills that this one stands for since they were voided. ``part_min_minor``: the smallest
    part that can be paid of it, and that must be left of it; nought where it is paid whole.
    ``unit_label``: what its unit is called, where that is another than the one it is paid with, into
    which it was merged.
    """

    number: BillNumber
    unit: UnitCode
    period: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}$")]
    amount_minor: Minor
    late_fee_minor: Minor = 0
    currency: Currency
    due: date
    lines: list[BillLine]
    paid_on: date | None = None
    held: bool = False  # a payment whose end is not known may have paid it: nobody is to pay it now
    title: Text | None = None
    replaces: list[BillNumber] = []
    part_min_minor: Minor = 0
    unit_label: NameText | None = None

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def paid_once(self) -> str:
        """What of the unit's is paid for only once: the month, else the bill itself."""
        return self.period if self.title is None else self.number
