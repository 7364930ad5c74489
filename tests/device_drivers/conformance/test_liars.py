"""Drivers that break their word are found out, each by the check that is there for it."""

import time
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from device_drivers.conformance import SUITES, Bench, Outcome, Subject, run_checks
from device_drivers.deadlines import Deadlines
from device_drivers.errors import DUPLICATE_DIFFERS, NotReachable, Refused
from device_drivers.printers.interface import Document, PrintOutcome, PrintResult
from device_drivers.settings import Table
from device_drivers.status import Condition, DeviceStatus, Level

GONE = Condition(
    Level.ERROR, "printer.gone", {"zh": "没有", "en": "gone"}, {"zh": "看", "en": "look"}
)


class HonestPrinter:
    deadlines = Deadlines(open_s=0.2, probe_s=0.2, close_s=0.2, command_s=0.2)

    def __init__(self, paper: list[str] | None) -> None:
        self.paper, self.printed = paper, dict[str, Document]()

    def open(self) -> None:
        if self.paper is None:
            raise NotReachable("nothing there")

    def status(self) -> DeviceStatus:
        return DeviceStatus("honest", conditions=(GONE,) if self.paper is None else ())

    probe = status

    def print(self, document: Document) -> PrintResult:
        if self.paper is None:
            return PrintResult(PrintOutcome.NOT_PRINTED, self.status(), ("printer.gone",))
        if self.printed.setdefault(document.job_id, document) != document:
            raise Refused("another document", DUPLICATE_DIFFERS)
        if document.job_id not in self.paper:
            self.paper.append(document.job_id)
        return PrintResult(PrintOutcome.PRINTED, self.status())

    def close(self) -> None:
        pass


def failing(driver: type[HonestPrinter], *only: str) -> set[str]:
    """The names of the checks that fail, of all or of some."""
    paper: list[str] = []
    bench = Bench({"there": True}, {"there": False}, count=lambda: len(paper), uses_paper=True)

    def create(settings: Mapping[str, Any]) -> HonestPrinter:
        table = Table(settings)
        there = table.flag("there", True)
        table.finish()
        return driver(paper if there else None)

    checks = tuple(check for check in SUITES["printers"] if not only or check.name in only)
    found = run_checks(checks, Subject(create, bench))
    return {f.check for f in found if f.outcome is Outcome.FAILS}


class PrintsTwice(HonestPrinter):
    def print(self, document: Document) -> PrintResult:
        if self.paper is not None:
            self.paper.append(document.job_id)
        return PrintResult(PrintOutcome.PRINTED, self.status())


class Sleeper(HonestPrinter):
    def status(self) -> DeviceStatus:
        time.sleep(0.08)
        return super().status()


class Hangs(HonestPrinter):
    def close(self) -> None:
        time.sleep(6)


class Leaks(HonestPrinter):
    def open(self) -> None:
        super().open()
        self.leaked = [*getattr(self, "leaked", []), SimpleNamespace(f=open("/dev/null"))]  # noqa: SIM115, PTH123
        KEPT.append(self.leaked)


class Wordless(HonestPrinter):
    def status(self) -> DeviceStatus:
        return DeviceStatus("x", conditions=(Condition(Level.WARNING, "printer.odd"),))


KEPT: list[object] = []
SEEN = "create() touches no device"  # harmless, and there must be something before the last check


def test_an_honest_driver_passes() -> None:
    assert failing(HonestPrinter) == set()


@pytest.mark.parametrize(
    ("liar", "found_by"),
    [
        (PrintsTwice, "a repeated job is answered, not printed again"),
        (PrintsTwice, "nothing there prints nothing"),
        (Sleeper, "create() touches no device"),
        (Hangs, "closing ends threads and descriptors, twice too"),
        (Leaks, "closing ends threads and descriptors, twice too"),
        (Wordless, "every condition is explained, zh and en"),
    ],
)
def test_a_liar_is_found(liar: type[HonestPrinter], found_by: str) -> None:
    assert failing(liar, SEEN, found_by) >= {found_by}
