"""Columns, rows, cards and the other surfaces that things stand on. They hold no words of their own."""

from functools import cache

from kivy.app import App
from kivy.clock import Clock
from kivy.core.image import Image as CoreImage
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.asset_paths import ICONS
from kiosk.ui.kv_files import load_beside
from kiosk.ui.widgets import surface  # noqa: F401  (used in the .kv)
from kiosk.ui.widgets.appearing import Appearing, Arranged, Tightening


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


class ReachSpace(Appearing, Widget):
    """Pushes what stands below it into the part of the screen that is within reach; else it is nothing.

    Something below it must be able to give the room. How high it is comes from what stands above it in
    the page, not from its own place, which its height moves.
    """

    def __init__(self, **kwargs):
        kwargs.setdefault("size_hint_y", None)
        kwargs.setdefault("height", 0)
        self._measure_soon = Clock.create_trigger(self._measure, -1)
        super().__init__(**kwargs)
        theme = App.get_running_app().theme
        self.when = theme.reach < theme.height
        self.fbind("top", self._measure_soon)

    def _measure(self, *_):
        top = page_top = 0.0
        widget = self
        while (box := widget.parent) is not None and box is not widget:
            if isinstance(box, BoxLayout) and box.orientation == "vertical":
                above = box.children[box.children.index(widget) + 1 :]
                top += box.padding[1] + sum(other.height + box.spacing for other in above)
                page_top = box.to_window(box.x, box.top)[1]
            if getattr(box, "is_page", False):
                break
            widget = box
        self.height = max(0, page_top - top - App.get_running_app().theme.reach)


class Halves(Arranged):
    """Its two children one above the other, or side by side in a wide window. ``title_second``: there the
    title is in the second half, and that one stands at the left, where reading begins."""

    title_second = BooleanProperty(False)

    def do_layout(self, *args):
        super().do_layout(*args)
        if self.title_second and self.orientation == "horizontal" and len(self.children) == 2:
            second, first = self.children
            second.x = self.x + self.padding[0]
            first.x = second.right + self.spacing


class Half(Tightening, Column):
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
    tight = BooleanProperty(False)  # with less air above and below


class Icon(Appearing, Widget):
    """A picture from assets/icons, drawn in one colour."""

    name = StringProperty("")
    color = ColorProperty()
    extent = NumericProperty(0)

    def picture(self, name: str) -> Texture | None:
        return icon(name)


class Badge(Appearing, Widget):
    """An icon on a coloured rounded square."""

    name = StringProperty("")
    fill = ColorProperty()
    color = ColorProperty()

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
