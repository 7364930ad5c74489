"""Puts one job on paper and finds out what became of it. Never says "printed" without the printer's word
where the printer can give it, and never takes longer than its limits."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from device_drivers.errors import DeviceError
from device_drivers.printers import conditions
from device_drivers.printers.escpos_answers import Reading, blocking
from device_drivers.printers.escpos_links import SendStopped
from device_drivers.printers.escpos_session import Session
from device_drivers.printers.interface import PrintOutcome
from device_drivers.printers.profiles import Profile
from device_drivers.status import Condition

log = structlog.get_logger(__name__)

POLL_S = 0.25
SETTLE_S = 3.0  # without the printer's word, so long without a fault counts as printed


@dataclass(frozen=True)
class Limits:
    """Seconds."""

    send: float
    answer: float
    confirm: float


@dataclass(frozen=True)
class Ended:
    """``reading`` is the newest status, None without one. ``gone``: the connection is of no use any
    more, and the printer may wait for the rest of a command."""

    outcome: PrintOutcome
    because: tuple[Condition, ...] = ()
    reading: Reading | None = None
    gone: bool = False


def put_on_paper(
    session: Session, profile: Profile, data: bytes, limits: Limits, give_up: Callable[[], bool]
) -> Ended:
    """Sends a job to a printer that was ready a moment ago. ``give_up`` ends any waiting."""
    try:
        session.forget_answers()
        session.send_job(data + session.ask_done(), limits.send, give_up)
        if profile.status == "none":
            return Ended(PrintOutcome.PRINTED)
        return _confirm(session, profile, limits, give_up)
    except SendStopped as problem:
        log.warning("printer.send_stopped", sent=problem.sent, detail=problem.detail)
        return _stopped(session, problem, limits)
    except DeviceError as problem:
        log.warning("printer.lost", detail=problem.detail)
        return Ended(PrintOutcome.UNCERTAIN, (conditions.NOT_REACHABLE,), gone=True)


def _confirm(
    session: Session, profile: Profile, limits: Limits, give_up: Callable[[], bool]
) -> Ended:
    """Waits for the printer's word after the cut; a fault meanwhile ends the wait."""
    begun = time.monotonic()
    has_word = profile.confirm != "status"
    word: bool | None = None
    while True:
        reading = session.newest() or session.ask_status(limits.answer)
        if has_word and word is None:
            # Looked for again: paper may end right after the cut, when all is printed.
            word = session.done(0)
        stopping = _stopping(reading)
        if word or (word is not None and not stopping):
            return Ended(PrintOutcome.PRINTED, stopping, reading)
        if reading is not None and stopping:
            return Ended(PrintOutcome.UNCERTAIN, stopping, reading)
        passed = time.monotonic() - begun
        if reading is not None and not has_word and passed >= SETTLE_S:
            return Ended(PrintOutcome.PRINTED, (), reading)
        if passed >= limits.confirm or give_up():
            return Ended(PrintOutcome.UNCERTAIN, stopping, reading)
        if has_word and word is None:
            word = session.done(POLL_S)
        else:
            time.sleep(POLL_S)


def _stopped(session: Session, problem: SendStopped, limits: Limits) -> Ended:
    """The printer took no more bytes; it may still say why."""
    reading, gone = session.stopped_by, problem.gone
    if reading is None and not gone:
        try:
            reading = session.ask_status(limits.answer)
        except DeviceError:
            gone = True
    outcome = PrintOutcome.UNCERTAIN if problem.sent else PrintOutcome.NOT_PRINTED
    # What is left of the job must not come out in front of the next one: the line is given up.
    because = _stopping(reading) or (conditions.NOT_REACHABLE,)
    return Ended(outcome, because, reading, gone=True)


def _stopping(reading: Reading | None) -> tuple[Condition, ...]:
    found: Iterable[Condition] = (
        (conditions.NOT_REACHABLE,) if reading is None else reading.conditions
    )
    return tuple(blocking(found))
