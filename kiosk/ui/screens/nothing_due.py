"""Good news: the unit owes nothing. An earlier receipt can be printed again."""

from dataclasses import dataclass

from contract.messages import PaymentState
from kiosk.core import payment_history
from kiosk.core.capabilities import offers
from kiosk.core.model import Say, Session
from kiosk.core.receipt import Paper, paper_of
from kiosk.core.top_up import offered
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import money, of_paper, today, unit_and_payer, zone
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.translations import day
from kiosk.ui.translations import today as local_day
from kiosk.ui.widgets import statement  # noqa: F401


@dataclass(frozen=True)
class NothingDueView:
    subtitle: str
    credit: str
    top_up: bool
    payments: bool
    told: str
    earlier: str  # the name of what can be had of the earlier payment,
    reprint: str  # and which that was; empty when there is none
    icon: str
    can_print: bool  # or be looked at


_EARLIER = {
    Paper.RECEIPT: "nothing_due.reprint",
    Paper.RETURNED: "nothing_due.returned",
    Paper.CREDITED: "nothing_due.credited",
}


def present(session: Session) -> NothingDueView:
    visit, language = session.visit, session.visit.language
    account, earlier = visit.account, visit.reprint
    credit = reprint = ""
    gone = earlier is not None and earlier.state is PaymentState.REVERSED
    if account and account.credit_minor:
        spare = money(language, account.credit_minor, account.currency)
        credit = say(language, "bills.credit", amount=spare)
    if earlier:
        reprint = say(
            language,
            "nothing_due.reprint_body",
            date=day(language, local_day(earlier.changed_at, zone(session)), today(session)),
            amount=money(language, earlier.amount_minor, earlier.currency),
        )
    return NothingDueView(
        subtitle=unit_and_payer(language, session),
        credit=credit,
        top_up=offered(session),
        payments=payment_history.offered(session) and not visit.offline,
        told=of_paper(session),
        earlier=say(language, _EARLIER[paper_of(earlier)]) if earlier else "",
        reprint=reprint,
        icon="returned" if gone else "printer",
        can_print=gone or (offers(session.lobby).print and visit.say is not Say.PRINTING),
    )


class NothingDueScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
