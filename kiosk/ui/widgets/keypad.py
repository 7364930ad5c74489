"""The keys that a code needs, as large as the room allows: figures in the order of a telephone, letters
above them, clear and backspace."""

from collections.abc import Sequence

from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from kiosk.ui.kv_files import load_beside
from kiosk.ui.voice_port import Said
from kiosk.ui.widgets.appearing import Appearing
from kiosk.ui.widgets.buttons import Pressable

FIGURES = "0123456789"
LETTERS_A_ROW = 7


class Key(Pressable):
    """A character, words, or an icon. ``close``: among many, so that its character is smaller."""

    icon = StringProperty("")
    close = BooleanProperty(False)


class SignKey(Key):
    """A key that shows a picture; ``named`` is what the voice calls it."""

    named = StringProperty("")

    def said(self) -> tuple[Said, ...]:
        return (Said(self.named),)


class _Keys(Appearing, GridLayout):
    """Its keys are made anew only when others are wanted: a finger may be on one."""

    keys = StringProperty("")
    enabled = BooleanProperty(True)
    rows_shown = NumericProperty(0)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.bind(keys=lambda *_: self.make(), enabled=lambda *_: self._enable())
        self.make()

    def make(self):
        self.clear_widgets()
        made = self.made()
        self.rows_shown = -(-len(made) // self.cols)
        for key in made:
            self.add_widget(key)

    def made(self) -> Sequence[Widget]:
        raise TypeError("keys of no kind")

    def _enable(self):
        for key in self.children:
            if isinstance(key, Key):
                key.enabled = self.enabled

    def key(self, character: str) -> Key:
        return Key(action="digit", value=character, words=character, enabled=self.enabled)


class Keypad(_Keys):
    """The ten figures, unless ``keys`` has none, with clear and backspace."""

    clear_words = StringProperty("")
    backspace_words = StringProperty("")  # said where the key shows a picture

    def __init__(self, **kwargs):
        kwargs.setdefault("keys", FIGURES)
        super().__init__(cols=3, **kwargs)
        self.bind(clear_words=lambda *_: self.make(), backspace_words=lambda *_: self.make())

    def made(self) -> Sequence[Widget]:
        clear = Key(action="clear", words=self.clear_words, enabled=self.enabled)
        back = SignKey(
            action="backspace",
            icon="backspace",
            named=self.backspace_words,
            enabled=self.enabled,
        )
        if not any(figure in self.keys for figure in FIGURES):
            return [clear, Widget(), back]
        return [*(self.key(figure) for figure in FIGURES[1:]), clear, self.key("0"), back]


class LetterKeys(_Keys):
    """The letters among ``keys``; nothing where there are none."""

    def __init__(self, **kwargs):
        super().__init__(cols=LETTERS_A_ROW, **kwargs)

    def made(self) -> Sequence[Widget]:
        letters = [character for character in self.keys if character not in FIGURES]
        rows = -(-len(letters) // LETTERS_A_ROW)
        self.cols = -(-len(letters) // rows) if rows else 1
        self.when = bool(letters)
        return [self.key(letter) for letter in letters]


class CodeKeys(_Keys):
    """All of ``keys``, figures and letters, with clear and backspace."""

    clear_words = StringProperty("")
    backspace_words = StringProperty("")

    def __init__(self, **kwargs):
        super().__init__(cols=LETTERS_A_ROW, **kwargs)
        self.bind(clear_words=lambda *_: self.make(), backspace_words=lambda *_: self.make())

    def made(self) -> Sequence[Widget]:
        clear = Key(action="clear", words=self.clear_words, enabled=self.enabled)
        back = SignKey(action="backspace", icon="backspace", named=self.backspace_words)
        return [*(self.key(character) for character in self.keys), clear, back]


class EntryField(Pressable):
    """What was typed so far, above the name of the field; ``selected`` while it takes the next key."""

    digits = StringProperty("")
    caption = StringProperty("")

    def said(self) -> tuple[Said, ...]:
        return Said(self.caption), Said(self.digits, personal=True)


class Suggestion(Pressable):
    """A unit that there is: what was typed goes on to it, so it is nobody's to overhear."""

    def said(self) -> tuple[Said, ...]:
        return (Said(self.words, personal=True),)

    def __init__(self, **kwargs):
        super().__init__(action="suggestion", style="plain", **kwargs)


load_beside(__file__)
