"""A rounded surface with its edge, drawn as one picture that is stretched over nine parts.

A machine without a graphics processor blends every dot itself. Filling a shape twice, once for the edge
and once for what is inside, and smoothing both outlines took most of a frame there.
"""

from functools import lru_cache

from kivy.factory import Factory
from kivy.graphics import BorderImage
from kivy.graphics.texture import Texture
from PIL import Image, ImageChops, ImageDraw

from kiosk.ui.palette import Rgba
from kiosk.ui.widgets.texels import one_to_one

FINER = 4  # a dot of the outline is reckoned from this many squared
PICTURES_MAX = 256  # kinds of surfaces that are kept, of a few kB each

Kind = tuple[Rgba, Rgba, float, float]  # ground, edge, radius and width of the edge in dots


class Surface(BorderImage):
    """In a rule of Kivy's language after ``Color: rgba: 1, 1, 1, 1``: ``box`` is left, bottom, width and
    height, ``kind`` how it looks. It lies on whole dots, so that its edge is sharp."""

    def __init__(self) -> None:
        super().__init__()
        self._box, self._kind = (0.0, 0.0, 1.0, 1.0), None

    @property
    def box(self) -> tuple[float, float, float, float]:
        return self._box

    @box.setter
    def box(self, box: tuple[float, float, float, float]) -> None:
        self._box = box
        self._lay()

    @property
    def kind(self) -> Kind | None:
        return self._kind

    @kind.setter
    def kind(self, kind: Kind) -> None:
        fill, edge, radius, edge_width = kind
        self._kind = (tuple(fill), tuple(edge), radius, edge_width)
        self._lay()

    def _lay(self) -> None:
        if self._kind is None:
            return
        x, y, width, height = self._box
        left, bottom = round(x), round(y)
        wide, high = max(1, round(x + width) - left), max(1, round(y + height) - bottom)
        fill, edge, radius, edge_width = self._kind
        round_by = max(0, min(round(radius), wide // 2 - 1, high // 2 - 1))
        corner = min(max(round_by, round(edge_width)) + 1, wide // 2, high // 2)
        self.texture = picture(fill, edge, round_by, round(edge_width), corner)
        self.border = (corner,) * 4
        self.pos, self.size = (left, bottom), (wide, high)


@lru_cache(PICTURES_MAX)
def picture(fill: Rgba, edge: Rgba, radius: int, edge_width: int, corner: int) -> Texture:
    """The smallest such surface: four corners with one dot between them each way."""
    extent = 2 * corner + 1
    outer = _shape(extent, 0, radius)
    inner = _shape(extent, edge_width, max(0, radius - edge_width))
    ground, line = _bytes(fill), _bytes(edge)
    # what cannot be seen lends no colour to its neighbour
    ground, line = (
        (ground if ground[3] else (*line[:3], 0)),
        (line if line[3] else (*ground[:3], 0)),
    )
    image = Image.composite(
        Image.new("RGBA", (extent, extent), ground),
        Image.new("RGBA", (extent, extent), line),
        inner,
    )
    image.putalpha(ImageChops.multiply(image.getchannel("A"), outer))
    texture = Texture.create(size=(extent, extent), colorfmt="rgba")
    texture.blit_buffer(image.tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    return one_to_one(texture)


def _shape(extent: int, inset: int, radius: int) -> Image.Image:
    fine = Image.new("L", (extent * FINER, extent * FINER), 0)
    low, high = inset * FINER, (extent - inset) * FINER - 1
    if high > low:
        ImageDraw.Draw(fine).rounded_rectangle((low, low, high, high), radius * FINER, fill=255)
    return fine.resize((extent, extent), Image.Resampling.BOX)


def _bytes(color: Rgba) -> tuple[int, int, int, int]:
    red, green, blue, alpha = (round(255 * part) for part in color)
    return red, green, blue, alpha


Factory.register("Surface", cls=Surface)
