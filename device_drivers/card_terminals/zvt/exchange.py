"""One command and everything the terminal sends until it ends (PA00P016 ch. 5). Never repeats one.

Every message of the terminal is answered; what it means for money is decided by the caller.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from device_drivers.card_terminals.zvt import apdu as kinds
from device_drivers.card_terminals.zvt import fields
from device_drivers.card_terminals.zvt.answers import (
    Refusal,
    display_text,
    refusal,
    t4_minutes,
)
from device_drivers.card_terminals.zvt.apdu import YES, Apdu, no
from device_drivers.card_terminals.zvt.commands import ABORT_FROM_ECR
from device_drivers.card_terminals.zvt.links import Link
from device_drivers.card_terminals.zvt.receipts import Receipts, printed_block, printed_line
from device_drivers.card_terminals.zvt.values import CP437
from device_drivers.errors import DeviceError, NotReachable, Refused, Timeout
from device_drivers.transport import NotSent

log = structlog.get_logger(__name__)

UNKNOWN_COMMAND, CANNOT_PRINT = 0x83, 0xCC
LOOK_S = 0.1  # how soon a wish to abort or to close is noticed
ENDING_S_MAX = 1800.0  # however often the terminal asks for more time
NO_FIRST_WORD = "zvt.no_first_word"
STOPS_S = 5.0  # what a terminal without a word has for answering our abort
ABORT_ENDS_S = 3.0  # how long a payment's own end may come behind that of our abort
DRAINED_MAX = 50


@dataclass(frozen=True)
class ExchangeTimes:
    """Seconds. ``answer_s`` T3: command to its answer; ``completion_s`` T4: answer to the end.

    ``first_word_s``: how long a terminal that takes a card may show no step at all, before it is asked
    to stop. One that works asks for the card at once; a resident would wait in vain for T4. 0: no limit.
    """

    answer_s: float = 5.0
    completion_s: float = 180.0
    first_word_s: float = 15.0


class AnsweredNo(Refused):
    """The terminal answered a command with 84 xx. ``result`` says why (ch. 10), if it told."""

    def __init__(self, command: Apdu, told: Refusal) -> None:
        super().__init__(
            f"{command.command:04X} refused: {told.detail}", f"zvt.refused_{told.code:02x}"
        )
        self.result = told.result


def _ignore_step(code: int, shown: str) -> None:
    pass


def _yes(apdu: Apdu) -> Apdu:
    return YES


@dataclass(frozen=True)
class Handlers:
    """What to do with the terminal's messages; each is called before the terminal is answered."""

    on_step: Callable[[int, str], None] = _ignore_step  # its code, and the terminal's own text
    on_result: Callable[[Apdu], Apdu] = _yes  # gives the answer to a status information
    on_end: Callable[[Apdu], None] = lambda apdu: None
    can_print: Callable[[], bool] = lambda: True
    on_silence: Callable[[], None] = lambda: None  # no first word; it is being asked to stop


@dataclass
class Ending:
    """How the terminal ended a command, and what it printed."""

    apdu: Apdu
    receipts: Receipts = field(default_factory=Receipts)

    @property
    def completed(self) -> bool:
        """06 0F; else 06 1E."""
        return self.apdu.command == kinds.COMPLETION


@dataclass
class Wishes:
    """What other threads want of the thread that talks to the terminal."""

    abort: threading.Event = field(default_factory=threading.Event)
    close: threading.Event = field(default_factory=threading.Event)


