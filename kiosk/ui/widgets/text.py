"""Three kinds of text: a paragraph that wraps, a line that shrinks to fit, and a line as wide as it is.

None of them may ever cut a letter off: what does not fit becomes smaller, and then wraps.
"""

from kivy.app import App
from kivy.core.text.markup import MarkupLabel
from kivy.properties import NumericProperty, StringProperty
from kivy.uix.label import Label

from kiosk.ui.fonts import FAMILY, marked_up, plain, text_height, text_width
from kiosk.ui.kv_files import load_beside
from kiosk.ui.line_breaks import break_lines
from kiosk.ui.theme import TEXT_SMALLEST
from kiosk.ui.widgets.appearing import Appearing

UNPLACED = (1, 1)  # the size before a layout gave one: nothing is set in it
LINE_AIR = 0.3  # of the font size: empty above and below the letters of a line

load_beside(__file__)


class Text(Appearing, Label):
    """``words`` is what is said; ``text`` is how it is set, with line breaks."""

    words = StringProperty("")
    base_size = NumericProperty(30)
    set_anew_by = ("words", "base_size", "bold")

    def __init__(self, **kwargs):
        kwargs.setdefault("font_name", FAMILY)
        kwargs.setdefault("size", UNPLACED)
        super().__init__(**kwargs)
        for name in self.set_anew_by:
            self.fbind(name, self._set)
        self._set()

    def _set(self, *_):
        """Each kind of text fits itself into its place in its own way."""

    def texture_update(self, *_):
        """Sets what the typeface lacks from the other one; ``text`` stays as it is said."""
        if plain(self.text, bold=self.bold):
            super().texture_update()
            return
        usual = self._label
        self._label = MarkupLabel(
            **{
                **usual.options,
                "text_size": usual.usersize,
                "text": marked_up(self.text, bold=self.bold),
            }
        )
        try:
            self._label.refresh()
            self.texture = self._label.texture
            self.texture_size = list(self._label.texture.size)
        finally:
            self._label = usual

    def _smallest(self) -> float:
        theme = App.get_running_app().theme
        return min(self.base_size, theme.px(TEXT_SMALLEST))

    def _shrunk_to(self, width: float, floor: float = 0) -> float:
        natural = text_width(self.words, self.base_size, bold=self.bold)
        if natural <= width or natural == 0:
            return self.base_size
        size = int(self.base_size * width / natural)
        while size > 1 and text_width(self.words, size, bold=self.bold) > width:
            size -= 1  # letters do not grow evenly with their size
        return max(floor or self._smallest(), size)

    def _broken(self, width: float) -> str:
        def measure(piece: str) -> float:
            return text_width(piece, self.font_size, bold=self.bold)

        return "\n".join(break_lines(self.words, width, measure))

    def fits(self) -> bool:
        """Whether every letter is inside the widget."""
        lines = self.text.split("\n")
        widest = max(text_width(line, self.font_size, bold=self.bold) for line in lines)
        high = text_height(self.font_size, bold=self.bold) * len(lines)
        lowest = high - LINE_AIR * self.font_size
        return widest <= self.width and lowest <= self.height + 1


class Paragraph(Text):
    """Takes the width it is given and as much height as its lines need."""

    set_anew_by = (*Text.set_anew_by, "width")

    def _set(self, *_):
        width = self.width
        if width <= UNPLACED[0]:
            return
        self.text_size = (width, None)
        self.font_size = self.base_size
        self.text = self._broken(width) if self.words else ""
        self.texture_update()
        self.height = self.texture_size[1] if self.words else 0


class FittedLine(Text):
    """Stays inside the box it is given: one line, smaller if need be, then ``lines_max`` lines."""

    lines_max = NumericProperty(2)
    set_anew_by = (*Text.set_anew_by, "size", "lines_max")

    def _set(self, *_):
        self.text_size = self.size
        if self.width <= UNPLACED[0]:
            return
        line_height = self.base_size * 1.45
        if self.lines_max == 1:
            self.font_size = self._shrunk_to(self.width, floor=1)
            self.text = self.words
            return
        wraps = self.height >= 2 * line_height * 0.9
        self.font_size = self.base_size if wraps else self._shrunk_to(self.width)
        self.text = self._broken(self.width)
        while self.font_size > self._smallest() and not self._holds():
            self.font_size = max(self._smallest(), self.font_size - 2)
            self.text = self._broken(self.width)

    def _holds(self) -> bool:
        lines = self.text.split("\n")
        widest = max(text_width(line, self.font_size, bold=self.bold) for line in lines)
        tall = len(lines) * self.font_size * 1.45
        return widest <= self.width and (tall <= self.height or len(lines) == 1)


class TightLine(Text):
    """As wide and high as its one line; ``width_max`` above 0 makes it smaller to fit into that."""

    width_max = NumericProperty(0)
    set_anew_by = (*Text.set_anew_by, "width_max")

    def _set(self, *_):
        self.font_size = self._shrunk_to(self.width_max) if self.width_max else self.base_size
        self.text = self.words
        self.texture_update()
        self.size = self.texture_size if self.words else (0, 0)
