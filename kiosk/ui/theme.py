"""Every colour, size and letter height of the interface, by role. Screens never hold a number of these.

Sizes are design pixels of a panel 1080 wide (21.5 inch upright: 4 px = 1 mm), scaled to the window.
"""

from dataclasses import dataclass, fields

Rgba = tuple[float, float, float, float]

DESIGN_PORTRAIT = (1080, 1920)
DESIGN_LANDSCAPE = (1920, 1080)
LARGE_TEXT_PORTRAIT = 1.22
TEXT_LANDSCAPE = 0.86  # a wide window is short
LARGE_TEXT_LANDSCAPE = 0.97
TEXT_SMALLEST = 26


def rgba(code: str, alpha: float = 1.0) -> Rgba:
    """``#RRGGBB`` as the window wants it."""
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, alpha


@dataclass(frozen=True)
class Colors:
    ink: Rgba = rgba("#10283A")
    ink_secondary: Rgba = rgba("#385062")
    line: Rgba = rgba("#D3DDDD")
    ground: Rgba = rgba("#F3F6F4")
    surface: Rgba = rgba("#FFFFFF")
    pressed: Rgba = rgba("#E1F0EE")
    brand: Rgba = rgba("#075E59")
    brand_pressed: Rgba = rgba("#043F3C")
    brand_deep: Rgba = rgba("#063B3A")
    on_brand: Rgba = rgba("#FFFFFF")
    brand_tint: Rgba = rgba("#E1F0EE")
    on_brand_tint: Rgba = rgba("#065350")
    brand_pale: Rgba = rgba("#A9CFCA")
    attention: Rgba = rgba("#F4B400")
    attention_tint: Rgba = rgba("#FFF4D6")
    on_attention_tint: Rgba = rgba("#10283A")
    attention_deep: Rgba = rgba("#5E4300")
    good: Rgba = rgba("#11552A")
    good_tint: Rgba = rgba("#E2F3E7")
    bad: Rgba = rgba("#8C1B16")
    bad_tint: Rgba = rgba("#FBE6E4")
    off: Rgba = rgba("#E7EDEB")
    on_off: Rgba = rgba("#385062")
    device: Rgba = rgba("#10283A")
    device_key: Rgba = rgba("#415867")
    device_display: Rgba = rgba("#CFE7E3")
    veil: Rgba = rgba("#10283A", 0.97)  # hides what a household owes
    clear: Rgba = (0.0, 0.0, 0.0, 0.0)


# (text, ground) pairs that occur; a test holds each at a contrast of 7:1 or more
TEXT_PAIRS = (
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink", "brand_tint"),
    ("ink", "attention_tint"),
    ("ink", "attention"),
    ("ink", "device_display"),
    ("ink_secondary", "ground"),
    ("ink_secondary", "surface"),
    ("ink_secondary", "brand_tint"),
    ("ink_secondary", "pressed"),
    ("on_brand", "brand"),
    ("on_brand", "brand_pressed"),
    ("on_brand", "brand_deep"),
    ("on_brand_tint", "brand_tint"),
    ("on_brand_tint", "surface"),
    ("on_brand_tint", "ground"),
    ("brand", "surface"),
    ("on_attention_tint", "attention_tint"),
    ("attention_deep", "attention_tint"),
    ("good", "good_tint"),
    ("good", "ground"),
    ("bad", "bad_tint"),
    ("on_off", "off"),
)


@dataclass(frozen=True)
class TextSizes:
    """Letter heights in window pixels."""

    amount: float = 124
    total: float = 104
    entry: float = 104
    key: float = 78
    title: float = 68
    row_amount: float = 58
    main_action: float = 62
    heading: float = 46
    action: float = 46
    body: float = 38
    small: float = 34
    caption: float = 28


@dataclass(frozen=True)
class Sizes:
    """Heights, widths and gaps in window pixels."""

    gap_s: float = 12
    gap: float = 24
    gap_l: float = 36
    gap_xl: float = 48
    margin: float = 48
    radius: float = 28
    radius_s: float = 16
    border: float = 3
    hairline: float = 2
    top_bar: float = 132
    bottom_bar: float = 176
    banner: float = 56
    progress: float = 14
    badge: float = 76
    touch_min: float = 92
    action: float = 128
    main_action: float = 300
    second_action: float = 176
    method: float = 220
    key_max: float = 168
    check: float = 72
    icon: float = 64
    icon_l: float = 132
    seal: float = 220
    seal_s: float = 190
    chart: float = 330
    scroll_bar: float = 14


@dataclass(frozen=True)
class Theme:
    """What a window of this size and mode looks like. Made by ``theme_for``."""

    width: int
    height: int
    large: bool
    scale: float
    text: TextSizes
    size: Sizes
    color: Colors = Colors()

    @property
    def portrait(self) -> bool:
        return self.height >= self.width

    def px(self, design: float) -> float:
        """A length that belongs to one drawing only, e.g. the card reader's picture."""
        return design * self.scale


def theme_for(width: int, height: int, *, large: bool = False) -> Theme:
    """The theme for a window of ``width`` x ``height`` pixels."""
    portrait = height >= width
    design = DESIGN_PORTRAIT if portrait else DESIGN_LANDSCAPE
    scale = min(width / design[0], height / design[1])
    if portrait:
        letters = LARGE_TEXT_PORTRAIT if large else 1.0
    else:
        letters = LARGE_TEXT_LANDSCAPE if large else TEXT_LANDSCAPE
    smallest = TEXT_SMALLEST * scale
    text = {f.name: round(max(smallest, f.default * scale * letters)) for f in fields(TextSizes)}
    size = {f.name: round(f.default * scale) for f in fields(Sizes)}
    if not portrait:
        size |= _landscape_sizes(scale)
    return Theme(width, height, large, scale, TextSizes(**text), Sizes(**size))


def _landscape_sizes(scale: float) -> dict[str, int]:
    """A wide window is short: bars and big actions give up some height, never below a finger."""
    shorter = {
        "top_bar": 108,
        "bottom_bar": 144,
        "banner": 48,
        "action": 100,
        "main_action": 220,
        "second_action": 120,
        "method": 150,
        "icon_l": 104,
        "gap": 20,
        "gap_l": 28,
        "seal": 150,
        "seal_s": 110,
        "chart": 250,
    }
    return {name: round(value * scale) for name, value in shorter.items()}
