"""A payment of the unit: what is known of it, its receipt on paper and on the phone, an invoice of it."""

from dataclasses import dataclass

from kiosk.core import invoicing
from kiosk.core.capabilities import offers
from kiosk.core.model import Say, Session
from kiosk.core.payment_history import may_invoice, may_phone, may_print, payment
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import moment, money, of_paper
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.screens.paid import what_for
from kiosk.ui.screens.payments import became, day_of, way_of
from kiosk.ui.widgets import facts  # noqa: F401


@dataclass(frozen=True)
class PaymentView:
    when: str
    amount: str
    rows: tuple[tuple[str, str], ...]
    became: str
    told: str  # of the paper
    can_print: bool
    invoice: bool
    no_invoice: str  # whom to ask for one of this payment
    phone: bool


def present(session: Session) -> PaymentView:
    language, one = session.visit.language, payment(session)
    history = session.visit.asking.history
    if one is None or history is None:
        return PaymentView("", "", (), "", "", False, False, "", False)
    unit = "" if session.visit.access.elder else history.label.in_language(language)
    rows = (
        (say(language, "paid.unit"), unit),
        (say(language, "paid.items"), what_for(language, one)),
        (say(language, "paid.method"), way_of(language, one)),
        (say(language, "paid.reference"), one.number),
    )
    asked = invoicing.offered(session) and not may_invoice(session)
    return PaymentView(
        when=_when(session),
        amount=money(language, one.whole_minor, one.currency),
        rows=tuple(row for row in rows if row[1]),
        became=became(language, one),
        told=_of_paper(session, bool(one.status_url)),
        can_print=may_print(session),
        invoice=may_invoice(session),
        no_invoice=say(language, "payments.no_invoice") if asked else "",
        phone=may_phone(session),
    )


def _of_paper(session: Session, has_page: bool) -> str:
    """Nobody is sent to a page on the phone that a payment has not. In large letters there is room for
    one thing: what became of the money, until paper is asked for."""
    visit, language = session.visit, session.visit.language
    one = payment(session)
    if visit.access.elder and visit.say is None and one is not None and became(language, one):
        return ""
    failed = visit.say is Say.NOT_PRINTED and visit.paper_trouble != "copies"
    missing = visit.say is None and not offers(session.lobby).print
    if (failed or missing) and not has_page:
        return say(language, "payments.no_paper")
    return say(language, "paid.no_print") if missing else of_paper(session)


def _when(session: Session) -> str:
    one = payment(session)
    assert one is not None
    day, at = day_of(session, one), moment(session, one.paid_at, one.paid_at)
    return say(session.visit.language, "common.day_time", day=day, time=at)


class PaymentScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
