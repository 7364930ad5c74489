"""The bars that frame a screen: whose kiosk this is, how far one has come, and the way on or back."""

from kivy.app import App
from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.ui.kv_files import load_beside
from kiosk.ui.widgets import buttons  # noqa: F401
from kiosk.ui.widgets.appearing import Arranged

HELD_S = 5.0


class SimulatedBanner(BoxLayout):
    """Says in both languages that no real money moves here."""

    words = StringProperty("")


class HeldPlace(BoxLayout):
    """A finger that rests here for HELD_S asks for ``action``. Nothing shows that it may: it is meant
    for staff, and the action does nothing while somebody is served."""

    action = StringProperty("")

    def __init__(self, **kwargs):
        self._held = Clock.create_trigger(lambda _: self._asked(), HELD_S)
        super().__init__(**kwargs)

    def on_touch_down(self, touch):
        if self.collide_point(*touch.pos):
            self._held()
        return super().on_touch_down(touch)

    def on_touch_move(self, touch):
        if not self.collide_point(*touch.pos):
            self._held.cancel()
        return super().on_touch_move(touch)

    def on_touch_up(self, touch):
        self._held.cancel()
        return super().on_touch_up(touch)

    def _asked(self):
        if self.get_root_window() is not None:
            App.get_running_app().tap(self.action)


class TopBar(BoxLayout):
    initial = StringProperty("")
    community = StringProperty("")
    when_and_where = StringProperty("")
    large_words = StringProperty("")
    language_words = StringProperty("")


class Progress(Widget):
    """Five steps, ``step`` of them reached."""

    step = NumericProperty(0)
    one = NumericProperty(0)  # the length of one step


class Page(Arranged):
    """The part of a screen between the bars."""


class BottomBar(Arranged):
    """The way back at the left, the way on at the right; help in the same corner of every screen, and
    the end of the visit at the other side of it. What a screen puts in stands between them."""

    ends = BooleanProperty(False)
    helps = BooleanProperty(False)
    end_words = StringProperty("")
    help_words = StringProperty("")

    def __init__(self, **kwargs):
        self._own_built = False
        super().__init__(**kwargs)

    def apply_class_lang_rules(self, *args, **kwargs):
        super().apply_class_lang_rules(*args, **kwargs)
        self._own_built = True

    def add_widget(self, widget, *args, **kwargs):
        if not self._own_built or self._arranging:
            return super().add_widget(widget, *args, **kwargs)
        return self.ids.middle.add_widget(widget)


load_beside(__file__)
