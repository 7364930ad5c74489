"""What is said above a keypad: a hint, or what was wrong. It has room for two lines of either, so that
the keys stay where they are when the one takes the other's place."""

from kivy.properties import StringProperty

from kiosk.ui.kv_files import load_beside
from kiosk.ui.widgets.appearing import Arranged


class KeyNote(Arranged):
    told = StringProperty("")
    hint = StringProperty("")


load_beside(__file__)
