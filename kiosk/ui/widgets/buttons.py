"""Everything that can be touched. A button says which action it stands for; the app reports the touch."""

from kivy.app import App
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.behaviors import ButtonBehavior

from kiosk.ui.kv_files import load_beside
from kiosk.ui.palette import Rgba
from kiosk.ui.theme import Theme
from kiosk.ui.voice_port import Said
from kiosk.ui.widgets import shapes, text  # noqa: F401  (their rules are used in the .kv)
from kiosk.ui.widgets.appearing import Arranged

STYLES = ("primary", "secondary", "quiet", "plain")
SLIDE_MAX = 64  # design pixels, 16 mm: a trembling finger slides less, a swipe is longer


class Pressable(ButtonBehavior, Arranged):
    """``action`` and ``value`` as in kiosk.core.model.Action; ``words`` is what it is called.

    A touch counts only if it began after the screen had settled and ends on the same screen, so that
    a second tap never lands on what came up under the finger; and if the finger stayed where it was
    put down: a swipe, sideways or not, chooses nothing.
    """

    action = StringProperty("")
    value = StringProperty("")
    words = StringProperty("")
    enabled = BooleanProperty(True)
    style = OptionProperty("secondary", options=STYLES)
    selected = BooleanProperty(False)
    radius = NumericProperty(0)
    edge_width = NumericProperty(0)
    fill = ColorProperty()
    edge = ColorProperty()
    ink = ColorProperty()

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        for name in ("state", "enabled", "style", "selected"):
            self.fbind(name, self._paint)
        self._paint()

    def on_touch_down(self, touch):
        if not self.collide_point(*touch.pos):
            return False
        if not self.enabled or not App.get_running_app().settled or _slid(touch):
            return True
        return super().on_touch_down(touch)

    def on_touch_move(self, touch):
        if touch.grab_current is self and _slid(touch):
            self._let_go(touch)
            return True
        return super().on_touch_move(touch)

    def on_touch_up(self, touch):
        if touch.grab_current is self and _slid(touch):
            self._let_go(touch)
            return True
        return super().on_touch_up(touch)

    def _let_go(self, touch):
        """As if the finger had left the button; where it goes from here does not matter."""
        touch.ungrab(self)
        self.state = "normal"

    def on_press(self):
        App.get_running_app().play("tick")

    def on_release(self):
        if self.get_root_window() is not None and self.enabled:
            self.pressed()

    def pressed(self):
        """A whole touch happened here."""
        App.get_running_app().tap(self.action, self.value)

    def said(self) -> tuple[Said, ...]:
        """What the voice calls it: what stands on it, and a picture by its name."""
        return (Said(self.words),)

    def _paint(self, *_):
        theme = App.get_running_app().theme
        down = self.state == "down"
        self.fill, self.edge, self.ink = paint(theme, self.style, self.enabled, down, self.selected)
        # what is chosen is told by its thick edge too, never by colour alone
        self.edge_width = theme.size.border_selected if self.selected else theme.size.border


def _slid(touch) -> bool:
    """Whether the finger is farther from where it was put down than a tap goes. A list hands a touch on
    late, so that this counts at its beginning too."""
    far = App.get_running_app().theme.px(SLIDE_MAX)
    return max(abs(touch.x - touch.ox), abs(touch.y - touch.oy)) > far


def paint(
    theme: Theme, style: str, enabled: bool, down: bool, selected: bool
) -> tuple[Rgba, Rgba, Rgba]:
    """Ground, edge and letters of a button."""
    color = theme.color
    if not enabled:
        return color.off, color.off, color.on_off  # what cannot be touched has no edge
    if style == "primary":
        return (color.main_pressed if down else color.main), color.brand, color.on_main
    if style == "quiet":
        return (color.pressed if down else color.surface), color.edge, color.ink_secondary
    ground = color.pressed if down or selected else color.surface
    if style == "plain":
        return ground, (color.brand if selected else color.edge), color.ink
    return ground, color.brand, color.on_brand_tint


class PushButton(Pressable):
    """One line of words, perhaps with an icon before it and a smaller line below. ``sign``: the icon,
    where there is room for it beside letters of full size."""

    icon = StringProperty("")
    sign = StringProperty("")
    detail = StringProperty("")
    text_size_px = NumericProperty(0)

    def said(self) -> tuple[Said, ...]:
        return Said(self.words), Said(self.detail, personal=True)


class BigButton(Pressable):
    """The main action of a screen: an icon above large words and a smaller line."""

    icon = StringProperty("")
    detail = StringProperty("")

    def said(self) -> tuple[Said, ...]:
        return Said(self.words), Said(self.detail)


class PillButton(Pressable):
    """A small round-ended button of the top bar; with an icon that stands for its words."""

    icon = StringProperty("")


load_beside(__file__)
