"""How a unit's earlier requests stand, and what the office said last."""

from dataclasses import dataclass

from kivy.properties import StringProperty

from contract.business_day import business_day
from contract.money import Locale
from contract.service_requests import RequestStanding
from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui import translations
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import scrolling  # noqa: F401
from kiosk.ui.widgets.shapes import Panel


@dataclass(frozen=True)
class AnswerView:
    state: str
    title: str
    answer: str
    about: str


@dataclass(frozen=True)
class AnswersView:
    answers: tuple[AnswerView, ...]


def present(session: Session) -> AnswersView:
    config = session.lobby.config
    zone = config.community.time_zone if config else "UTC"
    language = session.visit.language
    return AnswersView(tuple(_view(language, zone, one) for one in session.visit.asking.found))


def _view(language: Locale, zone: str, one: RequestStanding) -> AnswerView:
    opened = translations.day(language, business_day(one.opened_at, zone))
    sent = say(language, "answers.sent", day=opened)
    answered = ""
    if one.answered_at is not None:
        day = translations.day(language, business_day(one.answered_at, zone))
        answered = say(language, "answers.answered_on", day=day)
    return AnswerView(
        state=say(language, f"answers.{one.state}"),
        title=f"{one.number} · {one.topic.in_language(language)}",
        answer=one.answer or say(language, "answers.none_yet"),
        about=f"{sent} · {answered}" if answered else sent,
    )


class AnswerCard(Panel):
    state = StringProperty("")
    title = StringProperty("")
    answer = StringProperty("")
    about = StringProperty("")


class AnswersScreen(KioskScreen):
    present = staticmethod(present)

    def draw(self):
        cards = self.ids.cards.content
        cards.clear_widgets()
        for one in self.view.answers:
            cards.add_widget(
                AnswerCard(state=one.state, title=one.title, answer=one.answer, about=one.about)
            )


load_beside(__file__)
