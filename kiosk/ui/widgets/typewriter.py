"""The keyboard on the screen: pinyin with its candidates, Latin letters, figures and marks. It reports
keys and shows what the session says; nothing that is typed is in it."""

from collections.abc import Sequence

from kivy.app import App
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.ui.kv_files import load_beside
from kiosk.ui.voice_port import Said
from kiosk.ui.widgets.appearing import Arranged
from kiosk.ui.widgets.buttons import Pressable
from kiosk.ui.widgets.keypad import Key, SignKey

KNOWN_ORDER = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
IN_ORDER = ("abcdefg", "hijklmn", "opqrstu", "vwxyz")  # for whoever does not know the other one
MARKS = {
    "zh_CN": ("1234567890", "\uff0c\u3002\uff1f\uff01\u3001\uff1a\uff08\uff09", "-/.@#+"),
    "en": ("1234567890", ",.?!:'()", '-/@#+"'),
}


class CharacterKey(Key):
    """A letter is said as it is called, however it is written."""

    def said(self) -> tuple[Said, ...]:
        return (Said(self.words.upper()),)


class Candidate(Pressable):
    """What the letters may mean; nobody else hears it."""

    def said(self) -> tuple[Said, ...]:
        return (Said(self.words, personal=True),)


class TurnKey(SignKey):
    """To other candidates."""


class CandidateBar(Arranged):
    """``shown``: place and text of each candidate of the page."""

    shown = ObjectProperty(())
    letters = StringProperty("")  # in a wide window beside them
    first = BooleanProperty(True)
    more = BooleanProperty(False)
    before_words = StringProperty("")
    more_words = StringProperty("")

    def on_shown(self, *_):
        row = self.ids.row
        if [(button.value, button.words) for button in row.children[::-1]] == [
            (str(place), text) for place, text in self.shown
        ]:
            return
        row.clear_widgets()
        for place, text in self.shown:
            share = len(text) + 1
            row.add_widget(
                Candidate(action="candidate", value=str(place), words=text, size_hint_x=share)
            )


class KeyLine(BoxLayout):
    """Keys side by side."""


class Typewriter(Arranged):
    """``keys``: pinyin, latin or marks; ``back_keys``: which letters come back after marks. Its keys are
    made anew only when others are wanted: a finger may be on one."""

    keys = StringProperty("pinyin")
    back_keys = StringProperty("pinyin")
    capital = BooleanProperty(False)
    language = StringProperty("zh_CN")
    say = ObjectProperty(None, allownone=True)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        for name in ("keys", "back_keys", "capital", "language", "say"):
            self.fbind(name, lambda *_: self.make())
        self.make()

    def make(self):
        if self.say is None:
            return
        self.clear_widgets()
        for row in (*self._characters(), self._last()):
            line = KeyLine()
            for key in row:
                line.add_widget(key)
            self.add_widget(line)

    def _characters(self) -> Sequence[Sequence[Pressable]]:
        if self.keys == "marks":
            rows = [[self._key("mark", c, c) for c in row] for row in MARKS[self.language]]
        else:
            theme = App.get_running_app().theme
            order = IN_ORDER if theme.elder and theme.portrait else KNOWN_ORDER
            rows = [[self._key("letter", c, self._written(c)) for c in row] for row in order]
        if self.keys == "latin":
            shift = SignKey(
                action="shift",
                icon="up",
                named=self.say("keyboard.shift"),
                selected=self.capital,
                size_hint_x=1.4,
            )
            rows[-1].insert(0, shift)
        rows[-1].append(
            SignKey(
                action="backspace",
                icon="backspace",
                named=self.say("common.backspace"),
                size_hint_x=1.4,
            )
        )
        return rows

    def _written(self, letter: str) -> str:
        return letter.upper() if self.capital else letter

    def _key(self, action: str, value: str, words: str) -> Key:
        return CharacterKey(action=action, value=value, words=words, close=True)

    def _last(self) -> Sequence[Pressable]:
        """Other keys, and the space between words."""
        other = "latin" if self.back_keys == "pinyin" else "pinyin"
        letters = self._switch(self.back_keys) if self.keys == "marks" else self._switch("marks")
        space = Key(action="mark", value=" ", words=self.say("keyboard.space"), size_hint_x=3)
        return [letters, self._switch(other), space]

    def _switch(self, keys: str) -> Key:
        return Key(
            action="keys", value=keys, words=self.say(f"keyboard.to_{keys}"), size_hint_x=1.6
        )


load_beside(__file__)
