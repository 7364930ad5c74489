"""The simulated terminal: takes commands, does one thing at a time, and fails on command."""

import threading
from collections.abc import Callable
from typing import Any

from simulators.zvt_terminal import responses, rules, wire
from simulators.zvt_terminal.desk import Desk
from simulators.zvt_terminal.housekeeping import Housekeeping
from simulators.zvt_terminal.lines import Line
from simulators.zvt_terminal.payment import Payment
from simulators.zvt_terminal.wire import YES, command_of, data_of, no, shown_lines

BUSY = 0x9C
ENDING_S, LETS_GO_S = 0.3, 12.0
ABORT = 0x06B0
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
        command, data, faults = command_of(raw), data_of(raw), self._desk.faults
        if "dead" in faults:
            return
        if command >> 8 in (0x80, 0x84):
            self._desk.answered(line, raw)
        elif command == ABORT:
            self._abort(line)
        elif "busy" in faults and command != rules.STATUS:
            line.send(no(BUSY))
        elif command == rules.REGISTER and "registration_refused" in faults:
            line.send(bytes([0x84, 0x1E, 3, responses.WRONG_CURRENCY, 0x09, 0x78]))
        elif command not in rules.KNOWN:
            line.send(no(rules.UNKNOWN))
        else:
            self._take(line, command, data)

    def _abort(self, line: Line) -> None:
        self._desk.faults.cure(ABORT)
        line.send(YES)
        if "abort_completed" not in self._desk.faults:
            self._desk.press("stop")
            return

        def complete() -> None:
            self._desk.tell(line, responses.completed())
            self._desk.press("stop")

        threading.Thread(target=complete, name="abort", daemon=True).start()

    def _take(self, line: Line, command: int, data: bytes) -> None:
        """Answers a command that is none, and begins the others."""
        try:
            told = rules.read(command, data)
        except wire.UnknownField:
            line.send(no(rules.UNKNOWN))
        except wire.Malformed:
            line.send(no(rules.PROTOCOL_ERROR))
        else:
            if command == rules.STATUS:
                self._work(line, lambda: self._house.state(line, self._still_busy()))
            else:
                self._begin(line, command, data, told)

    def _still_busy(self) -> bool:
        """A command whose end was just told is given a moment to be over."""
        if self._busy.acquire(timeout=LETS_GO_S if self._desk.ended.is_set() else ENDING_S):
            self._busy.release()
            return False
        return True

    def _begin(self, line: Line, command: int, data: bytes, told: dict[int, bytes]) -> None:
        if self._busy.acquire(blocking=False):
            self._carry_out(line, command, data, told)
        elif self._desk.ended.is_set():  # the till has the rights; the thread before is letting go

            def when_free() -> None:
                if self._busy.acquire(timeout=LETS_GO_S):
                    self._carry_out(line, command, data, told)
                else:
                    line.send(no(BUSY))

            threading.Thread(target=when_free, name="next", daemon=True).start()
        else:
            line.send(no(BUSY))

    def _carry_out(self, line: Line, command: int, data: bytes, told: dict[int, bytes]) -> None:
        """The terminal's turn; ``_busy`` is held until the work is done."""
        self._desk.ended.clear()
        refused = rules.refusal(self._desk, command, data, told)
        if refused is not None:
            self._work(line, lambda: self._refuse(line, refused), release=True)
        elif self._is_done_at_once(command, data):
            self._busy.release()
            line.send(YES)
        else:
            self._work(line, self._job(line, command, data, told), release=True)

    def _refuse(self, line: Line, refused: bytes) -> None:
        self._desk.tell(line, refused)

    def _work(self, line: Line, work: Callable[[], None], release: bool = False) -> None:
        def run() -> None:
            try:
                work()
            finally:
                if release:
                    self._desk.display = "ready"
                    self._busy.release()

        thread = threading.Thread(target=run, name="job", daemon=True)
        if release:
            self._desk.job = thread
        line.send(YES)
        thread.start()

    def _is_done_at_once(self, command: int, data: bytes) -> bool:
        """Carries out commands that end with their answer."""
        if command == rules.LOG_OFF:
            self._desk.registered, self._desk.config = False, 0x86
        elif command == rules.SHOW:
            self._desk.shown = shown_lines(data)
        return command in (rules.LOG_OFF, rules.SHOW)

    def _job(
        self, line: Line, command: int, data: bytes, told: dict[int, bytes]
    ) -> Callable[[], None]:
        house = self._house
        match command:
            case rules.REGISTER:
                return lambda: house.register(line, data)
            case rules.AUTHORISE | rules.RESERVE:
                state = "approved" if command == rules.AUTHORISE else "reserved"
                return lambda: self._pay(line, told, state)
            case rules.REVERSE:
                return lambda: house.reverse(line, told)
            case rules.REFUND:
                return lambda: house.refund(line, told)
            case rules.OPEN_RESERVATIONS:
                return lambda: house.open_reservations(line)
            case rules.BOOK:
                return lambda: house.book_reservation(line, told)
            case rules.CANCEL:
                return lambda: house.cancel_reservation(line, told)
            case rules.REPEAT:
                return lambda: house.repeat(line, told)
            case _:
                return lambda: house.look_after(line, command)

    def _pay(self, line: Line, told: dict[int, bytes], approved_state: str) -> None:
        self.counts()
        Payment(self._desk, line, told, approved_state).run()
