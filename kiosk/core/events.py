"""What can happen. Events are plain data; answers carry the visit or the payment that asked."""

from dataclasses import dataclass, field
from typing import Any

from contract.heartbeat import DeviceReport
from contract.messages import (
    CardData,
    ErrorCode,
    KioskConfig,
    PaymentRecord,
    PaymentView,
    UnitAccount,
)
from contract.payment_history import PaymentHistory
from contract.remote_acts import OutOfService
from contract.scan_kind import ScannedCode, classify
from contract.service_requests import RequestStanding
from kiosk.core.asking import Fault
from kiosk.core.cabinet import Cabinet
from kiosk.core.from_afar import ScreenMessage
from kiosk.core.model import Action, CardProgress, KioskFacts, StaffTest

OFFLINE = "offline"  # as a failure code: the server did not answer
NIGHT_LIMIT = "night_limit"  # as a failure code: the server takes no such amount at night


@dataclass(frozen=True)
class Tapped:
    action: Action
    value: str = ""


@dataclass(frozen=True)
class Touched:
    """The glass was touched outside any button: a sign of life."""


@dataclass(frozen=True)
class HeadsetSeen:
    """Whether a headset is plugged in."""

    plugged: bool


@dataclass(frozen=True)
class Ticked:
    """Once a second."""


@dataclass(frozen=True)
class Scanned:
    """``code`` is what the text is by its form, the same for every room that looks at it."""

    text: str
    reader: str = ""  # which reader found it
    code: ScannedCode = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", classify(self.text))


@dataclass(frozen=True)
class ScanHinted:
    """How the bill is held before the camera; empty: nothing is."""

    hint: str


@dataclass(frozen=True)
class ConfigLoaded:
    config: KioskConfig


@dataclass(frozen=True)
class ServerSeen:
    reachable: bool


@dataclass(frozen=True)
class DevicesSeen:
    devices: tuple[DeviceReport, ...]


@dataclass(frozen=True)
class RecordingSeen:
    """Whether the journal takes entries."""

    possible: bool


@dataclass(frozen=True)
class StopSeen:
    """Why this kiosk may take no money until staff acted; empty when it may."""

    reason: str


@dataclass(frozen=True)
class SensorsSeen:
    """What the cabinet's sensors say now; None: they cannot be asked."""

    cabinet: Cabinet | None


@dataclass(frozen=True)
class OutOfServiceSeen:
    """The kiosk is out of service on purpose; None: it is not."""

    told: OutOfService | None


@dataclass(frozen=True)
class MessageSeen:
    """What staff say on the start screen; None: nothing."""

    message: ScreenMessage | None


@dataclass(frozen=True)
class ActWanted:
    """Staff asked for something from afar: granted (FromAfar.act) while nobody is served and no payment
    is open, else passed over. ``holds``: nobody new is served until ActEnded."""

    act_id: str
    holds: bool = False


@dataclass(frozen=True)
class ActEnded:
    act_id: str


@dataclass(frozen=True)
class ClockSeen:
    """Whether what is written down now bears the right time."""

    trusted: bool


@dataclass(frozen=True)
class BillsCacheSeen:
    """Whether the kiosk's own copy of the bills may serve while the server is away."""

    usable: bool


@dataclass(frozen=True)
class RecoveryDone:
    """Every payment found unfinished at start was asked about once; further asking goes on.

    ``resumed`` was approved just before the kiosk stopped, and its receipt was not given yet.
    """

    resumed: PaymentRecord | None = None


@dataclass(frozen=True)
class TerminalRead:
    """What the terminal says of itself, asked while idle, to be kept with the next payment; None:
    nothing. ``taken_back``: its newest transaction went back to the card; ``amount_minor`` if it tells.
    """

    last: CardData | None
    taken_back: bool = False
    amount_minor: int | None = None


@dataclass(frozen=True)
class AccountFound:
    visit: int
    account: UnitAccount
    offline: bool = False
    bill_number: str = ""  # from a scanned bill: selected first
    reprint: PaymentRecord | None = None
    held: tuple[
        PaymentRecord, ...
    ] = ()  # may have paid some of these bills; the account cannot know
    acknowledged: int = 0  # the journal entry up to which it can


@dataclass(frozen=True)
class LookupFailed:
    visit: int
    code: ErrorCode | str  # or OFFLINE
    details: dict[str, Any] = field(default_factory=dict)
    paid: PaymentRecord | None = None  # where this kiosk took the payment that settled the bill


