"""Every size and letter height of the interface, by role, and which palette is shown. Screens never hold
a number of these; colours are in kiosk.ui.palette.

Sizes are design pixels of a panel 1080 wide (21.5 inch upright: 4 px = 1 mm), scaled to the window.
"""

from dataclasses import dataclass, fields
from datetime import datetime, time

from kiosk.core.model import AS_USUAL, Access
from kiosk.ui.palette import PALETTES, Colors, Shade

DESIGN_PORTRAIT = (1080, 1920)
DESIGN_LANDSCAPE = (1920, 1080)
DESIGN_PX_PER_MM = 4.0
# Letters exist in these heights only: each further one costs memory for every typeface it is shown in.
RUNGS = (28, 34, 41, 46, 58, 68, 80, 104, 128, 160)
TEXT_SMALLEST = RUNGS[0]
CAPITAL_SHARE = 0.733  # height of a capital letter of the typeface, of its size
ELDER_CAPITAL_MM = 7.3  # EN 301 549 5.1.4: 0.7 degrees at 600 mm
ELDER_TARGET_MM = 25.0
TARGET_MM = 20.0
REACH_SHARE = 0.6  # with low reach nothing that can be touched is higher than this
MOVING_S = 0.25


@dataclass(frozen=True)
class TextSizes:
    """Letter heights in window pixels; upright, for everybody."""

    amount: float = 128
    total: float = 104
    entry: float = 104
    key: float = 80
    title: float = 68
    row_amount: float = 58
    main_action: float = 58
    heading: float = 46
    action: float = 46
    body: float = 41
    small: float = 34
    caption: float = 28


TEXT_LANDSCAPE = TextSizes(
    amount=104,
    total=80,
    entry=80,
    key=68,
    title=58,
    row_amount=46,
    main_action=46,
    heading=41,
    action=41,
    body=34,
    small=28,
    caption=28,
)
TEXT_ELDER = TextSizes(
    amount=160,
    total=128,
    entry=128,
    key=80,
    title=80,
    row_amount=68,
    main_action=80,
    heading=58,
    action=58,
    body=46,
    small=46,
    caption=41,
)
TEXT_ELDER_LANDSCAPE = TextSizes(
    amount=128,
    total=104,
    entry=80,
    key=80,
    title=68,
    row_amount=58,
    main_action=58,
    heading=46,
    action=46,
    body=41,
    small=41,
    caption=34,
)


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
    border_selected: float = 8
    hairline: float = 2
    top_bar: float = 132
    bottom_bar: float = 176
    banner: float = 56
    progress: float = 14
    badge: float = 76
    touch_min: float = 92
    action: float = 128
    main_action: float = 260
    second_action: float = 160
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
class Look:
    """What the site settled: see ``kiosk.settings.Look``. ``panel_width_mm`` 0: a panel of the design."""

    theme: Shade | None = None  # None: light by day, night at night
    night_from: time = time(21, 30)
    night_until: time = time(6, 0)
    moving: bool = True
    panel_width_mm: float = 0.0

    def shade(self, local: datetime | None, night: bool | None = None) -> Shade:
        """The palette of this hour; ``local`` is the community's time, None where it is not known.
        ``night``: whether it is, where the community says so."""
        if self.theme is not None:
            return self.theme
        if night is not None:
            return Shade.NIGHT if night else Shade.LIGHT
        if local is None:
            return Shade.LIGHT
        now, begins, ends = local.time(), self.night_from, self.night_until
        over_midnight = begins > ends
        night = now >= begins or now < ends if over_midnight else begins <= now < ends
        return Shade.NIGHT if night else Shade.LIGHT


LOOK = Look()


@dataclass(frozen=True)
class Theme:
    """What a window of this size and mode looks like. Made by ``theme_for``."""

    width: int
    height: int
    scale: float
    px_per_mm: float
    text: TextSizes
    size: Sizes
    color: Colors
    access: Access
    moving_s: float  # how long what moves may take; 0: nothing moves

    @property
    def portrait(self) -> bool:
        return self.height >= self.width

    @property
    def elder(self) -> bool:
        return self.access.elder

    @property
    def low(self) -> bool:
        """Whether all that can be touched is to be in the lower part."""
        return self.access.low_reach

    @property
    def reach(self) -> float:
        """The height in window pixels above which nothing can be touched."""
        return self.height * REACH_SHARE if self.low and self.portrait else self.height

    def px(self, design: float) -> float:
        """A length that belongs to one drawing only, e.g. the card reader's picture."""
        return design * self.scale

    def rungs(self, size: float) -> list[int]:
        """The heights of letters not above ``size``, the largest first; at least the smallest."""
        heights = [round(height * self.scale) for height in RUNGS]
        return [h for h in reversed(heights) if h <= round(size)] or heights[:1]


def theme_for(
    width: int,
    height: int,
    access: Access = AS_USUAL,
    *,
    shade: Shade = Shade.LIGHT,
    look: Look = LOOK,
) -> Theme:
    """The theme for a window of ``width`` x ``height`` pixels."""
    portrait = height >= width
    design = DESIGN_PORTRAIT if portrait else DESIGN_LANDSCAPE
    scale = min(width / design[0], height / design[1])
    px_per_mm = width / look.panel_width_mm if look.panel_width_mm else DESIGN_PX_PER_MM * scale
    size = {f.name: round(f.default * scale) for f in fields(Sizes)}
    if not portrait:
        size |= _scaled(LANDSCAPE_SIZES, scale)
    if access.low_reach and portrait:
        size |= _scaled(LOW_SIZES, scale)
    target = px_per_mm * (ELDER_TARGET_MM if access.elder else TARGET_MM)
    size["touch_min"] = max(size["touch_min"], round(target))
    shade = Shade.HIGH_CONTRAST if access.high_contrast else shade
    return Theme(
        width=width,
        height=height,
        scale=scale,
        px_per_mm=px_per_mm,
        text=_text_sizes(portrait, access, scale, px_per_mm),
        size=Sizes(**size),
        color=PALETTES[shade],
        access=access,
        moving_s=MOVING_S if look.moving else 0.0,
    )


def _text_sizes(portrait: bool, access: Access, scale: float, px_per_mm: float) -> TextSizes:
    elder = access.elder
    if elder:
        chosen = TEXT_ELDER if portrait else TEXT_ELDER_LANDSCAPE
    else:
        chosen = TextSizes() if portrait else TEXT_LANDSCAPE
    sizes = {f.name: round(getattr(chosen, f.name) * scale) for f in fields(TextSizes)}
    if access.low_reach and portrait:
        sizes["entry"] = min(sizes["entry"], sizes["title"])
    if elder:  # what is read must be so large on this very panel
        needed = ELDER_CAPITAL_MM * px_per_mm / CAPITAL_SHARE
        rungs = [round(height * scale) for height in RUNGS]
        least = next((height for height in rungs if height >= needed), rungs[-1])
        sizes = {
            name: height if name == "caption" else max(height, least)
            for name, height in sizes.items()
        }
    return TextSizes(**sizes)


def _scaled(sizes: dict[str, float], scale: float) -> dict[str, int]:
    return {name: round(value * scale) for name, value in sizes.items()}


# A wide window is short: bars and big actions give up some height, never below a finger.
LANDSCAPE_SIZES: dict[str, float] = {
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
# So does an upright one whose controls all stand in its lower part.
LOW_SIZES: dict[str, float] = {
    "top_bar": 116,
    "bottom_bar": 148,
    "action": 108,
    "main_action": 220,
    "second_action": 132,
    "method": 160,
    "gap": 12,
    "gap_l": 28,
}
