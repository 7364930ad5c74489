"""Terminals that say as little as they may: whoever meets them can pay, and nothing is made up."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from device_drivers.card_terminals.interface import (
    CANNOT_REVERSE,
    CardRequest,
    CardResult,
    Outcome,
    ReversalRequest,
)
from device_drivers.card_terminals.last_transaction import FORGOTTEN, untold
from device_drivers.card_terminals.zvt import ZvtTerminal, create
from device_drivers.card_terminals.zvt.answers import terminal_state
from device_drivers.card_terminals.zvt.decode import decoded
from device_drivers.errors import DeviceError, OutcomeUnknown, ProtocolError, Refused
from device_drivers.status import Level
from tests.device_drivers.card_terminals.scripted import (
    APPROVED_12_34,
    PATIENT,
    REGISTERED,
    YES,
    Observed,
    Script,
    message,
    scripted,
)

BARE = "060f00"
REQUEST = CardRequest("p-1", 1234, "CNY")
Use = Callable[[ZvtTerminal], Any]


def used(script: Callable[[Script], None], use: Use, **settings: Any) -> Any:
    """What ``use`` gives with a terminal that follows the script from its first message on."""
    with scripted(script) as served:
        usual = {**PATIENT, "port": served.port, "t4_s": 10.0}
        device = create({**usual, **settings})
        try:
            return use(device)
        finally:
            device.close()


def authorised(*said: str) -> Callable[[Script], None]:
    """A registration, a state, and the payment that is answered so."""

    def script(pt: Script) -> None:
        pt.registration()
        pt.state_asked()
        pt.authorisation()
        pt.say(*said)

    return script


def codes(device: ZvtTerminal) -> list[str]:
    return [condition.code for condition in device.status().conditions]


# PA00P015 2.56 and 3.2: the data of a completion are optional, one by one.
STATES = [BARE, "060f022700", message("060f", "29 52523535 49 0156"), message("060f", "1900")]


@pytest.mark.parametrize("state", STATES)
def test_an_enquiry_that_ends_without_a_state_does_not_keep_residents_from_paying(
    state: str,
) -> None:
    def script(pt: Script) -> None:
        pt.state_asked(state)
        pt.expect("0600")
        pt.say(YES, BARE)
        pt.state_asked(state)
        pt.authorisation()
        pt.say(APPROVED_12_34, BARE)

    def use(device: ZvtTerminal) -> Any:
        return device.authorise(REQUEST, Observed()), device.status()

    result, status = used(script, use)
    assert result.outcome is Outcome.APPROVED
    assert status.level is Level.OK


def test_a_terminal_that_does_not_know_the_enquiry_can_be_paid_at() -> None:
    def script(pt: Script) -> None:
        for command, said in (("0501", []), ("0600", [REGISTERED]), ("0501", [])):
            pt.expect(command)
            pt.say(*(["848300"] if command == "0501" else [YES, *said]))
        pt.authorisation()
        pt.say(APPROVED_12_34, BARE)

    result = used(script, lambda device: device.authorise(REQUEST, Observed()))
    assert result.outcome is Outcome.APPROVED


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        ("2700", 0x00, ("result_code", "00")),
        ("27df", 0xDF, ("result_code", "DF")),
        ("df", 0xDF, ("terminal_status", "DF")),
        ("f0f0f1 31 9c", 0x9C, ("terminal_status", "9C")),
        ("f0", 0xF0, ("terminal_status", "F0")),
        ("f0 06 03 1f5501", 0xF0, ("terminal_status", "F0")),
        ("00 06 05 1f440152", 0x00, ("terminal_status", "00")),
    ],
)
def test_driver_and_decode_read_a_completion_alike(
    data: str, code: int, field: tuple[str, str]
) -> None:
    assert terminal_state(bytes.fromhex(data)).code == code
    said = next(iter(decoded(bytes.fromhex(message("060f", data)))))
    assert said[field[0]] == field[1]
    assert len({"result_code", "terminal_status"} & set(said)) == 1


def test_a_completion_never_says_that_money_was_taken() -> None:
    said = json.dumps(list(decoded(bytes.fromhex("060f022700"))), ensure_ascii=False)
    assert "Paid" not in said
    assert "付款成功" not in said
    with pytest.raises(OutcomeUnknown) as caught:
        used(authorised("060f022700"), lambda device: device.authorise(REQUEST, Observed()))
    assert caught.value.code == "zvt.no_result"


# --- 06 20 ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer", [[YES, BARE], ["848300"], [YES, "061e0164"], [YES, "060f022700"]]
)
def test_who_does_not_tell_its_last_transaction_can_be_paid_at(answer: list[str]) -> None:
    def script(pt: Script) -> None:
        pt.registration()
        pt.state_asked()
        pt.expect("0620")
        pt.say(*answer)
        pt.state_asked()
        pt.authorisation()
        pt.say(APPROVED_12_34, BARE)

    def use(device: ZvtTerminal) -> Any:
        device.open()
        snapshot = device.snapshot()
        told = codes(device)
        return snapshot, told, device.authorise(REQUEST, Observed())

    snapshot, told, result = used(script, use)
    assert snapshot == untold()
    assert told == ["card_terminal.no_details"]
    assert result.outcome is Outcome.APPROVED


def test_what_such_a_terminal_tells_later_decides_nothing() -> None:
    """It may be older than the payment: nobody knew what it held before."""

    def script(pt: Script) -> None:
        pt.registration()
        for end in ([BARE], [APPROVED_12_34, BARE]):
            pt.state_asked()
            pt.expect("0620")
            pt.say(YES, *end)

    def use(device: ZvtTerminal) -> Any:
        device.open()
        before = device.snapshot().known
        with pytest.raises(ProtocolError) as caught:
            device.lookup(REQUEST, before)
        return caught.value.code, codes(device)

    assert used(script, use) == (FORGOTTEN, [])


def test_a_busy_terminal_is_asked_again_for_its_last_transaction() -> None:
    def script(pt: Script) -> None:
        pt.registration()
        pt.state_asked()
        pt.expect("0620")
        pt.say(YES, "061e019c")

    def use(device: ZvtTerminal) -> Any:
        device.open()
        with pytest.raises(DeviceError) as caught:
            device.snapshot()
        return caught.value.code

    assert used(script, use) == "zvt.busy"


# --- 06 B0 ----------------------------------------------------------------------------------------------


def stopped(*said: str, answer: str = YES, **settings: Any) -> CardResult:
    """A payment that we abort; the terminal answers, and says what follows."""
    started = threading.Event()

    def script(pt: Script) -> None:
        pt.registration()
        pt.state_asked()
        pt.authorisation()
        pt.say(message("04ff", "0a"))
        started.set()
        pt.expect("06b000")
        pt.say(answer, *said)

    def use(device: ZvtTerminal) -> CardResult:
        threading.Thread(target=lambda: (started.wait(20), device.abort())).start()
        return device.authorise(REQUEST, Observed())

    return used(script, use, **settings)


def test_the_end_of_a_payment_is_waited_for_behind_that_of_our_abort() -> None:
    """PA00P015 2.23: a terminal may complete 06 B0 itself before it ends the payment (3.3)."""
    result = stopped(BARE, message("04ff", "0d"), "061e016c")
    assert (result.outcome, result.code) == (Outcome.CANCELLED, "6C")


def test_a_payment_that_was_faster_than_our_abort_is_not_lost() -> None:
    result = stopped(BARE, APPROVED_12_34, BARE)
    assert (result.outcome, result.receipt_no) == (Outcome.APPROVED, "0042")


@pytest.mark.parametrize("answer", [YES, "848300"])
def test_a_completion_alone_ends_an_aborted_payment_as_unknown(answer: str) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        stopped(BARE, answer=answer)
    assert caught.value.code == "zvt.no_result"


# --- 06 30 ----------------------------------------------------------------------------------------------

NO_RECEIPT = message("040f", "2700 04000000001234 490156 0b000123")
NO_NUMBER = message("040f", "2700 04000000001234 490156")


def test_without_a_receipt_number_the_trace_number_names_the_payment() -> None:
    def script(pt: Script) -> None:
        authorised(NO_RECEIPT, BARE)(pt)
        pt.state_asked()
        pt.expect("0630" + "11" + "000000" + "0b000123" + "04000000001234490156")
        pt.say(YES, message("040f", "2700 04000000001234 490156 0b000124 37000123"), BARE)

    def use(device: ZvtTerminal) -> Any:
        paid = device.authorise(REQUEST, Observed())
        told = codes(device)
        return told, device.reverse(ReversalRequest("r-1", paid, 1234, "CNY"))

    told, back = used(script, use)
    assert told == []
    assert back.outcome is Outcome.APPROVED


def test_what_cannot_be_recorded_is_taken_back_by_its_trace_number() -> None:
    def script(pt: Script) -> None:
        pt.registration()
        pt.state_asked()
        pt.authorisation()
        pt.send(NO_RECEIPT)
        pt.expect("846600")
        pt.say(BARE)
        pt.state_asked()
        pt.expect("063011000000" + "0b000123")
        pt.say(YES, message("040f", "2700 04000000001234 490156 0b000124"), BARE)

    result = used(script, lambda device: device.authorise(REQUEST, Observed(accept=False)))
    assert (result.outcome, result.code) == (Outcome.DECLINED, "not_recorded")


def test_without_any_number_it_is_said_before_the_next_payment_that_none_can_be_taken_back() -> (
    None
):
    def use(device: ZvtTerminal) -> Any:
        paid = device.authorise(REQUEST, Observed())
        with pytest.raises(Refused) as caught:
            device.reverse(ReversalRequest("r-1", paid, 1234, "CNY"))
        return codes(device), caught.value.code

    assert used(authorised(NO_NUMBER, BARE), use) == ([CANNOT_REVERSE], CANNOT_REVERSE)


def test_a_terminal_that_lost_its_registration_is_registered_anew() -> None:
    """PA00P015 ch. 10, 6B; behind a serial line nothing else shows that it was switched off."""

    def again(pt: Script) -> None:
        pt.registration()
        pt.state_asked()
        pt.authorisation()
        pt.say(APPROVED_12_34, BARE)

    def lost(pt: Script) -> None:
        authorised("061e016b")(pt)
        with pytest.raises(EOFError):
            pt.hear()

    with scripted(lost, again) as served:
        device = create({**PATIENT, "port": served.port})
        first = device.authorise(REQUEST, Observed())
        second = device.authorise(replace(REQUEST, payment_id="p-2"), Observed())
        device.close()
    assert (first.outcome, first.code) == (Outcome.DECLINED, "6B")
    assert second.outcome is Outcome.APPROVED
