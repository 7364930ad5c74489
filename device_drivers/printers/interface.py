"""A receipt printer puts a laid-out receipt on paper. A jam never changes a payment."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from device_drivers.status import DeviceStatus


class Align(StrEnum):
    LEFT = "left"
    CENTER = "center"


@dataclass(frozen=True)
class TextLine:
    """One line. ``right`` is set flush right on the same line, e.g. an amount."""

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
    """What to print, top to bottom. ``job_id`` makes a repeated request recognisable."""

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
    def open(self) -> None:
        """Connects. Raises DeviceError."""
        ...

    def print(self, document: Document) -> PrintResult:
        """Prints and waits for the printer's word, at most the configured deadline.

        Never raises for paper, cover or cutter: those are outcomes."""
        ...

    def status(self) -> DeviceStatus:
        """Last known state; never blocks longer than 50 ms."""
        ...

    def probe(self) -> DeviceStatus:
        """Asks the printer (DLE EOT), at most one second."""
        ...

    def close(self) -> None: ...
