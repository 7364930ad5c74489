"""One payment at the simulated terminal, from the command to its end, with what can go wrong in it.

It goes on when the ECR is gone, as in a real terminal; what the bank approved is booked first. The ECR's
``80 00`` to the result is the point from which it stands (PA00P015 2.2.8).
"""

import time

from simulators.zvt_terminal import responses, wire
from simulators.zvt_terminal.bank import Transaction
from simulators.zvt_terminal.desk import Desk
from simulators.zvt_terminal.lines import Line
from simulators.zvt_terminal.wire import message

POSTPONED_S = 2.0  # how soon the result is sent again after 84 9C
CARD_S = 60.0
SILENCE_S = 600.0
REBOOT_S = 3.0


class Payment:
    """``approved_state``: how the bank books an approval (``approved``, ``reserved``). Use once."""

    def __init__(
        self, desk: Desk, line: Line, told: dict[int, bytes], approved_state: str = "approved"
    ) -> None:
        self._desk, self._line, self._approved_state = desk, line, approved_state
        self._amount_minor = wire.number(told, 0x04)
        self._currency = wire.number(told, 0x49, desk.currency)
        self._fault = desk.faults.take()

    def run(self) -> None:
        desk = self._desk
        desk.forget_keys()
        if self._fault == "silent":
            desk.wait(SILENCE_S)
        elif desk.faults.status or self._fault == "printer_not_ready":
            self._abort(desk.faults.status or responses.CANNOT_PRINT)
        elif not self._card_is_in():
            desk.step(self._line, responses.STOPPED)
            self._abort(responses.STOPPED_CODE)
        elif self._fault == "card_expired":
            desk.step(self._line, responses.EXPIRED)
            self._abort(responses.EXPIRED_CODE)
        elif self._fault == "reboot":
            self._restart()
        elif self._pin_is_right():
            self._with_bank()

    def _tell(self, raw: bytes) -> bytes | None:
        return self._desk.tell(self._line, raw)

    def _abort(self, code: int) -> None:
        self._tell(responses.aborted(code))

    def _restart(self) -> None:
        self._desk.close_port(REBOOT_S)
        self._line.close()

    # -- the resident ----------------------------------------------------------------------------

    def _card_is_in(self) -> bool:
        self._desk.step(self._line, responses.INSERT_CARD)
        if self._fault in ("timeout", "abort_by_resident"):
            self._desk.pause()
            return False
        if not self._desk.wait_for_card:
            return self._desk.pause() != "stop"
        return self._desk.wait(CARD_S) == "card"

    def _pin_is_right(self) -> bool:
        wrong = {"pin_wrong": 1, "pin_blocked": 3}.get(self._fault, 0)
        for _ in range(wrong):
            self._desk.step(self._line, responses.ENTER_PIN)
            self._desk.pause()
            self._tell(responses.failed(responses.WRONG_PIN_CODE))
            self._desk.step(self._line, responses.WRONG_PIN)
        if self._fault == "pin_blocked":
            self._desk.step(self._line, responses.PIN_BLOCKED)
            self._abort(responses.PIN_BLOCKED_CODE)
            return False
        self._desk.step(self._line, responses.ENTER_PIN)
        if self._desk.pause() == "stop":
            self._abort(responses.STOPPED_CODE)
            return False
        return True

    # -- the bank --------------------------------------------------------------------------------

    def _with_bank(self) -> None:
        self._ask_bank()
        if self._fault == "decline":
            declined = self._desk.bank.book(self._amount_minor, self._currency, "declined")
            self._tell(responses.result(declined, code=responses.DECLINED_BY_HOST))
            self._abort(responses.DECLINED_BY_HOST)
            return
        booked = self._desk.bank.book(self._amount_minor, self._currency, self._approved_state)
        if self._fault == "silent_after_approve":
            self._desk.wait(SILENCE_S)
        elif self._fault == "drop_connection":
            self._line.close()
        elif self._fault == "reboot_after_approve":
            self._restart()
        elif self._fault == "drop_before_ack":
            self._line.send(responses.result(booked, code=0x00))
            self._line.close()
            self._undo(booked)
        elif self._is_acknowledged(booked):
            self._finish(booked)
        else:
            self._undo(booked)
            self._desk.step(self._line, responses.UNDOING)
            self._abort(responses.STOPPED_CODE)

    def _ask_bank(self) -> None:
        if self._fault == "slow":
            self._tell(responses.prolonged(responses.ASKING_BANK, 5))
            time.sleep(5 * self._desk.step_delay_s)
        if self._fault == "garbage":
            self._line.send_noise(b"\xde\xad\xbe\xef\x00\x01garbage")
        if self._fault == "unknown_command":
            self._tell(message(0x0999, b"\x01\x02"))
        shown = responses.CLEAR_PAN if self._fault == "clear_pan" else ""
        self._desk.step(self._line, responses.ASKING_BANK, shown)
        time.sleep(self._desk.step_delay_s)

    def _undo(self, booked: Transaction) -> None:
        self._desk.bank.take_back(booked)

    def _is_acknowledged(self, booked: Transaction) -> bool:
        raw = responses.result(booked, code=0x00, fault=self._fault)
        while True:
            answer = self._tell(raw)
            if answer is not None and self._fault == "deaf_to_refusal":
                return True
            if answer is None or answer[:2] != b"\x84\x9c":
                return answer is not None and answer[0] == 0x80
            time.sleep(POSTPONED_S)

    def _finish(self, booked: Transaction) -> None:
        if self._fault == "drop_after_ack":
            self._line.close()
            return
        if self._fault == "approve_then_abort":
            self._undo(booked)
            self._desk.step(self._line, responses.UNDOING)
            self._abort(responses.STOPPED_CODE)
            return
        self._desk.step(self._line, responses.TAKE_CARD)
        if self._fault == "lose_completion":
            return
        if self._fault == "late_completion":
            time.sleep(self._desk.late_s)
        self._print(booked)
        self._tell(responses.completed())
        if self._fault == "unasked_reversal":
            self._undo(booked)

    def _print(self, booked: Transaction) -> None:
        clear, by_line = self._fault == "clear_pan", self._fault == "line_receipts"
        self._desk.print_receipts(self._line, booked, clear=clear, by_line=by_line)
