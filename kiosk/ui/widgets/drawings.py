"""Small drawings that explain: countdown ring, tick box, card reader, phone, months as bars."""

from kivy.properties import (
    BooleanProperty,
    ListProperty,
    NumericProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.relativelayout import RelativeLayout
from kivy.uix.widget import Widget

from kiosk.ui.kv_files import load_beside
from kiosk.ui.widgets import shapes, text  # noqa: F401
from kiosk.ui.widgets.appearing import Appearing
from kiosk.ui.widgets.texels import OnWholeDots


class CountdownRing(Appearing, Widget):
    """The time left in words, in a ring that grows shorter; ``share`` of the whole time, 0 to 1."""

    words = StringProperty("")
    share = NumericProperty(1.0)
    thick = NumericProperty(1)


class TickBox(Appearing, Widget):
    ticked = BooleanProperty(False)
    faint = BooleanProperty(False)


class CardReader(OnWholeDots, Appearing, RelativeLayout):
    """A terminal with its display and a card on its way in, in use, or out."""

    amount = StringProperty("")
    unit = NumericProperty(1)  # pixels for one unit of the drawing, which is 700 x 560
    left = NumericProperty(0)
    card = OptionProperty("outside", options=("outside", "inside"))


class PhoneInHand(OnWholeDots, Appearing, RelativeLayout):
    """A phone that shows the amount and asks for a password."""

    amount = StringProperty("")
    unit = NumericProperty(1)  # pixels for one unit of the drawing, which is 320 x 560
    left = NumericProperty(0)


class KeyRow(Appearing, Widget):
    unit = NumericProperty(1)


class Steps(shapes.Row):
    """Numbered steps side by side: ``items`` is a list of short texts."""

    items = ListProperty()

    def on_items(self, *_):
        self.clear_widgets()
        for number, words in enumerate(self.items, start=1):
            self.add_widget(NumberedStep(number=str(number), words=words))


class NumberedStep(shapes.Column):
    number = StringProperty("")
    words = StringProperty("")


class StepLine(shapes.Row):
    """One line of a list of steps: ``state`` is done, now or later."""

    state = OptionProperty("later", options=("done", "now", "later"))
    words = StringProperty("")


class MonthBar(Appearing, BoxLayout):
    amount = StringProperty("")
    month = StringProperty("")
    share = NumericProperty(0.0)
    strong = BooleanProperty(False)
    thick = NumericProperty(1)


class MonthBars(Appearing, BoxLayout):
    """``months``: (name, amount in words, share of the highest 0 to 1), the last one emphasised."""

    months = ListProperty()

    def on_months(self, *_):
        self.clear_widgets()
        last = len(self.months) - 1
        for position, (name, amount, share) in enumerate(self.months):
            self.add_widget(
                MonthBar(month=name, amount=amount, share=share, strong=position == last)
            )


load_beside(__file__)
