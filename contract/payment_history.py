"""What a unit has paid, as a kiosk shows it to somebody who proves to be of the unit; newest first."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from contract.bill_message import Bill, Currency, Minor
from contract.message import Message, Name, NameText
from contract.messages import CardData
from contract.unit_code import UnitCode

PAYMENTS_MAX = 30
MONTHS = 24  # what is older, the office tells
CASH, BANK = "cash", "bank"  # ways to pay at the counter, besides those of contract.messages.Method


class HistoryAsked(Message):
    """With a proof, whether the community asks for one before bills or not: ``bill_token`` (from the QR
    of a bill of those who live there now), or the end of one of their telephone numbers."""

    unit: UnitCode
    bill_token: Annotated[str, StringConstraints(max_length=214)] | None = Field(None, repr=False)
    phone_last4: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")] | None = Field(
        None, repr=False
    )


class EarlierPayment(Message):
    """A payment whose money came. ``place``: kiosk, phone, counter, or run, where a billing run took it
    out of the unit's credit. ``method``: one of ``Method``, ``CASH`` or ``BANK``.

    ``amount_minor`` was paid by the method, ``credit_minor`` besides out of the unit's credit. Of both,
    ``credited_minor`` became credit of the unit, ``returned_minor`` went back to the payer, and
    ``returning_minor`` is on its way there. ``bills`` are as they were billed or shown then, for a
    receipt. ``printed``: how often its receipt came out at kiosks. ``payer``: who paid for the unit then,
    masked. ``invoice``: one can be asked for with its number."""

    payment_id: Annotated[str, StringConstraints(min_length=1, max_length=36)]
    number: Annotated[str, StringConstraints(min_length=1, max_length=30)]
    place: str
    kiosk_code: str = ""
    method: str
    paid_at: datetime
    amount_minor: Minor
    credit_minor: Minor = 0
    credited_minor: Minor = 0
    returned_minor: Minor = 0
    returning_minor: Minor = 0
    currency: Currency
    payer: Name = ""
    top_up: bool = False
    in_part: bool = False
    simulated: bool = False
    bills: list[Bill] = []
    channel_reference: str = ""
    card: CardData | None = None
    status_url: str = Field("", repr=False)  # its page on the phone; empty where it has none
    invoice: bool = False
    printed: Annotated[int, Field(ge=0)] = 0

    @property
    def whole_minor(self) -> int:
        return self.amount_minor + self.credit_minor

    @property
    def left_minor(self) -> int:
        """Of the whole, without what went back or is on its way."""
        return self.whole_minor - self.returned_minor - self.returning_minor


class PaymentHistory(Message):
    """``since``: from this day on, where not from as long ago as is told to anybody: those who asked have
    the unit since then. ``more``: there are older ones."""

    unit: UnitCode
    label: NameText
    payments: Annotated[list[EarlierPayment], Field(max_length=PAYMENTS_MAX)]
    since: date | None = None
    more: bool = False
