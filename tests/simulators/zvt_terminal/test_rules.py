"""The simulated terminal refuses what terminals refuse (PA00P015), and lets pass what it is told to."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_drivers.card_terminals.zvt import apdu, fields
from device_drivers.card_terminals.zvt.fields import Fields
from simulators.zvt_terminal import rules, wire
from simulators.zvt_terminal.bank import Bank
from tests.simulators.zvt_terminal.till import CNY, PASSWORD, REGISTER, Till, command, pay


@pytest.fixture
def till(tmp_path: Path) -> Till:
    till = Till(tmp_path)
    assert till.ask(REGISTER)[-1].startswith("060f")
    return till


def result_of(told: list[str]) -> Fields:
    """The one status information among what was told."""
    found = [bytes.fromhex(one) for one in told if one.startswith("040f")]
    assert len(found) == 1
    return fields.read(apdu.parse(found[0]).data)


def test_whoever_has_acknowledged_the_end_has_the_rights(till: Till) -> None:
    """PA00P016 ch. 5: the next command may come with the acknowledgement of 06 0F."""
    asked = [pay(100), command("0620", PASSWORD + "0303"), "050100", REGISTER, pay(0)]
    refused = [one for number in range(40) for one in till.ask(asked[number % 5])[:1]]
    assert refused == ["800000"] * 40
    assert till.tell("060200") == "800000"
    assert till.ask(REGISTER)[0] == "800000"


def test_a_command_in_the_middle_of_another_is_refused(till: Till) -> None:
    till.desk.wait_for_card = True
    assert till.tell(pay(100)) == "800000"
    assert till.hear() == "04ff010a"
    assert till.tell(pay(200)) == "849c00"
    till.terminal.press("card")
    while till.hear() != "060f00":
        pass
    assert [t.amount_minor for t in till.bank.all()] == [100]


def test_a_currency_is_answered_to_who_sent_one(tmp_path: Path) -> None:
    """2.1."""
    till = Till(tmp_path)
    bare = command("0600", PASSWORD + "be")
    assert "490156" not in till.ask(bare)[-1]
    assert "490978" in till.ask(command("0600", PASSWORD + "be0978"))[-1]
    till.faults.set("currency_always_told")
    assert "490978" in till.ask(bare)[-1]


@pytest.mark.parametrize(
    ("told", "answer"),
    [
        (command("0600", PASSWORD), "849a00"),  # without configuration
        (command("0600", "0000"), "849a00"),
        (command("0600", PASSWORD + "be01"), "849a00"),
        (command("0600", PASSWORD + "be0abc"), "849a00"),
        (command("0601", "04 00000000 0abc" + CNY), "849a00"),
        (command("0601", "04 00000012" + CNY), "848300"),  # cut off: the currency is its end
        (command("0601", "04 0000"), "849a00"),
        (command("0601", "04000000001234 49 0abc"), "849a00"),
        (command("0601", "04000000001234 c0 01"), "848300"),
        (command("0601", "04000000001234 06 05 01"), "849a00"),
        (command("0620", "00"), "849a00"),
        (command("0630", PASSWORD + "87 0a01"), "849a00"),
        (command("0699", "00"), "848300"),
    ],
)
def test_what_is_no_command_is_answered_and_leaves_the_terminal_well(
    till: Till, told: str, answer: str
) -> None:
    assert till.ask(told) == [answer]
    assert till.ask(pay(100))[-1] == "060f00"


COMMANDS = st.sampled_from(sorted(rules.KNOWN - {rules.AUTHORISE, rules.RESERVE}))


@settings(max_examples=300)
@given(st.one_of(COMMANDS, st.integers(0, 0xFFFF)), st.binary(max_size=24))
def test_whatever_comes_is_read_or_refused(number: int, data: bytes) -> None:
    try:
        told = rules.read(number, data)
    except (wire.Malformed, wire.UnknownField):
        return
    for field in told:
        wire.number(told, field)


@pytest.mark.parametrize(
    ("told", "end", "lenient"),
    [
        (pay(0), "061e01b7", "zero_amounts"),
        (pay(1234, "490978"), "061e036f0156", "any_currency"),
        (command("0620", "123456 0303"), "061e0183", "any_password"),
        (command("0650", "123456"), "061e0183", "any_password"),
        (command("0600", "123456 be 0156"), "061e0183", "any_password"),
    ],
)
def test_what_terminals_refuse_is_refused_unless_leniency_is_set(
    till: Till, told: str, end: str, lenient: str
) -> None:
    till.ask(pay(100))
    before = len(till.bank.all())
    assert till.ask(told)[-1] == end
    assert len(till.bank.all()) == before
    till.faults.set(lenient)
    assert till.ask(told)[-1].startswith("060f")


def test_nothing_is_paid_without_log_on(tmp_path: Path) -> None:
    """2.1, 2.24; ch. 10, 6B."""
    till = Till(tmp_path)
    assert till.ask(pay(100)) == ["800000", "061e016b"]
    till.ask(REGISTER)
    assert till.ask(pay(100))[-1] == "060f00"
    assert till.tell("060200") == "800000"
    for told in (pay(100), command("0630", PASSWORD + "870001"), command("0650", PASSWORD)):
        assert till.ask(told) == ["800000", "061e016b"]
    assert [t.state for t in till.bank.all()] == ["approved"]
    till.faults.set("no_log_on_needed")
    assert till.ask(pay(100))[-1] == "060f00"


# --- reversals and the end of the day -------------------------------------------------------------------


@pytest.mark.parametrize("named", ["870001", "0b000001"])
def test_a_reversal_is_a_transaction_of_its_own_that_names_the_original(
    till: Till, named: str
) -> None:
    """2.9; BMP 37."""
    till.ask(pay(1234))
    told = till.ask(command("0630", PASSWORD + named + "04000000001234" + CNY))
    result = result_of(told)
    assert result.text(fields.ORIGINAL_TRACE) == "000001"
    assert (result.text(fields.TRACE), result.text(fields.RECEIPT_NO)) == ("000002", "0002")
    assert sum(one.startswith("06d3") for one in told) == 2
    again = result_of(till.ask(command("0620", PASSWORD + "0303")))
    for number in (fields.TRACE, fields.RECEIPT_NO, fields.ORIGINAL_TRACE, fields.AMOUNT):
        assert again.text(number) == result.text(number)
    till.ask(pay(100))
    assert [(t.trace, t.state) for t in till.bank.all()] == [(1, "reversed"), (3, "approved")]
    assert till.ask(command("0630", PASSWORD + named))[-1] == "061e01b4"


def test_a_reversal_says_less_if_it_is_told_to(till: Till) -> None:
    till.faults.set("bare_reversals")
    till.ask(pay(1234))
    told = till.ask(command("0630", PASSWORD + "870001"))
    assert not result_of(told).text(fields.ORIGINAL_TRACE)
    assert len(told) == 3


def test_a_reversal_of_another_amount_is_refused(till: Till) -> None:
    till.ask(pay(1234))
    told = till.ask(command("0630", PASSWORD + "870001 04000000001000" + CNY))
    assert told[-1] == "061e01b7"
    assert till.bank.all()[0].state == "approved"


def totals_of(told: list[str]) -> tuple[int, int]:
    """Count and sum of the card that the simulator takes."""
    totals = result_of(told).totals
    return totals["eurocard_count"], totals["eurocard_total"]


def test_the_end_of_a_day_clears_the_batch_and_uses_a_trace_number(till: Till) -> None:
    """2.16."""
    till.ask(pay(1000))
    till.ask(pay(500))
    assert totals_of(till.ask(command("0610", PASSWORD))) == (2, 1500)
    ended = till.ask(command("0650", PASSWORD))
    assert totals_of(ended) == (2, 1500)
    assert result_of(ended).text(fields.TRACE) == "000003"
    assert totals_of(till.ask(command("0610", PASSWORD))) == (0, 0)
    assert result_of(till.ask(pay(100))).text(fields.TRACE) == "000004"
    assert totals_of(till.ask(command("0650", PASSWORD))) == (1, 100)
    assert till.ask(command("0630", PASSWORD + "870001"))[-1] == "061e01b5"  # handed in


def test_books_of_a_simulator_before_reversals_had_numbers_are_read(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "bank.sqlite") as old:
        old.execute(
            "CREATE TABLE transactions (trace INTEGER PRIMARY KEY, receipt INTEGER NOT NULL,"
            " amount_minor INTEGER NOT NULL, currency INTEGER NOT NULL, state TEXT NOT NULL,"
            " at TEXT NOT NULL)"
        )
        old.execute("INSERT INTO transactions VALUES (7, 7, 100, 156, 'reversed', '2026-01-01')")
    bank = Bank(tmp_path / "bank.sqlite")
    last = bank.last()
    assert last is not None
    assert (last.trace, last.original) == (7, 7)
    assert bank.book(100, 156, "approved").trace == 8
