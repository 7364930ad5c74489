"""The terminal itself: takes commands, runs one payment at a time, and fails on command.

A payment goes on when the ECR is gone, as in a real terminal; what the bank approved is booked first.
The ECR's ``80 00`` to the result is the point from which it stands (2.2.8).
"""

import queue
import threading
import time
from collections.abc import Callable
from typing import Any

from simulators.zvt_terminal import telling
from simulators.zvt_terminal.bank import Bank, Transaction
from simulators.zvt_terminal.lines import Line
from simulators.zvt_terminal.wire import YES, bcd, command_of, data_of, fields, no

BEHAVIOURS = (
    "approve",
    "decline",
    "timeout",  # nobody puts in a card
    "abort_by_resident",
    "silent",  # takes the command and never speaks of it again; nothing is booked
    "silent_after_approve",  # approved and standing, and never speaks of it
    "lose_completion",  # the result comes, 06 0F never does
    "drop_connection",  # approved and standing, the line ends before the result
    "drop_before_ack",  # the line ends right after the result was sent: reversed
    "wrong_amount",
    "reboot",  # the line ends in the middle and stays away for a while; nothing is booked
    "garbage",
    "slow",
)
ANSWER_S = 5.0  # T3
POSTPONED_S = 2.0  # how soon the result is sent again after 84 9C
CARD_S = 60.0
SILENCE_S = 600.0
REBOOT_S = 3.0
_PRINTS_ON_ECR = 0x82
_WITH_PASSWORD = (0x0602, 0x0693, 0x0670, 0x0650)


class _Talk:
    """The answers that come over one line, and whose turn it is to wait for one."""

    def __init__(self) -> None:
        self.answers: queue.Queue[bytes] = queue.Queue()
        self.turn = threading.Lock()


