"""Columns, rows, cards and the other surfaces that things stand on. They hold no words of their own."""

from functools import cache

from kivy.core.image import Image as CoreImage
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.asset_paths import ICONS
from kiosk.ui.kv_files import load_beside
from kiosk.ui.widgets.appearing import Appearing, Arranged


class Stack(Arranged):
    """As high as its content when ``size_hint_y`` is None; otherwise as high as it is told."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.fbind("minimum_height", self._grow)
        self.fbind("size_hint_y", self._grow)

    def _grow(self, *_):
        if self.size_hint_y is None:
            self.height = self.minimum_height


class Column(Stack):
    pass


class Row(Stack):
    pass


class Spring(Appearing, Widget):
    """Takes up the room that is left over."""


class Halves(Arranged):
    """Its two children one above the other, or side by side in a wide window."""


class Half(Column):
    """``flexible`` halves share the height of an upright window; others are as high as needed."""

    flexible = BooleanProperty(False)


class Panel(Stack):
    """A rounded surface with a thin edge."""

    fill = ColorProperty()
    edge = ColorProperty()


class Rule(Appearing, Widget):
    """A hair line between rows."""


class Heading(Column):
    """The question of the screen, and whose bills it is about."""

    title = StringProperty("")
    words = StringProperty("")


class Tag(Stack):
    """Short words on a tinted ground, e.g. that a bill is overdue."""

    words = StringProperty("")
    halign = StringProperty("left")
    fill = ColorProperty()
    color = ColorProperty()


class Note(Stack):
    """Something to know before going on: bold first words, then the rest."""

    head = StringProperty("")
    words = StringProperty("")


class Icon(Appearing, Widget):
    """A picture from assets/icons, drawn in one colour."""

    name = StringProperty("")
    color = ColorProperty()
    extent = NumericProperty(0)

    def picture(self, name: str) -> Texture | None:
        return icon(name)


class Badge(Appearing, Widget):
    """An icon in white on a coloured rounded square."""

    name = StringProperty("")
    fill = ColorProperty()

    def picture(self, name: str) -> Texture | None:
        return icon(name)


class Seal(Appearing, Widget):
    """The large round sign at the head of a result: done, waiting, stopped."""

    name = StringProperty("")
    fill = ColorProperty()
    color = ColorProperty()

    def picture(self, name: str) -> Texture | None:
        return icon(name)


@cache
def icon(name: str) -> Texture | None:
    """The icon's texture, with smaller copies so that it is smooth at every size."""
    return CoreImage(str(ICONS / f"{name}.png"), mipmap=True).texture if name else None


load_beside(__file__)
