"""The kiosk API, version 1: what is sent and answered. The server's OpenAPI is generated from it.

Amounts are integer minor units of ``currency``. Times are RFC 3339 with an offset. Unknown fields
are ignored on reading, so that either side may be newer. ``docs/kiosk-api.md`` lists the calls.
"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from contract.bill_message import Bill, BillNumber, Currency, Minor
from contract.bill_message import BillLine as BillLine
from contract.bill_message import ExplainRow as ExplainRow
from contract.business_day import ZoneName
from contract.errors import ApiError as ApiError
from contract.errors import ErrorCode as ErrorCode
from contract.message import Message, Name, NameText, Sha256, Text
from contract.opening_hours import ALWAYS, OpeningHours
from contract.public_accounts import Published
from contract.stop_reason import Presence
from contract.unit_code import DEFAULT, Numbering, UnitCode

Count = Annotated[int, Field(ge=0, lt=2**63)]
Balance = Annotated[int, Field(ge=0, lt=2**63, strict=True)]  # a sum: no limit of its own
_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
PaymentId = Annotated[str, StringConstraints(pattern=_UUID)]
KIOSK_CODE_PATTERN = "[A-Z][0-9A-Z]{1,7}"  # it begins every receipt number of the kiosk
KioskCode = Annotated[str, StringConstraints(pattern=rf"^{KIOSK_CODE_PATTERN}$")]
Reference = Annotated[str, StringConstraints(pattern=rf"^{KIOSK_CODE_PATTERN}-[0-9]{{6,9}}$")]


class Method(StrEnum):
    """How a resident pays."""

    WECHAT = "wechat"
    ALIPAY = "alipay"
    CARD = "card"
    CREDIT = "credit"  # out of what the unit has prepaid: no channel and no terminal is asked


class Flow(StrEnum):
    """What a resident can do at a kiosk, each only while everything that it needs works."""

    SCAN_BILL = "scan_bill"
    TYPE_UNIT = "type_unit"
    WECHAT_QR = "wechat_qr"
    ALIPAY_QR = "alipay_qr"
    PAYMENT_CODE = "payment_code"
    CARD = "card"
    PRINT_RECEIPT = "print_receipt"
    PHONE_RECEIPT = "phone_receipt"


class PaymentState(StrEnum):
    """The life of one payment, the same words on both sides."""

    CREATED = "created"  # intended; nobody was asked for money yet
    PENDING = "pending"  # the channel or the terminal was asked; money may move
    UNKNOWN = "unknown"  # it may have moved and we cannot tell yet
    APPROVED = "approved"  # it moved
    DECLINED = "declined"  # explicit no; nothing moved
    CANCELLED = "cancelled"  # stopped before anything moved
    REVERSED = "reversed"  # it moved and was taken back (card reversal, refund)

    @property
    def final(self) -> bool:
        return self not in (PaymentState.CREATED, PaymentState.PENDING, PaymentState.UNKNOWN)

    def is_backward_from(self, before: "PaymentState") -> bool:
        """Whether a record in this state, after one in ``before``, would take back what is known.

        A reversed payment stays reversed, an approved one can only be reversed, and one that ended
        without money changes only by late truth: the money came after all, or came and went back.
        """
        match before:
            case PaymentState.REVERSED:
                return self is not PaymentState.REVERSED
            case PaymentState.APPROVED:
                return self not in (PaymentState.APPROVED, PaymentState.REVERSED)
            case PaymentState.DECLINED | PaymentState.CANCELLED:
                return self not in (before, PaymentState.APPROVED, PaymentState.REVERSED)
            case PaymentState.PENDING | PaymentState.UNKNOWN:
                return self is PaymentState.CREATED
        return False


# --- configuration ---


class Community(Message):
    code: str
    name: NameText
    currency: Currency
    time_zone: ZoneName
    test: bool  # simulated money is accepted here only
    office_phone: str
    office_hours: NameText | None = None  # as people read them
    office_opens: str = ""  # by the community's clock, HH:MM; empty: not told
    office_closes: str = ""
    duty_phone: str = ""  # who answers while the office is closed
    company: NameText | None = None  # whom residents pay, as receipts name it


class BillKey(Message):
    key_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]
    public_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
    not_after: date


class Notice(Message):
    """``id``: opaque; it ends the address of its page. ``over_at``: no longer shown from then on, where
    it is told, as in what a kiosk keeps for the hours without a line."""

    id: str
    title: NameText
    body: Text
    over_at: datetime | None = None


class RequestTopic(Message):
    """What residents may come with, and what is usually said of it. ``kind``: repair, complaint,
    question, praise, invoice, or one that is newer than the kiosk."""

    id: str
    kind: str
    name: NameText
    phrases: list[Text] = []


class KioskConfig(Message):
    version: str
    kiosk_code: KioskCode
    location: NameText
    community: Community
    bill_keys: list[BillKey]
    methods: list[Method]  # channels that are set up; the kiosk offers those that also work now
    simulated: list[Method] = []  # those of them by which no real money moves, as the server knows
    payment_codes: list[Method] = []  # wallets whose code on the resident's phone may be charged
    credit: bool = False  # the server takes payments out of the unit's credit,
    credit_in_part: bool = False  # and a part of one, whose rest another method pays
    top_up_max_minor: Minor = 0  # so much can be paid in as credit at once; nought: not offered
    phone_pays: bool = False  # bills are paid on residents' phones too, by the code on them
    second_factor: bool
    payment_history: bool = False  # the server tells what a unit has paid
    numbering: Numbering = DEFAULT
    unit_start: str = ""  # how codes of its own building begin, e.g. "3": filled in already
    unit_codes: list[UnitCode] = []  # all there are, to suggest; never whose they are
    notices: list[Notice]
    accounts: list[Published] = []  # made public; each has its page: /c/<community>/?one=<id>
    topics: list[RequestTopic] = []  # of requests that may be sent here; none: they are not taken
    opening: OpeningHours = ALWAYS
    notice_pages: bool = False  # each notice has a page there: /n/<id>
    public_url: str  # what residents' phones open: receipts, payment status
    server_time: datetime


# --- bills ---


class LeftToInvoice(Message):
    """``minor``: so much of the payment can be invoiced, because money of it went back."""

    reference: Reference
    minor: Minor


class UnitAccount(Message):
    """A unit's open bills. ``payer`` is masked. ``journal_received``: what the asking kiosk's
    journal says up to this entry is taken into account; a restored server knows less than it once did.
    ``notices``: for units such as this one, besides what the kiosk shows to everybody.
    ``notice_ids``: the same, of the notices that come beside the accounts (``OpenBills``).
    ``to_invoice``: payments of the unit at the asking kiosk of which money went back, the newest."""

    unit: UnitCode
    label: NameText
    payer: Name
    bills: list[Bill]
    credit_minor: Balance = 0
    currency: Currency
    journal_received: int | None = None
    notices: list[Notice] = []
    notice_ids: list[str] = []
    to_invoice: list[LeftToInvoice] = []


class UnitLookup(Message):
    """``bill_token`` (from the QR of a bill of this unit) stands in for the second factor."""

    unit: UnitCode
    bill_token: Annotated[str, StringConstraints(max_length=214)] | None = None
    phone_last4: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")] | None = None


class OpenBills(Message):
    """A page of the community's open bills, for paying while the server is away. ``notices``: those that
    accounts of this page name."""

    accounts: list[UnitAccount]
    notices: list[Notice] = []
    next_cursor: str | None = None
    as_of: datetime
    journal_received: int | None = None


# --- payments ---
BILLS_A_PAYMENT = 60  # so many bills can be paid at once


class BillToPay(Message):
    number: BillNumber
    amount_minor: Minor


class StartPayment(Message):
    """``payment_id`` is the idempotency key: the kiosk makes it, stores it, then sends it. A ``top_up``
    is for no bill: the money becomes credit of the unit, up to ``top_up_max_minor``. What the bills come
    to is ``amount_minor``, asked of the method, and ``credit_minor``, taken out of the unit's credit.
    ``in_part``: ``amount_minor`` is a part of what the one bill comes to, and the rest stays due."""

    payment_id: PaymentId
    reference: Reference
    method: Method
    unit: UnitCode
    bills: Annotated[list[BillToPay], Field(max_length=BILLS_A_PAYMENT)]
    amount_minor: Annotated[int, Field(gt=0, le=10**12, strict=True)]
    credit_minor: Minor = 0
    currency: Currency
    simulated: bool = False  # no real money moves: what takes it (terminal, channel) is a simulator
    top_up: bool = False
    in_part: bool = False
    payment_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{16,24}$")] | None = Field(
        default=None, repr=False
    )  # what the resident's phone showed; good for one charge within a minute; kept nowhere

    @model_validator(mode="after")
    def _is_for_something(self) -> "StartPayment":
        if bool(self.bills) is self.top_up:
            raise ValueError("it is for bills, or for the unit's credit")
        if self.credit_minor and (self.top_up or self.method is Method.CREDIT):
            raise ValueError("credit pays a part of bills, whose rest is paid by another method")
        by_credit = self.credit_minor or self.method is Method.CREDIT
        if self.in_part and (len(self.bills) != 1 or by_credit):
            raise ValueError("a part is paid of one bill, and not out of credit")
        return self


LATE = "late"
# Why a kiosk calls a payment REVERSED: its payer was told that LATE money is credit.
CREDITED = "credited"


class PaymentView(Message):
    """What the server knows of a payment. ``version`` grows with each change: wait for a newer one.
    APPROVED with the reason LATE: the money came after the order's end and is credit of the unit; it
    settled no bill."""

    payment_id: PaymentId
    reference: Reference
    method: Method
    state: PaymentState
    version: int
    amount_minor: Minor
    credit_minor: Minor = 0
    currency: Currency
    code_url: str | None = None  # what the QR on the screen says, for wechat and alipay
    with_payment_code: bool = False  # the kiosk read the resident's phone instead
    reason: str = ""  # stable code: why declined or cancelled
    # Ended unpaid by a reversal: no channel says whether there was anything charged, so nobody may.
    reversal_asked: bool = False
    expires_at: datetime | None = None
    expires_in_s: float | None = None  # the same, counted by the server
    channel_reference: str = ""
    paid_at: datetime | None = None
    simulated: bool = False
    status_url: str = ""  # public_url/p/<payment_id>: the phone follows it, or sees the receipt


# --- journal ---


class EntryKind(StrEnum):
    PAYMENT = "payment"  # body: PaymentRecord, the whole payment after each change
    RECEIPT = "receipt"  # body: payment_id, how (print, phone), outcome
    NOTE = "note"  # start, stop, refused to take money, ...


# Of a kiosk that is newer than its server: kept, and told.
OtherKind = Annotated[str, StringConstraints(min_length=1, max_length=20)]


class CardData(Message):
    """What a terminal may tell us. Never a whole card number."""

    receipt_no: str = ""
    trace_no: str = ""
    terminal_id: str = ""
    authorisation_code: str = ""
    card_name: Name = ""
    masked_pan: Annotated[str, StringConstraints(pattern=r"^$|^[0-9*]{4,19}$")] = ""
    receipt_lines: list[str] = []


class PaymentRecord(Message):
    """A payment as the kiosk's journal tells it: the whole of it, after its ``version``-th change."""

    payment_id: PaymentId
    reference: Reference
    version: Annotated[int, Field(ge=1, lt=2**31)]
    state: PaymentState
    method: Method
    unit: UnitCode
    unit_label: NameText
    payer: Name
    bills: Annotated[list[Bill], Field(max_length=BILLS_A_PAYMENT)]  # as on the screen
    amount_minor: Minor  # by the method
    credit_minor: Minor = 0  # besides, out of the unit's credit
    currency: Currency
    top_up: bool = False  # for no bill: it becomes credit of the unit
    in_part: bool = False  # a part of its one bill: the rest stays due
    offline: bool = False  # started while the server was away
    with_payment_code: bool = False  # the kiosk read the resident's phone; the code is not kept
    simulated: bool = False
    reason: str = ""  # stable code: why declined, cancelled, unknown, reversed
    reversal_asked: bool = False  # as in PaymentView
    channel_reference: str = ""
    status_url: str = ""
    terminal_before: CardData | None = None  # what the terminal said of itself before this one
    card: CardData | None = None
    created_at: datetime
    changed_at: datetime


