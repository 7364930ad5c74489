"""What the screens of requests to the office say. What a resident typed or the office answered is free
text, for which there are no clips, and nobody else's to hear. Pure."""

from kiosk.core.asking import Purpose
from kiosk.core.model import Screen, Session
from kiosk.texts.catalogue import VOICE_TEXTS
from kiosk.texts.catalogue import say as words
from kiosk.ui.screens import (
    account,
    accounts,
    answer_key,
    answers,
    invoice,
    notice,
    payment,
    payments,
    phrases,
    request_phone,
    request_sent,
    tax_number,
    topics,
    write,
)
from kiosk.ui.voice_port import Said

Plan = tuple[Said, ...]


def _own(session: Session, id: str, **values: object) -> Said:
    return Said(words(session.visit.language, f"voice.{id}", domain=VOICE_TEXTS, **values))


def _text(session: Session, id: str) -> Said:
    return Said(words(session.visit.language, id))


def topics_said(session: Session) -> Plan:
    return (Said(topics.present(session).title),)


def phrases_said(session: Session) -> Plan:
    return Said(phrases.present(session).title), _text(session, "phrases.body")


def write_said(session: Session) -> Plan:
    view, asked = write.present(session), session.visit.asking.purpose is Purpose.INVOICE
    title = Said(view.title) if asked else _text(session, "write.title")
    return title, Said(view.hint)


def invoice_said(session: Session) -> Plan:
    """Which payment, only where nobody else hears it."""
    view = invoice.present(session)
    rows = [part for name, fact in view.rows for part in (Said(name), Said(fact, personal=True))]
    choices = [_text(session, f"invoice.{who}") for who in ("company", "person") if view.offers]
    choices += [_text(session, "invoice.other")] if view.others else []
    return _text(session, "invoice.title"), Said(view.told), *rows, *choices


def tax_number_said(session: Session) -> Plan:
    view = tax_number.present(session)
    typed = _own(session, "entered", typed=view.typed).text if view.typed else ""
    return (
        _text(session, "tax_number.title"),
        Said(view.told) if view.told else _text(session, "tax_number.hint"),
        Said(typed, personal=True),
    )


def phone_said(session: Session) -> Plan:
    view = request_phone.present(session)
    typed = _own(session, "entered", typed=view.digits).text if view.digits else ""
    return (
        _text(session, "request_phone.title"),
        Said(view.unit, personal=True),
        _text(session, "request_phone.body"),
        Said(typed, personal=True),
    )


def sent_said(session: Session) -> Plan:
    view = request_sent.present(session)
    return (
        Said(view.title),
        Said(view.number, personal=True),
        Said(view.body),
        Said(view.paper),
    )


def key_said(session: Session) -> Plan:
    """The figures are said only where nobody else hears them."""
    view = answer_key.present(session)
    typed = _own(session, "entered", typed=view.digits).text if view.digits else ""
    return (
        _text(session, "answer_key.title"),
        Said(view.unit, personal=True),
        _text(session, "answer_key.body"),
        Said(typed, personal=True),
        Said(view.told),
        _text(session, "answer_key.busy") if view.busy else Said(""),
    )


def answers_said(session: Session) -> Plan:
    found = answers.present(session).answers
    said = [
        part
        for one in found
        for part in (Said(one.state, personal=True), Said(one.answer, personal=True))
    ]
    return _text(session, "answers.title"), *said


def notice_said(session: Session) -> Plan:
    view = notice.present(session)
    return (
        Said(view.title),
        Said(view.body),
        _text(session, "notice.take") if view.code else Said(""),
    )


def payments_said(session: Session) -> Plan:
    """How many there are; each is said where it is touched or come to by keys."""
    view = payments.present(session)
    if view.busy:
        return _text(session, "payments.busy"), _text(session, "payments.busy_body")
    said = [
        part
        for row in view.rows
        for part in (Said(row.day, personal=True), Said(row.amount, personal=True))
    ]
    return _text(session, "payments.title"), Said(view.span), *said, Said(view.end)


def payment_said(session: Session) -> Plan:
    view = payment.present(session)
    rows = [part for name, fact in view.rows for part in (Said(name), Said(fact, personal=True))]
    return (
        Said(view.when, personal=True),
        Said(view.amount, personal=True),
        *rows,
        Said(view.became, personal=True),
        Said(view.told),
        _text(session, "services.reprint") if view.can_print else Said(""),
        _text(session, "paid.phone") if view.phone else Said(""),
        _text(session, "invoice.title") if view.invoice else Said(view.no_invoice),
    )


def accounts_said(session: Session) -> Plan:
    """A kind that is newer than the kiosk has a name without clips."""
    view = accounts.present(session)
    listed = [Said(f"{kind}, {period}") for _, kind, period in (*view.newest, *view.earlier)]
    return _text(session, "accounts.title"), *listed, Said(view.age)


def account_said(session: Session) -> Plan:
    """What it comes to; what the community wrote beside it is free text."""
    view = account.present(session)
    return (
        Said(view.title),
        Said(view.period),
        Said(view.since),
        *(Said(f"{one.name} {one.figure}") for one in view.summary),
        _text(session, "accounts.take"),
    )


SCREENS = {
    Screen.TOPICS: topics_said,
    Screen.PHRASES: phrases_said,
    Screen.WRITE: write_said,
    Screen.REQUEST_PHONE: phone_said,
    Screen.REQUEST_SENT: sent_said,
    Screen.ANSWER_KEY: key_said,
    Screen.ANSWERS: answers_said,
    Screen.NOTICE: notice_said,
    Screen.PAYMENTS: payments_said,
    Screen.PAYMENT: payment_said,
    Screen.INVOICE: invoice_said,
    Screen.TAX_NUMBER: tax_number_said,
    Screen.ACCOUNTS: accounts_said,
    Screen.ACCOUNT: account_said,
}
