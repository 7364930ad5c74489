"""What a request is about."""

from dataclasses import dataclass

from kiosk.core.model import Session
from kiosk.core.service_desk import topics
from kiosk.texts.catalogue import say
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import scrolling  # noqa: F401
from kiosk.ui.widgets.buttons import PushButton


@dataclass(frozen=True)
class TopicsView:
    title: str
    topics: tuple[tuple[str, str], ...]  # id and name


def present(session: Session) -> TopicsView:
    language, kind = session.visit.language, session.visit.asking.kind or "question"
    found = topics(session, kind)
    return TopicsView(
        title=say(language, f"topics.{kind}"),
        topics=tuple((one.id, one.name.in_language(language)) for one in found),
    )


class TopicButton(PushButton):
    """One topic."""


class TopicsScreen(KioskScreen):
    present = staticmethod(present)

    def draw(self):
        rows = self.ids.rows.content
        rows.clear_widgets()
        for id, name in self.view.topics:
            rows.add_widget(TopicButton(action="topic", value=id, words=name))


load_beside(__file__)
