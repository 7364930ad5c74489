"""The payment is taken and recorded: what was paid, and how the resident wants the receipt."""

from dataclasses import dataclass

from kivy.properties import BooleanProperty, StringProperty

from contract.day_tally import Vote
from contract.messages import Method, PaymentRecord
from contract.money import Locale
from kiosk.core.capabilities import offers
from kiosk.core.helping import may_ask
from kiosk.core.model import Say, Session
from kiosk.core.patience import seconds_left
from kiosk.core.receipt import Settled
from kiosk.core.voting import asked
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import (
    bill_name,
    items,
    method_name,
    money,
    of_paper,
    part_of,
    unit_and_payer,
    whole_amount,
)
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.translations import listed, time_of_day
from kiosk.ui.widgets.buttons import Pressable
from kiosk.ui.widgets.shapes import Column, Panel

NAMES_SHOWN_MAX = 3
MONTHS_SHOWN_MAX = 3
_FACES = {Vote.GOOD: "face_good", Vote.SO_SO: "face_so_so", Vote.BAD: "face_bad"}


@dataclass(frozen=True)
class PaidView:
    amount: str
    rows: tuple[tuple[str, str], ...]
    told: str
    print_words: str
    can_print: bool
    can_phone: bool
    main: str  # the one main action: print, phone where paper does not come, done once there is a receipt
    number: str  # what to write down where paper does not come and there is no phone
    to_bills: bool  # it was looked at on the way to other bills
    done: str
    faces: tuple[tuple[str, str, str], ...]  # value, icon and words of each
    asked: bool  # how it was; then the faces are there
    voted: str  # what is said once there is a vote


def present(session: Session) -> PaidView:
    visit, language = session.visit, session.visit.language
    can_print = offers(session.lobby).print
    left, told = seconds_left(session), _told(session, can_print)
    again = visit.receipt_done
    no_paper = not again and (not can_print or visit.say is Say.NOT_PRINTED)
    used_up = visit.say is Say.NOT_PRINTED and visit.paper_trouble == "copies"
    number = visit.payment.reference if visit.payment and no_paper and not used_up else ""
    can_phone = bool(visit.payment and visit.payment.status_url)
    return PaidView(
        amount=whole_amount(session),
        rows=_shown(session, number, told),
        told=told,
        print_words=say(language, "paid.print_again" if again else "paid.print"),
        can_print=can_print and visit.say is not Say.PRINTING and not used_up,
        can_phone=can_phone,
        main=_main(can_print and not again and not no_paper, no_paper and can_phone),
        number=number,
        to_bills=visit.looking and bool(visit.account and visit.account.bills),
        done=say(language, "common.done")
        if left is None
        else say(language, "paid.done", seconds=left),
        faces=tuple(
            (str(vote.value), icon, say(language, f"paid.vote_{vote.value}"))
            for vote, icon in _FACES.items()
        ),
        asked=asked(session),
        voted=_voted(session),
    )


def _voted(session: Session) -> str:
    visit = session.visit
    if visit.vote is None or visit.looking:
        return ""
    low = visit.vote is Vote.BAD and may_ask(session)
    return say(visit.language, "paid.voted_bad" if low else "paid.voted")


def _main(paper: bool, phone: bool) -> str:
    return "print" if paper else "phone" if phone else "done"


def _told(session: Session, can_print: bool) -> str:
    visit, language = session.visit, session.visit.language
    if visit.say is not None:
        return of_paper(session)
    if visit.payment and visit.payment.offline:
        return say(language, "paid.offline")
    return "" if can_print else say(language, "paid.no_print")


def _shown(session: Session, number: str, told: str) -> tuple[tuple[str, str], ...]:
    """The number once: large below where it is to be noted. In large letters there is room for the unit
    and what was paid: for what alone where something is said below, for neither with a number."""
    visit, rows = session.visit, summary(session)
    if not visit.access.elder or visit.payment is None:
        return rows[:-1] if number else rows
    unit = (rows[0][0], visit.payment.unit_label.in_language(visit.language))
    return () if number else rows[1:2] if told else (unit, rows[1])


def summary(session: Session) -> tuple[tuple[str, str], ...]:
    """What was paid, for whom, how, and under which number: the words of the receipt."""
    record, language = session.visit.payment, session.visit.language
    if record is None:
        return ()
    config = session.lobby.config
    zone = config.community.time_zone if config else None
    method = method_name(language, record.method)
    if record.credit_minor:
        parts = ((Method.CREDIT, record.credit_minor), (record.method, record.amount_minor))
        shown = [
            f"{method_name(language, how)} {_of(record, part, language)}" for how, part in parts
        ]
        method = listed(language, shown)
    return (
        (say(language, "paid.unit"), unit_and_payer(language, session)),
        (say(language, "paid.items"), what_for(language, record)),
        (
            say(language, "paid.method"),
            f"{method} · {time_of_day(language, record.changed_at, zone)}",
        ),
        (say(language, "paid.reference"), record.reference),
    )


def _of(record: PaymentRecord, minor: int, language: Locale) -> str:
    return money(language, minor, record.currency)


def what_for(language: Locale, record: Settled) -> str:
    """What was paid for, shortened; the receipt has all of it."""
    if record.top_up:
        return say(language, "paid.top_up")
    if record.in_part:
        [bill] = record.bills
        return part_of(language, bill, record.amount_minor)
    names = items(language, record)
    told = listed(language, names[:NAMES_SHOWN_MAX])
    if len(names) > NAMES_SHOWN_MAX:
        told = say(language, "paid.and_more", names=told)
    months = [bill_name(language, b, short=True) for b in record.bills]
    if len(months) > 1 and any(bill.title or bill.unit_label for bill in record.bills):
        return told
    if len(months) > MONTHS_SHOWN_MAX:
        return f"{told} · {months[0]}–{months[-1]}"
    return f"{told} · {listed(language, months)}"


class PaidSum(Column):
    """That it is paid, and how much. ``signed``: with the sign of what is done before the words."""

    title = StringProperty("")
    signed = BooleanProperty(False)
    amount = StringProperty("")


class NumberToNote(Panel):
    """The receipt's number, large, for whoever has no phone."""

    words = StringProperty("")
    number = StringProperty("")


class FaceButton(Pressable):
    """How satisfied somebody is: a face and its word."""

    icon = StringProperty("")


class PaidScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
