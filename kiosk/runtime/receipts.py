"""Prints receipts: the core's layout in the printer's words, one job at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from contract.messages import Community, PaymentState
from device_drivers.errors import DeviceError, NotReachable
from device_drivers.printers.interface import (
    Align,
    Block,
    Document,
    QrCode,
    ReceiptPrinter,
    Rule,
    TextLine,
)
from device_drivers.printers.wrapping import JOINER
from kiosk.core import copy_receipt
from kiosk.core.effects import PrintEarlier, PrintReceipt
from kiosk.core.events import Event, ReceiptPrinted
from kiosk.core.receipt import Code, Divider, Line, Receipt, lay_out
from kiosk.journal.journal import JournalUnavailable
from kiosk.texts.line_breaks import FIRST_WIDE, atoms
from kiosk.texts.receipt_words import speech

log = structlog.get_logger("receipts")

RECEIPTS_MAX = 3  # of one payment: the first and two copies
_TROUBLE = {"printer.paper_out": "paper", "printer.cover_open": "cover"}


def document(receipt: Receipt, job_id: str) -> Document:
    """The receipt as the printers' interface takes it."""
    return Document(job_id, tuple(_block(b) for b in receipt.blocks), receipt.language)


def _block(block: Line | Divider | Code) -> Block:
    match block:
        case Line(left, right, bold, large, centred):
            align = Align.CENTER if centred else Align.LEFT
            return TextLine(whole_words(left), whole_words(right), bold, large, align)
        case Divider():
            return Rule()
        case Code(text, caption):
            return QrCode(text, whole_words(caption))


def whole_words(text: str) -> str:
    """The text with what keeps Chinese words, amounts and names of units whole on paper."""
    return "".join(JOINER.join(piece) if _wide(piece) else piece for piece in atoms(text))


def _wide(piece: str) -> bool:
    return any(ord(character) >= FIRST_WIDE for character in piece)


class Receipts:
    """``printed_before``: how often a payment's receipt came out whole; raises JournalUnavailable."""

    def __init__(
        self,
        printer: ReceiptPrinter | None,
        post: Callable[[Event], None],
        printed_before: Callable[[str], int] = lambda payment_id: 0,
    ) -> None:
        self._printer, self._post, self._printed_before = printer, post, printed_before
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="receipts")

    def print(self, wish: PrintReceipt, community: Community) -> None:
        """One payment's receipt comes out a few times and no more; each after the first says that it is
        a copy. Slips of payments without an end are not counted."""
        self._pool.submit(self._print_counted, wish, community)

    def print_earlier(self, wish: PrintEarlier, community: Community) -> None:
        """As ``print``, of one that the server told of: what came out at other kiosks counts too."""
        self._pool.submit(self._print_earlier, wish, community)

    def print_page(self, paper: Document, ended: Callable[[str, str], None]) -> None:
        """A page that belongs to no payment. ``ended`` hears the outcome and the codes of its causes."""
        self._pool.submit(self._print_page, paper, ended)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _print_page(self, paper: Document, ended: Callable[[str, str], None]) -> None:
        try:
            if self._printer is None:
                raise NotReachable("no printer is configured", "printer.none")
            result = self._printer.print(paper)
            ended(result.outcome.value, ", ".join(result.conditions))
        except DeviceError as error:
            ended("not_printed", error.code)
        except Exception:
            log.exception("print_failed")
            ended("not_printed", "device.driver_failed")

    def _print_counted(self, wish: PrintReceipt, community: Community) -> None:
        settled = wish.record.state is PaymentState.APPROVED
        before = self._before(wish.record.payment_id) if settled else 0
        if before >= RECEIPTS_MAX:
            self._enough(wish.record.payment_id, wish.job_id)
            return
        copy = wish.copy or before > 0
        receipt = lay_out(wish.record, community, speech(wish.language), copy=copy)
        self._print(wish.record.payment_id, document(receipt, wish.job_id))

    def _print_earlier(self, wish: PrintEarlier, community: Community) -> None:
        one = wish.payment
        if max(self._before(one.payment_id), one.printed) >= RECEIPTS_MAX:
            self._enough(one.payment_id, wish.job_id)
            return
        receipt = copy_receipt.lay_out(one, wish.label, community, speech(wish.language))
        self._print(one.payment_id, document(receipt, wish.job_id))

    def _before(self, payment_id: str) -> int:
        try:
            return self._printed_before(payment_id)
        except JournalUnavailable as error:
            log.warning("copies_not_counted", error=str(error))
            return 0

    def _enough(self, payment_id: str, job_id: str) -> None:
        self._post(ReceiptPrinted(payment_id, job_id, "not_printed", "copies"))

    def _print(self, payment_id: str, paper: Document) -> None:
        outcome, codes = "not_printed", ()
        try:
            if self._printer is not None:
                result = self._printer.print(paper)
                outcome, codes = result.outcome.value, result.conditions
        except DeviceError as error:
            log.warning("not_printed", code=error.code)
            codes = (error.code,)
        except Exception:
            log.exception("print_failed")
        why = "" if outcome == "printed" else trouble(codes)
        self._post(ReceiptPrinted(payment_id, paper.job_id, outcome, why))


def trouble(codes: tuple[str, ...]) -> str:
    """What a resident is told of the reason: that which anybody can see, and else only that there is
    one."""
    return next((_TROUBLE[code] for code in codes if code in _TROUBLE), "other")
