"""What is asked for comes out of a real printer, as often as it is asked for."""

import queue
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from contract.messages import EntryKind, Method, PaymentState
from device_drivers.printers.escpos import create
from device_drivers.printers.interface import PrintOutcome, PrintResult, TextLine
from device_drivers.printers.wrapping import JOINER
from device_drivers.status import DeviceStatus
from kiosk.core.effects import PrintEarlier, PrintReceipt, Record
from kiosk.core.events import DevicesSeen
from kiosk.core.model import Action, Say
from kiosk.journal.journal import Journal
from kiosk.runtime.receipts import Receipts
from kiosk.ui.screens import paid
from simulators.receipt_printer.cables import TcpCable
from simulators.receipt_printer.device import Printer
from tests.device_drivers.printers.receipts import FONTS, needs_fonts, settings
from tests.device_drivers.waiting import wait_until
from tests.kiosk.core.story import Story, config, devices
from tests.kiosk.core.test_payment_history import HISTORY, NEWEST

pytestmark = needs_fonts


@dataclass(frozen=True)
class Printing:
    """A simulated printer at its driver, and the desk that prints on it and says what came of it."""

    device: Printer
    driver: Any
    receipts: Receipts
    heard: queue.Queue


@pytest.fixture
def printing(tmp_path) -> Iterator[Printing]:
    device = Printer(tmp_path, font=FONTS.regular)
    device.start()
    cable = TcpCable(device, "127.0.0.1", 0)
    cable.start()
    host, port = cable.address
    driver = create(settings(connection="network", host=host, port=port))
    driver.open()
    heard: queue.Queue = queue.Queue()
    receipts = Receipts(driver, heard.put)
    yield Printing(device, driver, receipts, heard)
    receipts.close()
    driver.close()


def test_a_slip_in_both_languages_and_again_is_three_pieces_of_paper(tmp_path, printing):
    receipts, heard = printing.receipts, printing.heard
    record = Story.paying(Method.CARD).payment.model_copy(update={"state": PaymentState.UNKNOWN})
    for job, language in (("1", "zh_CN"), ("2", "en"), ("3", "en")):
        receipts.print(PrintReceipt(record, language, job == "3", job), config().community)
        assert heard.get(timeout=30).outcome == "printed"
    assert wait_until(lambda: len(list(tmp_path.glob("*.png"))) == 3)
    slips = [(tmp_path / f"receipt-{n:03d}.txt").read_text() for n in (1, 2, 3)]
    assert all(f"[qr read from the paper] {record.status_url}" in slip for slip in slips)


def test_a_receipt_torn_by_the_end_of_the_paper_comes_again_whole_and_marked(tmp_path, printing):
    device, driver = printing.device, printing.driver
    receipts, heard = printing.receipts, printing.heard
    story = Story.paying(Method.ALIPAY).server_says(PaymentState.APPROVED)
    device.faults.set("paper_out_midway")
    receipts.print(story.taps(Action.PRINT).did(PrintReceipt)[-1], config().community)
    story.plays(heard.get(timeout=30))
    assert story.visit.say is Say.NOT_PRINTED
    story.plays(DevicesSeen(devices(printer=driver.probe().level)))
    device.faults.clear()
    assert wait_until(lambda: driver.probe().level == "ok")
    story.plays(DevicesSeen(devices(printer=driver.status().level)))
    _, again = story.did(PrintReceipt)
    receipts.print(again, config().community)
    story.plays(heard.get(timeout=30))
    assert story.visit.say is Say.PRINTED
    assert wait_until((tmp_path / "receipt-002.png").exists)
    torn, whole = ((tmp_path / f"receipt-{n:03d}.txt").read_text() for n in (1, 2))
    code = f"[qr read from the paper] {story.payment.status_url}"
    assert code in whole and code not in torn
    assert again.copy


