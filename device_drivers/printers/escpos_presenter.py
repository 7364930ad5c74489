"""The presenter of a kiosk printer: a receipt waits at the exit until it is taken, or is taken back.

States: empty -> waiting (since) -> empty (taken or retracted) | stuck -> empty (mended).
"""

import time
from collections.abc import Callable

import structlog

from device_drivers.printers import conditions
from device_drivers.printers.escpos_answers import Reading
from device_drivers.printers.escpos_session import Session
from device_drivers.printers.memory import Memory
from device_drivers.printers.profiles import Presenter
from device_drivers.status import Condition

log = structlog.get_logger(__name__)

LOOK_S = 1.0
MOVE_S = 6.0  # so long retracting or ejecting may take
POLL_S = 0.25
GRACE_S = 3.0  # a hand may be at the receipt just now


class Exit:
    """``wait_s``: so long a receipt may wait; 0 for ever. Never called from two threads at once."""

    def __init__(
        self,
        commands: Presenter,
        wait_s: float,
        memory: Memory,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._commands, self._wait_s, self._memory, self._now = commands, wait_s, memory, now
        self._since: float | None = None
        self._looked = 0.0
        self._stuck = False

    @property
    def conditions(self) -> tuple[Condition, ...]:
        if self._stuck:
            return (conditions.PRESENTER,)
        return () if self._since is None else (conditions.TICKET_AT_EXIT,)

    def saw(self, reading: Reading) -> None:
        if reading.ticket is None:
            return
        if not reading.ticket:
            if self._since is not None and not self._stuck:
                log.info("printer.ticket_taken", after_s=round(self._now() - self._since))
            self._since, self._stuck = None, False
        elif self._since is None:
            self._since = self._now()

    def look(self, session: Session, answer_s: float) -> Reading | None:
        """While a receipt waits: sees whether it was taken, and takes it back when its time is over.

        Raises DeviceError."""
        now = self._now()
        if self._since is None or now - self._looked < LOOK_S:
            return None
        self._looked = now
        reading = session.ask_status(answer_s)
        if reading is not None:
            self.saw(reading)
        overdue = self._since is not None and self._wait_s and now - self._since >= self._wait_s
        if overdue and not self._stuck and self._commands.retract:
            return self._move(session, self._commands.retract, answer_s) or reading
        return reading

    def clear(self, session: Session, answer_s: float) -> Reading | None:
        """Before another receipt comes: the one that waits goes to the bin, or out where there is none,
        if nobody takes it right now.

        Raises DeviceError."""
        end = self._now() + GRACE_S
        while self._since is not None and self._now() < end and not self._stuck:
            time.sleep(POLL_S)
            reading = session.ask_status(answer_s)
            if reading is not None:
                self.saw(reading)
        if self._since is None:
            return None
        return self._move(session, self._commands.retract or self._commands.eject, answer_s)

    def _move(self, session: Session, command: bytes, answer_s: float) -> Reading | None:
        session.send(command, answer_s)
        end = self._now() + MOVE_S
        reading: Reading | None = None
        while self._now() < end:
            time.sleep(POLL_S)
            reading = session.ask_status(answer_s) or reading
            if reading is not None and reading.ticket is False:
                self._since, self._stuck = None, False
                if command == self._commands.retract:
                    self._memory.retracted()
                    log.warning("printer.ticket_retracted")
                return reading
        self._stuck = True
        log.warning("printer.presenter_stuck")
        return reading
