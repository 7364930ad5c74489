"""A notice in full, and its page for the phone."""

from dataclasses import dataclass

from kiosk.core import service_desk
from kiosk.core.model import Session
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import codes, scrolling  # noqa: F401
from kiosk.ui.widgets.text import Paragraph


@dataclass(frozen=True)
class NoticeView:
    title: str
    body: str
    code: str


def present(session: Session) -> NoticeView:
    language, config = session.visit.language, session.lobby.config
    wanted = session.visit.asking.notice
    one = next((one for one in service_desk.notices(session) if one.id == wanted), None)
    if one is None or config is None:
        return NoticeView("", "", "")
    return NoticeView(
        title=one.title.in_language(language),
        body=one.body.in_language(language),
        code=f"{config.public_url}/n/{one.id}" if config.notice_pages else "",
    )


class NoticeText(Paragraph):
    """All of it."""


class NoticeScreen(KioskScreen):
    present = staticmethod(present)

    def draw(self):
        content = self.ids.text.content
        content.clear_widgets()
        content.add_widget(NoticeText(words=self.view.body))


load_beside(__file__)
