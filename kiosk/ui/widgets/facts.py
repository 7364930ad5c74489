"""A list of facts: what it is at the left, its value at the right. The last one may be set in bold."""

from kivy.properties import BooleanProperty, ListProperty, StringProperty

from kiosk.ui.layout_files import load_beside
from kiosk.ui.widgets.shapes import Column, Row


class Fact(Row):
    name = StringProperty("")
    fact = StringProperty("")
    strong = BooleanProperty(False)


class Facts(Column):
    """``rows`` of (name, value)."""

    rows = ListProperty()
    strong_last = BooleanProperty(True)

    def on_rows(self, *_):
        self.clear_widgets()
        last = len(self.rows) - 1
        for position, (name, fact) in enumerate(self.rows):
            strong = self.strong_last and position == last
            self.add_widget(Fact(name=name, fact=fact, strong=strong))


load_beside(__file__)
