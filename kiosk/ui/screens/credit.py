"""What of the unit's credit would be used for the chosen bills, and what would be left of it."""

from dataclasses import dataclass

from kiosk.core.capabilities import credit_covers
from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import amount, money, unit_and_payer
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import facts  # noqa: F401


@dataclass(frozen=True)
class CreditView:
    amount: str
    subtitle: str
    rows: tuple[tuple[str, str], ...]  # what there is, what is used, what is left
    payable: bool


def present(session: Session) -> CreditView:
    visit, language = session.visit, session.visit.language
    account, chosen = visit.account, visit.chosen
    if account is None or chosen is None:
        return CreditView("", "", (), False)

    def shown(minor: int) -> str:
        return money(language, minor, account.currency)

    there = account.credit_minor
    return CreditView(
        amount=amount(session),
        subtitle=unit_and_payer(language, session),
        rows=(
            (say(language, "credit.there"), shown(there)),
            (say(language, "credit.used"), shown(chosen.minor)),
            (say(language, "credit.left"), shown(max(0, there - chosen.minor))),
        ),
        payable=credit_covers(session),
    )


class CreditScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