@dataclass(frozen=True)
class PaymentsSeen:
    """What the unit has paid; or why it is not told: an ErrorCode, or OFFLINE."""

    visit: int
    history: PaymentHistory | None = field(default=None, repr=False)
    code: ErrorCode | str = ""


@dataclass(frozen=True)
class BillsHeld:
    """The payment that was about to begin has not begun: by the journal, these may have paid its
    bills."""

    held: tuple[PaymentRecord, ...]


@dataclass(frozen=True)
class OrderMade:
    """The server made the order; for a card payment it holds the bills for us."""

    view: PaymentView


@dataclass(frozen=True)
class OrderFailed:
    payment_id: str
    code: ErrorCode | str  # or OFFLINE: it may or may not have been made; nobody saw its code


@dataclass(frozen=True)
class OrderSeen:
    """News of an order, from waiting for it or from cancelling it."""

    view: PaymentView


@dataclass(frozen=True)
class OrderOutOfSight:
    """The server cannot be asked how an order stands; ``seen_again``: now it can."""

    payment_id: str
    seen_again: bool = False


@dataclass(frozen=True)
class CardStepped:
    payment_id: str
    progress: CardProgress


@dataclass(frozen=True)
class CardAnswered:
    """An explicit result of the terminal, or of asking it afterwards."""

    payment_id: str
    outcome: str  # approved, declined, cancelled, reversed
    reason: str
    card: CardData


@dataclass(frozen=True)
class CardLost:
    """The terminal was asked for money and its answer is not known."""

    payment_id: str
    reason: str


@dataclass(frozen=True)
class CardNotAsked:
    """The terminal was certainly not asked for money."""

    payment_id: str
    reason: str


@dataclass(frozen=True)
class ReceiptPrinted:
    payment_id: str
    job_id: str  # of the PrintReceipt that this is the end of
    outcome: str  # printed, not_printed, uncertain
    why: str = (
        ""  # paper, cover, copies (printed often enough), other; where it did not come out whole
    )


@dataclass(frozen=True)
class CallbackSent:
    """Whether staff have the wish to be called back; False: nobody can say."""

    visit: int
    taken: bool


@dataclass(frozen=True)
class CallbackSeen:
    """Somebody at the office looks after the wish to be called back."""

    visit: int


@dataclass(frozen=True)
class Spelt:
    """What the letters of question ``asked`` may mean: kiosk.pinyin.spelling.Spelling."""

    visit: int
    asked: int
    shown: str = field(repr=False)
    candidates: tuple[str, ...] = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True)
class RequestSent:
    """The office has it under this number; or why it was not taken."""

    visit: int
    number: str = ""
    url: str = field(default="", repr=False)
    fault: Fault = Fault.NONE


@dataclass(frozen=True)
class RequestsSeen:
    visit: int
    found: tuple[RequestStanding, ...] = field(default=(), repr=False)
    fault: Fault = Fault.NONE


@dataclass(frozen=True)
class SlipPrinted:
    job_id: str
    printed: bool


@dataclass(frozen=True)
class PinChecked:
    visit: int
    right: bool


@dataclass(frozen=True)
class FactsSeen:
    facts: KioskFacts


@dataclass(frozen=True)
class TestEnded:
    """``outcome`` is a stable code, ``detail`` what staff may want to read out."""

    __test__ = False  # no test of the test runner's

    test: StaffTest
    outcome: str
    detail: str = ""


Event = (
    Tapped
    | Touched
    | HeadsetSeen
    | Ticked
    | Scanned
    | ScanHinted
    | ConfigLoaded
    | ServerSeen
    | DevicesSeen
    | RecordingSeen
    | StopSeen
    | SensorsSeen
    | OutOfServiceSeen
    | MessageSeen
    | ActWanted
    | ActEnded
    | ClockSeen
    | BillsCacheSeen
    | RecoveryDone
    | TerminalRead
    | AccountFound
    | LookupFailed
    | PaymentsSeen
    | BillsHeld
    | OrderMade
    | OrderFailed
    | OrderSeen
    | OrderOutOfSight
    | CardStepped
    | CardAnswered
    | CardLost
    | CardNotAsked
    | ReceiptPrinted
    | CallbackSent
    | CallbackSeen
    | Spelt
    | RequestSent
    | RequestsSeen
    | SlipPrinted
    | PinChecked
    | FactsSeen
    | TestEnded
)
