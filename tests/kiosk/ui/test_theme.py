import pytest

from contract.methods import METHODS
from kiosk.ui.theme import TEXT_PAIRS, Colors, Rgba, rgba, theme_for

CONTRAST_LEAST = 7.0


def luminance(color: Rgba) -> float:
    """WCAG 2.2, relative luminance."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Rgba, other: Rgba) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_every_text_stands_out_from_its_ground(text, ground):
    colors = Colors()
    assert contrast(getattr(colors, text), getattr(colors, ground)) >= CONTRAST_LEAST


def test_a_methods_icon_stands_out_from_its_colour():
    for shown in METHODS.values():
        assert contrast(Colors().on_brand, rgba(shown.color)) >= CONTRAST_LEAST


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
@pytest.mark.parametrize("large", [False, True])
def test_letters_are_never_below_the_least_and_targets_never_below_a_finger(size, large):
    theme = theme_for(*size, large=large)
    assert min(vars(theme.text).values()) >= 25 * theme.scale
    assert theme.size.touch_min >= 88 * theme.scale - 1
    assert theme.size.bottom_bar - 2 * theme.size.gap >= 88 * theme.scale


@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080)])
def test_large_letters_are_larger(size):
    plain, large = theme_for(*size), theme_for(*size, large=True)
    assert all(
        getattr(large.text, name) > getattr(plain.text, name)
        for name in ("body", "small", "title", "amount")
    )
