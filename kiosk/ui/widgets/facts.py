"""A list of facts: what it is at the left, its value at the right. The last one may be set in bold."""

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty

from kiosk.ui.kv_files import load_beside
from kiosk.ui.widgets.shapes import Column, Row


class Fact(Row):
    name = StringProperty("")
    fact = StringProperty("")
    strong = BooleanProperty(False)
    large = BooleanProperty(False)
    share = NumericProperty(0.42)  # the width of the name, where the value's is 1


class Facts(Column):
    """``rows`` of (name, value)."""

    rows = ListProperty()
    strong_last = BooleanProperty(True)
    wide_name = BooleanProperty(False)
    large = BooleanProperty(False)

    def on_wide_name(self, *_):
        self.on_rows()

    def on_large(self, *_):
        self.on_rows()

    def on_strong_last(self, *_):
        self.on_rows()

    def on_rows(self, *_):
        self.clear_widgets()
        share = 1.6 if self.wide_name else 0.42
        last = len(self.rows) - 1
        for position, (name, fact) in enumerate(self.rows):
            strong = self.strong_last and position == last
            self.add_widget(
                Fact(name=name, fact=fact, strong=strong, large=self.large, share=share)
            )


load_beside(__file__)
