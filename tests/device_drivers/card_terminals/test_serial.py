"""The serial link on a real pseudo terminal: acknowledgements, repeats, damage."""

import os
import pty
import select
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from device_drivers.card_terminals.interface import CardRequest, Outcome
from device_drivers.card_terminals.zvt import ZvtTerminal, create
from device_drivers.card_terminals.zvt.framing import ACK, NAK, Frame, FrameReader, Signal, frame
from device_drivers.errors import NotReachable, OutcomeUnknown
from tests.device_drivers.card_terminals.scripted import (
    APPROVED_12_34,
    READY,
    REGISTERED,
    YES,
    Observed,
    message,
)

REQUEST = CardRequest("p-1", 1234, "CNY")


class SerialScript:
    """The terminal's end of the line; what it does not expect fails the test."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._reader = FrameReader()
        self._found: list[Frame | Signal] = []

    def next(self, timeout_s: float = 20) -> Frame | Signal | None:
        end = time.monotonic() + timeout_s
        while not self._found:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._descriptor], [], [], left)[0]:
                return None
            self._found += self._reader.feed(os.read(self._descriptor, 4096))
        return self._found.pop(0)

    def write(self, raw: bytes) -> None:
        os.write(self._descriptor, raw)

    def hear(self, start: str, answer: bytes = ACK) -> None:
        found = self.next()
        assert isinstance(found, Frame), found
        assert found.message.hex().startswith(start), found.message.hex()
        self.write(answer)

    def send(self, text: str) -> None:
        self.write(frame(bytes.fromhex(text)))
        assert self.next() is Signal.ACK

    def say(self, *messages: str) -> None:
        for one in messages:
            self.send(one)
            if one[:2] not in ("80", "84"):
                self.hear(YES)

    def state_asked(self) -> None:
        self.hear("0501")
        self.say(YES, READY)

    def registration(self) -> None:
        self.state_asked()
        self.hear("0600")
        self.say(YES, REGISTERED)

    def until_payment(self) -> None:
        self.registration()
        self.state_asked()


@contextmanager
def serial_terminal(
    script: Callable[[SerialScript], None], **settings: Any
) -> Iterator[ZvtTerminal]:
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    problems: list[BaseException] = []

    def serve() -> None:
        try:
            script(SerialScript(ours))
        except BaseException as problem:
            problems.append(problem)

    table = {"transport": "serial", "device": os.ttyname(theirs), "byte_timeout_s": 0.5}
    device = create({**table, **settings})
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield device
    finally:
        device.close()
        thread.join(20)
        os.close(ours)
        os.close(theirs)
    assert not problems, problems


def pay(script: Callable[[SerialScript], None], **settings: Any) -> Any:
    with serial_terminal(script, **settings) as device:
        device.open()
        return device.authorise(REQUEST, Observed())


def test_a_payment_over_the_line() -> None:
    def script(pt: SerialScript) -> None:
        pt.until_payment()
        pt.hear("0601")
        pt.say(YES, message("04ff", "10 10 06 00"), APPROVED_12_34)
        pt.say(message("06d1", "0041" + "10" * 20 + "42"), "060f00")

    result = pay(script)
    assert result.outcome is Outcome.APPROVED
    assert len(result.receipt_lines[0]) == 22


def test_a_frame_that_was_not_understood_is_repeated() -> None:
    def script(pt: SerialScript) -> None:
        pt.until_payment()
        pt.hear("0601", NAK)
        pt.hear("0601", NAK)
        pt.hear("0601")
        pt.say(YES, APPROVED_12_34, "060f00")

    assert pay(script).outcome is Outcome.APPROVED


def test_three_times_not_understood_is_the_end() -> None:
    def script(pt: SerialScript) -> None:
        pt.until_payment()
        for _ in range(3):
            pt.hear("0601", NAK)
        assert pt.next(0.5) is None

    with pytest.raises(OutcomeUnknown):
        pay(script)


def test_silence_never_repeats_a_payment() -> None:
    def script(pt: SerialScript) -> None:
        pt.until_payment()
        pt.hear("0601", b"")
        assert pt.next(1.5) is None

    with pytest.raises(OutcomeUnknown):
        pay(script, t2_s=0.5)


def test_silence_repeats_what_takes_no_money() -> None:
    def script(pt: SerialScript) -> None:
        for answer in (b"", b"", ACK):
            pt.hear("0501", answer)
        pt.say(YES, READY)
        pt.hear("0600")
        pt.say(YES, REGISTERED)

    with serial_terminal(script, t2_s=0.5) as device:
        device.open()


def test_an_answer_shows_that_only_the_acknowledgement_was_lost() -> None:
    def script(pt: SerialScript) -> None:
        pt.until_payment()
        pt.hear("0601", b"")
        pt.say(YES, APPROVED_12_34, "060f00")

    assert pay(script).outcome is Outcome.APPROVED


def test_a_damaged_frame_is_asked_for_again() -> None:
    def script(pt: SerialScript) -> None:
        pt.until_payment()
        pt.hear("0601")
        pt.say(YES)
        good = frame(bytes.fromhex(APPROVED_12_34))
        pt.write(good[:-1] + bytes([good[-1] ^ 1]))
        assert pt.next() is Signal.NAK
        pt.write(good[:20])  # and then nothing for longer than T1
        assert pt.next() is Signal.NAK
        pt.write(b"\xff\x00noise")
        pt.say(APPROVED_12_34, "060f00")

    observer = Observed()
    with serial_terminal(script) as device:
        device.open()
        assert device.authorise(REQUEST, observer).outcome is Outcome.APPROVED
    assert len(observer.results) == 1


def test_an_unplugged_line_is_not_reachable(tmp_path) -> None:
    device = create({"transport": "serial", "device": str(tmp_path / "none")})
    with pytest.raises(NotReachable):
        device.open()
    with pytest.raises(NotReachable):
        device.authorise(REQUEST, Observed())
