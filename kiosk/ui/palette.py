"""Every colour of the interface by role, in three palettes, and which of them stand on which.

A screen names a role, never a colour. Source of the limits: WCAG 2.2, 1.4.6 (text 7:1) and 1.4.11 (edges
of what can be touched, 3:1); the tests hold every pair of every palette to them.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

Rgba = tuple[float, float, float, float]

TEXT_CONTRAST_LEAST = 7.0
EDGE_CONTRAST_LEAST = 3.0


def rgba(code: str, alpha: float = 1.0) -> Rgba:
    """``#RRGGBB`` as the window wants it."""
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, alpha


def luminance(color: Rgba) -> float:
    """WCAG 2.2, relative luminance, 0 to 1."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Rgba, other: Rgba) -> float:
    """WCAG 2.2, contrast ratio, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@dataclass(frozen=True)
class Colors:
    """The light palette. ``edge`` is of what can be touched; ``line`` only divides. ``paper`` stays
    white in every palette: codes are read from it."""

    ink: Rgba = rgba("#10283A")
    ink_secondary: Rgba = rgba("#385062")
    line: Rgba = rgba("#D3DDDD")
    edge: Rgba = rgba("#5F7883")
    ground: Rgba = rgba("#F3F6F4")
    surface: Rgba = rgba("#FFFFFF")
    pressed: Rgba = rgba("#E1F0EE")
    brand: Rgba = rgba("#075E59")
    on_brand: Rgba = rgba("#FFFFFF")
    main: Rgba = rgba("#075E59")  # the ground of what is to be touched next
    main_pressed: Rgba = rgba("#043F3C")
    on_main: Rgba = rgba("#FFFFFF")
    brand_tint: Rgba = rgba("#E1F0EE")
    on_brand_tint: Rgba = rgba("#065350")
    chart: Rgba = rgba("#5E938D")  # months before the one that counts
    poster: Rgba = rgba("#075E59")
    poster_deep: Rgba = rgba("#063B3A")
    poster_light: Rgba = rgba("#A9CFCA", 0.10)
    on_poster: Rgba = rgba("#FFFFFF")
    attention: Rgba = rgba("#F4B400")
    on_attention: Rgba = rgba("#10283A")
    attention_tint: Rgba = rgba("#FFF4D6")
    on_attention_tint: Rgba = rgba("#10283A")
    attention_deep: Rgba = rgba("#5E4300")
    good: Rgba = rgba("#11552A")
    good_tint: Rgba = rgba("#E2F3E7")
    bad: Rgba = rgba("#8C1B16")
    bad_tint: Rgba = rgba("#FBE6E4")
    off: Rgba = rgba("#E7EDEB")
    on_off: Rgba = rgba("#385062")
    on_badge: Rgba = rgba("#FFFFFF")  # on the colour of a way to pay
    badge_off: Rgba = rgba("#385062")
    device: Rgba = rgba("#10283A")
    device_key: Rgba = rgba("#415867")
    device_display: Rgba = rgba("#CFE7E3")
    on_device_display: Rgba = rgba("#10283A")
    on_device: Rgba = rgba("#A9CFCA")
    paper: Rgba = rgba("#FFFFFF")
    veil: Rgba = rgba("#10283A", 0.97)  # hides what a household owes
    clear: Rgba = (0.0, 0.0, 0.0, 0.0)


LIGHT = Colors()

NIGHT = replace(
    LIGHT,
    ink=rgba("#D6E2E4"),
    ink_secondary=rgba("#B4C4C9"),
    line=rgba("#2A3D46"),
    edge=rgba("#6E8894"),
    ground=rgba("#0B151B"),
    surface=rgba("#13212A"),
    pressed=rgba("#1B3338"),
    brand=rgba("#6FC4BA"),
    on_brand=rgba("#04211F"),
    main=rgba("#12544F"),
    main_pressed=rgba("#0B3835"),
    on_main=rgba("#E4F4F1"),
    brand_tint=rgba("#12312F"),
    on_brand_tint=rgba("#9AD8D0"),
    chart=rgba("#5F8A86"),
    poster=rgba("#0E403D"),
    poster_deep=rgba("#07201F"),
    poster_light=rgba("#A9CFCA", 0.06),
    on_poster=rgba("#D6E9E6"),
    attention=rgba("#C89608"),
    on_attention=rgba("#0A1218"),
    attention_tint=rgba("#2C2408"),
    on_attention_tint=rgba("#EDE2C2"),
    attention_deep=rgba("#E9C767"),
    good=rgba("#8FD6A5"),
    good_tint=rgba("#10301C"),
    bad=rgba("#F2B1AC"),
    bad_tint=rgba("#3A1613"),
    off=rgba("#1A272E"),
    on_off=rgba("#AEBDC3"),
    badge_off=rgba("#33444D"),
    device=rgba("#2B3F4B"),
    device_key=rgba("#5B7280"),
    veil=rgba("#000000", 0.97),
)

