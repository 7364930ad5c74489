"""Everything but paying: requests to the office, their answers, notices, public accounts, whom to call,
receipts again."""

from dataclasses import dataclass

from kivy.properties import StringProperty

from kiosk.core import invoicing, payment_history, service_desk
from kiosk.core.model import Session
from kiosk.core.service_desk import kinds
from kiosk.texts.catalogue import say
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import scrolling  # noqa: F401
from kiosk.ui.widgets.buttons import Pressable, PushButton
from kiosk.ui.widgets.shapes import Row
from kiosk.ui.widgets.text import Paragraph

ICONS = {"repair": "wrench", "complaint": "warning", "question": "question", "praise": "heart"}


@dataclass(frozen=True)
class ServiceView:
    action: str
    value: str
    icon: str
    words: str


@dataclass(frozen=True)
class ServicesView:
    services: tuple[ServiceView, ...]
    told: str  # why nothing can be sent now
    notices: tuple[tuple[str, str], ...]  # id and the community's own words
    notices_title: str


def present(session: Session) -> ServicesView:
    language, lobby = session.visit.language, session.lobby
    offered = kinds(session)
    found = [
        ServiceView("ask", kind, ICONS[kind], say(language, f"services.{kind}")) for kind in offered
    ]
    if offered:
        found.append(ServiceView("answers", "", "notice", say(language, "services.answers")))
    if invoicing.offered(session):
        found.append(ServiceView("invoice", "", "receipt", say(language, "invoice.title")))
    if lobby.config and lobby.config.accounts:
        found.append(ServiceView("accounts", "", "office", say(language, "accounts.title")))
    found.append(ServiceView("help", "", "telephone", say(language, "services.contact")))
    if payment_history.offered(session):
        found.append(ServiceView("payments", "", "receipt", say(language, "services.payments")))
    else:  # the one paid here last has its receipt without the line too
        found.append(ServiceView("keypad", "", "receipt", say(language, "services.reprint")))
    config = lobby.config
    set_up = bool(config and config.topics)
    notices = tuple(
        (one.id, one.title.in_language(language)) for one in service_desk.notices(session)
    )
    return ServicesView(
        services=tuple(found),
        told=say(language, "services.away") if set_up and not offered else "",
        notices=notices,
        notices_title=say(language, "services.notices" if notices else "services.no_notices"),
    )


class ServiceButton(PushButton):
    """One service."""


class ListTitle(Paragraph):
    """What stands below it."""


class NoticeRow(Pressable):
    """A notice that can be read in full."""

    title = StringProperty("")


class ServicesScreen(KioskScreen):
    present = staticmethod(present)

    def draw(self):
        cards = self.ids.cards.content
        cards.clear_widgets()
        self._services(cards)
        cards.add_widget(ListTitle(words=self.view.notices_title))
        for id, title in self.view.notices:
            cards.add_widget(NoticeRow(action="notice", value=id, words=title, title=title))

    def _services(self, cards):
        services = self.view.services
        for first in range(0, len(services), 2):
            row = Row(size_hint_y=None)
            row.bind(minimum_height=row.setter("height"))
            for one in services[first : first + 2]:
                row.add_widget(
                    ServiceButton(
                        action=one.action, value=one.value, icon=one.icon, words=one.words
                    )
                )
            cards.add_widget(row)


load_beside(__file__)
