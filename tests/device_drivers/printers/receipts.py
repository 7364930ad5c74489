"""A receipt like a real one, and the fonts that it is drawn with."""

from dataclasses import replace
from pathlib import Path

import pytest

from device_drivers.printers.interface import (
    Align,
    Document,
    Feed,
    QrCode,
    Rule,
    TextLine,
)
from device_drivers.printers.profiles import Profile, profiles
from device_drivers.printers.raster import BUILT_FONTS, Fonts

FONT_FOLDER = Path(__file__).parents[3] / "assets" / "fonts" / "built"
FONTS = Fonts.in_folder(FONT_FOLDER)
RECEIPT_URL = "https://pay.example-estate.cn/r/01JD8W3F2K7Z9ABCDEFG"

needs_fonts = pytest.mark.skipif(
    not FONTS.regular.exists(), reason="fonts are not built: run tools/build_fonts.py"
)


def receipt(job_id: str = "job-1") -> Document:
    return Document(
        job_id,
        (
            TextLine("翠湖花园", bold=True, large=True, align=Align.CENTER),
            TextLine("物业缴费收据", bold=True, align=Align.CENTER),
            Rule(),
            TextLine("房屋", right="3-2-1201"),
            TextLine("物业费 2026年9月", right="￥260.28"),
            TextLine("  105.80 ㎡ × ￥2.46/㎡"),
            TextLine("公共区域电费分摊（地下车库及电梯）2026年9月", right="￥1,018.60"),
            Rule(),
            TextLine("合计", right="¥1,278.88", bold=True, large=True),
            QrCode(RECEIPT_URL, "扫码查看电子收据"),
            Feed(1),
        ),
    )


def settings(**place) -> dict:
    """Settings of a printer that give a busy machine time to answer."""
    return {
        **{key: str(FONT_FOLDER / name) for key, name in BUILT_FONTS.items()},
        "answer_timeout_s": 5.0,
        "connect_timeout_s": 5.0,
        **place,
    }


def profile(name: str = "generic_58", **changes) -> Profile:
    return replace(profiles()[name], **changes)
