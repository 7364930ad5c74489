"""Supervisors over scripted devices: found, lost, tested, left alone, and reported."""

import threading
from collections.abc import Callable

import pytest

from contract.heartbeat import DeviceReport
from device_drivers.errors import DeviceError, NotReachable
from device_drivers.status import Condition, DeviceStatus, Level
from kiosk.health.flapping import FlapCounter, Pace
from kiosk.health.supervisor import Supervisors, Watched
from tests.device_drivers.waiting import wait_until

QUICK = Pace(
    probe_s=0.01,
    backoff_first_s=0.01,
    backoff_most_s=0.02,
    self_test_s=3600,
    losses_max=3,
    losses_within_s=600,
    quarantine_s=3600,
)
GONE = Condition(Level.ERROR, "printer.not_reachable")
NO_PAPER = Condition(Level.ERROR, "printer.paper_out")


class Printer:
    """Says what the script says; the last word stands."""

    def __init__(self, *said: Condition | None) -> None:
        self.said, self.opened, self.tests = list(said), 0, 0
        self.problem: Exception | None = None
        self.test_problem: DeviceError | None = None
        self.closed = False

    def open(self) -> None:
        self.opened += 1
        if isinstance(self.problem, DeviceError):
            raise self.problem

    def probe(self) -> DeviceStatus:
        if self.problem is not None:
            raise self.problem
        now = self.said.pop(0) if len(self.said) > 1 else self.said[0]
        return DeviceStatus("escpos", conditions=(now,) if now else ())

    def self_test(self) -> DeviceStatus:
        self.tests += 1
        if self.test_problem:
            raise self.test_problem
        return self.probe()

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def watch():
    running: list[Supervisors] = []

    def start(printer: Printer, pace: Pace = QUICK, **more) -> list[DeviceReport]:
        told: list[DeviceReport] = []
        watched = Watched("printer", "escpos", printer.open, printer.probe, printer.close, **more)
        supervisors = Supervisors([watched], lambda reports: told.append(reports[0]), pace)
        running.append(supervisors)
        supervisors.start()
        return told

    yield start
    for each in running:
        each.stop()


def codes(report: DeviceReport) -> list[str]:
    return [c.code for c in report.conditions]


def test_a_change_is_reported_once(watch: Callable) -> None:
    told = watch(Printer(None, None, NO_PAPER, NO_PAPER, None))
    assert wait_until(lambda: len(told) == 3)
    assert [codes(report) for report in told] == [[], ["printer.paper_out"], []]


def test_a_device_that_cannot_be_opened_is_tried_again_and_found(watch: Callable) -> None:
    printer = Printer(None)
    printer.problem = NotReachable("unplugged", "printer.not_reachable")
    told = watch(printer)
    assert wait_until(lambda: printer.opened > 5)
    assert [codes(report) for report in told] == [["printer.not_reachable"]]
    printer.problem = None
    assert wait_until(lambda: bool(told) and told[-1].level == "ok")


def test_a_device_that_comes_and_goes_is_left_alone(watch: Callable) -> None:
    printer = Printer(*[None, GONE] * 3, None)
    told = watch(printer)
    assert wait_until(lambda: told and "device.quarantined" in codes(told[-1]))
    assert told[-1].level == "error"
    assert codes(told[-1]) == ["device.quarantined", "printer.not_reachable"]
    assert all(told[-1].conditions[0].remedy.values())


def test_paper_that_runs_out_again_and_again_is_no_reason_to_leave_it_alone(
    watch: Callable,
) -> None:
    told = watch(Printer(*[None, NO_PAPER] * 10, None))
    assert wait_until(lambda: len(told) == 21)
    assert not any("device.quarantined" in codes(report) for report in told)


def test_after_its_quarantine_it_is_used_again(watch: Callable) -> None:
    pace = Pace(0.01, 0.01, 0.02, 3600, losses_max=2, losses_within_s=600, quarantine_s=0.05)
    told = watch(Printer(None, GONE, None, GONE, None), pace)
    assert wait_until(lambda: any("device.quarantined" in codes(r) for r in told))
    assert wait_until(lambda: bool(told) and told[-1].level == "ok")


def test_a_driver_that_fails_is_reported_and_the_supervisor_lives(watch: Callable) -> None:
    printer = Printer(None)
    printer.problem = KeyError("a bug")
    told = watch(printer)
    assert wait_until(lambda: told and codes(told[-1]) == ["device.driver_failed"])
    printer.problem = None
    assert wait_until(lambda: bool(told) and told[-1].level == "ok")


def test_it_is_tested_at_start_and_then_only_when_it_is_due(watch: Callable) -> None:
    printer = Printer(None, None, None, NO_PAPER)
    told = watch(printer, self_test=printer.self_test)
    assert wait_until(lambda: told and told[-1].level == "error")
    assert printer.tests == 1


def test_nobody_is_disturbed_by_a_test(watch: Callable) -> None:
    printer, resting = Printer(None), threading.Event()
    told = watch(printer, self_test=printer.self_test, resting=resting.is_set)
    assert wait_until(lambda: told)
    assert printer.tests == 0
    resting.set()
    assert wait_until(lambda: printer.tests == 1)


def test_a_failed_test_is_said_until_one_succeeds(watch: Callable) -> None:
    printer = Printer(None)
    printer.test_problem = DeviceError("the reader is dead", "camera.reader_failing")
    pace = Pace(0.01, 0.01, 0.02, self_test_s=3600, quarantine_s=0.05)
    told = watch(printer, pace, self_test=printer.self_test)
    assert wait_until(lambda: told and "device.self_test_failed" in codes(told[-1]))
    assert told[-1].level == "warning"
    printer.test_problem = None
    assert wait_until(lambda: bool(told) and told[-1].level == "ok")


def test_losses_long_ago_are_forgiven() -> None:
    trust = FlapCounter(Pace(losses_max=3, losses_within_s=600))
    found = []
    for number in range(20):
        trust.lost_too_often(False, number * 400.0)
        found.append(trust.lost_too_often(True, number * 400.0 + 1))
    assert found == [False] * 20


def test_one_long_absence_is_one_loss() -> None:
    trust = FlapCounter(Pace(losses_max=2, losses_within_s=600))
    assert not any(trust.lost_too_often(at > 0, float(at)) for at in range(500))
