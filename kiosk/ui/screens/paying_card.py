"""Leads the resident through a card payment, step by step, as the terminal reports it."""

from dataclasses import dataclass

from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import amount
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import drawings  # noqa: F401

# the terminal's step -> (title, how many of the three steps are done, whether one is going on)
_STEPS = {
    "starting": ("paying_card.starting", 0, False),
    "present_card": ("paying_card.title", 0, True),
    "enter_pin": ("paying_card.title", 1, True),
    "asking_bank": ("paying_card.title", 2, True),
    "remove_card": ("paying_card.remove", 3, False),
    "silent": ("paying_card.silent", 0, False),
    "cancelling": ("paying_card.cancelling", 0, False),
    "other": ("paying_card.title", 0, True),
}
_LINES = ("paying_card.present", "paying_card.pin", "paying_card.bank")
_TEXT_LANGUAGE = {"zh_CN": "zh", "en": "en"}


@dataclass(frozen=True)
class PayingCardView:
    title: str
    amount: str
    steps: tuple[tuple[str, str], ...]  # state, words
    terminal: str
    card: str
    cancelling: bool


def present(session: Session) -> PayingCardView:
    visit, language = session.visit, session.visit.language
    kind = "cancelling" if visit.cancelling else visit.card.kind
    title, done, going_on = _STEPS.get(kind, _STEPS["other"])
    text = visit.card.text.get(_TEXT_LANGUAGE[language], "")
    if visit.cancelling:
        terminal = say(language, "paying_card.cancelling_body")
    elif kind == "silent":
        terminal = say(language, "paying_card.silent_body")
    else:
        terminal = say(language, "paying_card.terminal", text=text) if text else ""
    return PayingCardView(
        title=say(language, title),
        amount=amount(session),
        steps=tuple(
            (_state(position, done, going_on), say(language, id))
            for position, id in enumerate(_LINES)
        ),
        terminal=terminal,
        card="inside" if kind in ("enter_pin", "asking_bank") else "outside",
        cancelling=visit.cancelling,
    )


def _state(position: int, done: int, going_on: bool) -> str:
    if position < done:
        return "done"
    return "now" if going_on and position == done else "later"


class PayingCardScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
