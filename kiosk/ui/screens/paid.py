"""The payment is taken and recorded: what was paid, and how the resident wants the receipt."""

from dataclasses import dataclass

from kiosk.core.capabilities import offers
from kiosk.core.model import Say, Session
from kiosk.core.session import seconds_left
from kiosk.ui.layout_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.telling import amount, items, method_name
from kiosk.ui.words import listed, month, say, time_of_day


@dataclass(frozen=True)
class PaidView:
    amount: str
    rows: tuple[tuple[str, str], ...]
    told: str
    print_words: str
    can_print: bool
    can_phone: bool
    printed: bool
    done: str


def present(session: Session) -> PaidView:
    visit, language = session.visit, session.visit.language
    can_print = offers(session.lobby).print
    left = seconds_left(session)
    again = visit.receipt_done
    return PaidView(
        amount=amount(session),
        rows=summary(session),
        told=_told(session, can_print),
        print_words=say(language, "paid.print_again" if again else "paid.print"),
        can_print=can_print and visit.say is not Say.PRINTING,
        can_phone=bool(visit.payment and visit.payment.status_url),
        printed=again,
        done=say(language, "paid.done", seconds="" if left is None else left).strip(),
    )


def _told(session: Session, can_print: bool) -> str:
    visit, language = session.visit, session.visit.language
    if visit.say is not None:
        return say(language, f"message.{visit.say.value}")
    if visit.payment and visit.payment.offline:
        return say(language, "paid.offline")
    return "" if can_print else say(language, "paid.no_print")


def summary(session: Session) -> tuple[tuple[str, str], ...]:
    """What was paid, for whom, how, and under which number: the words of the receipt."""
    record, language = session.visit.payment, session.visit.language
    if record is None:
        return ()
    config = session.lobby.config
    zone = config.community.time_zone if config else None
    months = listed(language, [month(language, b.period, short=True) for b in record.bills[:6]])
    names = listed(language, items(language, record)[:4])
    return (
        (say(language, "paid.unit"), record.unit_label.in_language(language)),
        (say(language, "paid.payer"), record.payer),
        (say(language, "paid.items"), f"{names} · {months}"),
        (say(language, "paid.method"), method_name(language, record.method)),
        (say(language, "paid.time"), time_of_day(language, record.changed_at, zone)),
        (say(language, "paid.reference"), record.reference),
    )


class PaidScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
