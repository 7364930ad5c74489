"""Payments against a terminal that follows a script: what counts as an explicit result."""

import threading
from typing import Any

import pytest

from device_drivers.card_terminals.interface import CardRequest, CardResult, Outcome, StepKind
from device_drivers.card_terminals.zvt import ZvtTerminal, create
from device_drivers.errors import NotReachable, OutcomeUnknown, ProtocolError, Refused
from tests.device_drivers.card_terminals.scripted import (
    APPROVED_12_34,
    PATIENT,
    STALLS_S,
    YES,
    Observed,
    Script,
    message,
    scripted,
)

REQUEST = CardRequest("p-1", 1234, "CNY")
DECLINED_51 = message("040f", "2705 04000000001234 490156")


def terminal(port: int, **settings: Any) -> ZvtTerminal:
    return create({**PATIENT, "port": port, "t4_s": STALLS_S, **settings})


def pay(*talk: Any, observer: Observed | None = None, **settings: Any) -> CardResult:
    """Registers, asks for 12.34 and lets the script go on; gives or raises what the driver does."""

    def script(pt: Script) -> None:
        pt.registration()
        pt.state_asked()
        pt.authorisation()
        for part in talk:
            part(pt)

    with scripted(script) as served:
        device = terminal(served.port, **settings)
        device.open()
        try:
            return device.authorise(REQUEST, observer or Observed())
        finally:
            device.close()


def says(*messages: str) -> Any:
    return lambda pt: pt.say(*messages)


def test_an_approval_is_handed_over_before_it_is_acknowledged() -> None:
    acknowledged = threading.Event()
    seen_before = []
    observer = Observed(on_result=lambda _: seen_before.append(not acknowledged.is_set()))

    def approve(pt: Script) -> None:
        pt.say(message("04ff", "0a"), message("04ff", "04"), APPROVED_12_34)
        acknowledged.set()
        pt.say(message("06d1", "00 4b4c4152"), message("06d1", "80 656e64"), "060f00")

    result = pay(approve, observer=observer)
    assert seen_before == [True]
    assert result.outcome is Outcome.APPROVED
    assert (result.amount_minor, result.currency) == (1234, "CNY")
    assert (result.receipt_no, result.trace_no) == ("0042", "000123")
    assert result.masked_pan == "622202******1234"
    assert result.card_name == "UnionPay"
    assert result.receipt_lines == ("KLAR", "end")
    assert [s.kind for s in observer.steps] == [StepKind.PRESENT_CARD, StepKind.ASKING_BANK]
    assert observer.steps[0].text["zh"] == "请插卡或刷卡"


def test_an_abort_without_result_is_a_refusal() -> None:
    observer = Observed()
    result = pay(says(message("061e", "a1")), observer=observer)
    assert (result.outcome, result.code) == (Outcome.DECLINED, "A1")
    assert observer.results == [result]


def test_code_6c_means_that_it_was_stopped() -> None:
    assert pay(says(message("061e", "6c"))).outcome is Outcome.CANCELLED


@pytest.mark.parametrize("end", [message("061e", "05"), "060f00"])
def test_a_declined_result_is_a_refusal_however_it_ends(end: str) -> None:
    observer = Observed()
    result = pay(says(DECLINED_51, end), observer=observer)
    assert (result.outcome, result.code) == (Outcome.DECLINED, "05")
    assert "银行" in result.message["zh"]
    assert len(observer.results) == 1


def test_a_second_try_with_the_pin_may_approve() -> None:
    observer = Observed()
    wrong_pin = message("040f", "2737 04000000001234")
    result = pay(says(wrong_pin, APPROVED_12_34, "060f00"), observer=observer)
    assert result.outcome is Outcome.APPROVED
    assert [r.outcome for r in observer.results] == [Outcome.APPROVED]


def test_a_lost_end_after_the_acknowledgement_keeps_the_approval() -> None:
    assert pay(says(APPROVED_12_34)).outcome is Outcome.APPROVED


