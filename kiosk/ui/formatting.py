"""How bills, payments and ways to pay are put into words. Pure: data in, words out."""

from datetime import date, datetime

from contract.messages import Bill, BillLine, Method
from contract.methods import METHODS
from contract.money import Locale, Money, sign
from kiosk.core.model import Say, Session
from kiosk.core.receipt import Settled
from kiosk.texts.catalogue import say
from kiosk.ui import translations
from kiosk.ui.translations import listed

_NOT_PRINTED = {
    "paper": "paid.not_printed_paper",
    "cover": "paid.not_printed_cover",
    "copies": "paid.not_printed_copies",
}


def amount(session: Session) -> str:
    """The amount of the visit, or nothing while it is not known."""
    money = session.visit.amount
    return money.display(session.visit.language) if money is not None else ""


def whole_amount(session: Session) -> str:
    """As ``amount``, of a payment with what the unit's credit paid of the bills."""
    payment, language = session.visit.payment, session.visit.language
    if payment is None or not payment.credit_minor:
        return amount(session)
    return money(language, payment.amount_minor + payment.credit_minor, payment.currency)


def zone(session: Session) -> str | None:
    config = session.lobby.config
    return config.community.time_zone if config else None


def today(session: Session) -> date | None:
    return translations.today(session.wall, zone(session))


def moment(session: Session, at: datetime, after: datetime | None = None) -> str:
    """A moment by the community's clocks; with the day where that is another one than today, or than
    that of ``after``, which stands before it."""
    language, place = session.visit.language, zone(session)
    time, on = translations.time_of_day(language, at, place), translations.today(at, place)
    known = translations.today(after, place) if after else today(session)
    if on is None or on == known:
        return time
    return say(
        language, "common.day_time", day=translations.day(language, on, today(session)), time=time
    )


def money(language: Locale, minor: int, currency: str) -> str:
    return Money(minor, currency).display(language)


def method_name(language: Locale, method: Method) -> str:
    return METHODS[method].name.in_language(language)


def app_name(language: Locale, method: Method | None) -> str:
    """What the resident opens on the phone; nothing for what is not paid with one."""
    wallet = METHODS[method].wallet if method else None
    return wallet.app.in_language(language) if wallet else ""


def method_names(language: Locale, methods: tuple[Method, ...]) -> str:
    return listed(language, [method_name(language, m) for m in methods])


def bill_name(language: Locale, bill: Bill, *, short: bool = False) -> str:
    """Its title where it is no month's own bill; else the month, perhaps short. Before it the code of its
    unit, where that went into the one it is paid with."""
    name = translations.month(language, bill.period, short=short)
    if bill.title is not None:
        name = bill.title.in_language(language)
    return f"{bill.unit} · {name}" if bill.unit_label else name


def part_of(language: Locale, bill: Bill, paid_minor: int) -> str:
    """Of which bill it is a part, and what is left of that."""
    rest = money(language, bill.amount_minor - paid_minor, bill.currency)
    return say(language, "paid.part", bill=bill_name(language, bill), rest=rest)


def spoken_month(language: Locale, bill: Bill) -> str:
    """What a bill is called aloud where its name cannot be said: the month, after the code of a unit
    that went into the one it is paid with."""
    month = translations.month(language, bill.period)
    return f"{bill.unit} {month}" if bill.unit_label else month


def line_name(language: Locale, line: BillLine) -> str:
    """Its name, and its note where it has one: ``Parking space fee B2-117``."""
    name = line.name.in_language(language)
    return f"{name} {line.note.in_language(language)}" if line.note else name


def line_detail(language: Locale, line: BillLine, currency: str) -> str:
    """Quantity and rate as printed on the bill, e.g. ``118.60 m² × ¥2.80``."""
    id = "common.currency_rate" if currency == "CNY" else "common.currency_rate_other"
    return say(
        language,
        id,
        quantity=line.quantity,
        unit=line.quantity_unit.in_language(language),
        rate=line.rate if currency == "CNY" else f"{sign(currency, language)}{line.rate}",
    )


def overdue(language: Locale, bill: Bill, session: Session) -> str:
    """That a bill is late, by how much, and what that costs; nothing while it is not."""
    fee = money(language, bill.late_fee_minor, bill.currency) if bill.late_fee_minor else ""
    now = today(session)
    days = (now - bill.due).days if now else 0
    if days > 0:
        id = "bills.overdue_fee" if fee else "bills.overdue"
        return say(language, id, count=days, **({"fee": fee} if fee else {}))
    return say(language, "bills.late_fee", fee=fee) if fee else ""


def unit_and_payer(language: Locale, session: Session) -> str:
    visit = session.visit
    if visit.payment:
        unit, payer = visit.payment.unit_label, visit.payment.payer
    elif visit.account:
        unit, payer = visit.account.label, visit.account.payer
    else:
        return ""
    return " · ".join(p for p in (unit.in_language(language), payer) if p)


def of_unit(session: Session) -> str:
    """The unit whose bills were read in this visit, and which what comes is for; else empty."""
    label, language = session.visit.of_unit, session.visit.language
    return say(language, "request_unit.known", unit=label.in_language(language)) if label else ""


def of_paper(session: Session) -> str:
    """What a screen says of the paper it is about, or else of itself; empty where there is nothing."""
    visit, language = session.visit, session.visit.language
    if visit.say is Say.NOT_PRINTED and visit.paper_trouble in _NOT_PRINTED:
        return say(language, _NOT_PRINTED[visit.paper_trouble])
    return say(language, f"message.{visit.say.value}") if visit.say else ""


def items(language: Locale, record: Settled) -> list[str]:
    """The names of what was paid for, each once, in the order of the bills."""
    names = [line.name.in_language(language) for bill in record.bills for line in bill.lines]
    return list(dict.fromkeys(names))


def office(language: Locale, session: Session) -> str:
    """Its phone; empty where the community has none."""
    config = session.lobby.config
    phone = config.community.office_phone if config else ""
    return say(language, "common.office", phone=phone) if phone else ""
