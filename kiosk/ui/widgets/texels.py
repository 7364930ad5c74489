"""How the dots of a texture come onto the window.

A machine without a graphics processor takes the mean of four dots for each one that it draws, unless it
is told that the nearest will do: two thirds as much work, and the same picture wherever a texture is
drawn as large as it is, or has one colour.
"""

from kivy.graphics import BindTexture
from kivy.graphics.texture import Texture


def one_to_one(texture: Texture) -> Texture:
    """For a texture whose dots are the window's, or are stretched where they are all alike."""
    texture.mag_filter = texture.min_filter = "nearest"
    return texture


class OnWholeDots:
    """A box with a place of its own to draw in, which does not lie between the window's dots."""

    def on_pos(self, *_):
        self.pos = [round(place) for place in self.pos]


def plain_shapes() -> None:
    """For all that is drawn in one colour: Kivy paints it with one white dot."""
    one_to_one(BindTexture(texture=None).texture)