class ReceivedEntry(Message):
    """A journal entry on its way. The server judges each by itself and by what it follows: whatever is
    wrong with one must neither go untold nor cost another, so nothing is asked of what it holds here."""

    sequence: Any
    at: Any
    kind: Annotated[EntryKind | Any, Field(union_mode="left_to_right")]
    body: Any
    previous_hash: Any
    hash: Any
    signature: Any = ""


class JournalEntry(ReceivedEntry):
    """As a kiosk writes it. ``signature``: by its identity key over id, sequence, hash (journal_hash)."""

    sequence: Annotated[int, Field(ge=1, lt=2**63)]
    at: Annotated[str, StringConstraints(min_length=1, max_length=40)]  # RFC 3339, as a rule
    kind: Annotated[EntryKind | OtherKind, Field(union_mode="left_to_right")]
    body: dict[str, Any]
    previous_hash: Sha256
    hash: Sha256
    signature: Annotated[str, StringConstraints(pattern=r"^$|^[A-Za-z0-9_-]{86}$")] = ""


class JournalBatch(Message):
    entries: Annotated[Sequence[ReceivedEntry], Field(max_length=500)]
    presence: Presence | None = None


class RefusedChange(Message):
    """A record that is kept but changes nothing: the newer truth stands, and staff are told."""

    sequence: int
    payment_id: str
    code: Literal["stale", "backward"]


class JournalAnswer(Message):
    acknowledged: int  # every entry up to this sequence is safe on the server
    refused: list[RefusedChange] = []
