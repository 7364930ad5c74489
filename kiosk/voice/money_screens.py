"""What the screens say on which somebody sees what is due, chooses, and has paid. Pure."""

from contract.messages import PaymentRecord
from kiosk.core import part_payment
from kiosk.core.model import Session
from kiosk.texts.catalogue import VOICE_TEXTS
from kiosk.texts.catalogue import say as words
from kiosk.ui.formatting import spoken_month
from kiosk.ui.screens import (
    bills,
    credit,
    elder_bills,
    explain,
    method,
    paid,
    part,
    paying_credit,
    top_up,
)
from kiosk.ui.screens.base import screen_class
from kiosk.ui.voice_port import Said
from kiosk.voice.speech import spoken

Plan = tuple[Said, ...]


def _own(session: Session, id: str, *, personal: bool = False, **values: object) -> Said:
    text = words(session.visit.language, f"voice.{id}", domain=VOICE_TEXTS, **values)
    return Said(text, personal)


def _text(session: Session, id: str) -> Said:
    return Said(words(session.visit.language, id))


def _unit(session: Session) -> Said:
    """Where it is, without whose it is: names have no clips, and need none."""
    visit = session.visit
    label = visit.payment.unit_label if visit.payment else visit.account and visit.account.label
    if not label:
        return Said("")
    named = label.in_language(visit.language)
    if not spoken(visit.language, named).readable:  # a name of an estate: its code can be said
        named = visit.payment.unit if visit.payment else visit.account.unit if visit.account else ""
    return _own(session, "unit", personal=True, unit=named)


def bills_said(session: Session) -> Plan:
    """Each bill by its month and amount; how they are chosen."""
    if screen_class(session) is elder_bills.ElderBillsScreen:
        return _all_at_once(session)
    view = bills.present(session)
    rows: list[Said] = []
    for row in view.rows:
        readable = spoken(session.visit.language, row.title).readable
        named = row.title if readable else row.month
        rows += [_own(session, "bill", month=named), Said(row.amount, personal=True)]
        told = row.told if isinstance(row, bills.WaitingRow) else row.tag
        rows.append(Said(told, personal=isinstance(row, bills.BillRow)))
    return (
        *(Said(view.title), _unit(session), *rows),
        *(Said(view.note), Said(view.others), Said(view.credit, personal=True)),
        Said(view.selected),
        Said(view.total, personal=True),
        _own(session, "bills_how"),
    )


def _all_at_once(session: Session) -> Plan:
    view = elder_bills.present(session)
    fees = [Said(text, personal=True) for fee in view.fees for text in fee]
    due = _own(session, "to_pay", personal=True, amount=view.amount)
    return _text(session, "elder_bills.title"), _unit(session), due, *fees, Said(view.rest)


def explain_said(session: Session) -> Plan:
    view = explain.present(session)
    lines: list[Said] = []
    for line in view.lines:
        lines += [Said(line.name), Said(line.detail, personal=True)]
        lines.append(Said(line.amount, personal=True))
    total = Said(view.total, personal=True)
    readable = spoken(session.visit.language, view.title).readable
    named = Said(view.title if readable else view.month_title)
    return named, _unit(session), *lines, _text(session, "explain.total"), total


def method_said(session: Session) -> Plan:
    view = method.present(session)
    due = _own(session, "to_pay", personal=True, amount=view.amount)
    choices = [Said(text) for choice in view.choices for text in (choice.name, choice.detail)]
    credit = Said(view.credit, personal=True)
    about = Said(view.about, personal=True)
    return _text(session, "method.title"), due, about, credit, *choices


def credit_said(session: Session) -> Plan:
    """What there is, what would be used, what would be left."""
    view = credit.present(session)
    rows = [Said(text, personal=True) for row in view.rows for text in row]
    return _text(session, "credit.title"), _unit(session), *rows


def paying_credit_said(session: Session) -> Plan:
    view = paying_credit.present(session)
    ids = ("paying_credit.title", "paying_credit.body")
    said = [_text(session, id) for id in ids]
    return *said, Said(view.amount, personal=True)


def top_up_said(session: Session) -> Plan:
    """How much was chosen or typed, and what can be paid in at most."""
    view = top_up.present(session)
    amounts = [Said(words) for _, words, _ in view.choices]
    typed = session.visit.amount.display(session.visit.language) if session.visit.amount else ""
    return (
        _text(session, "top_up.title"),
        _unit(session),
        Said(typed, personal=True),
        Said(view.told),
        *amounts,
    )


def part_said(session: Session) -> Plan:
    """Of which bill, how much was chosen or typed, and between what it can be."""
    view, bill = part.present(session), part_payment.offered(session)
    amounts = [Said(words) for _, words, _ in view.choices]
    typed = session.visit.amount.display(session.visit.language) if session.visit.amount else ""
    language = session.visit.language
    return (
        _text(session, "part.title"),
        _unit(session),
        Said(spoken_month(language, bill) if bill else ""),
        Said(bill.money.display(language) if bill else "", personal=True),
        Said(typed, personal=True),
        Said(view.told, personal=True),
        *amounts,
    )


def paid_said(session: Session) -> Plan:
    """What the receipt says that proves the payment: amount, unit, what for, how, when, its number."""
    view, record = paid.present(session), session.visit.payment
    return (
        _text(session, "paid.title"),
        _own(session, "amount", personal=True, amount=view.amount),
        _unit(session),
        *_receipt(session, record),
        Said(view.told),
        _text(session, "paid.without_phone") if view.number else Said(""),
        _text(session, "paid.receipt"),
        Said(view.voted) if view.voted else _text(session, "paid.vote") if view.asked else Said(""),
    )


def _receipt(session: Session, record: PaymentRecord | None) -> Plan:
    if record is None:
        return ()
    _, items, how, number = paid.summary(session)
    return tuple(Said(text) for row in (items, how, number) for text in row)
