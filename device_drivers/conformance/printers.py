"""What every receipt printer must do."""

import dataclasses
import itertools

from device_drivers.conformance.check import (
    Call,
    Check,
    Subject,
    claim,
    raises,
    wait_until,
    within,
)
from device_drivers.errors import DUPLICATE_DIFFERS, Refused
from device_drivers.printers.interface import (
    Align,
    Document,
    Feed,
    PrintOutcome,
    PrintResult,
    QrCode,
    Rule,
    TextLine,
)
from device_drivers.status import Level

_jobs = itertools.count(1)


def document() -> Document:
    """A receipt with everything that one may hold."""
    return Document(
        f"conformance-{next(_jobs)}",
        (
            TextLine("打印自检 Test page", bold=True, large=True, align=Align.CENTER),
            Rule(),
            TextLine("物业费 Property fee", right="￥0.00"),
            QrCode("https://example.org/receipt", "扫一扫 Scan"),
            Feed(1),
        ),
    )


def a_receipt_is_printed(at: Subject) -> None:
    before = _count(at)
    with at.opened() as driver:
        result: PrintResult = _print(driver, document())
        claim(result.outcome is PrintOutcome.PRINTED, f"{result.outcome}: {result.conditions}")
        claim(_comes_to(at, before + 1), "the printer does not know of it")


def a_repeated_job_is_answered(at: Subject) -> None:
    before = _count(at)
    with at.opened() as driver:
        job = document()
        first = _print(driver, job)
        claim(_print(driver, job).outcome is first.outcome, "the repeat was answered otherwise")
        other = dataclasses.replace(job, blocks=job.blocks[:1])
        problem = raises(Refused, lambda: _print(driver, other), "another document, the same job")
        claim(getattr(problem, "code", "") == DUPLICATE_DIFFERS, f"{problem!r}")
        claim(_comes_to(at, before + 1), "the repeat was printed too")


def no_paper_no_print(at: Subject) -> None:
    assert at.bench.paper_out and at.bench.paper_in
    with at.opened() as driver:
        job = document()
        at.bench.paper_out()
        try:
            result = _print(driver, job)
            claim(result.outcome is PrintOutcome.NOT_PRINTED, f"{result.outcome} without paper")
            claim(result.conditions, "it does not say why")
            claim(at.probe(driver).level is Level.ERROR, "its status says nothing of it")
        finally:
            at.bench.paper_in()
        at.becomes(driver, Level.OK)
        claim(_print(driver, job).outcome is PrintOutcome.PRINTED, "with paper it does not print")


def a_printer_that_hangs_is_not_believed(at: Subject) -> None:
    assert at.bench.hang and at.bench.go_on
    with at.opened() as driver:
        at.bench.hang()
        try:
            running = Call(lambda: driver.print(document()), "print")
            at.status(driver)
            result = running.end(driver.deadlines.command_s)
            claim(result.outcome is not PrintOutcome.PRINTED, "it says PRINTED and cannot know")
        finally:
            at.bench.go_on()
        at.becomes(driver, Level.OK)


def nothing_there_prints_nothing(at: Subject) -> None:
    assert at.bench.nowhere is not None
    driver = at.create(at.bench.nowhere)
    try:
        claim(_print(driver, document()).outcome is PrintOutcome.NOT_PRINTED, "where did it go?")
    finally:
        within(driver.deadlines.close_s, driver.close, "close")


def _print(driver, job: Document) -> PrintResult:
    return within(driver.deadlines.command_s, lambda: driver.print(job), "print")


def _count(at: Subject) -> int:
    return at.bench.count() if at.bench.count else 0


def _comes_to(at: Subject, count: int) -> bool:
    """The printer's own count, when what was sent has come out and no more."""
    if at.bench.count is None:
        return True
    wait_until(lambda: _count(at) >= count, 5.0)
    return _count(at) == count


CHECKS = (
    Check("a receipt is printed", a_receipt_is_printed, ("uses_paper",)),
    Check(
        "a repeated job is answered, not printed again", a_repeated_job_is_answered, ("uses_paper",)
    ),
    Check("no paper: not printed, and it says why", no_paper_no_print, ("paper_out", "paper_in")),
    Check("a printer that hangs is not believed", a_printer_that_hangs_is_not_believed, ("hang",)),
    Check("nothing there prints nothing", nothing_there_prints_nothing, ("nowhere",)),
)
