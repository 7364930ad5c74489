"""Kiosk printers with a presenter: the receipt waits, is taken, or is taken back."""

import pytest

from device_drivers.printers.interface import PrintOutcome
from device_drivers.status import Level
from tests.device_drivers.printers.bench import Bench
from tests.device_drivers.printers.receipts import needs_fonts, receipt
from tests.device_drivers.waiting import wait_until

pytestmark = needs_fonts
WAITS = "printer.ticket_at_exit"
TAKEN_BACK = "printer.receipts_retracted"


@pytest.fixture
def bench(tmp_path):
    made = []

    def make(cable: str = "tcp", take_after_s: float = 600, **options) -> Bench:
        printer = {"presenter": True, "width": 576, "take_after_s": take_after_s}
        options = {"profile": "custom_kpm", "state_file": str(tmp_path / "printer.json"), **options}
        made.append(Bench(tmp_path, cable, printer, **options))
        return made[-1]

    yield make
    for each in made:
        each.driver.close()


@pytest.mark.parametrize("cable", ["tcp", "pty"])
def test_a_receipt_waits_at_the_exit_until_it_is_taken(bench, cable):
    at = bench(cable)
    assert at.driver.print(receipt()).outcome is PrintOutcome.PRINTED
    assert at.says(WAITS)
    assert at.driver.status().level is Level.OK
    at.device.presenter.take()
    assert at.says()
    assert at.device.presenter.counts == {"taken": 1, "retracted": 0, "ejected": 0}
    assert at.device.engine.unknown == []


def test_a_forgotten_receipt_is_taken_back_counted_and_reported(bench):
    at = bench(ticket_wait_s=1)
    at.driver.print(receipt())
    assert at.says(TAKEN_BACK)
    assert at.device.presenter.counts["retracted"] == 1
    assert "1 " in at.driver.status().conditions[0].staff["en"]
    at.driver.close()
    at.driver = at.another_driver()
    assert at.codes() == [TAKEN_BACK]


def test_a_bin_that_may_be_full_is_a_warning(bench):
    at = bench(ticket_wait_s=1, bin_holds=1)
    at.driver.print(receipt())
    assert at.says(TAKEN_BACK)
    assert at.driver.status().level is Level.WARNING


def test_one_that_still_waits_is_taken_back_before_the_next_comes(bench):
    at = bench()
    at.driver.print(receipt("first"))
    assert at.says(WAITS)
    assert at.driver.print(receipt("second")).outcome is PrintOutcome.PRINTED
    assert at.device.presenter.counts == {"taken": 0, "retracted": 1, "ejected": 0}
    assert at.says(WAITS, TAKEN_BACK)


def test_a_receipt_that_cannot_be_taken_back_is_a_fault_until_it_is_mended(bench):
    at = bench(ticket_wait_s=1)
    at.device.faults.set("presenter_jam")
    at.driver.print(receipt())
    assert at.says("printer.presenter")
    result = at.driver.print(receipt("another"))
    assert result.outcome is PrintOutcome.NOT_PRINTED
    assert result.conditions == ("printer.presenter",)
    at.device.faults.clear()
    at.device.presenter.take()
    assert at.says()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("paper_out", "printer.paper_out"),
        ("near_end", "printer.paper_near_end"),
        ("cover_open", "printer.cover_open"),
        ("cutter", "printer.cutter"),
        ("jam", "printer.jam"),
        ("overheated", "printer.overheated"),
        ("error", "printer.error"),
    ],
)
def test_its_faults_are_heard_without_asking(bench, fault, code):
    at = bench()
    at.device.faults.set(fault)
    assert at.says(code)
    at.device.faults.clear()
    assert at.says()


def test_a_jam_in_the_middle_is_named(bench):
    at = bench()
    at.device.faults.set("jam_midway")
    result = at.driver.print(receipt())
    assert (result.outcome, result.conditions) == (PrintOutcome.UNCERTAIN, ("printer.jam",))
    at.device.faults.clear()
    # It has no command to forget a job: what is left comes out, and somebody has to take it.
    assert wait_until(lambda: at.probe() == [WAITS])
    at.device.presenter.take()
    assert wait_until(lambda: at.probe() == [])
