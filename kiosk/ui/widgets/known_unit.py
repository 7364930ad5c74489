"""The unit that what comes is for, known from its bills, and the way to say that it is another."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.ui.kv_files import load_beside
from kiosk.ui.widgets import buttons, text  # noqa: F401
from kiosk.ui.widgets.shapes import Row


class KnownUnit(Row):
    words = StringProperty("")
    other_words = StringProperty("")
    enabled = BooleanProperty(True)


load_beside(__file__)
