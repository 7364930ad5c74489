"""A terminal's last transaction is our payment only if it is newer, here, and of our amount."""

import pytest

from device_drivers.card_terminals.interface import (
    TAKEN_BACK,
    CardRequest,
    CardResult,
    LastKnown,
    Outcome,
    TerminalSnapshot,
)
from device_drivers.card_terminals.last_transaction import (
    ANOTHER_TERMINAL,
    FORGOTTEN,
    OTHER_AMOUNT,
    is_newer,
    lookup,
    snapshot,
)
from device_drivers.errors import ProtocolError

REQUEST = CardRequest("p-1", 4200, "CNY")
BEFORE = LastKnown("0041", "000041", "52500013")


def transaction(receipt_no="0042", amount_minor=4200, outcome=Outcome.APPROVED, terminal_id=""):
    return CardResult(
        outcome,
        "00",
        amount_minor=amount_minor,
        receipt_no=receipt_no,
        trace_no=f"00{receipt_no}",
        terminal_id=terminal_id,
    )


@pytest.mark.parametrize(
    ("before", "receipt_no", "newer"),
    [
        (None, "0001", True),
        (None, "", False),
        (LastKnown("0041"), "0042", True),
        (LastKnown("9999"), "0001", True),
        (LastKnown("0042", "7"), "0042", False),
    ],
)
def test_a_changed_number_is_newer(before, receipt_no, newer):
    trace_no = "7" if receipt_no == "0042" and before == LastKnown("0042", "7") else ""
    last = CardResult(Outcome.APPROVED, "00", receipt_no=receipt_no, trace_no=trace_no)
    assert is_newer(last, before) is newer


def test_a_newer_transaction_of_our_amount_is_ours():
    assert lookup(REQUEST, BEFORE, transaction()) == transaction()
    declined = transaction(outcome=Outcome.DECLINED, amount_minor=None)
    assert lookup(REQUEST, BEFORE, declined) == declined


def test_the_transaction_before_ours_means_that_nothing_was_taken():
    assert lookup(REQUEST, BEFORE, transaction("0041")) is None


def test_no_transaction_at_all_proves_something_only_if_there_never_was_one():
    assert lookup(REQUEST, None, None) is None
    assert lookup(REQUEST, LastKnown(terminal_id="52500013"), None) is None
    with pytest.raises(ProtocolError) as doubt:  # an end of day in between
        lookup(REQUEST, BEFORE, None)
    assert doubt.value.code == FORGOTTEN


def test_a_result_without_a_number_decides_nothing():
    with pytest.raises(ProtocolError) as doubt:
        lookup(REQUEST, BEFORE, CardResult(Outcome.APPROVED, "00", amount_minor=4200))
    assert doubt.value.code == FORGOTTEN


@pytest.mark.parametrize("amount_minor", [4201, None])
def test_a_newer_approval_of_another_or_no_amount_decides_nothing(amount_minor):
    with pytest.raises(ProtocolError) as doubt:
        lookup(REQUEST, BEFORE, transaction(amount_minor=amount_minor))
    assert doubt.value.code == OTHER_AMOUNT


def test_another_terminal_says_nothing_about_a_payment():
    with pytest.raises(ProtocolError) as doubt:
        lookup(REQUEST, BEFORE, transaction(terminal_id="60000001"))
    assert doubt.value.code == ANOTHER_TERMINAL
    ours = transaction(terminal_id="52500013")
    assert lookup(REQUEST, BEFORE, ours) == ours


def test_what_is_kept_for_the_next_payment():
    assert snapshot(None) == TerminalSnapshot()
    last = transaction(terminal_id="52500013")
    assert snapshot(last) == TerminalSnapshot(LastKnown("0042", "000042", "52500013"))
    back = CardResult(Outcome.CANCELLED, TAKEN_BACK, amount_minor=4200, receipt_no="0042")
    assert snapshot(back).taken_back == back
