"""Colours that are worked out: a passage from one to another, and what a step's state looks like."""

from kivy.app import App
from kivy.graphics.texture import Texture

from kiosk.ui.palette import Rgba


def slope(low: Rgba, high: Rgba) -> Texture:
    """A texture that passes from one colour at the bottom to another at the top."""
    texture = Texture.create(size=(1, 2), colorfmt="rgba")
    pixels = bytes(round(255 * part) for color in (low, high) for part in color)
    texture.blit_buffer(pixels, colorfmt="rgba", bufferfmt="ubyte")
    texture.mag_filter = "linear"
    texture.wrap = "clamp_to_edge"
    return texture


def step_ink(state: str) -> Rgba:
    """The letters of a step that is done, now or later."""
    color = App.get_running_app().theme.color
    return {"done": color.ink, "now": color.brand, "later": color.ink_secondary}[state]


def tone_colors(tone: str) -> tuple[Rgba, Rgba]:
    """Ground and sign of a seal."""
    color = App.get_running_app().theme.color
    return {
        "good": (color.good_tint, color.good),
        "attention": (color.attention_tint, color.attention_deep),
        "plain": (color.brand_tint, color.brand),
    }[tone]