class Exchange:
    """For the one thread that talks, and for one command."""

    def __init__(
        self,
        link: Link,
        times: ExchangeTimes,
        wishes: Wishes,
        abortable: bool = False,
        characters: str = CP437,
        first_word_s: float = 0.0,
    ) -> None:
        self._link, self._times, self._wishes = link, times, wishes
        self._first_word_s = first_word_s
        self._abortable, self._characters = abortable, characters
        self._receipts = Receipts()
        self._abort_taken = False  # 06 B0 was sent, and not refused
        self._held_back: Apdu | None = None  # a completion that may be that abort's own
        self.sent = False  # a byte of the command may have left
        self.heard_step = False  # the terminal tells where the resident is

    def read(self, apdu: Apdu) -> fields.Fields:
        """The fields of a message, in the terminal's characters."""
        return fields.read(apdu.data, self._characters)

    def ask(self, command: Apdu, may_repeat: bool = True) -> Apdu:
        """Sends the command and gives its answer. Raises AnsweredNo for 84 xx, Timeout after T3.

        Raises NotSent if no byte left.
        """
        self._drain()
        try:
            self._link.send(command, may_repeat)
        except NotSent:
            raise
        except DeviceError:
            self.sent = True
            raise
        self.sent = True
        end = time.monotonic() + self._times.answer_s
        while True:
            apdu = self._next(end)
            if apdu is None:
                detail = f"{self._link.place}: no answer to {command.command:04X}"
                raise Timeout(detail, "zvt.no_answer")
            if apdu.is_yes:
                return apdu
            if apdu.is_answer:
                raise AnsweredNo(command, refusal(apdu))
            self._answer_stale(apdu)

    def run(self, command: Apdu, handlers: Handlers, may_repeat: bool = True) -> Ending:
        """Sends the command and serves the terminal until 06 0F or 06 1E.

        Raises what ``ask`` raises, Timeout after T4, NotReachable, ProtocolError.
        """
        self.ask(command, may_repeat)
        last = time.monotonic() + ENDING_S_MAX
        grace_s = self._times.completion_s
        first_s = min(self._first_word_s, grace_s)
        end = time.monotonic() + (first_s or grace_s)
        silent = False  # no first word within its time
        while True:
            apdu = self._next_or_end(min(end, last))
            if apdu is None and first_s and not silent:
                silent, end = True, time.monotonic() + STOPS_S
                handlers.on_silence()
                self._send_abort()
                continue
            if apdu is None:
                code = NO_FIRST_WORD if silent else "zvt.silent"
                raise Timeout(f"{self._link.place}: the terminal fell silent", code)
            if apdu.is_answer:  # to a wish to abort
                log.info("zvt.abort_answered", answer=f"{apdu.command:04X}")
                self._abort_taken = self._abort_taken and apdu.is_yes
                continue
            if first_s:  # it speaks: from now on it has its usual time
                first_s, silent, end = 0.0, False, time.monotonic() + grace_s
            if self._is_of_the_abort(apdu):
                self._link.send(YES)
                self._held_back, end = apdu, time.monotonic() + ABORT_ENDS_S
                continue
            if apdu.command in (kinds.INTERMEDIATE_STATUS, kinds.STATUS_INFORMATION):
                self.heard_step |= apdu.command == kinds.INTERMEDIATE_STATUS
                minutes = t4_minutes(apdu.data) if apdu.command == kinds.INTERMEDIATE_STATUS else 0
                grace_s = minutes * 60.0 if minutes else grace_s
                end = time.monotonic() + grace_s
            if apdu.command in (kinds.COMPLETION, kinds.ABORT):
                return self._end(apdu, handlers)
            self._link.send(self._answer(apdu, handlers))
            if apdu.command == kinds.STATUS_INFORMATION:
                end = time.monotonic() + grace_s  # deciding took its time

    def _is_of_the_abort(self, apdu: Apdu) -> bool:
        """A completion behind our 06 B0 may be the abort's own; the payment's end still comes then
        (06 1E), or does not: only time tells."""
        ends = apdu.command == kinds.COMPLETION and self._abort_taken
        return ends and self._held_back is None

    def _next_or_end(self, end: float) -> Apdu | None:
        """The next message; a completion that was held back, if nothing better comes."""
        try:
            apdu = self._next(end)
        except DeviceError:
            if self._held_back is None or self._wishes.close.is_set():
                raise
            return self._held_back
        return self._held_back if apdu is None else apdu

    def _end(self, apdu: Apdu, handlers: Handlers) -> Ending:
        handlers.on_end(apdu)
        if apdu is self._held_back:
            return Ending(apdu, self._receipts)
        try:
            self._link.send(YES)
        except (NotReachable, Timeout) as problem:
            # The terminal said how it ended; that it does not hear us any more changes nothing.
            log.warning("zvt.end_not_acknowledged", detail=problem.detail)
        return Ending(apdu, self._receipts)

    def _answer(self, apdu: Apdu, handlers: Handlers) -> Apdu:
        match apdu.command:
            case kinds.INTERMEDIATE_STATUS:
                if apdu.data:
                    handlers.on_step(apdu.data[0], display_text(apdu.data, self._characters))
            case kinds.STATUS_INFORMATION:
                self._link.check()  # an ended line cannot carry the acknowledgement any more
                return handlers.on_result(apdu)
            case kinds.PRINT_LINE | kinds.PRINT_BLOCK if not handlers.can_print():
                log.warning("zvt.cannot_print")
                return no(CANNOT_PRINT)
            case kinds.PRINT_LINE:
                self._receipts.add_line(printed_line(apdu.data, self._characters))
            case kinds.PRINT_BLOCK:
                self._receipts.add_block(printed_block(apdu.data, self._characters))
            case _:
                log.info("zvt.unknown_command", command=f"{apdu.command:04X}")
                return no(UNKNOWN_COMMAND)
        return YES

    def _next(self, end: float) -> Apdu | None:
        """The next message, noticing wishes of other threads while it waits."""
        while True:
            if self._wishes.close.is_set():
                raise NotReachable(f"{self._link.place}: closed by us", "zvt.closed")
            if self._abortable and self._wishes.abort.is_set():
                self._wishes.abort.clear()
                self._send_abort()
            left = end - time.monotonic()
            apdu = self._link.receive(max(0.0, min(left, LOOK_S)))
            if apdu is not None or left <= 0:
                return apdu

    def _send_abort(self) -> None:
        self._link.send(ABORT_FROM_ECR)
        self._abort_taken = True

    def _drain(self) -> None:
        """Answers what an earlier command left behind, so that it is not taken for ours."""
        for _ in range(DRAINED_MAX):
            apdu = self._link.receive(0.0)
            if apdu is None:
                return
            self._answer_stale(apdu)

    def _answer_stale(self, apdu: Apdu) -> None:
        """A message of a command that we no longer follow: acknowledged, its content not used.

        Its result is not lost: whoever waits for it asks for the last transaction.
        """
        log.warning("zvt.stale_message", command=f"{apdu.command:04X}")
        if not apdu.is_answer:
            self._link.send(YES)
