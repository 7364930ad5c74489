"""What the kiosk knows: the lobby, which outlives residents, and the visit, which ends with one.

Everything here is immutable data. It never holds a device, a file, a clock or a widget.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from contract.day_tally import Vote
from contract.heartbeat import DeviceReport
from contract.messages import (
    Bill,
    CardData,
    KioskConfig,
    Method,
    Notice,
    PaymentRecord,
    Text,
    UnitAccount,
)
from contract.money import Locale, Money, total
from contract.opening_hours import Standing
from kiosk.core.access import AS_USUAL, Access
from kiosk.core.actions import Action as Action
from kiosk.core.asking import Asking
from kiosk.core.cabinet import Cabinet
from kiosk.core.callback import Callback as Callback
from kiosk.core.callback import Sent as Sent
from kiosk.core.from_afar import FromAfar
from kiosk.core.pairing import Pairing
from kiosk.core.screen import Screen as Screen


class Say(StrEnum):
    """What a MESSAGE screen, or a line on another screen, says. Words are the interface's."""

    CODE_NOT_OURS = "code_not_ours"
    CODE_OTHER_COMMUNITY = "code_other_community"
    CODE_FORGED = "code_forged"
    CODE_EXPIRED = "code_expired"
    CODE_UNKNOWN_VERSION = "code_unknown_version"
    CODE_IS_PAYMENT = "code_is_payment"  # of a phone, before there is anything to pay
    CODE_IS_BADGE = "code_is_badge"
    CODE_NOT_FOR_PAYING = (
        "code_not_for_paying"  # a bill or anything else, where a phone was expected
    )
    CODE_USED = "code_used"  # a payment code that was tried before
    ALREADY_PAID = "already_paid"
    BILL_GONE = "bill_gone"
    UNIT_NOT_FOUND = "unit_not_found"
    PAYMENTS_AWAY = "payments_away"  # nobody tells now what the unit has paid
    PAYMENTS_NO_PHONE = "payments_no_phone"  # whose digits could be asked for
    PAYMENTS_OTHER_BILL = "payments_other_bill"  # of who had the unit before
    PHONE_WRONG = "phone_wrong"
    TOO_MANY_TRIES = "too_many_tries"
    SERVER_AWAY = "server_away"
    BILL_LEASED = "bill_leased"
    BEING_CONFIRMED = "being_confirmed"  # a payment of it was begun here; its end is not known yet
    AMOUNT_CHANGED = "amount_changed"
    CREDIT_TOO_LITTLE = "credit_too_little"  # somebody used it meanwhile
    CHANNEL_UNAVAILABLE = "channel_unavailable"
    TERMINAL_SILENT = "terminal_silent"  # the card reader showed nothing; no money was taken
    PAYMENT_CANCELLED = "payment_cancelled"
    PAYMENT_EXPIRED = "payment_expired"
    # Ended unpaid by a reversal: what was charged before goes back; whether anything was, nobody knows.
    CANCELLED_IN_DOUBT = "cancelled_in_doubt"
    EXPIRED_IN_DOUBT = "expired_in_doubt"
    NOT_TAKEN_IN_DOUBT = "not_taken_in_doubt"  # an earlier payment
    PAYMENT_REVERSED = "payment_reversed"
    KEPT_AS_CREDIT = "kept_as_credit"  # it came after its order's end: the bills are still due
    NO_METHOD = "no_method"
    NIGHT_LIMIT = "night_limit"  # more than is taken at night
    CANNOT_RECORD = "cannot_record"
    NOT_PRINTED = "not_printed"
    PRINTING = "printing"
    PRINTED = "printed"
    RESUMED = "resumed"  # the kiosk restarted while this payment was on its way
    NOT_TAKEN = "not_taken"  # an earlier payment ended without money; its bills are due again


ALL_DUE = "all"  # the value of Action.PAY that first chooses all that is due
PHONE = -1  # the place of the phone's last digits among the fields of a unit's entry
PHONE_DIGITS = 4


@dataclass(frozen=True)
class UnitEntry:
    """What was typed so far: the parts of a unit's code, and which of them takes the next key.

    ``kind`` is a place in the community's numbering (homes, shops, parking spaces).
    """

    parts: tuple[str, ...] = ()
    phone: str = ""
    active: int = 0
    kind: int = 0

    def of(self, place: int) -> str:
        if place == PHONE:
            return self.phone
        return self.parts[place] if place < len(self.parts) else ""

    def put(self, place: int, text: str) -> "UnitEntry":
        if place == PHONE:
            return replace(self, phone=text)
        parts = [*self.parts, *[""] * (place + 1 - len(self.parts))]
        parts[place] = text
        return replace(self, parts=tuple(parts))

    @property
    def unit_code(self) -> str:
        return "-".join(self.parts)


