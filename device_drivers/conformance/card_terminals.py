"""What every card terminal must do. Payments are of 0.01 and need a bench that allows them."""

import contextlib
import dataclasses
import functools
import itertools
import os
import re
import threading
from datetime import timedelta

from device_drivers.card_terminals.interface import (
    CardRequest,
    CardResult,
    CardStep,
    LastKnown,
    Outcome,
    ReversalRequest,
)
from device_drivers.conformance.check import (
    SETTLES_S,
    Call,
    Check,
    Subject,
    claim,
    raises,
    within,
)
from device_drivers.deadlines import AT_ONCE_S
from device_drivers.errors import (
    DUPLICATE_DIFFERS,
    DeviceError,
    NotReachable,
    OutcomeUnknown,
    Refused,
)

CENT = 1
ABORTED_S = 30.0
PAN = re.compile(r"\d(?:[ -]?\d){11,18}")  # whole card numbers; a mask breaks the row of digits
_payments = itertools.count(1)


class Watcher:
    """An observer that records, or says that it cannot."""

    def __init__(self, records: bool = True) -> None:
        self._records = records
        self.steps: list[CardStep] = []
        self.results: list[CardResult] = []
        self.begun = threading.Event()

    def on_step(self, step: CardStep) -> None:
        self.steps.append(step)
        self.begun.set()

    def before_acknowledge(self, result: CardResult) -> bool:
        self.results.append(result)
        return self._records


def request(at: Subject) -> CardRequest:
    """Of just now, so that also a terminal that forgets must say clearly what it knows."""
    name = f"conformance-{os.getpid()}-{next(_payments)}"
    return CardRequest(name, CENT, at.bench.currency, age=timedelta())


def a_payment_is_approved_and_recorded_first(at: Subject) -> None:
    watcher, before = Watcher(), _count(at)
    with at.opened() as driver:
        result = _authorise(driver, request(at), watcher)
        claim(result.outcome is Outcome.APPROVED, f"{result.outcome} {result.code}")
        claim(result.amount_minor in (None, CENT), f"{result.amount_minor} was taken")
        claim(len(watcher.results) == 1, f"told of {len(watcher.results)} results before the end")
        claim(watcher.results[0].receipt_no == result.receipt_no, "another result was recorded")
        _claim_no_card_number(result, *watcher.results, *watcher.steps)
        _claim_count(at, before + 1)


def a_repeated_payment_is_answered(at: Subject) -> None:
    watcher, before = Watcher(), _count(at)
    with at.opened() as driver:
        asked = request(at)
        first = _authorise(driver, asked, watcher)
        claim(_authorise(driver, asked, watcher) == first, "the repeat was answered otherwise")
        claim(len(watcher.results) == 1, "the repeat was told to the observer")
        other = dataclasses.replace(asked, amount_minor=CENT + 1)
        problem = raises(Refused, lambda: _authorise(driver, other, watcher), "the same id again")
        claim(getattr(problem, "code", "") == DUPLICATE_DIFFERS, f"{problem!r}")
        _claim_count(at, before + 1)


def what_cannot_be_recorded_is_taken_back(at: Subject) -> None:
    before = _count(at)
    with at.opened() as driver:
        with contextlib.suppress(OutcomeUnknown):
            result = _authorise(driver, request(at), Watcher(records=False))
            claim(result.outcome is not Outcome.APPROVED, "approved, and nobody recorded it")
        _claim_count(at, before)


def a_payment_is_aborted(at: Subject) -> None:
    assert at.bench.wait_for_card is not None
    watcher, before = Watcher(), _count(at)
    with at.opened() as driver:
        at.bench.wait_for_card(True)
        try:
            running = Call(lambda: driver.authorise(request(at), watcher), "authorise")
            claim(watcher.begun.wait(SETTLES_S), "no step was reported")
            at.status(driver)
            within(AT_ONCE_S, driver.abort, "abort")
            result = running.end(ABORTED_S)
            claim(result.outcome is not Outcome.APPROVED, "approved without a card")
            within(AT_ONCE_S, driver.abort, "abort when idle")
        finally:
            at.bench.wait_for_card(False)
        _claim_count(at, before)
        paid = _authorise(driver, request(at), Watcher())
        claim(paid.outcome is Outcome.APPROVED, f"afterwards: {paid.outcome} {paid.code}")


def closing_ends_a_payment_as_unknown(at: Subject) -> None:
    assert at.bench.wait_for_card is not None
    watcher, driver = Watcher(), at.create(at.bench.settings)
    at.open(driver)
    at.bench.wait_for_card(True)
    try:
        running = Call(lambda: driver.authorise(request(at), watcher), "authorise")
        claim(watcher.begun.wait(SETTLES_S), "no step was reported")
        within(driver.deadlines.close_s, driver.close, "close")
        raises(OutcomeUnknown, lambda: running.end(driver.deadlines.close_s), "a closed payment")
    finally:
        at.bench.wait_for_card(False)
        within(driver.deadlines.close_s, driver.close, "close")


