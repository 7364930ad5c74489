"""Jobs that were interrupted: nothing half comes out later, the next is whole, none comes twice."""

import threading
import time

import pytest

from device_drivers.printers.escpos import create
from device_drivers.printers.interface import PrintOutcome
from device_drivers.printers.memory import Memory
from device_drivers.status import Level
from tests.device_drivers.printers.bench import Bench
from tests.device_drivers.printers.receipts import RECEIPT_URL, needs_fonts, receipt
from tests.device_drivers.waiting import wait_until

pytestmark = needs_fonts
READ = f"[qr read from the paper] {RECEIPT_URL}"


@pytest.fixture(params=["tcp", "pty"])
def bench(request, tmp_path):
    made = []

    def make(printer=None, **options) -> Bench:
        made.append(Bench(tmp_path, request.param, printer, **options))
        return made[-1]

    yield make
    for each in made:
        each.driver.close()


def slowly(at: Bench) -> threading.Thread:
    """A job on a printer that takes seconds for it; returns once paper moves."""
    at.device.engine._speed = 800
    worker = threading.Thread(target=lambda: results.append(at.driver.print(receipt("torn"))))
    results = at.results = []
    worker.start()
    assert wait_until(lambda: at.device.state()["dots_printed"] > 100)
    return worker


def test_what_was_torn_stays_torn_and_the_next_is_whole(bench):
    at = bench()
    at.device.faults.set("paper_out_midway")
    assert at.driver.print(receipt("torn")).outcome is PrintOutcome.UNCERTAIN
    assert wait_until(lambda: at.device.engine.waiting_bytes == 0)
    at.device.faults.clear()
    assert at.says()
    time.sleep(0.5)
    assert at.device.receipts.count == 0
    assert at.driver.print(receipt("again")).outcome is PrintOutcome.PRINTED
    assert READ not in at.text(1)
    assert READ in at.text(2)
    assert at.device.receipts.count == 2


def test_a_job_that_may_be_on_paper_is_answered_and_not_printed_again(bench):
    at = bench()
    at.device.faults.set("paper_out_midway")
    at.driver.print(receipt("torn"))
    assert wait_until(lambda: at.device.engine.waiting_bytes == 0)
    at.device.faults.clear()
    assert at.says()
    assert at.driver.print(receipt("torn")).outcome is PrintOutcome.UNCERTAIN
    time.sleep(0.3)
    assert at.device.receipts.count == 0


def test_a_job_printed_before_a_restart_is_not_printed_again(bench, tmp_path):
    at = bench(state_file=str(tmp_path / "printer.json"))
    at.driver.print(receipt("once"))
    at.driver.close()
    at.driver = at.another_driver()
    assert at.driver.print(receipt("once")).outcome is PrintOutcome.PRINTED
    assert at.driver.print(receipt("twice")).outcome is PrintOutcome.PRINTED
    assert wait_until(lambda: at.device.receipts.count == 2)


def test_a_job_that_was_on_when_the_power_went_is_uncertain(bench, tmp_path):
    Memory(tmp_path / "printer.json").begin("torn")
    at = bench(state_file=str(tmp_path / "printer.json"))
    assert at.driver.print(receipt("torn")).outcome is PrintOutcome.UNCERTAIN
    assert at.device.receipts.count == 0
    assert at.driver.print(receipt("next")).outcome is PrintOutcome.PRINTED
    assert READ in at.text(2)  # what the printer may hold of the torn one was parted from it


def test_a_printer_with_little_memory_says_why_it_takes_no_more(bench):
    at = bench({"buffer_bytes": 4096})
    at.device.faults.set("paper_out_midway")
    result = at.driver.print(receipt("torn"))
    assert result.outcome is PrintOutcome.UNCERTAIN
    assert result.conditions == ("printer.paper_out",)
    at.device.faults.clear()
    assert wait_until(lambda: at.probe() == [])
    assert at.driver.print(receipt("again")).outcome is PrintOutcome.PRINTED
    assert READ in at.text(at.device.receipts.count)
    assert at.device.engine.unknown == []


def test_unplugged_in_the_middle_and_plugged_in_again(bench):
    at = bench({"buffer_bytes": 4096})
    worker = slowly(at)
    at.device.faults.set("disconnected")
    worker.join(30)
    assert at.results[0].outcome is PrintOutcome.UNCERTAIN
    assert at.results[0].conditions == ("printer.not_reachable",)
    at.device.engine._speed = 0
    at.device.faults.clear()
    assert wait_until(lambda: at.driver.probe().level is Level.OK)
    assert at.driver.print(receipt("again")).outcome is PrintOutcome.PRINTED
    assert READ in at.text(at.device.receipts.count)


