"""A receipt printer puts a laid-out receipt on paper. A jam never changes a payment.

Jobs carry an id. A job that was PRINTED or UNCERTAIN and comes again under its id is answered so and
not printed again: whoever wants paper nonetheless asks for a copy, under another id. One that ended
NOT_PRINTED is begun again. The id of another document is Refused with ``DUPLICATE_DIFFERS``.
``device_drivers.command_memory`` does that for this process; ``state_file``, which the kiosk gives every
printer, is there for what must outlive it (``memory.Memory``).
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from device_drivers.deadlines import Deadlines
from device_drivers.status import DeviceStatus


class Align(StrEnum):
    LEFT = "left"
    CENTER = "center"


@dataclass(frozen=True)
class TextLine:
    """One line. ``right`` is set flush right on the same line, e.g. an amount. U+2060 stands between
    characters that no line may be broken between."""

    text: str
    right: str = ""
    bold: bool = False
    large: bool = False
    align: Align = Align.LEFT


@dataclass(frozen=True)
class Rule:
    """A horizontal line across the paper."""


@dataclass(frozen=True)
class QrCode:
    text: str
    caption: str = ""


@dataclass(frozen=True)
class Feed:
    lines: int = 1


Block = TextLine | Rule | QrCode | Feed


@dataclass(frozen=True)
class Document:
    """What to print, top to bottom. ``job_id`` is unique; a copy on purpose is another job."""

    job_id: str
    blocks: tuple[Block, ...]
    language: str = "zh_CN"


class PrintOutcome(StrEnum):
    PRINTED = "printed"  # sent whole, and the printer reported no fault afterwards
    NOT_PRINTED = "not_printed"  # it was not begun, or it certainly failed; may be printed again
    UNCERTAIN = "uncertain"  # part may be on paper: offer the phone, print again marked as a copy


@dataclass(frozen=True)
class PrintResult:
    outcome: PrintOutcome
    status: DeviceStatus
    conditions: tuple[str, ...] = field(default=())  # codes that caused it


class ReceiptPrinter(Protocol):
    """One job at a time: calls from several threads take turns, only ``status`` does not wait.
    States: closed -> ready <-> printing; any -> closed. Each call ends within ``deadlines``."""

    @property
    def deadlines(self) -> Deadlines:
        """``command_s`` is that of ``print`` for a receipt of ordinary length."""
        ...

    def open(self) -> None:
        """Connects. Raises DeviceError."""
        ...

    def print(self, document: Document) -> PrintResult:
        """Prints and waits for the printer's word, at most the configured deadline.

        Never raises for paper, cover or cutter, nor for a printer that is gone: those are outcomes. A
        repeat of a printed ``job_id`` is answered, not printed again (see above)."""
        ...

    def status(self) -> DeviceStatus:
        """Last known state; asks nothing and returns at once, while it prints too."""
        ...

    def probe(self) -> DeviceStatus:
        """Asks the printer, unless it prints. What is wrong is among the conditions."""
        ...

    def close(self) -> None:
        """Lets go of the device. May be called twice, and ``open`` may follow."""
        ...
