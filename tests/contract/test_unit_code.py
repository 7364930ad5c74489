"""One grammar of unit codes: every spelling finds its unit, and nothing else does."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contract.message import Text
from contract.numberings import NUMBERINGS
from contract.scan_kind import ScanKind, classify
from contract.unit_code import (
    DEFAULT,
    Kind,
    Numbering,
    Part,
    key,
    natural,
    same,
    spelled,
    suggestions,
)

LETTERS = string.ascii_uppercase
parts = st.builds(
    lambda letters, figures, most: Part(
        label=Text(zh="栋", en="Building"),
        letters="".join(sorted(letters)),
        figures=figures or not letters,
        most=most,
    ),
    st.sets(st.sampled_from(LETTERS), max_size=4),
    st.booleans(),
    st.integers(1, 8),
)
kinds = st.builds(
    lambda made: Kind(name=Text(zh="住宅", en="Home"), parts=made),
    st.lists(parts, min_size=1, max_size=4),
)


@st.composite
def codes_of(draw: st.DrawFn) -> tuple[Kind, str]:
    kind = draw(kinds)
    typed = [draw(st.text(part.keys, min_size=1, max_size=part.most)) for part in kind.parts]
    return kind, "-".join(typed)


words = (
    "BUILDING",
    "BLDG",
    "BLOCK",
    "BLK",
    "TOWER",
    "ENTRANCE",
    "STAIR",
    "UNIT",
    "ROOM",
    "RM",
    "NO",
)


def is_a_word(code: str) -> bool:
    """A code of which a part is, or begins with, a word that people write between parts."""
    return spelled(code) != code


@given(codes_of())
def test_every_code_of_a_community_spells_itself_and_is_scanned(made: tuple[Kind, str]):
    kind, code = made
    if is_a_word(code):
        return
    numbering = Numbering(kinds=[kind])
    assert numbering.read(code) == code
    scanned = classify(f"LPUNIT:lakeside:{code}")
    assert (scanned.kind, scanned.unit, scanned.community) == (ScanKind.UNIT, code, "lakeside")


@given(
    codes_of(),
    st.sampled_from(["-", "–", "—", "－", " ", " - ", "/", "栋", "\u3000", "#", "\u200b-"]),
)
def test_dashes_blanks_and_words_between_the_parts_say_nothing(
    made: tuple[Kind, str], between: str
):
    _, code = made
    if not is_a_word(code):
        assert spelled(code.replace("-", between)) == code


@given(codes_of())
def test_full_width_small_letters_and_leading_noughts_say_nothing(made: tuple[Kind, str]):
    _, code = made
    if is_a_word(code):
        return
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    noughts = "-".join("0" + part if part[0].isdigit() else part for part in code.split("-"))
    assert spelled(wide) == code and spelled(code.lower()) == code
    assert same(code, wide) and same(code, code.lower()) and key(noughts) == key(code)


@given(st.text())
def test_any_text_is_a_code_or_none_and_stays_what_it_is(text: str):
    code = spelled(text)
    assert spelled(code) == code
    assert key(key(text)) == key(text)
    natural(text)
    assert DEFAULT.read(text) in ("", code)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("3栋2单元1201", "3-2-1201"),
        ("３号楼２单元１２０１室", "3-2-1201"),
        ("三栋二单元一二〇一", "3-2-1201"),
        ("十二栋一单元二十三", "12-1-23"),
        ("3#-2-1201", "3-2-1201"),
        (" 3 2 1201 ", "3-2-1201"),
        ("3–2—1201", "3-2-1201"),
        ("Building 3, Entrance 2, Room 1201", "3-2-1201"),
        ("Blk 12 Unit 05", "12-05"),
        ("No. 88", "88"),
        ("A座1201", "A-1201"),
        ("a-1201", "A-1201"),
        ("3-2-12a", "3-2-12A"),
        ("S铺08", "S-08"),
        ("负一层103", "B1-103"),
        ("地下2层 车位 017", "B2-017"),
        ("B1-103", "B1-103"),
        ("88", "88"),
        ("", ""),
        ("你好", ""),
        ("1-2-3-4-5", ""),
        ("123456789-1", ""),
        ("x" * 200, ""),
    ],
)
def test_spellings_that_people_use(typed: str, code: str):
    assert spelled(typed) == code


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("LPUNIT:x:B1-103", "B1-103"),
        ("lpunit:X:3-2-12A", "3-2-12A"),
        ("LPUNIT:x:S-08", "S-08"),
        ("LPUNIT:x:88", "88"),
        ("LPUNIT:x:A-2-1201", "A-2-1201"),
        ("LPUNIT:x:3栋2单元1201", "3-2-1201"),
        ("B1-103", "B1-103"),
        ("3-2-1201", "3-2-1201"),
    ],
)
def test_what_the_server_accepts_the_scanner_reads(text: str, unit: str):
    assert (classify(text).kind, classify(text).unit) == (ScanKind.UNIT, unit)


@pytest.mark.parametrize(
    "text", ["88", "ABC-DEF", "LPUNIT:x:", "LPUNIT:x:你好", "1-2-3-4-5", "3-2" * 30]
)
def test_what_is_no_unit_is_another_thing(text: str):
    assert classify(text).kind is ScanKind.OTHER


def test_leading_noughts_do_not_tell_two_units_apart_but_other_noughts_do():
    assert same("01-01-101", "1-1-101") and same("S-8", "S-08") and same("B01-103", "B1-103")
    assert not same("1-1-101", "1-1-110") and not same("10-1-101", "1-1-101")


@pytest.mark.parametrize(
    "part", [{"figures": False}, {"most": 9}, {"most": 0}, {"letters": "é"}, {"letters": "a"}]
)
def test_a_numbering_that_means_nothing_is_refused(part: dict):
    name = {"zh": "住宅", "en": "Home"}
    good = {"name": name, "parts": [{"label": name}]}
    assert Numbering.model_validate({"kinds": [good]})
    wrong = {"name": name, "parts": [{"label": name, **part}]}
    for kinds in ([wrong], [], [{"name": name, "parts": []}], [good, good]):
        with pytest.raises(ValidationError):
            Numbering.model_validate({"kinds": kinds})


# --- suggestions ---

CODES = ["1-1-101", "1-1-1001", "1-2-101", "10-1-101", "01-1-102"]
HOME = DEFAULT.kinds[0]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ((), []),
        (("", "", ""), []),
        (("1",), ["1-1-101", "01-1-102", "1-1-1001", "1-2-101", "10-1-101"]),
        (("1", "1"), ["1-1-101", "01-1-102", "1-1-1001"]),
        (("1", "1", "10"), ["1-1-101", "01-1-102", "1-1-1001"]),
        (("01", "1", "101"), ["1-1-101"]),
        (("2",), []),
        (("", "2"), ["1-2-101"]),
    ],
)
def test_what_exists_is_suggested_as_one_types(typed: tuple[str, ...], found: list[str]):
    assert suggestions(CODES, HOME, typed, 6) == found


@pytest.mark.parametrize("name", NUMBERINGS)
def test_each_sample_numbering_tells_its_kinds_apart(name: str):
    numbering, examples = NUMBERINGS[name]
    for code, kind in examples.items():
        assert numbering.read(code) == code
        assert numbering.kind_of(code) == kind
        assert code in suggestions(examples, numbering.kinds[kind], tuple(code.split("-")), 6)
