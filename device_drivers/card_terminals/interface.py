"""A card terminal takes money. Whoever implements this keeps one rule above all:

a result is handed to ``Observer.before_acknowledge`` and the terminal is acknowledged only after that
returned, so that the result is on disk first; a command that may have taken money is never repeated.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from device_drivers.status import DeviceStatus


@dataclass(frozen=True)
class CardRequest:
    """An authorisation. ``amount_minor`` in minor units of ``currency`` (ISO 4217 letters)."""

    payment_id: str
    amount_minor: int
    currency: str


class Outcome(StrEnum):
    APPROVED = "approved"
    DECLINED = "declined"  # the bank, the card or the terminal said no; nothing was taken
    CANCELLED = "cancelled"  # the resident or the kiosk stopped it; nothing was taken


TAKEN_BACK = "reversed"  # the code of a last transaction that went back to the card


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


class StepKind(StrEnum):
    """Where the resident is, in words the screen knows."""

    PRESENT_CARD = "present_card"
    ENTER_PIN = "enter_pin"
    ASKING_BANK = "asking_bank"
    REMOVE_CARD = "remove_card"
    CANCELLING = "cancelling"
    OTHER = "other"


@dataclass(frozen=True)
class CardStep:
    kind: StepKind
    code: str  # the terminal's own status code
    text: dict[str, str] = field(default_factory=dict)  # {"zh": ..., "en": ...}


@dataclass(frozen=True)
class LastKnown:
    """What the terminal reported before this payment: a result is ours only if it is newer."""

    receipt_no: str = ""
    trace_no: str = ""


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
    """One command at a time. States: closed -> ready <-> busy; any -> closed."""

    def open(self) -> None:
        """Connects and registers. Raises NotReachable, Timeout, ProtocolError or Refused."""
        ...

    def last_transaction(self) -> CardResult | None:
        """What the terminal holds as its last transaction, without printing; None if it has none.
        One that went back to the card is CANCELLED with the code TAKEN_BACK.

        Raises DeviceError if it cannot be asked.
        """
        ...

    def authorise(self, request: CardRequest, observer: Observer) -> CardResult:
        """Takes money. Raises Refused if the command was refused before anything could be taken,
        NotReachable if it was never sent, and OutcomeUnknown for every other end without a result."""
        ...

    def abort(self) -> None:
        """Asks a running ``authorise`` to stop, from another thread. The result still comes from there,
        and may be an approval. Does nothing when idle."""
        ...

    def reverse(self, receipt_no: str, amount_minor: int, currency: str) -> CardResult:
        """Takes a payment back. APPROVED here means: the reversal was carried out."""
        ...

    def status(self) -> DeviceStatus:
        """Last known state; never blocks longer than 50 ms."""
        ...

    def probe(self) -> DeviceStatus:
        """Asks the terminal how it is (may take seconds), unless a payment is running."""
        ...

    def close(self) -> None: ...