@dataclass(frozen=True)
class CardProgress:
    """Where the resident is at the card terminal; ``text`` is the terminal's, by language."""

    kind: str = "present_card"
    text: dict[str, str] = field(default_factory=dict)


class StaffTest(StrEnum):
    """What staff can try on the spot."""

    PAGE = "page"
    SCAN = "scan"
    PAYMENT = "payment"  # one minor unit, taken back at once


@dataclass(frozen=True)
class KioskFacts:
    """What staff want to know about this machine. Sizes in bytes, times in seconds."""

    software: str
    uptime_s: int
    journal_last: int
    journal_acknowledged: int
    journal_damaged: bool
    free_bytes: int
    addresses: tuple[str, ...]  # of the machine on its networks
    server_url: str
    open_payments: int


@dataclass(frozen=True)
class Staff:
    """What staff are doing at the kiosk. ``pin`` holds what was typed until it is checked."""

    pin: str = field(default="", repr=False)
    busy: bool = False  # the PIN is being checked, or a test runs
    missed: bool = False
    test: StaffTest | None = None
    outcome: str = ""  # stable code of how the test ended; empty before
    detail: str = ""
    facts: KioskFacts | None = None
    looked_at: float = 0.0  # monotonic seconds


@dataclass(frozen=True)
class Lobby:
    """What is true whoever stands there."""

    config: KioskConfig | None = None
    server_reachable: bool = False
    server_seen: datetime | None = None  # when it answered last (aware)
    voice: bool = False  # the kiosk can speak
    headset: bool = False  # one is plugged in: only its wearer hears the voice
    devices: tuple[DeviceReport, ...] = ()
    recording: bool = True  # the journal takes entries; False: no money may be taken
    stopped: str = ""  # why staff must act before any money is taken; empty: nothing is wrong
    afar: FromAfar = FromAfar()
    cabinet: Cabinet = Cabinet()
    hours: Standing = Standing()  # of when the last visit began, or of now while nobody is served
    bills_cache_usable: bool = True  # the kiosk's own copy of the bills is young enough to pay by
    clock_trusted: bool = True  # False: without the server nothing is dated well enough
    recovering: bool = True  # until the first look at unfinished payments is done
    terminal_known: bool = True  # False until the terminal was read once
    last_paid: PaymentRecord | None = None  # the card payment asked last, if it was approved
    last_card: CardData | None = None  # what the terminal said last; kept with the next payment
    unresolved: tuple[PaymentRecord, ...] = ()  # outcome not known; recovery keeps asking
    offline_card_limit_minor: int = 100_000
    next_config: KioskConfig | None = None  # came during a visit; it waits for its end
    staff_pin: bool = False  # one is set: without it there is no staff screen
    staff_misses: int = 0  # wrong PINs in a row
    staff_closed_until: float = 0.0  # monotonic seconds: no PIN is taken before
    pairing: Pairing = Pairing()

    def device(self, role: str) -> DeviceReport | None:
        return next((d for d in self.devices if d.role == role), None)

    @property
    def simulated(self) -> bool:
        """Whether any device is; what that means for money, ``simulates`` says."""
        return any(d.simulated for d in self.devices)

    @property
    def test_community(self) -> bool:
        """Whether simulated money is accepted. One that is not known is a real one."""
        return bool(self.config and self.config.community.test)

    def simulates(self, method: Method) -> bool:
        """Whether no real money moves by this method: only what takes the money decides that."""
        if method is Method.CARD:
            terminal = self.device("card_terminal")
            return bool(terminal and terminal.simulated)
        return bool(self.config and method in self.config.simulated)

    @property
    def card_unresolved(self) -> bool:
        """The terminal may still hold an answer for us: no further card until it is known."""
        return any(r.method is Method.CARD for r in self.unresolved)


