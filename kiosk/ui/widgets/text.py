"""Three kinds of text: a paragraph that wraps, a line that shrinks to fit, and a line as wide as it is.

None of them may ever cut a letter off: what does not fit becomes smaller, and then wraps. Letters have
the heights of kiosk.ui.theme.RUNGS and no other.
"""

from kivy.app import App
from kivy.core.text.markup import MarkupLabel
from kivy.properties import NumericProperty, ObjectProperty, StringProperty
from kivy.uix.label import Label

from kiosk.texts.line_breaks import break_lines
from kiosk.ui.fonts import FAMILY, air, marked_up, plain, text_height, text_width
from kiosk.ui.kv_files import load_beside
from kiosk.ui.widgets.appearing import Appearing
from kiosk.ui.widgets.texels import one_to_one

UNPLACED = (1, 1)  # the size before a layout gave one: nothing is set in it
LINE_AIR = 0.3  # of the font size: empty above and below the letters of a line, most of it above

load_beside(__file__)


def two_lines_width(words: str) -> float:
    """How wide a place must be that holds the words in two bold lines of the smallest letters."""
    size = App.get_running_app().theme.rungs(0)[-1]

    def width(text: str) -> float:
        return text_width(text.strip(), size, bold=True)

    breaks = [place for place, letter in enumerate(words) if letter == " "] or [len(words) // 2]
    return min(max(width(words[:place]), width(words[place:])) for place in breaks)


def fits_one_line(words: str, width: float) -> bool:
    """Whether the bold words have room on one line, if only in the smallest letters."""
    smallest = App.get_running_app().theme.rungs(0)[-1]
    return text_width(words, smallest, bold=True) <= width


def one_line_size(words: str, size: float, width: float) -> float:
    """The largest letters, not above ``size``, of which the bold words fit on one line; else ``size``."""
    rungs = App.get_running_app().theme.rungs(size)
    fitting = (rung for rung in rungs if text_width(words, rung, bold=True) <= width)
    return next(fitting, rungs[0])


class Text(Appearing, Label):
    """``words`` is what is said; ``text`` is how it is set, with line breaks. Drawn is that part of the
    texture which has ``letters``, ``letters_x`` and ``letters_y`` dots from its lower left corner: a box
    around a digit is mostly empty, and each empty dot costs a machine without a graphics processor as
    much as one of a letter."""

    words = StringProperty("")
    letters = ObjectProperty(None, allownone=True)
    letters_x = NumericProperty(0)
    letters_y = NumericProperty(0)
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
        else:
            self._set_with_others()
        self._find_letters()

    def _set_with_others(self) -> None:
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

    def _find_letters(self) -> None:
        if self.texture is None:
            self.letters = None
            return
        one_to_one(self.texture)
        wide, high = self.texture_size
        empty, lines = air(self.text), self.text.split("\n")
        widest = max(text_width(line, self.font_size, bold=self.bold) for line in lines)
        width = min(wide, round(widest + 2 * empty.side * self.font_size))
        left = round({"left": 0.0, "center": 0.5, "right": 1.0}[self.halign] * (wide - width))
        tall = len(lines) * text_height(self.font_size, bold=self.bold)
        above = int({"top": 0.0, "middle": 0.5, "bottom": 1.0}[self.valign] * (high - tall))
        top = max(0, above + int(empty.top * self.font_size))
        bottom = min(high, above + tall + 1)
        self.letters_x, self.letters_y = left, high - bottom
        self.letters = self.texture.get_region(left, high - bottom, width, max(1, bottom - top))

    def _rungs(self) -> list[int]:
        """The heights that letters may have here, the largest first; never none."""
        return App.get_running_app().theme.rungs(self.base_size)

    def _shrunk_to(self, width: float) -> int:
        """The largest of them in which the words fit on one line; the smallest where none does."""
        rungs = self._rungs()
        fitting = (r for r in rungs if text_width(self.words, r, bold=self.bold) <= width)
        return next(fitting, rungs[-1])

    def _broken(self, width: float) -> str:
        def measure(piece: str) -> float:
            return text_width(piece, self.font_size, bold=self.bold)

        return "\n".join(break_lines(self.words, width, measure))

    def fits(self) -> bool:
        """Whether every letter is inside the widget."""
        lines = self.text.split("\n")
        widest = max(text_width(line, self.font_size, bold=self.bold) for line in lines)
        high = text_height(self.font_size, bold=self.bold) * len(lines)
        lowest = high if len(lines) > 1 else high - self._air(self.font_size)  # no room: no line
        return widest <= self.width and lowest <= self.height + 1

    def _air(self, size: float) -> float:
        """How much of a line's height may have no room. What hangs from the top is cut at its feet."""
        return 0.0 if self.valign == "top" else LINE_AIR * size


class Paragraph(Text):
    """Takes the width it is given and as much height as its lines need."""

    set_anew_by = (*Text.set_anew_by, "width")

    def _set(self, *_):
        width = self.width
        if width <= UNPLACED[0]:
            return
        self.text_size = (width, None)
        self.font_size = self._rungs()[0]
        self.text = self._broken(width) if self.words else ""
        self.texture_update()
        self.height = self.texture_size[1] if self.words else 0


class FittedLine(Text):
    """Stays inside the box it is given: one line, smaller if need be, then ``lines_max`` lines."""

    lines_max = NumericProperty(2)
    shorter = StringProperty("")  # said instead of words that have no room on one line
    set_anew_by = (*Text.set_anew_by, "size", "lines_max", "shorter")

    def _set(self, *_):
        self.text_size = self.size
        if self.width <= UNPLACED[0]:
            return
        rungs = self._rungs()
        if self.lines_max == 1:
            self.font_size = min(self._shrunk_to(self.width), self._as_high_as(self.height))
            has_room = text_width(self.words, self.font_size, bold=self.bold) <= self.width
            self.text = self.words if has_room or not self.shorter else self.shorter
            return
        wraps = self.height >= 2 * rungs[0] * 1.45 * 0.9
        on_one_line = self._shrunk_to(self.width)
        for size in rungs if wraps else [r for r in rungs if r <= on_one_line]:
            self.font_size = size
            self.text = self._broken(self.width)
            if self._holds():
                return

    def _as_high_as(self, height: float) -> int:
        """The largest height of letters whose one line has room."""
        rungs = self._rungs()
        fitting = (r for r in rungs if text_height(r, bold=self.bold) - self._air(r) <= height + 1)
        return next(fitting, rungs[-1])

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
        self.font_size = self._shrunk_to(self.width_max) if self.width_max else self._rungs()[0]
        self.text = self.words
        self.texture_update()
        self.size = self.texture_size if self.words else (0, 0)
