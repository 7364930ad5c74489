"""A resident's request to the office, and earlier ones that are looked up. Immutable data."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from contract.message import Text
from contract.payment_history import PaymentHistory
from contract.service_requests import RequestStanding
from kiosk.core.callback import Sent
from kiosk.core.writing import Writing


class Purpose(StrEnum):
    """What a unit is typed for."""

    SEND = "send"
    ANSWERS = "answers"
    INVOICE = "invoice"
    PAYMENTS = "payments"


class Fault(StrEnum):
    """Why it did not come to what was asked for. Words are the interface's."""

    NONE = ""
    NO_UNIT = "no_unit"
    TOO_MANY = "too_many"  # of this unit or kiosk, or wrong guesses
    NOT_TAKEN = "not_taken"  # the server has understood, and says no
    AWAY = "away"  # nobody can say whether it arrived
    NONE_FOUND = "none_found"
    TAX_NUMBER = "tax_number"  # it is none


class Paper(StrEnum):
    NOT_YET = ""
    PRINTING = "printing"
    PRINTED = "printed"
    FAILED = "failed"


@dataclass(frozen=True)
class Invoice:
    """The payment that it is of. ``minor``: all that was paid."""

    reference: str
    unit: str = field(repr=False)
    label: Text = field(repr=False)
    minor: int
    currency: str
    paid_at: datetime


@dataclass(frozen=True)
class Asking:
    """``kind`` and ``topic``: as in the configuration's topics. ``phrase``: chosen instead of typing.
    ``unit``: whose it was when it was sent under ``wish_id``. ``visit``: its number when a question went
    out, which a new visit changes."""

    purpose: Purpose = Purpose.SEND
    kind: str = ""
    topic: str = ""
    phrase: str = field(default="", repr=False)
    writing: Writing = field(default=Writing(), repr=False)
    phone: str = field(default="", repr=False)
    key: str = field(default="", repr=False)  # digits by which earlier ones are found
    sent: Sent = Sent.NOT_YET
    fault: Fault = Fault.NONE
    wish_id: str = ""
    unit: str = field(default="", repr=False)
    visit: int = 0
    number: str = ""
    url: str = field(default="", repr=False)
    paper: Paper = Paper.NOT_YET
    job_id: str = ""
    invoice: Invoice | None = None
    company: bool = True  # whose it is: with a tax number
    title: str = field(default="", repr=False)
    tax_number: str = field(default="", repr=False)
    found: tuple[RequestStanding, ...] = field(default=(), repr=False)
    notice: str = ""  # the id of the one that is read
    account: str = ""  # the same of what was made public
    history: PaymentHistory | None = field(default=None, repr=False)  # what the unit has paid
    payment: str = ""  # the id of the one that is looked at

    @property
    def text(self) -> str:
        return self.phrase or self.title or self.writing.text.strip()