class Terminal:
    def __init__(
        self, bank: Bank, step_delay_s: float, close_port: Callable[[float], None]
    ) -> None:
        self._bank, self.step_delay_s, self._close_port = bank, step_delay_s, close_port
        self.wait_for_card = False
        self.bare_repeat = False
        self.display = "ready"
        self._config, self._currency, self._registered = 0x00, 156, False
        self._planned: queue.Queue[str] = queue.Queue()
        self._keys: queue.Queue[str] = queue.Queue()
        self._talks: dict[Line, _Talk] = {}
        self._busy = threading.Lock()

    # --- control ---

    def plan(self, behaviour: str, count: int = 1) -> None:
        """Raises ValueError for a behaviour that there is not."""
        if behaviour not in BEHAVIOURS:
            raise ValueError(f"no behaviour {behaviour!r}; there are {', '.join(BEHAVIOURS)}")
        for _ in range(count):
            self._planned.put(behaviour)

    def press(self, key: str) -> None:
        if key not in ("card", "stop"):
            raise ValueError(f"no key {key!r}; there are card, stop")
        self._keys.put(key)

    def state(self) -> dict[str, Any]:
        return {
            "transactions": [t.as_json() for t in self._bank.all()],
            "in_progress": self._busy.locked(),
            "registered": self._registered,
            "display": self.display,
        }

    # --- the line ---

    def hear(self, line: Line, raw: bytes) -> None:
        """Each message of the ECR; answers go to whoever waits for them."""
        command = command_of(raw)
        if command >> 8 in (0x80, 0x84):
            self._talk(line).answers.put(raw)
            return
        if command == 0x06B0:
            line.send(YES)
            self._keys.put("stop")
            return
        if command == 0x0501:
            self._work(line, lambda: self._state(line))
            return
        if not self._busy.acquire(blocking=False):
            line.send(no(0x9C))
            return
        work = self._job(line, command, data_of(raw))
        if work is None:
            self._busy.release()
            line.send(no(0x83))
            return
        self._work(line, work, release=True)

    def lost(self, line: Line) -> None:
        talk = self._talks.pop(line, None)
        if talk:
            talk.answers.put(b"")

    def _work(self, line: Line, work: Callable[[], None], release: bool = False) -> None:
        def run() -> None:
            try:
                work()
            finally:
                if release:
                    self.display = "ready"
                    self._busy.release()

        line.send(YES)
        threading.Thread(target=run, name="job", daemon=True).start()

    def _talk(self, line: Line) -> "_Talk":
        return self._talks.setdefault(line, _Talk())

    def _tell(self, line: Line, raw: bytes) -> bytes | None:
        """Sends and waits for the ECR's answer; None when there is none in time."""
        talk = self._talk(line)
        with talk.turn:
            while not talk.answers.empty():
                talk.answers.get()
            if not line.send(raw):
                return None
            try:
                return talk.answers.get(timeout=ANSWER_S) or None
            except queue.Empty:
                return None

    # --- commands ---

    def _job(self, line: Line, command: int, data: bytes) -> Callable[[], None] | None:
        after = fields(data[3:])  # behind the password
        match command:
            case 0x0600:
                return lambda: self._register(line, data)
            case 0x0601:
                return lambda: self._pay(line, fields(data))
            case 0x0630:
                return lambda: self._reverse(line, after)
            case 0x0631:
                return lambda: self._refund(line, after)
            case 0x0620:
                return lambda: self._repeat(line)
            case known if known in _WITH_PASSWORD:
                return lambda: self._housekeeping(line, command)
        return None

    def _register(self, line: Line, data: bytes) -> None:
        self._config = data[3]
        if len(data) >= 6:
            self._currency = int(data[4:6].hex())
        self._registered = True
        self._tell(line, telling.registered(self._currency))

    def _state(self, line: Line) -> None:
        self._tell(line, telling.state(0x9C if self._busy.locked() else 0x00))

    def _housekeeping(self, line: Line, command: int) -> None:
        if command == 0x0602:
            self._registered = False
        if command == 0x0650:
            self._tell(line, telling.totals(self._bank.all()))
        self._tell(line, telling.completed())

    def _repeat(self, line: Line) -> None:
        last = self._bank.last()
        if self.bare_repeat:
            self._tell(line, telling.completed())
        elif last is None:
            self._tell(line, telling.aborted(telling.NO_RECEIPT))
        else:
            code = telling.DECLINED_BY_HOST if last.state == "declined" else 0x00
            self._tell(line, telling.result(last, code=code))
            self._tell(line, telling.completed())

    def _reverse(self, line: Line, told: dict[int, bytes]) -> None:
        found = self._bank.by_receipt(int(told.get(0x87, b"\0\0").hex()))
        if found is None or found.state not in ("approved", "reversed"):
            self._tell(line, telling.aborted(telling.CANNOT_REVERSE))
        elif found.state == "reversed":
            self._tell(line, telling.aborted(telling.ALREADY_REVERSED))
        else:
            self._bank.mark(found.trace, "reversed")
            self._tell(line, telling.result(found, code=0x00))
            self._tell(line, telling.completed())

    def _refund(self, line: Line, told: dict[int, bytes]) -> None:
        done = self._bank.book(int(told[0x04].hex()), self._currency, "refunded")
        self._tell(line, telling.result(done, code=0x00))
        self._tell(line, telling.completed())

    # --- a payment ---

    def _pay(self, line: Line, told: dict[int, bytes]) -> None:
        behaviour = "approve" if self._planned.empty() else self._planned.get()
        amount_minor = int(told.get(0x04, bcd("0", 6)).hex())
        currency = int(told.get(0x49, bcd(str(self._currency), 2)).hex())
        while not self._keys.empty():
            self._keys.get()
        if behaviour == "silent":
            self._wait(SILENCE_S)
            return
        if not self._card_is_in(line, behaviour):
            self._step(line, telling.STOPPED)
            self._tell(line, telling.aborted(telling.STOPPED_CODE))
            return
        self._step(line, telling.ENTER_PIN)
        if behaviour == "reboot":
            self._close_port(REBOOT_S)
            line.close()
            return
        if self._pause() == "stop":
            self._tell(line, telling.aborted(telling.STOPPED_CODE))
            return
        self._ask_bank(line, behaviour)
        if behaviour == "decline":
            declined = self._bank.book(amount_minor, currency, "declined")
            self._tell(line, telling.result(declined, code=telling.DECLINED_BY_HOST))
            self._tell(line, telling.aborted(telling.DECLINED_BY_HOST))
            return
        approved = self._bank.book(amount_minor, currency, "approved")
        self._tell_approval(line, approved, behaviour)

    def _card_is_in(self, line: Line, behaviour: str) -> bool:
        self._step(line, telling.INSERT_CARD)
        if behaviour in ("timeout", "abort_by_resident"):
            self._pause()
            return False
        if not self.wait_for_card:
            return self._pause() != "stop"
        return self._wait(CARD_S) == "card"

    def _ask_bank(self, line: Line, behaviour: str) -> None:
        if behaviour == "slow":
            self._tell(line, telling.prolonged(telling.ASKING_BANK, 5))
            time.sleep(5 * self.step_delay_s)
        if behaviour == "garbage":
            line.send_noise(b"\xde\xad\xbe\xef\x00\x01garbage")
        self._step(line, telling.ASKING_BANK)
        time.sleep(self.step_delay_s)

    def _tell_approval(self, line: Line, approved: Transaction, behaviour: str) -> None:
        if behaviour == "silent_after_approve":
            self._wait(SILENCE_S)
            return
        if behaviour == "drop_connection":
            line.close()
            return
        if behaviour == "drop_before_ack":
            line.send(telling.result(approved, code=0x00))
            line.close()
            self._bank.mark(approved.trace, "reversed")
            return
        amount = approved.amount_minor + 1 if behaviour == "wrong_amount" else None
        if not self._is_acknowledged(line, approved, amount):
            self._bank.mark(approved.trace, "reversed")
            self._step(line, 0x05)
            self._tell(line, telling.aborted(telling.STOPPED_CODE))
            return
        self._step(line, telling.TAKE_CARD)
        if behaviour == "lose_completion":
            return
        if self._config & _PRINTS_ON_ECR == _PRINTS_ON_ECR:
            for kind in (1, 2):
                self._tell(line, telling.receipt(approved, kind))
        self._tell(line, telling.completed())

    def _is_acknowledged(self, line: Line, approved: Transaction, amount: int | None) -> bool:
        while True:
            answer = self._tell(line, telling.result(approved, code=0x00, amount_minor=amount))
            if answer is None or answer[:2] != b"\x84\x9c":
                return answer is not None and answer[0] == 0x80
            time.sleep(POSTPONED_S)

    def _step(self, line: Line, code: int) -> None:
        self.display = f"{code:02X}"
        if self._config & 0x08:
            self._tell(line, telling.step(code))

    def _pause(self) -> str:
        return self._wait(self.step_delay_s)

    def _wait(self, seconds: float) -> str:
        """Until a key is pressed, or the time is over ("")."""
        try:
            return self._keys.get(timeout=seconds)
        except queue.Empty:
            return ""
