"""A list that may be longer than the screen, and says so: a thick bar and a button for the next part."""

from kivy.animation import Animation
from kivy.app import App
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.scrollview import ScrollView

from kiosk.ui.kv_files import load_beside
from kiosk.ui.widgets.appearing import Arranged
from kiosk.ui.widgets.buttons import PushButton

PAGE_SHARE = 0.8


class ScrollButton(PushButton):
    """Moves the list; nothing outside the screen needs to know, so no action is reported."""

    target = ObjectProperty(None, allownone=True)

    def pressed(self):
        self.target.move(up=self.value == "up")


class ListView(ScrollView):
    """Moves its content by whole dots, which the content is drawn for."""

    def update_from_scroll(self, *args):
        super().update_from_scroll(*args)
        self.g_translate.xy = [round(way) for way in self.g_translate.xy]


class LongList(Arranged):
    """Put the content into ``content``; it scrolls when it is higher than the room there is."""

    content = ObjectProperty(None, allownone=True)
    more_words = StringProperty("")
    back_words = StringProperty("")
    overflowing = BooleanProperty(False)
    at_end = BooleanProperty(False)

    def move(self, *, up: bool):
        view = self.ids.view
        hidden = self.content.height - view.height
        if hidden <= 0:
            return
        step = view.height * PAGE_SHARE / hidden
        goal = min(1.0, max(0.0, view.scroll_y + (step if up else -step)))
        app = App.get_running_app()
        Animation.cancel_all(view)
        if app.theme.moving_s:
            Animation(scroll_y=goal, d=app.theme.moving_s, t="out_quad").start(view)
        else:
            view.scroll_y = goal
        app.touched()

    def measure(self, *_):
        """Whether there is more than can be seen, and whether its end is in sight."""
        view = self.ids.view
        self.overflowing = self.content.height > self.height + 1
        self.at_end = view.scroll_y <= 0.02


load_beside(__file__)