def test_a_result_on_a_line_that_has_ended_is_neither_recorded_nor_believed() -> None:
    observer = Observed()
    with pytest.raises(OutcomeUnknown):
        pay(lambda pt: pt.send_and_end(APPROVED_12_34), observer=observer)
    assert observer.results == []


def test_silence_after_the_acknowledgement_keeps_the_approval() -> None:
    def silent(pt: Script) -> None:
        pt.say(APPROVED_12_34)
        with pytest.raises(EOFError):
            pt.hear()

    assert pay(silent, t4_s=0.5).outcome is Outcome.APPROVED


def test_a_repeated_approval_is_handed_over_once() -> None:
    observer = Observed()
    result = pay(says(APPROVED_12_34, APPROVED_12_34, "060f00"), observer=observer)
    assert result.outcome is Outcome.APPROVED
    assert len(observer.results) == 1


@pytest.mark.parametrize(
    "talk",
    [
        pytest.param((), id="connection lost"),
        pytest.param(("060f00",), id="completion without result"),
        pytest.param((DECLINED_51,), id="declined, then connection lost"),
        pytest.param((message("040f", "2700 04000000004321 490156"), "060f00"), id="other amount"),
        pytest.param((message("040f", "2700 04000000001234 490978"), "060f00"), id="currency"),
        pytest.param((message("040f", "2700 c0ff"), "060f00"), id="amount unreadable"),
        pytest.param((message("040f", "c0 2700"), "060f00"), id="result code unreadable"),
        pytest.param((APPROVED_12_34, message("061e", "cc")), id="approved, then aborted"),
    ],
)
def test_whatever_is_not_explicit_is_unknown(talk: tuple[str, ...]) -> None:
    with pytest.raises(OutcomeUnknown):
        pay(says(*talk))


def test_no_answer_to_the_command_is_unknown_and_is_not_asked_again() -> None:
    def mute(pt: Script) -> None:
        pt.registration()
        pt.state_asked()
        pt.expect("0601")
        with pytest.raises(EOFError):
            pt.hear()

    with scripted(mute) as served:
        device = terminal(served.port, t3_s=0.5)
        device.open()
        with pytest.raises(OutcomeUnknown) as caught:
            device.authorise(REQUEST, Observed())
        device.close()
    assert caught.value.code == "zvt.no_answer"


def test_a_refused_command_took_nothing() -> None:
    def refuse(pt: Script) -> None:
        pt.registration()
        pt.state_asked()
        pt.expect("0601")
        pt.say("848300")

    with scripted(refuse) as served:
        device = terminal(served.port)
        device.open()
        with pytest.raises(Refused) as caught:
            device.authorise(REQUEST, Observed())
        device.close()
    assert caught.value.code == "zvt.refused_83"


def test_a_terminal_that_is_not_there_was_never_asked() -> None:
    with pytest.raises(NotReachable):
        terminal(1).authorise(REQUEST, Observed())


def test_another_currency_is_refused_without_asking() -> None:
    with pytest.raises(Refused):
        terminal(1).authorise(CardRequest("p-1", 1234, "EUR"), Observed())


def test_what_cannot_be_recorded_is_reversed_by_the_terminal() -> None:
    def reverse(pt: Script) -> None:
        pt.send(APPROVED_12_34)
        pt.expect("846600")
        pt.say(message("04ff", "05"), message("061e", "66"))

    result = pay(reverse, observer=Observed(accept=False))
    assert (result.outcome, result.code) == (Outcome.DECLINED, "not_recorded")


def test_a_terminal_that_completes_all_the_same_gets_a_reversal() -> None:
    def complete(pt: Script) -> None:
        pt.send(APPROVED_12_34)
        pt.expect("846600")
        pt.say("060f00")
        pt.state_asked()
        pt.expect("063010000000870042" + "04000000001234490156")
        pt.say(YES, message("040f", "2700 04000000001234 490156 870043"), "060f00")

    result = pay(complete, observer=Observed(accept=False))
    assert (result.outcome, result.code) == (Outcome.DECLINED, "not_recorded")


