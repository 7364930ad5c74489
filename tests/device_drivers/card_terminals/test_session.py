"""Connecting, registering and asking how the terminal is, against a scripted terminal."""

import threading
from typing import Any

import pytest

from device_drivers.card_terminals.interface import (
    CardRequest,
    CardResult,
    Outcome,
    ReversalRequest,
)
from device_drivers.card_terminals.zvt import ZvtTerminal, create
from device_drivers.errors import NotReachable, ProtocolError, Refused, Timeout
from device_drivers.settings import BadSetting
from device_drivers.status import Level
from tests.device_drivers.card_terminals.scripted import (
    APPROVED_12_34,
    PATIENT,
    READY,
    REGISTERED,
    YES,
    Observed,
    Script,
    message,
    scripted,
)


def terminal(port: int, **settings: Any) -> ZvtTerminal:
    return create({**PATIENT, "port": port, **settings})


def opened(script: Any, **settings: Any) -> ZvtTerminal:
    with scripted(script) as served:
        device = terminal(served.port, **settings)
        try:
            device.open()
        finally:
            device.close()
        return device


def test_opening_waits_until_the_terminal_is_not_busy() -> None:
    def script(pt: Script) -> None:
        pt.expect("0501")
        pt.say("849c00")
        pt.state_asked(message("060f", "9c"))
        pt.state_asked()
        assert pt.expect("0600") == "060010000000be01560300060626040a0206d3"
        pt.say(YES, REGISTERED)

    assert opened(script).status().level is Level.OK


def test_a_terminal_that_stays_busy_is_a_timeout() -> None:
    def script(pt: Script) -> None:
        with pytest.raises((EOFError, ConnectionError)):
            while True:
                pt.state_asked(message("060f", "9c"))

    with pytest.raises(Timeout) as caught:
        opened(script, busy_limit_s=0.3)
    assert caught.value.code == "zvt.busy"


def test_messages_of_an_earlier_payment_are_acknowledged_and_not_used() -> None:
    def script(pt: Script) -> None:
        pt.expect("0501")
        pt.say(message("04ff", "04"), APPROVED_12_34, YES, READY)
        pt.expect("0600")
        pt.say(YES, REGISTERED)

    opened(script)


def test_a_wrong_currency_is_refused_and_told_to_staff() -> None:
    def script(pt: Script) -> None:
        pt.state_asked()
        pt.expect("0600")
        pt.say("841e00")

    with scripted(script) as served:
        device = terminal(served.port)
        with pytest.raises(Refused):
            device.open()
        assert [c.code for c in device.status().conditions] == ["card_terminal.refuses"]
        device.close()


def test_the_reason_behind_a_refusal_is_told_to_staff() -> None:
    def script(pt: Script) -> None:
        pt.state_asked()
        pt.expect("0600")
        pt.say("841e017d")

    with scripted(script) as served:
        device = terminal(served.port)
        with pytest.raises(Refused) as caught:
            device.open()
        told = device.status().conditions
        device.close()
    assert [(c.code, c.level) for c in told] == [("card_terminal.refuses", Level.ERROR)]
    assert told[0].staff["en"].endswith("Communication part silent or absent (7D)")
    assert told[0].remedy["en"].startswith("Check the terminal's network")
    assert "7D" in caught.value.detail


def test_a_terminal_that_must_be_initialised_is() -> None:
    def script(pt: Script) -> None:
        pt.state_asked(message("060f", "51"))
        pt.expect("0600")
        pt.say(YES, message("060f", "1901"))
        pt.state_asked(message("060f", "9c"))  # with the registration, for a moment
        pt.state_asked(message("060f", "51"))
        pt.expect("069303000000")
        pt.say(YES, message("06d1", "00 4f4b"), "060f00")
        pt.state_asked()

    assert opened(script).status().level is Level.OK


def test_what_the_terminal_needs_is_told_to_staff() -> None:
    def script(pt: Script) -> None:
        pt.state_asked(message("060f", "f0"))
        pt.expect("0600")
        pt.say(YES, message("060f", "1902"))

    status = opened(script).status()
    assert status.level is Level.ERROR
    assert [c.code for c in status.conditions] == [
        "card_terminal.status_f0",
        "card_terminal.needs_diagnosis",
    ]
    assert all(c.staff["zh"] and c.staff["en"] and c.remedy["zh"] for c in status.conditions)


