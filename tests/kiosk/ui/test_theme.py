"""Colours stand out in every mode, and letters and targets have their sizes on every panel."""

import re
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

import kiosk.ui
from contract.methods import METHODS
from kiosk.core.model import Access
from kiosk.ui.palette import (
    EDGE_CONTRAST_LEAST,
    EDGE_PAIRS,
    PALETTES,
    TEXT_CONTRAST_LEAST,
    TEXT_PAIRS,
    Colors,
    Shade,
    contrast,
    rgba,
)
from kiosk.ui.theme import (
    CAPITAL_SHARE,
    ELDER_CAPITAL_MM,
    ELDER_TARGET_MM,
    RUNGS,
    Look,
    theme_for,
)
from kiosk.ui.widgets.buttons import STYLES, paint

UI = Path(kiosk.ui.__file__).parent
CLEAR = Colors().clear
ELDER = Access(elder=True)


def test_contrast_is_reckoned_as_the_standard_does():
    assert contrast(rgba("#000000"), rgba("#FFFFFF")) == pytest.approx(21)
    assert contrast(rgba("#777777"), rgba("#FFFFFF")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("shade", Shade)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_every_text_stands_out_from_its_ground(text, ground, shade):
    colors = PALETTES[shade]
    assert contrast(getattr(colors, text), getattr(colors, ground)) >= TEXT_CONTRAST_LEAST


@pytest.mark.parametrize("shade", Shade)
@pytest.mark.parametrize(("edge", "ground"), EDGE_PAIRS)
def test_every_edge_stands_out_from_its_ground(edge, ground, shade):
    colors = PALETTES[shade]
    assert contrast(getattr(colors, edge), getattr(colors, ground)) >= EDGE_CONTRAST_LEAST


@pytest.mark.parametrize("shade", Shade)
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("selected", [False, True])
@pytest.mark.parametrize("down", [False, True])
def test_whatever_can_be_touched_has_an_edge_and_letters_that_stand_out(
    shade, style, selected, down
):
    theme = theme_for(1080, 1920, shade=shade)
    fill, edge, ink = paint(theme, style, True, down, selected)
    for around in (theme.color.ground, theme.color.surface, theme.color.brand_tint):
        assert contrast(edge, around) >= EDGE_CONTRAST_LEAST
    assert contrast(ink, fill) >= TEXT_CONTRAST_LEAST


@pytest.mark.parametrize("shade", Shade)
@pytest.mark.parametrize("style", STYLES)
def test_what_cannot_be_touched_has_no_edge_and_can_be_read(shade, style):
    fill, edge, ink = paint(theme_for(1080, 1920, shade=shade), style, False, False, False)
    assert fill == edge
    assert contrast(ink, fill) >= TEXT_CONTRAST_LEAST


@pytest.mark.parametrize("shade", Shade)
def test_a_methods_icon_stands_out_from_its_colour(shade):
    for shown in METHODS.values():
        assert contrast(PALETTES[shade].on_badge, rgba(shown.color)) >= TEXT_CONTRAST_LEAST


@pytest.mark.parametrize("shade", Shade)
def test_codes_stay_black_on_white(shade):
    assert PALETTES[shade].paper == rgba("#FFFFFF")


def test_no_screen_names_a_colour_and_every_role_is_used():
    texts = [path.read_text() for path in [*UI.rglob("*.kv"), *UI.rglob("*.py")]]
    named = set(re.findall(r"\bcolor\.([a-z_]+)", "\n".join(texts)))
    roles = set(vars(Colors()))
    assert named == roles
    for path in UI.rglob("*.kv"):
        numbers = re.findall(r"(?:rgba|color):\s*[\d(\[].*", path.read_text())
        assert {n.replace(" ", "") for n in numbers} <= {"rgba:1,1,1,1"}, path.name


HOURS = {"05:59": "night", "06:00": "light", "12:00": "light", "21:29": "light", "21:30": "night"}


@pytest.mark.parametrize(("hour", "shade"), HOURS.items())
def test_by_night_it_is_dark_and_by_day_light(hour, shade):
    local = datetime.fromisoformat(f"2026-11-24T{hour}:00+08:00")
    assert Look().shade(local) == Shade(shade)
    assert Look(theme=Shade.HIGH_CONTRAST).shade(local) == Shade.HIGH_CONTRAST


def test_a_night_within_one_day_and_a_time_that_is_not_known():
    look = Look(night_from=time(1), night_until=time(5))
    assert look.shade(datetime(2026, 11, 24, 3, tzinfo=UTC)) == Shade.NIGHT
    assert look.shade(datetime(2026, 11, 24, 23, tzinfo=UTC)) == Shade.LIGHT
    assert Look().shade(None) == Shade.LIGHT


def test_who_asks_for_high_contrast_gets_it_at_night_too():
    theme = theme_for(1080, 1920, Access(high_contrast=True), shade=Shade.NIGHT)
    assert theme.color == PALETTES[Shade.HIGH_CONTRAST]


PANELS_MM = [(1080, 1920, 268.0), (1920, 1080, 476.0), (1080, 1920, 336.0), (1080, 1920, 0.0)]


@pytest.mark.parametrize(("width", "height", "panel_mm"), PANELS_MM)
def test_elder_letters_and_targets_have_their_millimetres_on_the_real_panel(
    width, height, panel_mm
):
    theme = theme_for(width, height, ELDER, look=Look(panel_width_mm=panel_mm))
    for name, letters in vars(theme.text).items():
        if name != "caption":
            assert letters * CAPITAL_SHARE / theme.px_per_mm >= ELDER_CAPITAL_MM, name
    assert theme.size.touch_min / theme.px_per_mm >= ELDER_TARGET_MM


@pytest.mark.parametrize("access", [Access(), ELDER, Access(low_reach=True)])
@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080), (800, 1280)])
def test_letters_have_ten_heights_and_no_others(access, size):
    theme = theme_for(*size, access)
    heights = {round(rung * theme.scale) for rung in RUNGS}
    assert len(heights) <= 10
    assert set(vars(theme.text).values()) <= heights
    assert theme.rungs(1000)[0] == max(heights)
    assert theme.rungs(1) == [min(heights)]


