"""The typeface is the Simplified Chinese one, and it has the characters of rare names."""

from pathlib import Path

import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTCollection, TTFont
from PIL import ImageFont

from kiosk.ui.characters import CHARACTERS
from kiosk.ui.fonts import COMMON, COMMON_AIR, font_file

BUILT = Path(__file__).resolve().parents[3] / "assets" / "fonts" / "built"
COLLECTIONS = ("/usr/share/fonts/opentype/noto", "/usr/share/fonts/noto-cjk")
RARE = "㛃頔翀𠅤"
DIFFERS_IN_JAPAN = "直骨角"


def outline(font, character: str) -> list:
    pen = RecordingPen()
    glyphs = font.getGlyphSet()
    glyphs[font.getBestCmap()[ord(character)]].draw(pen)
    return pen.value


@pytest.fixture(params=["Regular", "Bold"])
def weight(request) -> str:
    return request.param


@pytest.fixture
def font(weight) -> TTFont:
    return TTFont(BUILT / f"LobbySans-{weight}.otf", lazy=True)


def test_it_is_the_simplified_chinese_family(font):
    assert font["name"].getDebugName(1) == "Noto Sans CJK SC"


def test_rare_characters_of_names_are_there(font):
    assert [c for c in RARE if ord(c) not in font.getBestCmap()] == []


def test_figures_are_equally_wide(font):
    cmap = font.getBestCmap()
    assert len({font["hmtx"][cmap[ord(figure)]][0] for figure in "0123456789"}) == 1


@pytest.mark.slow
def test_shapes_are_chinese_and_not_japanese(font, weight):
    paths = [Path(folder) / f"NotoSansCJK-{weight}.ttc" for folder in COLLECTIONS]
    source = next((path for path in paths if path.exists()), None)
    if source is None:
        pytest.skip("the collection that the fonts are taken from is not installed")
    faces = TTCollection(str(source), lazy=True).fonts
    japanese = next(f for f in faces if f["name"].getDebugName(1) == "Noto Sans CJK JP")
    chinese = next(f for f in faces if f["name"].getDebugName(1) == "Noto Sans CJK SC")
    for character in DIFFERS_IN_JAPAN:
        assert outline(font, character) == outline(chinese, character)
        assert outline(font, character) != outline(japanese, character)


def test_common_characters_leave_the_air_that_is_not_drawn(weight):
    """Above a line, and beside it: kiosk.ui.widgets.text draws no dot there."""
    size = 200
    face = ImageFont.truetype(str(font_file(weight)), size)
    ascent, _ = face.getmetrics()
    cut = []
    for character in filter(COMMON.fullmatch, CHARACTERS):
        left, top, right, _ = face.getbbox(character, anchor="ls")
        beyond = max(-left, right - face.getlength(character))
        if ascent + top < COMMON_AIR.top * size or beyond > COMMON_AIR.side * size:
            cut.append(character)
    assert cut == []
