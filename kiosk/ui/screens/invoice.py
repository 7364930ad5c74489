"""An invoice of a payment of the unit, at first of the one made here last: for a company, or a person."""

from dataclasses import dataclass

from kiosk.core.model import Session
from kiosk.core.payment_history import offered
from kiosk.texts.catalogue import say
from kiosk.ui import translations
from kiosk.ui.formatting import money, today, zone
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import facts  # noqa: F401


@dataclass(frozen=True)
class InvoiceView:
    rows: tuple[tuple[str, str], ...]  # which payment; none where none was made here
    told: str
    others: bool  # another payment can be chosen
    offers: bool = False  # something of it can be invoiced


def present(session: Session) -> InvoiceView:
    language, of = session.visit.language, session.visit.asking.invoice
    others = offered(session)
    if of is None:
        none = say(language, "invoice.none_here" if others else "invoice.none")
        return InvoiceView((), none, others)
    on = translations.today(of.paid_at, zone(session))
    day = translations.day(language, on, today(session)) if on else ""
    return InvoiceView(
        rows=(
            (say(language, "paid.unit"), of.label.in_language(language)),
            (say(language, "invoice.paid_on"), day),
            (say(language, "paid.reference"), of.reference),
            (say(language, "invoice.amount"), money(language, of.minor, of.currency)),
        ),
        told="" if of.minor else say(language, "payments.returned_all"),
        others=others and session.visit.asking.history is None,
        offers=of.minor > 0,
    )


class InvoiceScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
