"""The drawn kiosk is the kiosk: its words, its colours, its sizes. The server itself knows none of it."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from kiosk.core.model import AS_USUAL, Access
from kiosk.texts.catalogue import say
from kiosk.ui.palette import LIGHT
from kiosk.ui.theme import DESIGN_PORTRAIT, theme_for
from server.notices_page.drawing import OTHER_LANGUAGE, WORDS
from server.notices_page.looks import FILES

CSS = (Path(__file__).parents[3] / "server" / "static" / "staff" / "kiosk_drawn.css").read_text()


@pytest.mark.parametrize(("language", "catalogue"), [("zh-hans", "zh_CN"), ("en", "en")])
def test_the_words_are_those_of_the_kiosk(language: str, catalogue: str):
    with translation.override(language):
        said = {key: str(words) for key, words in WORDS.items()}
    assert said == {key: say(catalogue, key) for key in WORDS}
    other = OTHER_LANGUAGE.zh if catalogue == "zh_CN" else OTHER_LANGUAGE.en
    assert other == say(catalogue, "frame.other_language")


def test_the_colours_are_those_of_the_kiosk():
    drawn = dict(re.findall(r"--k-([a-z-]+): (#[0-9A-F]{6})", CSS))
    assert len(drawn) >= 14
    for name, code in drawn.items():
        red, green, blue, _ = getattr(LIGHT, name.replace("-", "_"))
        assert code == f"#{round(red * 255):02X}{round(green * 255):02X}{round(blue * 255):02X}"


@pytest.mark.parametrize(
    ("rule", "access"), [("kiosk-drawn", AS_USUAL), ("kiosk-drawn.elder", Access(elder=True))]
)
def test_the_sizes_are_those_of_the_kiosk(rule: str, access: Access):
    theme = theme_for(*DESIGN_PORTRAIT, access)
    block = re.search(rf"\.{re.escape(rule)} {{(.*?)}}", CSS, re.DOTALL)[1]
    sizes = {
        name.replace("-", "_"): int(px) for name, px in re.findall(r"--k-([a-z-]+): (\d+)", block)
    }
    assert len(sizes) == 8
    for name, px in sizes.items():
        assert px == (theme.size.touch_min if name == "touch_min" else getattr(theme.text, name))


def test_letters_and_signs_are_there():
    assert all(path.is_file() for path, _ in FILES.values())
