"""Every letter of a name is drawn by a typeface that has it, or as a visible mark; never as nothing."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from device_drivers.printers.interface import Document, TextLine
from device_drivers.printers.raster import render
from device_drivers.printers.typefaces import NO_CHARACTER, PLACEHOLDER, has, runs
from tests.device_drivers.printers.receipts import FONTS, needs_fonts

pytestmark = needs_fonts
FACES = FONTS.faces(bold=False)
LATIN_AND_OTHERS = [
    "Şahin",
    "Đặng",
    "כהן",
    "محمد",
    "สมชาย",
    "Ελένη",
    "Ольга",
    "ქართველი",
    "Հայկ",
    "ကိုကို",
]
NEWER_THAN_THE_FONT = "\U0002ebf0"


def ink(text: str) -> np.ndarray:
    return ~np.array(render(Document("x", (TextLine(text),)), 576, FONTS))


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("name", LATIN_AND_OTHERS)
def test_names_of_other_scripts_have_their_letters(name: str, bold: bool):
    placed = runs(name, FONTS.faces(bold=bold))
    assert "".join(run.text for run in placed) == unicodedata.normalize("NFC", name)
    assert all(has(run.face, letter) for run in placed for letter in run.text)


@pytest.mark.parametrize("lost", [NEWER_THAN_THE_FONT, "😀", "\ue863", "\U0001fae0"])
def test_what_no_typeface_has_is_a_mark(lost: str):
    assert [run.text for run in runs(f"{lost}*明", FACES)] == [f"{PLACEHOLDER}*明"]
    assert np.array_equal(ink(f"{lost}*明"), ink(f"{PLACEHOLDER}*明"))
    assert ink(f"{lost}*明").sum() > ink("*明").sum()


@pytest.mark.parametrize("mark", ["\u200b", "\u200e", "\u202e", "\u2066", "\ufeff", "\ufe0f"])
def test_marks_of_width_and_direction_draw_nothing(mark: str):
    assert np.array_equal(ink(f"王{mark}芳"), ink("王芳"))


def test_words_of_a_line_from_right_to_left_stay_together():
    assert [run.text for run in runs("业主 כ*** ש*** 你好", FACES)] == [
        "业主 ",
        "כ*** ש",
        "*** 你好",
    ]


def test_chinese_and_english_are_one_run_of_the_first_typeface():
    (run,) = runs("王小明 Anna ￥1,234.50 — 3栋2单元", FACES)
    assert run.face == FONTS.regular


@given(st.text(max_size=30))
@settings(deadline=None, max_examples=200)
def test_no_text_draws_what_a_font_draws_for_a_missing_character(text: str):
    for run in runs(text, FACES):
        font = ImageFont.truetype(str(run.face), 24, layout_engine=ImageFont.Layout.BASIC)
        missing = bytes(np.asarray(font.getmask(NO_CHARACTER)))
        drawn = [font.getmask(letter) for letter in run.text if not letter.isspace()]
        assert all(bytes(np.asarray(mask)) != missing for mask in drawn)


def test_letters_of_another_script_reach_the_paper():
    assert not np.array_equal(ink("Şahin"), ink("Sahin"))
    assert not np.array_equal(ink("ส"), ink(PLACEHOLDER))
    with_fonts = ink("שלום")
    assert with_fonts.any() and not np.array_equal(with_fonts, ink("טטטט"))
