"""What is usually said of a topic, so that nobody must type."""

from dataclasses import dataclass

from kiosk.core.model import Session
from kiosk.core.service_desk import topic_of
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import scrolling  # noqa: F401
from kiosk.ui.widgets.buttons import PushButton


@dataclass(frozen=True)
class PhrasesView:
    title: str
    phrases: tuple[str, ...]


def present(session: Session) -> PhrasesView:
    language, topic = session.visit.language, topic_of(session)
    return PhrasesView(
        title=topic.name.in_language(language) if topic else "",
        phrases=tuple(one.in_language(language) for one in topic.phrases) if topic else (),
    )


class PhraseButton(PushButton):
    """One of them."""


class PhrasesScreen(KioskScreen):
    present = staticmethod(present)

    def draw(self):
        rows = self.ids.rows.content
        rows.clear_widgets()
        for place, phrase in enumerate(self.view.phrases):
            rows.add_widget(PhraseButton(action="phrase", value=str(place), words=phrase))


load_beside(__file__)
