"""The simulated terminal: takes commands, does one thing at a time, and fails on command."""

import threading
from collections.abc import Callable
from typing import Any

from simulators.zvt_terminal.desk import Desk
from simulators.zvt_terminal.housekeeping import (
    DIAGNOSIS,
    END_OF_DAY,
    INITIALISE,
    LOG_OFF,
    TOTALS,
    Housekeeping,
)
from simulators.zvt_terminal.lines import Line
from simulators.zvt_terminal.payment import Payment
from simulators.zvt_terminal.wire import YES, command_of, data_of, fields, no, shown_lines

BUSY, UNKNOWN, WRONG_CURRENCY = 0x9C, 0x83, 0x6F
ENDING_S = 0.3
ABORT, STATUS, SHOW = 0x06B0, 0x0501, 0x06E0
KEYS = ("card", "stop")


class Terminal:
    """``counts`` is called when a payment begins."""

    def __init__(self, desk: Desk, counts: Callable[[], None] = lambda: None) -> None:
        self._desk, self.counts = desk, counts
        self._house = Housekeeping(desk)
        self._busy = threading.Lock()

    def press(self, key: str) -> None:
        """Raises ValueError."""
        if key not in KEYS:
            raise ValueError(f"no key {key!r}; there are {', '.join(KEYS)}")
        self._desk.press(key)

    def state(self) -> dict[str, Any]:
        desk = self._desk
        return {
            "transactions": [t.as_json() for t in desk.bank.all()],
            "in_progress": self._busy.locked(),
            "registered": desk.registered,
            "display": desk.display,
            "shown": desk.shown,
            **desk.faults.as_json(),
        }

    def lost(self, line: Line) -> None:
        self._desk.lost(line)

    def hear(self, line: Line, raw: bytes) -> None:
        """Each message of the ECR; answers go to whoever waits for them."""
        command, faults = command_of(raw), self._desk.faults
        if "dead" in faults:
            return
        if command >> 8 in (0x80, 0x84):
            self._desk.answered(line, raw)
        elif command == ABORT:
            faults.cure(command)
            line.send(YES)
            self._desk.press("stop")
        elif "busy" in faults and command != STATUS:
            line.send(no(BUSY))
        elif command == STATUS:
            self._work(line, lambda: self._house.state(line, self._still_busy()))
        elif command == 0x0600 and "registration_refused" in faults:
            line.send(bytes([0x84, 0x1E, 3, WRONG_CURRENCY, 0x09, 0x78]))
        else:
            self._begin(line, command, data_of(raw))

    def _still_busy(self) -> bool:
        """A command whose end was just told is given a moment to be over."""
        if self._busy.acquire(timeout=ENDING_S):
            self._busy.release()
            return False
        return True

    def _begin(self, line: Line, command: int, data: bytes) -> None:
        if not self._busy.acquire(blocking=False):
            line.send(no(BUSY))
            return
        work = self._at_once(line, command, data) or self._job(line, command, data)
        if work is None:
            self._busy.release()
            line.send(no(UNKNOWN))
            return
        self._work(line, work, release=True)

    def _work(self, line: Line, work: Callable[[], None], release: bool = False) -> None:
        def run() -> None:
            try:
                work()
            finally:
                if release:
                    self._desk.display = "ready"
                    self._busy.release()

        line.send(YES)
        threading.Thread(target=run, name="job", daemon=True).start()

    def _at_once(self, line: Line, command: int, data: bytes) -> Callable[[], None] | None:
        """Commands that end with their answer."""
        if command == LOG_OFF:
            self._desk.registered, self._desk.config = False, 0x86
            return lambda: None
        if command == SHOW:
            self._desk.shown = shown_lines(data)
            return lambda: None
        return None

    def _job(self, line: Line, command: int, data: bytes) -> Callable[[], None] | None:
        house, told, after = self._house, fields(data), fields(data[3:])  # behind the password
        match command:
            case 0x0600:
                return lambda: house.register(line, data)
            case 0x0601 | 0x0622:
                return lambda: self._pay(
                    line, told, "approved" if command == 0x0601 else "reserved"
                )
            case 0x0630:
                return lambda: house.reverse(line, after)
            case 0x0631:
                return lambda: house.refund(line, after)
            case 0x0623 if told.get(0x87) == b"\xff\xff":
                return lambda: house.open_reservations(line)
            case 0x0624:
                return lambda: house.book_reservation(line, told)
            case 0x0625:
                return lambda: house.cancel_reservation(line, told)
            case 0x0620:
                return lambda: house.repeat(line, after)
            case _ if command in (DIAGNOSIS, END_OF_DAY, INITIALISE, TOTALS):
                return lambda: house.look_after(line, command)
        return None

    def _pay(self, line: Line, told: dict[int, bytes], approved_state: str) -> None:
        self.counts()
        Payment(self._desk, line, told, approved_state).run()