def test_probing_reconnects_and_never_raises() -> None:
    def script(pt: Script) -> None:
        pt.registration()
        version = "LobbyPay ZVT simulator 1"
        pt.state_asked(message("060f", f"f0f2f4 {version.encode().hex()} 00"))

    with scripted(script) as served:
        device = terminal(served.port)
        status = device.probe()
        assert (status.level, status.simulated) == (Level.OK, True)
        assert "LobbyPay ZVT simulator 1" in status.model
    assert [c.code for c in device.probe().conditions] == ["card_terminal.not_reachable"]
    device.close()


def test_garbage_is_a_protocol_error_or_a_timeout() -> None:
    def script(pt: Script) -> None:
        pt.expect("0501")
        pt.send("ffffff1000")
        with pytest.raises((EOFError, ConnectionError)):
            pt.hear()

    with pytest.raises((ProtocolError, Timeout)):
        opened(script, t3_s=1.0, byte_timeout_s=0.3)


def test_messages_may_come_byte_by_byte() -> None:
    approved = message("06d3", "06 06 25 04 07 02 4f4b")

    def script(pt: Script) -> None:
        pt.registration()
        pt.state_asked()
        pt.authorisation()
        for one in (message("04ff", "0a"), APPROVED_12_34, approved, "060f00"):
            for byte in bytes.fromhex(one):
                pt.send(f"{byte:02x}")
            pt.expect(YES)

    with scripted(script) as served:
        device = terminal(served.port)
        device.open()
        result = device.authorise(CardRequest("p", 1234, "CNY"), Observed())
        device.close()
    assert (result.outcome, result.receipt_lines) == (Outcome.APPROVED, ("OK",))


@pytest.mark.parametrize("cut", range(1, len(bytes.fromhex(APPROVED_12_34)), 7))
def test_a_message_may_be_cut_anywhere_and_joined_with_the_next(cut: int) -> None:
    both = bytes.fromhex(APPROVED_12_34 + "060f00").hex()

    def script(pt: Script) -> None:
        pt.registration()
        pt.state_asked()
        pt.authorisation()
        pt.send(both[: 2 * cut])
        threading.Event().wait(0.01)
        pt.send(both[2 * cut :])
        pt.expect(YES)
        pt.expect(YES)

    with scripted(script) as served:
        device = terminal(served.port)
        device.open()
        result = device.authorise(CardRequest("p", 1234, "CNY"), Observed())
        device.close()
    assert result.outcome is Outcome.APPROVED


def test_reversal_refund_and_administration() -> None:
    totals = "".join(f"{n:02x}{n * 100:012d}" for n in range(7))

    def script(pt: Script) -> None:
        pt.registration()
        pt.state_asked()
        pt.expect("06301000000087004204000000001234490156")
        pt.say(YES, message("040f", "2700 870043"), "060f00")
        pt.state_asked()
        pt.expect("06310d00000004000000000500490156")
        pt.say(YES, message("061e", "83"))
        pt.state_asked()
        pt.expect("061003000000")
        pt.say(YES, message("040f", "60f0f5f3 00010042" + totals), "060f00")
        pt.state_asked()
        pt.state_asked()
        pt.expect("067000")
        pt.say(YES, message("061e", "a1"))
        pt.expect("060200")
        pt.say(YES)

    paid = CardResult(Outcome.APPROVED, "00", receipt_no="0042")
    with scripted(script) as served:
        device = terminal(served.port)
        device.open()
        assert device.reverse(ReversalRequest("r-1", paid, 1234, "CNY")).outcome is Outcome.APPROVED
        assert device.service.refund("f-1", 500, "CNY").outcome is Outcome.DECLINED
        assert device.service.totals()["visa_total"] == 400
        with pytest.raises(Refused):
            device.service.diagnosis()
        device.service.log_off()
        device.close()


def test_closed_while_opening() -> None:
    def script(pt: Script) -> None:
        with pytest.raises((EOFError, ConnectionError)):
            while True:
                pt.state_asked(message("060f", "9c"))

    with scripted(script) as served:
        device = terminal(served.port)
        threading.Timer(0.5, device.close).start()
        with pytest.raises(NotReachable):
            device.open()


@pytest.mark.parametrize(
    "wrong",
    [
        {"transport": "usb"},
        {"password": "12345"},
        {"password": "12345x"},
        {"currency": "XXX"},
        {"port": 0},
        {"prot": 20007},
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadSetting) as caught:
        create(wrong)
    assert caught.value.key == next(iter(wrong))
    assert "12345" not in str(caught.value)
