"""T3 and T4 (PA00P016 ch. 5) with a clock that only the line moves on."""

from collections import deque
from dataclasses import dataclass, field

import pytest

from device_drivers.card_terminals.zvt import exchange as exchanges
from device_drivers.card_terminals.zvt.apdu import YES, Apdu, no
from device_drivers.card_terminals.zvt.exchange import (
    ENDING_S_MAX,
    Ending,
    Exchange,
    ExchangeTimes,
    Handlers,
    Wishes,
)
from device_drivers.errors import Timeout

COMMAND = Apdu(0x0601)
STEP, RESULT, DONE = Apdu(0x04FF, b"\x0a"), Apdu(0x040F, b"\x27\x00"), Apdu(0x060F)


def granted(minutes: str) -> Apdu:
    return Apdu(0x04FF, b"\x0a" + bytes.fromhex(minutes))


@dataclass
class TimedLink:
    """Says each message so many seconds after the one before; waiting moves the clock on."""

    messages: deque[tuple[float, Apdu]]
    now: float = 1000.0
    sent: list[Apdu] = field(default_factory=list)
    place: str = "script"

    def monotonic(self) -> float:
        return self.now

    def open(self) -> None: ...

    def check(self) -> None: ...

    def close(self) -> None: ...

    def send(self, apdu: Apdu, may_repeat: bool = True) -> None:
        self.sent.append(apdu)

    def receive(self, timeout_s: float) -> Apdu | None:
        if not self.sent or not self.messages or self.messages[0][0] > timeout_s + 1e-6:
            self.now += timeout_s
            if self.messages and self.sent:
                after_s, apdu = self.messages.popleft()
                self.messages.appendleft((after_s - timeout_s, apdu))
            return None
        after_s, apdu = self.messages.popleft()
        self.now += after_s
        return apdu


def run(
    monkeypatch: pytest.MonkeyPatch,
    *messages: tuple[float, Apdu],
    t3_s: float = 5,
    t4_s: float = 180,
) -> tuple[Ending, float]:
    """How it ended, and after how many seconds."""
    link = TimedLink(deque(messages))
    monkeypatch.setattr(exchanges, "time", link)
    exchange = Exchange(link, ExchangeTimes(t3_s, t4_s), Wishes())
    ending = exchange.run(COMMAND, Handlers(), may_repeat=False)
    return ending, link.now - 1000.0


def test_an_answer_within_t3(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, (4.5, YES), (0, DONE))[0].completed
    with pytest.raises(Timeout) as caught:
        run(monkeypatch, (5.5, YES), (0, DONE))
    assert caught.value.code == "zvt.no_answer"


def test_t3_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, (19, YES), (0, DONE), t3_s=20)[0].completed


def test_the_end_within_t4(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, (0, YES), (179, DONE))[0].completed
    with pytest.raises(Timeout) as caught:
        run(monkeypatch, (0, YES), (181, DONE))
    assert caught.value.code == "zvt.silent"
    assert run(monkeypatch, (0, YES), (550, DONE), t4_s=600)[0].completed


@pytest.mark.parametrize("restarting", [STEP, RESULT], ids=["04 FF", "04 0F"])
def test_t4_begins_anew(monkeypatch: pytest.MonkeyPatch, restarting: Apdu) -> None:
    steps = [(170.0, restarting)] * 4
    ending, seconds = run(monkeypatch, (0, YES), *steps, (170, DONE))
    assert ending.completed
    assert seconds == pytest.approx(850, abs=1)


def test_printing_does_not_begin_t4_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Timeout):
        run(monkeypatch, (0, YES), (170, Apdu(0x06D1, b"\x00x")), (170, DONE))


def test_a_step_may_carry_a_new_t4(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, (0, YES), (1, granted("10")), (599, DONE))[0].completed
    assert run(monkeypatch, (0, YES), (1, granted("10")), (590, STEP), (590, DONE))[0].completed
    with pytest.raises(Timeout):
        run(monkeypatch, (0, YES), (1, granted("10")), (601, DONE))
    with pytest.raises(Timeout):
        run(monkeypatch, (0, YES), (1, granted("01")), (61, DONE))


def test_no_terminal_asks_for_more_time_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [(100.0, STEP)] * 50
    with pytest.raises(Timeout):
        run(monkeypatch, (0, YES), *steps, (0, DONE))
    assert ENDING_S_MAX < 5000


def test_answers_to_a_wish_to_abort_do_not_begin_t4_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Timeout):
        run(monkeypatch, (0, YES), (100, no(0x9C)), (100, DONE))