HIGH_CONTRAST = replace(
    LIGHT,
    ink=rgba("#FFFFFF"),
    ink_secondary=rgba("#FFFFFF"),
    line=rgba("#8F8F8F"),
    edge=rgba("#FFFFFF"),
    ground=rgba("#000000"),
    surface=rgba("#000000"),
    pressed=rgba("#333300"),
    brand=rgba("#FFE600"),
    on_brand=rgba("#000000"),
    main=rgba("#FFE600"),
    main_pressed=rgba("#FFFFFF"),
    on_main=rgba("#000000"),
    brand_tint=rgba("#000000"),
    on_brand_tint=rgba("#FFE600"),
    chart=rgba("#BFBFBF"),
    poster=rgba("#000000"),
    poster_deep=rgba("#000000"),
    poster_light=rgba("#FFFFFF", 0.0),
    on_poster=rgba("#FFFFFF"),
    attention=rgba("#FFE600"),
    on_attention=rgba("#000000"),
    attention_tint=rgba("#1F1B00"),
    on_attention_tint=rgba("#FFFFFF"),
    attention_deep=rgba("#FFE600"),
    good=rgba("#A6FFC0"),
    good_tint=rgba("#002B10"),
    bad=rgba("#FFC9C4"),
    bad_tint=rgba("#330400"),
    off=rgba("#000000"),
    on_off=rgba("#BFBFBF"),
    badge_off=rgba("#404040"),
    device=rgba("#4D4D4D"),
    device_key=rgba("#8F8F8F"),
    device_display=rgba("#FFFFFF"),
    on_device_display=rgba("#000000"),
    veil=rgba("#000000", 0.97),
)


class Shade(StrEnum):
    """Which palette is shown. The values are also those of the setting ``look.theme``."""

    LIGHT = "light"
    NIGHT = "night"
    HIGH_CONTRAST = "high_contrast"


PALETTES = {Shade.LIGHT: LIGHT, Shade.NIGHT: NIGHT, Shade.HIGH_CONTRAST: HIGH_CONTRAST}

# (letters or sign, ground) that occur: 7:1 or more in every palette
TEXT_PAIRS = (
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink", "pressed"),
    ("ink", "brand_tint"),
    ("on_attention", "attention"),
    ("on_device_display", "device_display"),
    ("ink_secondary", "ground"),
    ("ink_secondary", "surface"),
    ("ink_secondary", "brand_tint"),
    ("ink_secondary", "pressed"),
    ("on_brand", "brand"),
    ("on_main", "main"),
    ("on_main", "main_pressed"),
    ("on_poster", "poster"),
    ("on_poster", "poster_deep"),
    ("on_brand_tint", "brand_tint"),
    ("on_brand_tint", "surface"),
    ("on_brand_tint", "ground"),
    ("on_brand_tint", "pressed"),
    ("brand", "surface"),
    ("brand", "ground"),
    ("on_attention_tint", "attention_tint"),
    ("attention_deep", "attention_tint"),
    ("good", "good_tint"),
    ("good", "ground"),
    ("bad", "bad_tint"),
    ("on_off", "off"),
    ("on_off", "ground"),
    ("on_badge", "badge_off"),
)

# (edge or drawing, what it stands on): 3:1 or more in every palette
EDGE_PAIRS = (
    ("edge", "ground"),
    ("edge", "surface"),
    ("edge", "brand_tint"),
    ("edge", "pressed"),
    ("brand", "ground"),
    ("brand", "surface"),
    ("brand", "brand_tint"),
    ("brand", "pressed"),
    ("chart", "surface"),
    ("chart", "ground"),
    ("on_device", "device"),
    ("ink", "ground"),
)
