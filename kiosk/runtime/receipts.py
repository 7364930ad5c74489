"""Prints receipts: the core's layout in the printer's words, one job at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from contract.messages import Community
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
from kiosk.core.effects import PrintReceipt
from kiosk.core.events import Event, ReceiptPrinted
from kiosk.core.receipt import Code, Divider, Line, Receipt, lay_out
from kiosk.texts.receipt_words import speech

log = structlog.get_logger("receipts")


def document(receipt: Receipt, job_id: str) -> Document:
    """The receipt as the printers' interface takes it."""
    return Document(job_id, tuple(_block(b) for b in receipt.blocks), receipt.language)


def _block(block: Line | Divider | Code) -> Block:
    match block:
        case Line(left, right, bold, large, centred):
            return TextLine(left, right, bold, large, Align.CENTER if centred else Align.LEFT)
        case Divider():
            return Rule()
        case Code(text, caption):
            return QrCode(text, caption)


class Receipts:
    def __init__(self, printer: ReceiptPrinter | None, post: Callable[[Event], None]) -> None:
        self._printer, self._post = printer, post
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="receipts")

    def print(self, wish: PrintReceipt, community: Community) -> None:
        receipt = lay_out(wish.record, community, speech(wish.language), copy=wish.copy)
        self._pool.submit(self._print, wish.record.payment_id, document(receipt, wish.job_id))

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

    def _print(self, payment_id: str, paper: Document) -> None:
        outcome = "not_printed"
        try:
            if self._printer is not None:
                outcome = self._printer.print(paper).outcome.value
        except DeviceError as error:
            log.warning("not_printed", code=error.code)
        except Exception:
            log.exception("print_failed")
        self._post(ReceiptPrinted(payment_id, paper.job_id, outcome))
