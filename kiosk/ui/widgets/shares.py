"""Amounts as bars beneath each other: a name, its figure as text, and how much of the largest it is."""

from dataclasses import dataclass

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty
from kivy.uix.widget import Widget

from kiosk.ui.kv_files import load_beside
from kiosk.ui.widgets import shapes, text  # noqa: F401
from kiosk.ui.widgets.appearing import Appearing


@dataclass(frozen=True)
class Share:
    """``share`` of the largest, 0 to 1; None: without a bar. ``second``: of the other kind of two."""

    name: str
    figure: str
    more: str = ""
    share: float | None = None
    second: bool = False
    strong: bool = False


class ShareBar(Appearing, Widget):
    share = NumericProperty(0.0)
    second = BooleanProperty(False)


class ShareLine(shapes.Column):
    row = ObjectProperty(rebind=True)


class Shares(shapes.Column):
    """``rows`` of Share."""

    rows = ListProperty()

    def on_rows(self, *_):
        self.clear_widgets()
        for row in self.rows:
            self.add_widget(ShareLine(row=row))


load_beside(__file__)
