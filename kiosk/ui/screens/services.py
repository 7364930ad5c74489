"""Everything but paying: community notices, and whom to call for repairs and questions."""

from dataclasses import dataclass

from kivy.properties import StringProperty

from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import scrolling  # noqa: F401
from kiosk.ui.widgets.shapes import Panel


@dataclass(frozen=True)
class ServicesView:
    ours: tuple[tuple[str, str, str], ...]  # icon, title, body
    notices: tuple[tuple[str, str, str], ...]  # the community's own, in its own words

    @property
    def cards(self) -> tuple[tuple[str, str, str], ...]:
        return *self.ours, *self.notices


def present(session: Session) -> ServicesView:
    language, config = session.visit.language, session.lobby.config
    cards = []
    if config:
        phone = config.community.office_phone
        body = "services.office_body" if phone else "services.office_desk"
        office = say(language, body, phone=phone)
        cards.append(("telephone", say(language, "services.office"), office))
    reprint = say(language, "services.reprint"), say(language, "services.reprint_body")
    cards.append(("receipt", *reprint))
    notices = tuple(
        ("", notice.title.in_language(language), notice.body.in_language(language))
        for notice in (config.notices if config else [])
    )
    if not notices:
        words = say(language, "services.no_notices")
        cards.append(("", say(language, "services.notices"), words))
    return ServicesView(ours=tuple(cards), notices=notices)


class ServiceCard(Panel):
    icon = StringProperty("")
    title = StringProperty("")
    words = StringProperty("")


class ServicesScreen(KioskScreen):
    present = staticmethod(present)

    def draw(self):
        cards = self.ids.cards.content
        cards.clear_widgets()
        for icon, title, words in self.view.cards:
            cards.add_widget(ServiceCard(icon=icon or "notice", title=title, words=words))


load_beside(__file__)
