"""Ten digits, clear and backspace, as large as the room allows, in the order of a telephone."""

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.gridlayout import GridLayout

from kiosk.ui.layout_files import load_beside
from kiosk.ui.widgets.buttons import Pressable


class Key(Pressable):
    """A digit, words, or an icon."""

    icon = StringProperty("")


class Keypad(GridLayout):
    clear_words = StringProperty("")
    enabled = BooleanProperty(True)


class EntryField(Pressable):
    """What was typed so far, above the name of the field; ``selected`` while it takes the next digit."""

    digits = StringProperty("")
    caption = StringProperty("")


load_beside(__file__)
