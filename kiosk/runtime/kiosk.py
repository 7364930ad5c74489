"""The kiosk behind the glass: takes the session's effects to whoever carries them out."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from device_drivers.scanners.interface import Scan, Scanner
from kiosk.core.effects import (
    AbortTerminal,
    ArmScanner,
    AskCallback,
    AskTerminal,
    CancelOrder,
    CheckPin,
    Effect,
    FindPayments,
    FindRequests,
    FollowCallback,
    FollowOrder,
    GuideScan,
    LookAround,
    LookUp,
    LookUpBill,
    MakeOrder,
    PrintEarlier,
    PrintReceipt,
    PrintSlip,
    PrintTestPage,
    ReadTerminal,
    Resolve,
    SendRequest,
    Sound,
    Spell,
    TakeTestPayment,
)
from kiosk.core.events import Event, Scanned
from kiosk.core.model import Session
from kiosk.recovery.inquiry import Recovery
from kiosk.runtime.callbacks import Callbacks
from kiosk.runtime.card_desk import CardDesk
from kiosk.runtime.engine import Engine
from kiosk.runtime.keyboard import Keyboard
from kiosk.runtime.lookups import Lookups
from kiosk.runtime.orders import Orders
from kiosk.runtime.receipts import Receipts
from kiosk.runtime.requests_line import RequestsLine
from kiosk.runtime.scan_guide import ScanGuide
from kiosk.runtime.staff_desk import StaffDesk

log = structlog.get_logger("kiosk")


@dataclass
class Workers:
    """Those who do the work. Those that may be missing are not asked then."""

    lookups: Lookups
    orders: Orders
    receipts: Receipts
    recovery: Recovery
    report: Callable[[], None]
    scanner: Scanner | None = None
    desk: CardDesk | None = None
    staff: StaffDesk | None = None
    callbacks: Callbacks | None = None
    requests: RequestsLine | None = None
    keyboard: Keyboard | None = None


class Kiosk:
    """Performs effects, and is what the interface sees of everything behind it."""

    def __init__(self, engine: Engine, hands: Workers, on_frame: Callable[[float], None]) -> None:
        self._engine, self._hands, self._on_frame = engine, hands, on_frame
        self._ended = ""
        self._guide = ScanGuide(self.preview, engine.post)
        if hands.scanner is not None:
            self._guide.start()
        self._sound: Callable[[str], None] = lambda name: None
        engine.watch(self._after_payment)

    def close(self) -> None:
        self._guide.stop()
        if self._hands.callbacks:
            self._hands.callbacks.close()
        if self._hands.requests:
            self._hands.requests.close()
        if self._hands.keyboard:
            self._hands.keyboard.close()

    def session(self) -> Session:
        return self._engine.session

    def post(self, event: Event) -> None:
        self._engine.post(event)

    def preview(self) -> tuple[int, int, bytes] | None:
        return self._hands.scanner.preview() if self._hands.scanner else None

    def on_frame(self, monotonic: float) -> None:
        self._on_frame(monotonic)

    def sounds_to(self, play: Callable[[str], None]) -> None:
        """From now on sounds are heard."""
        self._sound = play

    def perform(self, effect: Effect, session: Session) -> None:
        hands = self._hands
        match effect:
            case LookUp(visit, unit, phone):
                hands.lookups.by_unit(visit, unit, phone)
            case LookUpBill(visit, code, token):
                hands.lookups.by_bill(visit, code, token)
            case FindPayments() as wish:
                hands.lookups.payments(wish)
            case MakeOrder(record, payment_code):
                hands.report()
                hands.orders.make(record, payment_code)
            case FollowOrder(payment_id, reference, version):
                hands.orders.follow(payment_id, reference, version)
            case CancelOrder(payment_id, reference):
                hands.orders.cancel(payment_id, reference)
            case AskTerminal(record) if hands.desk:
                hands.desk.ask(record)
            case AbortTerminal(payment_id) if hands.desk:
                hands.desk.abort(payment_id)
            case ReadTerminal():
                hands.recovery.read_terminal()
            case Resolve(record):
                hands.recovery.take(record)
            case PrintReceipt() as wish if session.lobby.config:
                hands.receipts.print(wish, session.lobby.config.community)
            case PrintEarlier() as wish if session.lobby.config:
                hands.receipts.print_earlier(wish, session.lobby.config.community)
            case ArmScanner(on):
                self.arm(on)
            case AskCallback() as wish if hands.callbacks:
                hands.callbacks.ask(wish)
            case FollowCallback() as wish if hands.callbacks:
                hands.callbacks.follow(wish)
            case Spell() as wish if hands.keyboard:
                hands.keyboard.spell(wish)
            case SendRequest() as wish if hands.requests:
                hands.requests.send(wish)
            case FindRequests() as wish if hands.requests:
                hands.requests.find(wish)
            case PrintSlip() as wish if hands.requests:
                hands.requests.print(wish)
            case GuideScan(on):
                self._guide.watch(on)
            case Sound(name):
                self._sound(name)
            case CheckPin() | LookAround() | PrintTestPage() | TakeTestPayment() if hands.staff:
                hands.staff.perform(effect)
            case _:
                log.error("effect_without_hands", effect=type(effect).__name__)

    def arm(self, on: bool) -> None:
        if self._hands.scanner is None:
            return
        if on:
            self._hands.scanner.arm(self._scanned)
        else:
            self._hands.scanner.disarm()

    def _scanned(self, scan: Scan) -> None:
        self._engine.post(Scanned(scan.text, scan.reader))

    def _after_payment(self) -> None:
        """The server hears at once how the payment on the screen ended."""
        payment = self._engine.session.visit.payment
        if payment is None or not payment.state.final or payment.payment_id == self._ended:
            return
        self._ended = payment.payment_id
        self._hands.report()