class Paper:
    """A printer that prints, or says why not."""

    def __init__(self, *codes: str) -> None:
        self.codes, self.papers = codes, []

    def print(self, paper):
        self.papers.append(paper)
        outcome = PrintOutcome.NOT_PRINTED if self.codes else PrintOutcome.PRINTED
        return PrintResult(outcome, DeviceStatus("paper"), self.codes)


def wished(story: Story) -> PrintReceipt:
    return story.taps(Action.PRINT).did(PrintReceipt)[-1]


@pytest.mark.parametrize(
    ("codes", "why"),
    [
        (("printer.paper_out",), "paper"),
        (("printer.offline", "printer.cover_open"), "cover"),
        (("printer.jam",), "other"),
    ],
)
def test_why_nothing_came_is_told_and_the_phone_comes_first(codes, why):
    heard: queue.Queue = queue.Queue()
    receipts = Receipts(Paper(*codes), heard.put)
    story = Story.paying(Method.ALIPAY).server_says(PaymentState.APPROVED)
    receipts.print(wished(story), config().community)
    event = heard.get(timeout=10)
    assert (event.outcome, event.why) == ("not_printed", why)
    view = paid.present(story.plays(event).session)
    assert (view.main, view.can_print) == ("phone", True)
    assert view.number == story.payment.reference, "for whoever has no phone"
    assert "没有" in view.told
    receipts.close()


def test_copies_are_marked_and_after_three_no_more_come(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite3", lambda: datetime.now(UTC))
    story = Story.paying(Method.ALIPAY).server_says(PaymentState.APPROVED)
    for effect in story.did(Record):
        journal.append_payment(effect.record)
    heard: queue.Queue = queue.Queue()
    printer = Paper()
    receipts = Receipts(printer, heard.put, journal.receipts_printed)
    for _ in range(4):
        wish = replace(wished(story), copy=False)  # a visit that knows of none before
        receipts.print(wish, config().community)
        event = heard.get(timeout=10)
        body = {"payment_id": event.payment_id, "how": "print", "outcome": event.outcome}
        journal.append(EntryKind.RECEIPT, body)
        story.plays(event)
    marked = [any("补打" in str(b) for b in paper.blocks) for paper in printer.papers]
    assert marked == [False, True, True]
    assert (event.outcome, event.why) == ("not_printed", "copies")
    view = paid.present(story.session)
    assert (view.can_print, view.number) == (False, "")
    receipts.close()
    journal.close()


def text_of(paper) -> str:
    lines = [f"{one.text} {one.right}" for one in paper.blocks if isinstance(one, TextLine)]
    return "\n".join(lines).replace(JOINER, "")


@pytest.mark.parametrize(
    ("here", "elsewhere", "comes"), [(0, 0, 1), (2, 1, 1), (3, 0, 0), (0, 3, 0)]
)
def test_a_copy_of_what_the_server_told_of_comes_as_often_as_any_receipt(here, elsewhere, comes):
    printer, heard = Paper(), queue.Queue()
    receipts = Receipts(printer, heard.put, lambda payment_id: here)
    told = NEWEST.model_copy(update={"printed": elsewhere})
    wish = PrintEarlier(told, HISTORY.label, "zh_CN", "job")
    receipts.print_earlier(wish, config().community)
    end = heard.get(timeout=10)
    receipts.close()
    assert (end.payment_id, end.job_id, len(printer.papers)) == (NEWEST.payment_id, "job", comes)
    assert (end.outcome, end.why) == (("printed", "") if comes else ("not_printed", "copies"))
    assert all("补打" in text and NEWEST.number in text for text in map(text_of, printer.papers))


def test_copies_of_a_payment_taken_elsewhere_are_counted_by_this_journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite3", lambda: datetime.now(UTC))
    body = {"payment_id": "elsewhere", "how": "print", "outcome": "printed"}
    for outcome in ("printed", "not_printed", "printed"):
        journal.append(EntryKind.RECEIPT, body | {"outcome": outcome})
    assert journal.receipts_printed("elsewhere") == 2
    assert journal.receipts_printed("another") == 0
    journal.close()
