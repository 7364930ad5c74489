"""The screens show letters of every script that either typeface has, and a mark for the others."""

import pytest
from kivy.core.text import Label as CoreLabel
from kivy.core.text.markup import MarkupLabel

from device_drivers.printers.typefaces import PLACEHOLDER, has
from kiosk.asset_paths import FONTS
from kiosk.ui import fonts

pytestmark = pytest.mark.skipif(
    not (FONTS / "LobbyOther-Bold.ttf").exists(), reason="the fonts are not built"
)
NEWER_THAN_THE_FONT = "\U0002ebf0"


@pytest.fixture(autouse=True)
def registered() -> None:
    fonts.register()


@pytest.mark.parametrize("text", ["王*明", "Anna A***", "￥1,234.50", "3栋2单元1201", "一\n二"])
def test_what_the_first_typeface_has_is_set_plainly(text: str):
    assert fonts.plain(text, bold=False)


@pytest.mark.parametrize(
    "text", ["Ş***", "כ***", "م***", "ส***", "😀***", f"{NEWER_THAN_THE_FONT}*明", "\u200b王*"]
)
def test_what_it_lacks_is_set_in_runs(text: str):
    assert not fonts.plain(text, bold=False)
    for run in fonts.set_runs(text, bold=False):
        assert all(has(run.face, letter) for letter in run.text)


def test_a_character_of_no_typeface_is_a_mark():
    assert fonts.marked_up(f"{NEWER_THAN_THE_FONT}*明", bold=False) == (
        f"[font={fonts.FAMILY}]{PLACEHOLDER}*明[/font]"
    )


def test_the_second_line_is_looked_at_too():
    assert not fonts.plain("王*明\nŞ***", bold=False)
    assert "[font=LobbyOther]Ş" in fonts.marked_up("王*明\nŞ***", bold=False)


def test_brackets_of_a_name_are_no_markup():
    marked = fonts.marked_up("Ş [b]", bold=False)
    assert "&bl;b&br;" in marked


@pytest.mark.parametrize("text", ["Ş*** 王*", "כ*** ש***", f"{NEWER_THAN_THE_FONT}*明"])
def test_a_line_is_as_wide_as_it_is_drawn(text: str):
    marked = fonts.marked_up(text, bold=False)
    label = MarkupLabel(font_name=fonts.FAMILY, font_size=40, text=marked)
    width, _ = label.render()
    assert abs(width - fonts.text_width(text, 40, bold=False)) <= 3


def test_a_rare_character_is_taken_from_the_whole_typeface():
    assert "[font=LobbySans]㛃" in fonts.marked_up("王㛃", bold=False)
    assert fonts.plain("王", bold=False)


def test_the_screens_typeface_is_cut_to_what_they_show():
    sizes = {family: fonts.font_file("Regular", family).stat().st_size for family in fonts.SUFFIXES}
    assert sizes[fonts.FAMILY] < sizes[fonts.WHOLE] / 5


def test_what_is_never_asked_about_is_in_the_first_typeface():
    common = [chr(code) for code in range(0x10000) if fonts.COMMON.fullmatch(chr(code))]
    assert len(common) > 6_700
    file = fonts.font_file("Regular")
    assert [c for c in common if c not in " \n\u3000" and not has(file, c)] == []


def test_both_typefaces_stand_on_one_line():
    heights = [
        CoreLabel(font_name=family, font_size=40).get_extents("A")[1] for family in fonts.SUFFIXES
    ]
    assert heights[0] == heights[1]
