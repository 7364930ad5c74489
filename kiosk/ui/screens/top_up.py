"""How much is paid in as credit, or of a bill: a few amounts to choose from, or any other typed."""

from dataclasses import dataclass

from kivy.properties import BooleanProperty

from contract.money import Money, sign
from kiosk.core.model import Action, Session
from kiosk.core.top_up import choices, most, payable
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import unit_and_payer
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import keypad  # noqa: F401
from kiosk.ui.widgets.buttons import Pressable


@dataclass(frozen=True)
class AmountView:
    title: str
    about: str  # what it is a part of
    amount: str
    subtitle: str
    told: str  # how much it can be
    choices: tuple[tuple[str, str, bool], ...]  # value, words, chosen
    payable: bool


def present(session: Session) -> AmountView:
    language, account = session.visit.language, session.visit.account
    if account is None:
        return AmountView("", "", "", "", "", (), False)
    largest = Money(most(session), account.currency).display(language)
    told = say(language, "top_up.most", amount=largest)
    title = say(language, "top_up.title")
    return view_of(session, title, "", told, choices(session), payable(session))


def view_of(
    session: Session, title: str, about: str, told: str, among: tuple[int, ...], may: bool
) -> AmountView:
    """``among``: whole units of the currency to choose from; ``may``: what is typed can be paid."""
    visit, language = session.visit, session.visit.language
    mark = sign(visit.account.currency if visit.account else "CNY", language)
    return AmountView(
        title=title,
        about=about,
        amount=mark + (f"{int(visit.typed):,}" if visit.typed else ""),
        subtitle=unit_and_payer(language, session),
        told=told,
        choices=tuple(
            (str(major), f"{mark}{major:,}", str(major) == visit.typed) for major in among
        ),
        payable=may,
    )


class AmountChoice(Pressable):
    chosen = BooleanProperty(False)


class AmountScreen(KioskScreen):
    """Of one of the two: ``choose`` is the act that takes an amount."""

    choose = ""

    def draw(self):
        row = self.ids.choices
        row.clear_widgets()
        for value, words, chosen in self.view.choices:
            row.add_widget(
                AmountChoice(action=self.choose, value=value, words=words, chosen=chosen)
            )


class TopUpScreen(AmountScreen):
    present = staticmethod(present)
    choose = Action.TOP_UP.value


load_beside(__file__)
