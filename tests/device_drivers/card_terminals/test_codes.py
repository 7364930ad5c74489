"""Every code of the specification has its words for residents and staff, in Chinese and English."""

import re

import pytest

from device_drivers.card_terminals.interface import StepKind
from device_drivers.card_terminals.zvt import staff, tables, texts
from device_drivers.card_terminals.zvt.answers import TerminalState
from device_drivers.card_terminals.zvt.command import TALKS
from device_drivers.status import Condition, Level

CHINESE = re.compile("[\u4e00-\u9fff]")
COMMAND = re.compile(r"lobbypay zvt ([a-z-]+)")


def is_whole(words: dict[str, str]) -> bool:
    return set(words) == {"zh", "en"} and bool(
        CHINESE.search(words["zh"]) and words["en"].isascii()
    )


def is_useful(condition: Condition) -> bool:
    return is_whole(condition.staff) and is_whole(condition.remedy)


def test_the_whole_table_of_intermediate_states_has_words() -> None:
    assert len(tables.STEPS) == 85
    for code in (*tables.STEPS, 0x99, 0xFF):
        step = texts.step(code)
        assert step.code == f"{code:02X}"
        assert is_whole(step.text), step.code
        if 0x41 <= code <= 0x5D and code != 0x4A:
            assert step.kind is StepKind.REMOVE_CARD


def test_the_text_of_the_terminal_is_kept_beside_ours() -> None:
    step = texts.step(0xFF, "Bitte warten")
    assert step.terminal_text == "Bitte warten"
    assert is_whole(step.text)


def test_every_result_code() -> None:
    for code in range(256):
        _is_told(code)


def _is_told(code: int) -> None:
    assert is_whole(texts.result_message(code))
    condition = staff.result_condition(code)
    meaning = texts.result_meaning(code)
    if meaning is not None and meaning.who_acts in ("none", "resident"):
        assert condition is None
        return
    assert condition is not None
    assert condition.code == f"card_terminal.result_{code:02x}"
    assert is_useful(condition)
    assert f"({code:02X})" in condition.staff["zh"]


def test_what_only_staff_can_mend_is_not_told_to_residents() -> None:
    another_way = texts.result_message(0xFF)
    for code, meaning in tables.RESULT_CODES.items():
        if meaning.who_acts in ("staff", "terminal"):
            assert texts.result_message(code) == another_way
    assert texts.result_message(0x37) != another_way


@pytest.mark.parametrize("code", [*sorted(tables.TERMINAL_STATUS), 0x42], ids=lambda c: f"{c:02X}")
def test_every_terminal_status(code: int) -> None:
    conditions = staff.state_conditions(TerminalState(code))
    if code == texts.READY:
        assert conditions == ()
        return
    assert len(conditions) == 1
    assert is_useful(conditions[0])


@pytest.mark.parametrize(
    ("code", "level", "remedy"),
    [
        (0x51, Level.ERROR, "initialise"),
        (0x62, Level.ERROR, "diagnosis"),
        (0xC2, Level.ERROR, "diagnosis"),
        (0xF0, Level.ERROR, "end-of-day"),
        (0xB1, Level.ERROR, "end-of-day"),
        (0xDF, Level.ERROR, "repair"),
        (0xDC, Level.WARNING, "Take the card out"),
        (0xE1, Level.WARNING, "Take the card out"),
        (0x64, Level.WARNING, "Take the card out"),
        (0x9C, Level.WARNING, "Wait"),
        (0xBF, Level.ERROR, "power supply"),
        (0xCC, Level.ERROR, "printer"),
    ],
)
def test_levels_and_remedies(code: int, level: Level, remedy: str) -> None:
    condition = staff.status_condition(code)
    assert condition is not None
    assert condition.level is level
    assert remedy in condition.remedy["en"]


@pytest.mark.parametrize(
    ("code", "level"),
    [(0xF0, Level.ERROR), (0xE2, Level.ERROR), (0xA1, Level.WARNING), (0x83, Level.WARNING)],
)
def test_levels_of_results(code: int, level: Level) -> None:
    condition = staff.result_condition(code)
    assert condition is not None
    assert condition.level is level


def test_every_lock_has_words_and_several_are_told_at_once() -> None:
    conditions = staff.lock_conditions(b"\xff\xff\xff")
    assert len(conditions) == 16
    assert all(map(is_useful, conditions))
    assert len({c.code for c in conditions}) == 16
    left = staff.state_conditions(TerminalState(0x00, locks=b"\x08\x20"))
    assert [c.level for c in left] == [Level.ERROR, Level.WARNING]


def test_remedies_name_commands_that_there_are() -> None:
    every = [staff.result_condition(code) for code in range(256)]
    every += [staff.status_condition(code) for code in range(256)]
    named = {name for c in every if c is not None for name in COMMAND.findall(c.remedy["en"])}
    assert named == {"initialise", "diagnosis", "end-of-day"}
    assert named <= set(TALKS)


def test_registration_names_what_is_needed() -> None:
    needs = staff.registration_conditions(0x07)
    names = ("initialisation", "diagnosis", "opt_action")
    assert [c.code for c in needs] == [f"card_terminal.needs_{name}" for name in names]
    assert all(map(is_useful, needs))
    assert staff.registration_conditions(0x18) == ()
