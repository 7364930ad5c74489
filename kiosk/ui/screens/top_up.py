"""How much is paid in as credit: a few amounts to choose from, or any other typed."""

from dataclasses import dataclass

from kivy.properties import BooleanProperty

from contract.money import Money, sign
from kiosk.core.model import Session
from kiosk.core.top_up import choices, most, payable
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import unit_and_payer
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import keypad  # noqa: F401
from kiosk.ui.widgets.buttons import Pressable


@dataclass(frozen=True)
class TopUpView:
    amount: str
    subtitle: str
    told: str  # the most that can be paid in at once
    choices: tuple[tuple[str, str, bool], ...]  # value, words, chosen
    payable: bool


def present(session: Session) -> TopUpView:
    visit, language = session.visit, session.visit.language
    if visit.account is None:
        return TopUpView("", "", "", (), False)
    currency = visit.account.currency
    typed = sign(currency, language) + (f"{int(visit.top_up):,}" if visit.top_up else "")
    return TopUpView(
        amount=typed,
        subtitle=unit_and_payer(language, session),
        told=say(language, "top_up.most", amount=Money(most(session), currency).display(language)),
        choices=tuple(
            (str(major), f"{sign(currency, language)}{major:,}", str(major) == visit.top_up)
            for major in choices(session)
        ),
        payable=payable(session),
    )


class TopUpChoice(Pressable):
    chosen = BooleanProperty(False)


class TopUpScreen(KioskScreen):
    present = staticmethod(present)

    def draw(self):
        row = self.ids.choices
        row.clear_widgets()
        for value, words, chosen in self.view.choices:
            row.add_widget(TopUpChoice(value=value, words=words, chosen=chosen))


load_beside(__file__)
