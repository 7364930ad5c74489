"""The ring around what the voice speaks of: what is heard can be found with the eyes, and the other
way."""

from kivy.app import App
from kivy.graphics import Color, Line
from kivy.uix.widget import Widget

WIDTH_DP = 7  # design pixels of the outer line; the inner one, of the other colour, is half of it


class FocusRing(Widget):
    """Stands in front of everything and takes no touch. Two lines, dark and light: one of them can be
    seen on any ground."""

    def __init__(self, **kwargs):
        super().__init__(size_hint=(None, None), **kwargs)
        theme = App.get_running_app().theme
        wide = theme.px(WIDTH_DP)
        with self.canvas:
            Color(*theme.color.ground)
            self._outer = Line(width=wide)
            Color(*theme.color.brand)
            self._inner = Line(width=wide / 2)
        self._radius = theme.size.radius

    def put_around(self, x: float, y: float, width: float, height: float) -> None:
        """In pixels of the window, from its lower left corner."""
        self.pos, self.size = (x, y), (width, height)
        for line in (self._outer, self._inner):
            line.rounded_rectangle = (x, y, width, height, self._radius)