def test_nothing_moves_where_the_site_says_so():
    assert theme_for(1080, 1920).moving_s > 0
    assert theme_for(1080, 1920, look=Look(moving=False)).moving_s == 0


def test_nothing_moves_but_a_list_that_is_scrolled():
    moving = [
        path.name
        for path in UI.rglob("*.*")
        if path.suffix in (".py", ".kv")
        if "Animation(" in path.read_text("utf-8")
    ]
    assert moving == ["scrolling.py"]


def test_a_panel_of_the_design_has_the_design_sizes():
    theme = theme_for(1080, 1920)
    assert (theme.scale, theme.portrait) == (1.0, True)
    assert theme.text.title == 68
    assert theme.size.margin == 48


def test_a_half_as_large_window_has_half_the_sizes():
    theme = theme_for(540, 960)
    assert theme.text.title == 34
    assert theme.size.radius == 14


@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080), (768, 1366), (800, 1280)])
@pytest.mark.parametrize("access", [Access(), ELDER, Access(low_reach=True)])
def test_letters_are_never_below_the_least_and_targets_never_below_a_finger(size, access):
    theme = theme_for(*size, access)
    assert min(vars(theme.text).values()) >= 25 * theme.scale
    assert theme.size.touch_min >= 88 * theme.scale - 1
    assert theme.size.bottom_bar - 2 * theme.size.gap >= 88 * theme.scale


@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080)])
def test_large_letters_are_larger(size):
    plain, large = theme_for(*size), theme_for(*size, ELDER)
    assert all(
        getattr(large.text, name) > getattr(plain.text, name)
        for name in ("body", "small", "title", "amount")
    )


def test_the_community_s_night_comes_before_the_kiosk_s_own_hours():
    noon = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    assert Look().shade(noon, night=True) is Shade.NIGHT
    assert Look().shade(noon.replace(hour=23), night=False) is Shade.LIGHT
    assert Look(theme=Shade.LIGHT).shade(noon, night=True) is Shade.LIGHT
