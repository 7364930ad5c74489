"""One thing said large in the middle of a screen: a sign, a sentence, what it means, and the amount."""

from kivy.properties import BooleanProperty, OptionProperty, StringProperty

from kiosk.ui.kv_files import load_beside
from kiosk.ui.widgets.shapes import Column


class Statement(Column):
    """``tone`` colours the sign: good, attention or plain."""

    icon = StringProperty("")
    tone = OptionProperty("plain", options=("good", "attention", "plain"))
    title = StringProperty("")
    amount = StringProperty("")
    words = StringProperty("")
    align = StringProperty("center")
    small = BooleanProperty(False)


load_beside(__file__)
