"""What the unit has paid, the newest first. Touch one to see it, and to have its receipt again."""

from dataclasses import dataclass

from kivy.properties import BooleanProperty, StringProperty

from contract.messages import Method
from contract.methods import METHODS
from contract.money import Locale
from contract.payment_history import BANK, CASH, EarlierPayment
from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui import translations
from kiosk.ui.formatting import money, today, zone
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.screens.paid import what_for
from kiosk.ui.voice_port import Said
from kiosk.ui.widgets import scrolling, statement  # noqa: F401
from kiosk.ui.widgets.buttons import Pressable
from kiosk.ui.widgets.text import Paragraph

PLACES = ("kiosk", "phone", "counter", "run")


@dataclass(frozen=True)
class PaymentRow:
    """``became``: what of it went back, or is credit; empty where it settled what it was for."""

    id: str
    day: str
    amount: str
    about: str
    way: str
    became: str


@dataclass(frozen=True)
class PaymentsView:
    subtitle: str
    span: str
    rows: tuple[PaymentRow, ...]
    end: str  # below the rows
    busy: bool


def present(session: Session) -> PaymentsView:
    language, history = session.visit.language, session.visit.asking.history
    if history is None:
        return PaymentsView("", "", (), "", True)
    span = say(language, "payments.last")
    if history.since is not None:
        since = translations.long_day(language, history.since.isoformat())
        span = say(language, "payments.since", date=since)
    end = say(language, "payments.older") if history.more else ""
    return PaymentsView(
        subtitle=history.label.in_language(language),
        span=span,
        rows=tuple(_row(session, one) for one in history.payments),
        end=end if history.payments else say(language, "payments.none"),
        busy=False,
    )


def _row(session: Session, one: EarlierPayment) -> PaymentRow:
    language = session.visit.language
    return PaymentRow(
        id=one.payment_id,
        day=day_of(session, one),
        amount=money(language, one.whole_minor, one.currency),
        about=what_for(language, one),
        way=way_of(language, one),
        became=became(language, one),
    )


def day_of(session: Session, one: EarlierPayment) -> str:
    on = translations.today(one.paid_at, zone(session))
    return translations.day(session.visit.language, on, today(session)) if on else ""


def way_of(language: Locale, one: EarlierPayment) -> str:
    """By what and where; what is newer than the kiosk is left out."""
    place = ""
    if one.place in PLACES:
        place = say(language, f"payments.{one.place}", kiosk=one.kiosk_code)
    return " · ".join(part for part in (_method(language, one), place) if part)


def _method(language: Locale, one: EarlierPayment) -> str:
    if one.method in (CASH, BANK):
        return say(language, f"payments.{one.method}")
    known = one.method in set(Method)
    return METHODS[Method(one.method)].name.in_language(language) if known else ""


def became(language: Locale, one: EarlierPayment) -> str:
    """All of it, where several things did."""

    def told(id: str, minor: int) -> str:
        return say(language, id, amount=money(language, minor, one.currency)) if minor else ""

    if one.returned_minor and one.returned_minor >= one.amount_minor:
        return say(language, "payments.returned_all")
    parts = (
        told("payments.returned", one.returned_minor),
        told("payments.returning", one.returning_minor),
        told("payments.credited", 0 if one.top_up else one.credited_minor),
    )
    return translations.listed(language, [part for part in parts if part])


class PaymentCard(Pressable):
    """One payment, which can be looked at."""

    day = StringProperty("")
    amount = StringProperty("")
    about = StringProperty("")
    way = StringProperty("")
    became = StringProperty("")

    def said(self) -> tuple[Said, ...]:
        personal = (self.day, self.amount, self.about, self.became)
        return tuple(Said(part, personal=True) for part in personal)


class PaymentsEnd(Paragraph):
    """What is to be known below the list."""

    alone = BooleanProperty(False)


class PaymentsScreen(KioskScreen):
    present = staticmethod(present)

    def draw(self):
        cards = self.ids.cards.content
        cards.clear_widgets()
        for row in self.view.rows:
            cards.add_widget(
                PaymentCard(
                    action="payment",
                    value=row.id,
                    words=f"{row.day} {row.amount}",
                    day=row.day,
                    amount=row.amount,
                    about=row.about,
                    way=row.way,
                    became=row.became,
                )
            )
        if self.view.end:
            cards.add_widget(PaymentsEnd(words=self.view.end, alone=not self.view.rows))


load_beside(__file__)
