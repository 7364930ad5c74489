"""What a kiosk tells of a resident's request, and what it is told of earlier ones."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contract.invoice_wish import InvoiceWish
from contract.message import Message
from contract.messages import NameText, PaymentId
from contract.unit_code import UnitCode

TEXT_MAX = 1_000
FOUND_MAX = 5
PHONE_KEY, NUMBER_KEY = (
    4,
    6,
)  # digits: the end of a telephone number, and of a request's number at least


class RequestWish(Message):
    """A resident's request. ``wish_id``: made by the kiosk; told again, it is the same request.
    ``topic``: one of the configuration's. ``invoice``: what it asks for, with a topic of that kind;
    another wish for the same payment is another request."""

    wish_id: PaymentId
    topic: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}$")]
    unit: UnitCode
    text: Annotated[str, StringConstraints(min_length=1, max_length=TEXT_MAX)] = Field(repr=False)
    phone: Annotated[str, StringConstraints(pattern=r"^$|^[0-9]{5,15}$")] = Field("", repr=False)
    invoice: InvoiceWish | None = None


class RequestTaken(Message):
    """``number`` is for people; ``url`` opens the request's own page, for whoever has it."""

    wish_id: PaymentId
    number: str
    url: str = Field(repr=False)


class RequestsAsked(Message):
    """Earlier requests of a unit. ``key``: the last four digits of the telephone number that was left
    with them, or the six and more of a request's number."""

    unit: UnitCode
    key: Annotated[str, StringConstraints(pattern=r"^([0-9]{4}|[0-9]{6,9})$")] = Field(repr=False)


class RequestStanding(Message):
    """``answer``: what the office said last; empty while it has said nothing."""

    number: str
    topic: NameText
    state: Literal["new", "in_hand", "answered", "closed", "joined"]
    opened_at: datetime
    answer: str = Field("", repr=False)
    answered_at: datetime | None = None


class RequestsFound(Message):
    """The newest first, none where unit and digits fit no request."""

    requests: Annotated[list[RequestStanding], Field(max_length=FOUND_MAX)]
