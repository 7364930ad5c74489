"""The bars that frame a screen: whose kiosk this is, how far one has come, and the way on or back."""

from kivy.properties import NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.ui.layout_files import load_beside
from kiosk.ui.widgets import buttons  # noqa: F401
from kiosk.ui.widgets.appearing import Arranged


class SimulatedBanner(BoxLayout):
    """Says in both languages that no real money moves here."""

    words = StringProperty("")


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
    """The way back at the left, the way on at the right."""


load_beside(__file__)
