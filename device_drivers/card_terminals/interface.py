"""A card terminal takes money. Whoever implements this keeps two rules above all:

a result is handed to ``Observer.before_acknowledge`` and the terminal is acknowledged only after that
returned, so that the result is on disk first; a command that may have taken money is never repeated.

Commands that move money carry an id. One that comes again under its id is answered as the first was
(the same result, or OutcomeUnknown again), without asking the terminal or the observer; what was never
begun (NotReachable, Refused) may be tried again under its id; the id of another command is Refused with
``DUPLICATE_DIFFERS``. ``device_drivers.command_memory`` does that. This memory ends with the process:
after a restart nobody gives an old command again, the terminal is asked what became of it.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from device_drivers.deadlines import Deadlines
from device_drivers.status import DeviceStatus


@dataclass(frozen=True)
class CardRequest:
    """An authorisation. ``amount_minor`` in minor units of ``currency`` (ISO 4217 letters).

    ``payment_id`` is unique, made and kept by the caller before it asks.
    ``age``: how long ago it was asked for, for a look-up in a terminal that forgets; None: not known,
    then such a terminal proves nothing by not knowing it. A driver looks at no clock for this.
    """

    payment_id: str
    amount_minor: int
    currency: str
    age: timedelta | None = None


class Outcome(StrEnum):
    APPROVED = "approved"
    DECLINED = "declined"  # the bank, the card or the terminal said no; nothing was taken
    CANCELLED = "cancelled"  # the resident or the kiosk stopped it; nothing was taken


CANNOT_REVERSE = "card_terminal.cannot_reverse"  # condition: what it pays out of hand stays paid
TAKEN_BACK = "reversed"  # the code of a transaction that went back to the card


@dataclass(frozen=True)
class CardResult:
    """An explicit result of the terminal. Never invented: no answer is OutcomeUnknown, not a result."""

    outcome: Outcome
    code: str  # the terminal's own result code, e.g. "00", "6C"
    message: dict[str, str] = field(
        default_factory=dict
    )  # for the resident: {"zh": ..., "en": ...}
    amount_minor: int | None = None
    currency: str | None = None
    receipt_no: str = ""
    trace_no: str = ""
    terminal_id: str = ""
    authorisation_code: str = ""
    card_name: str = ""
    masked_pan: str = ""  # first six at most and last four, e.g. "559883******8074"
    date: str = ""  # MMDD as the terminal says
    time: str = ""  # HHMMSS as the terminal says
    receipt_lines: tuple[str, ...] = ()  # the terminal's customer receipt
    reference: str = ""  # what the driver needs beside the numbers to take it back; opaque
    merchant_lines: tuple[str, ...] = ()  # the terminal's merchant receipt, never handed out


class StepKind(StrEnum):
    """Where the resident is, in words the screen knows."""

    PRESENT_CARD = "present_card"
    ENTER_PIN = "enter_pin"
    ASKING_BANK = "asking_bank"
    REMOVE_CARD = "remove_card"
    CANCELLING = "cancelling"
    SILENT = "silent"  # the terminal took the command and shows nothing; it is being asked to stop
    OTHER = "other"


@dataclass(frozen=True)
class CardStep:
    kind: StepKind
    code: str  # the terminal's own status code
    text: dict[str, str] = field(default_factory=dict)  # {"zh": ..., "en": ...}
    terminal_text: str = ""  # the terminal's own words for its display, in its own language


@dataclass(frozen=True)
class ReversalRequest:
    """``payment`` is taken back, as the terminal reported it. ``reversal_id`` is unique, made and kept
    by the caller before it asks. ``amount_minor`` in minor units of ``currency``."""

    reversal_id: str
    payment: CardResult
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class LastKnown:
    """What the terminal said of itself before a payment. It is kept on disk with the payment's
    intention and handed back to ``lookup``. A driver fills in what its protocol needs there."""

    receipt_no: str = ""
    trace_no: str = ""
    terminal_id: str = ""


@dataclass(frozen=True)
class TerminalSnapshot:
    """A terminal between two payments. ``known`` is None if it has nothing to tell.

    ``taken_back``: its newest transaction, if the terminal took that one back unasked.
    """

    known: LastKnown | None = None
    taken_back: CardResult | None = None


class Observer(Protocol):
    def on_step(self, step: CardStep) -> None:
        """Progress for the screen. Must not block."""
        ...

    def before_acknowledge(self, result: CardResult) -> bool:
        """Called with an explicit result before the terminal is acknowledged.

        True: it is recorded, acknowledge. False: it cannot be recorded; answer the terminal so that
        it reverses (ZVT: ``84 66``) and, where it still reports approval, send a reversal.
        """
        ...


class CardTerminal(Protocol):
    """One command at a time: calls from several threads take turns, only ``abort``, ``status`` and
    ``close`` do not wait. States: closed -> ready <-> busy; any -> closed. Each call ends within
    ``deadlines``."""

    @property
    def deadlines(self) -> Deadlines:
        """``command_s`` is that of ``authorise``, with the resident's time for card and PIN."""
        ...

    def open(self) -> None:
        """Connects and registers. Raises NotReachable, Timeout, ProtocolError or Refused."""
        ...

    def snapshot(self) -> TerminalSnapshot:
        """What to keep with the next payment. Raises DeviceError if the terminal cannot be asked."""
        ...

    def lookup(self, request: CardRequest, before: LastKnown | None) -> CardResult | None:
        """What became of a payment that may have been asked for earlier, by this process or one before.

        ``before`` is what ``snapshot`` told before that payment. None only if the terminal says
        explicitly that it took nothing for it, and it cannot begin any more. One that went back to
        the card is CANCELLED with the code TAKEN_BACK. Charges nothing, prints nothing. Raises
        DeviceError if the terminal cannot be asked, or if its answer decides nothing.
        """
        ...

    def authorise(self, request: CardRequest, observer: Observer) -> CardResult:
        """Takes money. Raises Refused if the command was refused before anything could be taken,
        NotReachable if it was never sent, and OutcomeUnknown for every other end without a result.

        A repeat of ``payment_id`` is answered, never carried out again (see above)."""
        ...

    def abort(self) -> None:
        """Asks a running ``authorise`` to stop, from another thread. The result still comes from there,
        and may be an approval. One that has not reached the terminal yet never does, and is CANCELLED.
        Does nothing when idle; returns at once."""
        ...

    def reverse(self, request: ReversalRequest) -> CardResult:
        """Takes a payment back. APPROVED here means: the reversal was carried out.

        Raises as ``authorise``; a repeat of ``reversal_id`` is answered, never carried out again."""
        ...

    def status(self) -> DeviceStatus:
        """Last known state; asks nothing and returns at once, while a payment runs too."""
        ...

    def probe(self) -> DeviceStatus:
        """Asks the terminal how it is (may take seconds), unless a payment is running. What is wrong is
        among the conditions."""
        ...

    def close(self) -> None:
        """Lets go of the device and ends every thread. A running payment ends as OutcomeUnknown. May be
        called twice, and ``open`` may follow."""
        ...