def test_switched_off_and_on_in_the_middle(bench):
    at = bench({"buffer_bytes": 4096}, answer_timeout_s=0.5, confirm_timeout_s=2.0)
    worker = slowly(at)
    at.device.engine._speed = 0
    at.device.switch_off(1.0)
    worker.join(30)
    assert at.results[0].outcome is PrintOutcome.UNCERTAIN
    assert wait_until(lambda: at.driver.probe().level is Level.OK)
    assert at.driver.print(receipt("again")).outcome is PrintOutcome.PRINTED
    assert READ in at.text(at.device.receipts.count)
    at.device.faults.set("cover_open")
    assert at.says("printer.cover_open")


def test_closing_ends_a_job_that_is_on(bench):
    at = bench({"dots_per_second": 40})
    worker = threading.Thread(target=lambda: results.append(at.driver.print(receipt())))
    results = []
    worker.start()
    assert wait_until(lambda: at.device.state()["dots_printed"] > 0)
    at.driver.close()
    worker.join(10)
    assert results[0].outcome is PrintOutcome.UNCERTAIN


@pytest.mark.parametrize("bench", ["tcp"], indirect=True)
@pytest.mark.parametrize("profile", ["generic_58", "epson_tm_t88", "custom_kpm"])
def test_noise_for_answers_never_breaks_the_driver(bench, profile):
    at = bench(
        {"presenter": profile == "custom_kpm"},
        profile=profile,
        answer_timeout_s=0.3,
        confirm_timeout_s=1.0,
    )
    at.device.faults.set("garbage")
    for number in range(2):
        at.probe()
        at.driver.print(receipt(f"job-{number}"))
    at.device.faults.clear()
    assert wait_until(lambda: at.driver.probe().level is Level.OK)
    assert at.driver.print(receipt("clean")).outcome is PrintOutcome.PRINTED


def test_late_answers_are_not_taken_for_others(bench):
    at = bench(answer_timeout_s=0.4)
    at.device.faults.set("late", late_s=0.5)
    assert at.probe() in ([], ["printer.not_reachable"])
    at.device.faults.set("cover_open")
    at.device.faults.clear("late")
    assert wait_until(lambda: at.probe() == ["printer.cover_open"])
    at.device.faults.clear()
    assert wait_until(lambda: at.probe() == [])


def test_a_model_that_names_its_jobs_says_which_one_is_done(bench):
    at = bench({"width": 512}, profile="epson_tm_t88", confirm_timeout_s=1.0, answer_timeout_s=0.5)
    assert at.driver.print(receipt("one")).outcome is PrintOutcome.PRINTED
    at.device.engine._speed = 200  # not done when the patience ends
    assert at.driver.print(receipt("two")).outcome is PrintOutcome.UNCERTAIN
    at.device.engine._speed = 0
    assert wait_until(lambda: at.device.receipts.count >= 1)
    assert at.driver.print(receipt("three")).outcome is PrintOutcome.PRINTED
    assert at.device.engine.unknown == []


def test_faults_are_heard_while_nobody_prints(bench):
    at = bench()
    for fault, code in (("cover_open", "printer.cover_open"), ("paper_out", "printer.paper_out")):
        at.device.faults.set(fault)
        assert at.says(code)
        at.device.faults.clear()
        assert at.says()


def test_paper_is_counted_and_forecast_and_a_new_roll_begins_anew(bench, tmp_path):
    at = bench(roll_m=1, warn_receipts=5, state_file=str(tmp_path / "printer.json"))
    assert at.driver.status().level is Level.OK
    at.driver.print(receipt("one"))
    (forecast,) = at.driver.status().conditions
    picture_mm = at.device.receipts.count and Memory(tmp_path / "printer.json").read().used_mm
    assert forecast.code == "printer.paper_forecast"
    assert 60 < picture_mm < 200
    for number in range(3):
        at.driver.print(receipt(f"more-{number}"))
    assert at.driver.status().level is Level.WARNING
    at.device.faults.set("paper_out")
    assert at.says("printer.paper_out")
    at.device.faults.clear()
    assert at.says("printer.paper_forecast")
    assert at.driver.status().level is Level.OK


def test_no_thread_stays_behind(bench):
    at = bench()
    before = [t for t in threading.enumerate() if t.name == "printer_listener"]
    at.driver.close()
    at.driver.close()
    after = [t for t in threading.enumerate() if t.name == "printer_listener"]
    assert len(after) == len(before) - 1
    assert create(at._settings).print(receipt("unopened")).outcome is PrintOutcome.PRINTED
