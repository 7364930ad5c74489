"""An invoice asked for at the kiosk: for which payment, whose it is, a company's tax number. It becomes a
request to the office. The payment is found by its unit, as bills are, and with the same proof. Pure."""

from dataclasses import replace

from contract.invoice_wish import (
    CHARACTERS,
    TAX_NUMBER_LENGTH,
    TITLE_MAX,
    InvoiceWish,
    is_tax_number,
)
from contract.messages import PaymentRecord, PaymentState, UnitAccount
from kiosk.core.asking import Asking, Fault, Invoice, Purpose
from kiosk.core.events import Tapped
from kiosk.core.model import Action, Moment, Screen, Session
from kiosk.core.step import Step, with_visit
from kiosk.core.writing import Keys, Writing

COMPANY, PERSON = "company", "person"


def offered(session: Session) -> bool:
    """Somebody takes it now."""
    config = session.lobby.config
    takes = config is not None and any(topic.kind == "invoice" for topic in config.topics)
    return takes and session.lobby.server_reachable


def begun() -> Asking:
    return Asking(purpose=Purpose.INVOICE, kind="invoice")


def topic(session: Session) -> str:
    config = session.lobby.config
    topics = config.topics if config else []
    return next((one.id for one in topics if one.kind == "invoice"), "")


def found(session: Session, record: PaymentRecord | None, account: UnitAccount) -> Step:
    """The payment that an invoice may be of, and how much of it: what the server knows to have gone back
    is no part of it. Nothing else of the unit is kept. The screen says where there is none."""
    if record is None or record.state is not PaymentState.APPROVED:
        return _asking(session, Screen.INVOICE, invoice=None), ()
    left = {one.reference: one.minor for one in account.to_invoice}
    invoice = Invoice(
        reference=record.reference,
        unit=record.unit,
        label=record.unit_label,
        minor=left.get(record.reference, record.amount_minor + record.credit_minor),
        currency=record.currency,
        paid_at=record.changed_at,
    )
    return _asking(session, Screen.INVOICE, invoice=invoice), ()


def wish(session: Session) -> InvoiceWish | None:
    """What the office is told; None for any other request."""
    asking = session.visit.asking
    if asking.invoice is None or asking.purpose is not Purpose.INVOICE:
        return None
    return InvoiceWish(
        reference=asking.invoice.reference,
        title=asking.title,
        tax_number=asking.tax_number if asking.company else "",
        language=session.visit.language,
    )


def on_invoice(session: Session, event: Tapped, moment: Moment) -> Step | None:
    if event.action is not Action.INVOICE_FOR or event.value not in (COMPANY, PERSON):
        return None
    invoice = session.visit.asking.invoice
    if invoice is None or not invoice.minor:
        return None
    first = Keys.LATIN if session.visit.language == "en" else Keys.PINYIN
    now = session.visit.asking.writing
    now = now if now.text else Writing(keys=first, words=first, asked=now.asked)
    company = event.value == COMPANY
    return _asking(session, Screen.WRITE, company=company, writing=now, wish_id=""), ()


def titled(session: Session) -> Session:
    """The buyer's name is written: to the tax number, or to the telephone."""
    asking = session.visit.asking
    title = " ".join(asking.writing.text.split())[:TITLE_MAX]
    goal = Screen.TAX_NUMBER if asking.company else Screen.REQUEST_PHONE
    return _asking(session, goal, title=title)


def on_tax_number(session: Session, event: Tapped, moment: Moment) -> Step | None:
    typed = session.visit.asking.tax_number
    match event.action:
        case Action.DIGIT if event.value in set(CHARACTERS):
            typed = (typed + event.value)[:TAX_NUMBER_LENGTH]
        case Action.BACKSPACE:
            typed = typed[:-1]
        case Action.CLEAR:
            typed = ""
        case Action.NEXT if len(typed) == TAX_NUMBER_LENGTH:
            if not is_tax_number(typed):
                return _asking(session, Screen.TAX_NUMBER, fault=Fault.TAX_NUMBER), ()
            return _asking(session, Screen.REQUEST_PHONE, fault=Fault.NONE), ()
        case _:
            return None
    return _asking(session, Screen.TAX_NUMBER, tax_number=typed, fault=Fault.NONE, wish_id=""), ()


def before(asking: Asking, screen: Screen) -> Screen | None:
    """Where back leads while an invoice is asked for; None where it is as for any request."""
    if asking.purpose is not Purpose.INVOICE:
        return None
    if screen is Screen.REQUEST_PHONE:
        return Screen.TAX_NUMBER if asking.company else Screen.WRITE
    return {Screen.TAX_NUMBER: Screen.WRITE, Screen.WRITE: Screen.INVOICE}.get(screen)


def _asking(session: Session, screen: Screen, **changes: object) -> Session:
    return with_visit(
        session, screen=screen, asking=replace(session.visit.asking, **changes), busy=False
    )
