"""What the runtime is asked to do. Effects are carried out in order; if recording fails, the rest of
the step is dropped, so nothing that may take money happens without its intention on disk."""

from dataclasses import dataclass, field
from datetime import datetime

from contract.bill_code import BillCode
from contract.invoice_wish import InvoiceWish
from contract.messages import PaymentRecord, Text
from contract.money import Locale
from contract.payment_history import EarlierPayment


@dataclass(frozen=True)
class Record:
    """Append the payment to the journal and wait until it is on disk."""

    record: PaymentRecord


@dataclass(frozen=True)
class RecordReceipt:
    payment_id: str
    how: str  # print, phone, none
    outcome: str


@dataclass(frozen=True)
class LookUp:
    """Find a unit's open bills; the answer is AccountFound or LookupFailed for this visit."""

    visit: int
    unit: str
    phone_last4: str = ""


@dataclass(frozen=True)
class LookUpBill:
    """As LookUp, for the unit of a verified bill code; ``token`` proves that we saw the bill."""

    visit: int
    code: BillCode
    token: str


@dataclass(frozen=True)
class FindPayments:
    """What the unit has paid, with one of the proofs; see PaymentsSeen."""

    visit: int
    unit: str = field(repr=False)
    phone_last4: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True)
class MakeOrder:
    """With a payment code this is the act that takes money: its record says PENDING before."""

    record: PaymentRecord
    payment_code: str = field(default="", repr=False)


@dataclass(frozen=True)
class FollowOrder:
    payment_id: str
    reference: str
    version: int


@dataclass(frozen=True)
class CancelOrder:
    payment_id: str
    reference: str


@dataclass(frozen=True)
class AskTerminal:
    record: PaymentRecord


@dataclass(frozen=True)
class AbortTerminal:
    payment_id: str


@dataclass(frozen=True)
class ReadTerminal:
    """Ask the terminal what it holds now, after a payment and before the next; see TerminalRead."""


@dataclass(frozen=True)
class Resolve:
    """Hand the payment to recovery, which asks until its true end is known."""

    record: PaymentRecord


@dataclass(frozen=True)
class PrintReceipt:
    """``job_id``: each wish for paper is a job of its own; a printer prints a job once."""

    record: PaymentRecord
    language: Locale
    copy: bool
    job_id: str


@dataclass(frozen=True)
class PrintEarlier:
    """A copy of the receipt of a payment that the server told of; ``label``: the unit's. It ends as
    PrintReceipt does."""

    payment: EarlierPayment = field(repr=False)
    label: Text = field(repr=False)
    language: Locale
    job_id: str


@dataclass(frozen=True)
class ArmScanner:
    on: bool


@dataclass(frozen=True)
class GuideScan:
    """Watch how a bill is held before the camera, or stop; see ScanHinted."""

    on: bool


@dataclass(frozen=True)
class Sound:
    name: str  # read, paid, attention


@dataclass(frozen=True)
class AskCallback:
    """Tell staff that somebody wants to be called back; see CallbackSent."""

    visit: int
    wish_id: str
    phone: str = field(repr=False)
    screen: str
    steps: tuple[str, ...] = ()  # screens before it, the newest last


@dataclass(frozen=True)
class FollowCallback:
    """Say when somebody at the office has seen the wish; see CallbackSeen."""

    visit: int
    wish_id: str


@dataclass(frozen=True)
class Spell:
    """What letters on the keyboard may mean; see Spelt."""

    visit: int
    asked: int
    letters: str = field(repr=False)
    chosen: tuple[int, ...] = field(repr=False)


@dataclass(frozen=True)
class SendRequest:
    """Take a resident's request to the office; see RequestSent."""

    visit: int
    wish_id: str
    topic: str
    unit: str = field(repr=False)
    text: str = field(repr=False)
    phone: str = field(repr=False)
    invoice: InvoiceWish | None = None


@dataclass(frozen=True)
class FindRequests:
    """How earlier requests of a unit stand; see RequestsSeen."""

    visit: int
    unit: str = field(repr=False)
    key: str = field(repr=False)


@dataclass(frozen=True)
class PrintSlip:
    """A request's number and the code of its page on paper; see SlipPrinted."""

    job_id: str
    number: str
    url: str = field(repr=False)
    language: Locale
    community: Text
    at: datetime  # of the community


@dataclass(frozen=True)
class CheckPin:
    visit: int
    pin: str = field(repr=False)


@dataclass(frozen=True)
class LookAround:
    """Gather what staff want to know; see FactsSeen."""


@dataclass(frozen=True)
class PrintTestPage:
    language: Locale


@dataclass(frozen=True)
class TakeTestPayment:
    """Pay one minor unit at the terminal and take it back, each step recorded first; see TestEnded."""

    currency: str


Effect = (
    Record
    | RecordReceipt
    | LookUp
    | LookUpBill
    | FindPayments
    | MakeOrder
    | FollowOrder
    | CancelOrder
    | AskTerminal
    | AbortTerminal
    | ReadTerminal
    | Resolve
    | PrintReceipt
    | PrintEarlier
    | ArmScanner
    | GuideScan
    | Sound
    | AskCallback
    | FollowCallback
    | Spell
    | SendRequest
    | FindRequests
    | PrintSlip
    | CheckPin
    | LookAround
    | PrintTestPage
    | TakeTestPayment
)