def silence_is_unknown_and_never_asked_again(at: Subject) -> None:
    assert at.bench.fall_silent and at.bench.speak_again
    with at.opened() as driver:
        at.bench.fall_silent()
        asked, before = request(at), _count(at)
        try:
            raises(OutcomeUnknown, lambda: _authorise(driver, asked, Watcher()), "silence")
            raises(OutcomeUnknown, lambda: _authorise(driver, asked, Watcher()), "the same again")
            claim(_count(at) <= before + 1, "it was charged twice")
        finally:
            at.bench.speak_again()


def noise_invents_no_result(at: Subject) -> None:
    assert at.bench.noise is not None
    before, watcher = _count(at), Watcher()
    with at.opened() as driver:
        at.bench.noise()
        try:
            approved = _authorise(driver, request(at), watcher).outcome is Outcome.APPROVED
            _claim_count(at, before + approved)
        except OutcomeUnknown:
            claim(_count(at) <= before + 1, "it was charged twice")


def an_earlier_payment_is_looked_up(at: Subject) -> None:
    """By a driver that has just been started, as after a power cut."""
    with at.opened() as driver:
        before = within(driver.deadlines.command_s, driver.snapshot, "snapshot").known
        asked, watcher = request(at), Watcher()
        paid = _authorise(driver, asked, watcher)
    charged = _count(at)
    with at.opened() as driver:
        found = _look_up(driver, asked, before)
        claim(found is not None, "it does not know a payment that it took")
        assert found is not None
        claim(found.outcome is Outcome.APPROVED, f"{found.outcome} {found.code}")
        claim(found.receipt_no == paid.receipt_no, f"{found.receipt_no} and not {paid.receipt_no}")
        _claim_no_card_number(found)
        now = within(driver.deadlines.command_s, driver.snapshot, "snapshot").known
        claim(_look_up(driver, request(at), now) is None, "it knows a payment that never was")
        _claim_count(at, charged)


def _look_up(driver, asked: CardRequest, before: LastKnown | None) -> CardResult | None:
    seconds = driver.deadlines.command_s
    return within(seconds, lambda: driver.lookup(asked, before), "lookup")


def a_payment_is_reversed_once(at: Subject) -> None:
    before = _count(at)
    with at.opened() as driver:
        paid = _authorise(driver, request(at), Watcher())
        asked = ReversalRequest(f"reversal-{next(_payments)}", paid, CENT, at.bench.currency)
        for _ in range(2):
            back = within(driver.deadlines.command_s, lambda: driver.reverse(asked), "reverse")
            claim(back.outcome is Outcome.APPROVED, f"{back.outcome} {back.code}")
        _claim_count(at, before)


def another_currency_is_refused(at: Subject) -> None:
    other = "EUR" if at.bench.currency != "EUR" else "CNY"
    with at.opened() as driver:
        asked = dataclasses.replace(request(at), currency=other)
        raises(Refused, lambda: _authorise(driver, asked, Watcher()), f"a payment in {other}")


def nothing_there_takes_nothing(at: Subject) -> None:
    assert at.bench.nowhere is not None
    driver = at.create(at.bench.nowhere)
    try:
        raises(NotReachable, lambda: _authorise(driver, request(at), Watcher()), "nothing there")
        ask = functools.partial(driver.lookup, request(at), None)
        raises(DeviceError, lambda: within(driver.deadlines.command_s, ask, "ask"), "asked of it")
    finally:
        within(driver.deadlines.close_s, driver.close, "close")


def _authorise(driver, asked: CardRequest, watcher: Watcher) -> CardResult:
    seconds = driver.deadlines.command_s
    return within(seconds, lambda: driver.authorise(asked, watcher), "authorise")


def _count(at: Subject) -> int:
    return at.bench.count() if at.bench.count else 0


def _claim_count(at: Subject, expected: int) -> None:
    if at.bench.count is not None:
        claim(_count(at) == expected, f"{_count(at)} payments stand, and not {expected}")


def _claim_no_card_number(*told: object) -> None:
    """The message keeps the number to itself."""
    claim(not any(PAN.search(repr(one)) for one in told), "a whole card number was handed over")


_MONEY = ("moves_money",)
CHECKS = (
    Check(
        "a payment is approved, recorded first, masked",
        a_payment_is_approved_and_recorded_first,
        _MONEY,
    ),
    Check(
        "a repeated payment is answered, not charged again", a_repeated_payment_is_answered, _MONEY
    ),
    Check("what cannot be recorded is taken back", what_cannot_be_recorded_is_taken_back, _MONEY),
    Check("abort ends a payment", a_payment_is_aborted, (*_MONEY, "wait_for_card")),
    Check(
        "close() ends a payment as unknown",
        closing_ends_a_payment_as_unknown,
        (*_MONEY, "wait_for_card"),
    ),
    Check(
        "silence is unknown, and not asked again",
        silence_is_unknown_and_never_asked_again,
        (*_MONEY, "fall_silent"),
    ),
    Check("noise invents no result", noise_invents_no_result, (*_MONEY, "noise")),
    Check("an earlier payment is looked up", an_earlier_payment_is_looked_up, _MONEY),
    Check("a payment is reversed once", a_payment_is_reversed_once, _MONEY),
    Check("another currency is refused", another_currency_is_refused),
    Check("nothing there takes nothing", nothing_there_takes_nothing, ("nowhere",)),
)