@dataclass(frozen=True)
class Visit:
    """What one resident is doing. A new Visit forgets the last one entirely."""

    number: int = 0  # answers to an earlier visit's questions are ignored
    screen: Screen = Screen.STARTING
    back_to: Screen = Screen.ATTRACT  # where a message returns to
    helped_from: Screen = Screen.ATTRACT  # where help returns to
    language: Locale = "zh_CN"
    access: Access = AS_USUAL
    entry: UnitEntry = UnitEntry()
    scan_hint: str = ""  # how the bill is held wrong: device_drivers.scanners.interface.Hint
    busy: bool = False  # a question is out; the screen says so and waits
    say: Say | None = None
    say_date: str = ""  # for ALREADY_PAID: ISO date
    account: UnitAccount | None = None
    of_unit: Text | None = None  # whose bills were read; but for it and its code nothing is kept
    of_notices: tuple[Notice, ...] = ()  # for units such as ``of_unit``, with those for everybody
    offline: bool = False  # the account comes from the kiosk's own copy
    acknowledged: int = 0  # the journal entry up to which the account can know what was paid here
    held: tuple[PaymentRecord, ...] = ()  # earlier payments of this kiosk for bills of this unit
    waiting: tuple[Bill, ...] = ()  # not in the account: an earlier payment may have paid them
    looking: bool = False  # ``payment`` is an earlier one, and only looked at
    bill_token: str = ""
    selected: tuple[str, ...] = ()  # bill numbers, in the order of the account
    topping_up: bool = False  # credit is paid in: what comes is for no bill
    in_part: bool = False  # a part of the one bill that is selected is paid
    typed: str = ""  # how much of either, in whole units of the currency
    from_credit: int = 0  # minor units of the unit's credit that pay a part of what is chosen
    itemised: bool = False  # elder mode: the resident wants to see the bills one by one
    explaining: str = ""  # bill number
    payment: PaymentRecord | None = None
    order_deadline: float = 0.0  # monotonic seconds; without the order by then nobody is asked
    code_url: str = ""
    code_expires: float = 0.0  # monotonic seconds; the resident may ask for more time,
    code_latest: float = 0.0  # but not beyond this
    out_of_sight: bool = False  # the line is down: whether the order was paid, nobody can say now
    cancelling: bool = False
    cancel_deadline: float = 0.0  # monotonic seconds; without an answer by then: UNKNOWN
    after_cancel: Screen = Screen.METHOD
    next_code: str = field(default="", repr=False)  # charged when the order on the screen has ended
    codes_tried: tuple[str, ...] = ()  # SHA-256 of the payment codes of this visit
    card: CardProgress = CardProgress()
    receipt_done: bool = False
    vote: Vote | None = None
    paper_jobs: tuple[str, ...] = ()  # those of the paper that the screen is about
    paper_trouble: str = ""  # why it did not come: ReceiptPrinted.why
    paper_begun: bool = False  # some of this receipt may be on paper: what comes now is a copy
    reprint: PaymentRecord | None = None  # an earlier one of this unit with a receipt or a slip
    callback: Callback = Callback()
    asking: Asking = Asking()
    steps: tuple[str, ...] = ()  # the screens of this visit before this one, the newest last
    staff: Staff = Staff()
    touched: float = 0.0  # monotonic seconds of the last sign of life

    @property
    def selected_bills(self) -> tuple[Bill, ...]:
        bills = self.account.bills if self.account else []
        return tuple(b for b in bills if b.number in self.selected)

    @property
    def amount(self) -> Money | None:
        """The amount that every screen shows from the moment it is known: what is to be paid, or was, by
        the method, besides what the unit's credit pays of it."""
        if self.payment:
            return Money(self.payment.amount_minor, self.payment.currency)
        if self.chosen and self.from_credit:
            return Money(self.chosen.minor - self.from_credit, self.chosen.currency)
        return self.chosen

    @property
    def chosen(self) -> Money | None:
        """What the selected bills come to, or what of one or as credit, whatever was paid before."""
        if not self.account:
            return None
        if self.topping_up or self.in_part:
            return Money.of(Decimal(self.typed or 0), self.account.currency)
        return total([b.money for b in self.selected_bills], self.account.currency)


@dataclass(frozen=True)
class Session:
    lobby: Lobby = Lobby()
    visit: Visit = Visit()
    now: float = 0.0  # monotonic seconds of the last event
    wall: datetime | None = None  # aware; for the clock on the screen

    @property
    def may_hold_money(self) -> bool:
        """True while leaving could lose sight of money: what recovery follows is not lost."""
        staff = self.visit.staff
        if staff.busy and staff.test is StaffTest.PAYMENT:
            return True
        payment = self.visit.payment
        if payment is None or payment.state.final or self.visit.looking:
            return False
        return all(r.payment_id != payment.payment_id for r in self.lobby.unresolved)


@dataclass(frozen=True)
class Moment:
    """What the outside world gives each event: the time and fresh identifiers."""

    monotonic: float
    wall: datetime
    payment_id: str
    reference: str


METHODS_QR = (Method.WECHAT, Method.ALIPAY)
