"""Behind the staff screen: each wish is answered by an event, and a test payment is in the journal."""

import queue
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from device_drivers.card_terminals.interface import CardResult, Outcome
from device_drivers.errors import NotReachable
from device_drivers.printers.interface import PrintOutcome, PrintResult
from device_drivers.status import DeviceStatus
from kiosk import staff_pin
from kiosk.clock import Clock
from kiosk.core.effects import CheckPin, LookAround, PrintTestPage, TakeTestPayment
from kiosk.core.events import FactsSeen, PinChecked, TestEnded
from kiosk.core.model import StaffTest
from kiosk.journal.journal import Journal
from kiosk.recovery.test_payment import TrialPayments
from kiosk.runtime.card_desk import CardDesk
from kiosk.runtime.receipts import Receipts
from kiosk.runtime.staff_desk import StaffContext, StaffDesk
from kiosk.settings import Server, Settings, Staff
from tests.kiosk.recovery.test_test_payment import Terminal


class Printer:
    def __init__(self) -> None:
        self.pages, self.answer = [], PrintOutcome.PRINTED

    def print(self, document):
        self.pages.append(document)
        return PrintResult(self.answer, DeviceStatus("test"), ("printer.paper_out",))


class House:
    """The staff desk with a real journal, and a terminal and a printer that the test decides on."""

    def __init__(self, folder) -> None:
        self.events = queue.Queue()
        self.journal = Journal(folder / "journal.sqlite3", lambda: datetime.now(UTC))
        self.terminal, self.printer = Terminal(), Printer()
        trials = TrialPayments(self.journal)
        self.terminal.close = lambda: None
        desk = CardDesk(self.terminal, self.events.put, lambda event, s: True, trials)
        self.receipts = Receipts(self.printer, self.events.put)
        room = StaffContext(
            settings=Settings(
                data_dir=folder,
                server=Server(url="http://127.0.0.1:9"),
                staff=Staff(pin=staff_pin.make("271828")),
            ),
            kiosk_code="K03",
            started=0.0,
            journal=self.journal,
            recovery=SimpleNamespace(open_cases=2),
            receipts=self.receipts,
            desk=desk,
            clock=Clock(lambda: datetime.now(UTC), lambda: 0.0),
        )
        self.room, self.staff = room, StaffDesk(room, self.events.put)

    def asks(self, wish):
        self.staff.perform(wish)
        return self.events.get(timeout=10)

    def close(self) -> None:
        self.staff.close()
        self.receipts.close()
        self.room.desk.close()
        self.journal.close()


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    yield made
    made.close()


def test_the_pin_is_checked_elsewhere(house):
    assert house.asks(CheckPin(7, "271828")) == PinChecked(7, True)
    assert house.asks(CheckPin(8, "271829")) == PinChecked(8, False)


def test_facts_are_this_machine_s(house):
    found = house.asks(LookAround())
    assert isinstance(found, FactsSeen)
    assert found.facts.open_payments == 2
    assert found.facts.free_bytes > 0
    assert found.facts.addresses == ("127.0.0.1",)


def test_a_page_is_printed_with_its_outcome_and_causes(house):
    assert house.asks(PrintTestPage("zh_CN")).outcome == "printed"
    house.printer.answer = PrintOutcome.NOT_PRINTED
    ended = house.asks(PrintTestPage("en"))
    assert ended == TestEnded(StaffTest.PAGE, "not_printed", "printer.paper_out")
    assert len({page.job_id for page in house.printer.pages}) == 2


def test_a_payment_there_and_back(house):
    ended = house.asks(TakeTestPayment("CNY"))
    assert (ended.test, ended.outcome) == (StaffTest.PAYMENT, "returned")
    assert not house.terminal.keeps_money
    assert house.journal.last_note("test_payment")["state"] == "returned"


def test_what_is_not_known_is_said_so_and_a_second_one_is_refused(house):
    house.terminal.faults = {"before giving back": NotReachable("off")}
    assert house.asks(TakeTestPayment("CNY")).outcome == "in_doubt"
    house.terminal.faults = {"lookup": NotReachable("off")}
    ended = house.asks(TakeTestPayment("CNY"))
    assert (ended.outcome, ended.detail) == ("refused", "card_terminal.test_payment_open")


def test_a_declined_card_and_a_kiosk_without_a_terminal(house):
    house.terminal.answer = CardResult(Outcome.DECLINED, "6C")
    assert house.asks(TakeTestPayment("CNY")).outcome == "not_taken"
    desk, house.room.desk = house.room.desk, None
    assert house.asks(TakeTestPayment("CNY")).outcome == "refused"
    house.room.desk = desk