def test_a_reversal_that_fails_leaves_the_end_unknown() -> None:
    def fail(pt: Script) -> None:
        pt.send(APPROVED_12_34)
        pt.expect("846600")
        pt.say("060f00")
        pt.state_asked()
        pt.expect("0630")
        pt.say(YES, message("061e", "b5"))

    with pytest.raises(OutcomeUnknown):
        pay(fail, observer=Observed(accept=False))


def test_a_dead_connection_is_replaced_before_money_is_asked_for() -> None:
    def again(pt: Script) -> None:
        pt.registration()
        pt.state_asked()
        pt.authorisation()
        pt.say(APPROVED_12_34, "060f00")

    with scripted(lambda pt: pt.registration(), again) as served:
        device = terminal(served.port)
        device.open()
        assert device.authorise(REQUEST, Observed()).outcome is Outcome.APPROVED
        device.close()


def test_an_abort_is_sent_and_the_terminal_decides() -> None:
    started = threading.Event()

    def stop(pt: Script) -> None:
        pt.say(message("04ff", "0a"))
        started.set()
        pt.expect("06b000")
        pt.say(YES, message("061e", "6c"))

    def script(pt: Script) -> None:
        pt.registration()
        pt.state_asked()
        pt.authorisation()
        stop(pt)

    with scripted(script) as served:
        device = terminal(served.port)
        device.open()
        threading.Thread(target=lambda: (started.wait(20), device.abort())).start()
        assert device.authorise(REQUEST, Observed()).outcome is Outcome.CANCELLED
        device.close()


def test_closing_ends_a_running_payment_as_unknown() -> None:
    started = threading.Event()

    def wait(pt: Script) -> None:
        pt.say(message("04ff", "0a"))
        started.set()
        with pytest.raises(EOFError):
            pt.hear()

    with pytest.raises(OutcomeUnknown):

        def script(pt: Script) -> None:
            pt.registration()
            pt.state_asked()
            pt.authorisation()
            wait(pt)

        with scripted(script) as served:
            device = terminal(served.port)
            device.open()
            threading.Thread(target=lambda: (started.wait(20), device.close())).start()
            device.authorise(REQUEST, Observed())


def ask_last(*talk: Any) -> CardResult | None:
    def script(pt: Script) -> None:
        pt.registration()
        pt.state_asked(message("060f", "9c"))
        pt.state_asked()
        pt.expect("0620050000000303")
        for part in talk:
            part(pt)

    with scripted(script) as served:
        device = terminal(served.port)
        device.open()
        try:
            return device.last_transaction()
        finally:
            device.close()


def test_the_last_transaction_is_read_when_the_terminal_is_no_longer_busy() -> None:
    result = ask_last(says(YES, APPROVED_12_34, "060f00"))
    assert result is not None
    assert (result.outcome, result.receipt_no) == (Outcome.APPROVED, "0042")


def test_a_bare_completion_proves_nothing() -> None:
    with pytest.raises(ProtocolError) as caught:
        ask_last(says(YES, "060f00"))
    assert caught.value.code == "zvt.no_details"


def test_a_reversal_as_last_transaction_is_no_payment() -> None:
    reversal = message(
        "040f", "2700 04000000001234 490156 370123 00 870043".replace("0123 00", "000123")
    )
    result = ask_last(says(YES, reversal, "060f00"))
    assert result is not None
    assert (result.outcome, result.code) == (Outcome.CANCELLED, "reversed")


def test_a_late_result_of_an_earlier_payment_is_not_taken_for_ours() -> None:
    def script(pt: Script) -> None:
        pt.registration()
        pt.state_asked()
        pt.expect("0601")
        pt.say(APPROVED_12_34)  # before the command was answered
        pt.say(YES, message("061e", "05"))

    with scripted(script) as served:
        device = terminal(served.port)
        device.open()
        assert device.authorise(REQUEST, Observed()).outcome is Outcome.DECLINED
        device.close()
