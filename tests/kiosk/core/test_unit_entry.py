"""Typing a unit where communities name their units in their own way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.messages import KioskConfig
from contract.numberings import NUMBERINGS
from contract.unit_code import DEFAULT
from kiosk.core import unit_entry
from kiosk.core.effects import LookUp
from kiosk.core.events import LookupFailed, Scanned
from kiosk.core.model import Action, Say, Screen, UnitEntry
from kiosk.core.patience import may_end
from kiosk.ui.screens import message
from kiosk.ui.screens.identify import present
from tests.kiosk.core.story import Story, config

EVERY_CODE = [(name, code) for name, (_, examples) in NUMBERINGS.items() for code in examples]


def at_the_keys_of(name: str, **changes: object) -> Story:
    numbering, examples = NUMBERINGS[name]
    story = Story.at_attract(numbering=numbering, unit_codes=sorted(examples), **changes)
    return story.taps(Action.KEYPAD)


def types(story: Story, code: str) -> Story:
    for part in code.split("-"):
        for character in part:
            assert character in present(story.session).keys, "no such key on the screen"
            story.taps(Action.DIGIT, character)
        story.taps(Action.NEXT)
    return story


@pytest.mark.parametrize(("name", "code"), EVERY_CODE)
def test_every_code_can_be_typed_with_the_keys_that_are_shown(name: str, code: str):
    story = at_the_keys_of(name)
    story.taps(Action.KIND, str(NUMBERINGS[name][1][code]))
    (lookup,) = types(story, code).did(LookUp)
    assert lookup.unit == code


@pytest.mark.parametrize(("name", "code"), EVERY_CODE)
def test_every_code_can_be_scanned_as_the_label_of_its_unit(name: str, code: str):
    story = at_the_keys_of(name).plays(Scanned(f"LPUNIT:lakeside:{code}"))
    (lookup,) = story.did(LookUp)
    assert lookup.unit == code
    assert story.visit.entry.kind == NUMBERINGS[name][1][code]


def test_just_the_keys_of_the_kind_are_shown():
    story = at_the_keys_of("towers")
    assert set(present(story.session).keys) == set("0123456789ABCD")
    story.taps(Action.KIND, "1")
    assert set(present(story.session).keys) == set("0123456789B")
    assert set(present(Story.at_attract().taps(Action.KEYPAD).session).keys) == set("0123456789")


def test_a_key_that_the_part_cannot_take_falls_into_the_next_or_nowhere():
    story = at_the_keys_of("towers").taps(Action.DIGIT, "1")
    assert story.visit.entry.parts == ()
    story.taps(Action.DIGIT, "A").taps(Action.DIGIT, "1").taps(Action.DIGIT, "2")
    assert (story.visit.entry.parts, story.visit.entry.active) == (("A", "12"), 1)


def test_leading_noughts_find_the_unit_with_and_without_the_server():
    story = Story.at_attract(unit_codes=["1-1-101", "1-1-102"]).types("01", "01", "101")
    (lookup,) = story.did(LookUp)
    assert lookup.unit == "1-1-101"


def test_what_exists_is_suggested_as_one_types_and_a_touch_takes_it():
    codes = ["3-2-1201", "3-2-1202", "1-1-101"]
    story = Story.at_attract(unit_codes=codes).taps(Action.KEYPAD)
    assert present(story.session).suggested == ()  # nobody leafs through the house
    story.taps(Action.DIGIT, "3")
    assert present(story.session).suggested == ("3-2-1201", "3-2-1202")
    story.taps(Action.SUGGESTION, "1-1-101")  # not on the screen
    assert story.screen is Screen.IDENTIFY and not story.did(LookUp)
    story.taps(Action.SUGGESTION, "3-2-1202")
    (lookup,) = story.did(LookUp)
    assert lookup.unit == "3-2-1202"


def test_a_suggestion_is_asked_for_the_second_factor_like_what_is_typed():
    story = Story.at_attract(unit_codes=["3-2-1201"], second_factor=True)
    story.taps(Action.KEYPAD).taps(Action.DIGIT, "3").taps(Action.SUGGESTION, "3-2-1201")
    assert story.screen is Screen.VERIFY and not story.did(LookUp)


def test_a_code_without_a_community_that_cannot_be_one_of_ours_is_not_looked_up():
    story = Story.at_attract().plays(Scanned("B1-103"))
    assert story.visit.say is Say.CODE_NOT_OURS


def test_a_config_of_an_older_server_means_the_usual_numbering():
    told = config().model_dump(mode="json", exclude={"numbering", "unit_codes"})
    assert KioskConfig.model_validate(told).numbering == DEFAULT


@given(
    st.sampled_from(sorted(NUMBERINGS)),
    st.lists(st.sampled_from([*"0123456789ABCDENSW", "<", ">", "!"]), max_size=30),
)
def test_whatever_is_pressed_only_what_the_parts_can_take_stands_there(name: str, pressed: list):
    kind, entry = NUMBERINGS[name][0].kinds[0], UnitEntry()
    for key in pressed:
        entry = unit_entry.rubbed_out(entry) if key == "<" else unit_entry.typed(kind, entry, key)
    assert len(entry.parts) <= len(kind.parts) and 0 <= entry.active < len(kind.parts)
    for part, text in zip(kind.parts, entry.parts, strict=False):
        assert text == "" or part.accepts(text)


CODES = ["3-2-1201", "3-2-1202", "3-1-101", "1-1-101", "12-1-101"]


def pressed(story: Story, keys: str) -> Story:
    for key in keys:
        story.taps(Action.DIGIT, key)
    return story


def test_a_part_that_can_only_be_what_it_is_goes_on_by_itself():
    story = Story.at_attract(unit_codes=CODES).taps(Action.KEYPAD)
    assert pressed(story, "321201").visit.entry.parts == ("3", "2", "1201")
    assert story.visit.entry.active == 2
    story = Story.at_attract(unit_codes=CODES).taps(Action.KEYPAD)
    assert pressed(story, "1").visit.entry.active == 0, "there is a building 12 too"
    assert pressed(story, "2").visit.entry.active == 1
    story.taps(Action.NEXT)
    assert story.visit.entry.active == 1, "what is to be typed now is not left out"


def test_the_building_of_the_kiosk_is_filled_in_and_can_be_rubbed_out():
    story = Story.at_attract(unit_codes=CODES, unit_start="3").taps(Action.KEYPAD)
    assert (story.visit.entry.parts, story.visit.entry.active) == (("3",), 1)
    assert not may_end(story.session), "nobody has named a unit"
    assert pressed(story, "21201").visit.entry.unit_code == "3-2-1201"
    story = Story.at_attract(unit_codes=CODES, unit_start="3").taps(Action.KEYPAD)
    assert story.taps(Action.BACKSPACE).visit.entry.parts == ("",)
    assert pressed(story, "1211101"[:6]).visit.entry.parts[0] == "12"
    story = Story.at_attract(unit_start="not-a-building-here").taps(Action.KEYPAD)
    assert story.visit.entry.parts == ()


def test_what_was_typed_is_repeated_in_the_words_of_the_bill():
    story = Story.at_attract().types("3", "2", "1201")
    story.plays(LookupFailed(story.visit.number, "unit_not_found"))
    assert message.present(story.session).body == "您输入的是 3栋2单元1201"
    story.taps(Action.LANGUAGE)
    assert message.present(story.session).body == "You entered Building 3, Entrance 2, 1201"
