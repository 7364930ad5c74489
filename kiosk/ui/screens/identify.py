"""Where a resident says whose bills are meant: by typing the unit, or by showing a bill."""

from dataclasses import dataclass

from kivy.properties import StringProperty

from kiosk.core import unit_entry
from kiosk.core.asking import Purpose
from kiosk.core.capabilities import offers
from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import codes, keypad  # noqa: F401
from kiosk.ui.widgets.appearing import Arranged
from kiosk.ui.widgets.buttons import PushButton
from kiosk.ui.widgets.keypad import EntryField, Suggestion
from kiosk.ui.widgets.shapes import Panel
from kiosk.ui.widgets.text import Paragraph

SUGGESTED_MAX = 3  # beside each other


@dataclass(frozen=True)
class PartView:
    caption: str
    typed: str
    selected: bool


@dataclass(frozen=True)
class IdentifyView:
    parts: tuple[PartView, ...]
    kinds: tuple[tuple[str, bool], ...]  # name and whether it is the one; nothing to choose of one
    keys: str
    suggested: tuple[str, ...]
    suggests: bool
    lettered: bool  # there are letters to type
    crowded: bool  # letters to type, and kinds to choose or large letters, leave room for one line
    busy: bool
    next_words: str
    scan: bool
    title: str
    paying: bool = True  # it is a step on the way to paying


def present(session: Session) -> IdentifyView:
    visit, config = session.visit, session.lobby.config
    language, entry = visit.language, visit.entry
    kind, kinds = unit_entry.kind(session), unit_entry.numbering(session).kinds
    last = len(kind.parts) - 1
    active = entry.active if 0 <= entry.active <= last else last
    suggested = unit_entry.suggested(session)
    lettered = any(part.letters for part in kind.parts)
    return IdentifyView(
        parts=tuple(
            PartView(part.label.in_language(language), entry.of(place), place == active)
            for place, part in enumerate(kind.parts)
        ),
        kinds=tuple((k.name.in_language(language), k is kind) for k in kinds)
        if len(kinds) > 1
        else (),
        keys=kind.keys,
        suggested=tuple(c for c in suggested if c != entry.unit_code)[:SUGGESTED_MAX],
        suggests=bool(config and config.unit_codes),
        lettered=lettered,
        crowded=lettered and (len(kinds) > 1 or visit.access.elder),
        busy=visit.busy,
        next_words=say(language, "identify.busy" if visit.busy else "common.next"),
        scan=offers(session.lobby).scan,
        title=say(language, "identify.title"),
        paying=visit.asking.purpose is Purpose.SEND,
    )


class ScanHint(Panel):
    """The camera's picture, and that a bill can be shown instead of typing."""

    head = StringProperty("")
    words = StringProperty("")


class ScanLine(Paragraph):
    """The same in one line, where keys and kinds leave no room for more."""


class Suggestions(Arranged):
    """Units to choose from; as high without any, so that no key moves while somebody types."""


class KindButton(PushButton):
    """Homes, shops, parking spaces."""


class IdentifyScreen(KioskScreen):
    present = staticmethod(present)

    def draw(self):
        """What stays as it is is left alone: a finger may be on it."""
        view = self.view
        self._fields(view)
        self._kinds(view)
        row = self.ids.suggestions
        if [button.value for button in row.children[::-1]] != list(view.suggested):
            row.clear_widgets()
            for code in view.suggested:
                row.add_widget(Suggestion(value=code, words=code, size_hint_x=1 / SUGGESTED_MAX))

    def _fields(self, view: IdentifyView):
        panel = self.ids.fields
        if [field.caption for field in panel.children[::-1]] != [p.caption for p in view.parts]:
            panel.clear_widgets()
            for place, part in enumerate(view.parts):
                wide = 1.3 if place and place == len(view.parts) - 1 else 1
                field = EntryField(
                    action="field", value=str(place), caption=part.caption, size_hint_x=wide
                )
                panel.add_widget(field)
        for field, part in zip(panel.children[::-1], view.parts, strict=True):
            field.digits, field.selected = part.typed, part.selected
            field.enabled = not view.busy

    def _kinds(self, view: IdentifyView):
        row = self.ids.kinds
        if [button.words for button in row.children[::-1]] != [name for name, _ in view.kinds]:
            row.clear_widgets()
            for place, (name, _) in enumerate(view.kinds):
                row.add_widget(KindButton(action="kind", value=str(place), words=name))
        for button, (_, chosen) in zip(row.children[::-1], view.kinds, strict=True):
            button.selected, button.enabled = chosen, not view.busy


load_beside(__file__)
