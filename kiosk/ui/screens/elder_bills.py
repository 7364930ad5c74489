"""Elder mode: what is due as one amount, with one thing to do. The bills one by one are a touch away."""

from dataclasses import dataclass

from contract.messages import BILLS_A_PAYMENT, Bill
from contract.money import Locale, total
from kiosk.core.capabilities import credit_covers
from kiosk.core.model import Session
from kiosk.core.step import with_visit
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import money, unit_and_payer
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.translations import listed, month
from kiosk.ui.widgets import facts  # noqa: F401

FEES_SHOWN_MAX, FEES_BESIDE_A_NOTE, FEES_IN_A_WIDE_WINDOW, FEES_BESIDE_CREDIT = 4, 3, 3, 2
Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ElderBillsView:
    amount: str
    subtitle: str
    fees: Rows  # what for and which months; how much
    upright: Rows  # as many of them as there is room for; the last row stands for the others
    wide: Rows  # the same in a wide window
    rest: str  # that more is due than can be paid at once, or that these are the bills of yesterday
    several: bool
    credit: str  # what it can be paid out of, where that covers it


def present(session: Session) -> ElderBillsView:
    visit, language = session.visit, session.visit.language
    account = visit.account
    bills = account.bills[:BILLS_A_PAYMENT] if account else []
    if account is None:
        return ElderBillsView("", "", (), (), (), "", False, "")
    rest = [say(language, "bills.offline")] if visit.offline else []
    if len(bills) < len(account.bills):
        rest.append(say(language, "elder_bills.first_only", most=len(bills)))
    merged = any(bill.unit_label for bill in bills)  # then names take two lines
    every, credit = fees(language, bills), _credit(session, [bill.number for bill in bills])
    return ElderBillsView(
        amount=total([bill.money for bill in bills], account.currency).display(language),
        subtitle=unit_and_payer(language, session),
        fees=every,
        upright=shown(language, every, FEES_BESIDE_A_NOTE if rest else FEES_SHOWN_MAX),
        wide=shown(
            language, every, FEES_BESIDE_CREDIT if credit or merged else FEES_IN_A_WIDE_WINDOW
        ),
        rest="\n".join(rest),
        several=len(account.bills) > 1,
        credit=credit,
    )


def _credit(session: Session, numbers: list[str]) -> str:
    every = with_visit(session, selected=tuple(numbers))
    account, language = session.visit.account, session.visit.language
    if account is None or not credit_covers(every):
        return ""
    spare = money(language, account.credit_minor, account.currency)
    return say(language, "elder_bills.use_credit", amount=spare)


def fees(language: Locale, bills: list[Bill]) -> Rows:
    """One row a fee, whatever months it is of; late fees are a row of their own. The rows come to the
    amounts of the bills. What is no month's own bill is named bill by bill: there is no room here. Fees
    of a unit that went into this one are rows of their own, with its code."""
    sums: dict[str, int] = {}
    months: dict[str, list[str]] = {}
    for bill in bills:
        parts = [(line.name.in_language(language), line.amount_minor) for line in bill.lines]
        if bill.late_fee_minor:
            parts.append((say(language, "elder_bills.late"), bill.late_fee_minor))
        for fee, minor in parts:
            name = f"{bill.unit} · {fee}" if bill.unit_label else fee
            sums[name] = sums.get(name, 0) + minor
            months.setdefault(name, [])
            titled = bill.title is not None
            short = "" if titled else month(language, bill.period, short=True)
            if short not in months[name]:
                months[name].append(short)
    currency = bills[0].currency if bills else "CNY"
    return tuple(
        (f"{name}  {_when(language, months[name])}".rstrip(), money(language, minor, currency))
        for name, minor in sums.items()
    )


def _when(language: Locale, months: list[str]) -> str:
    """Empty where one of the bills has no month to be told by: the others' would be said of its money."""
    if "" in months:
        return ""
    if len(months) > 2:
        return say(language, "elder_bills.months", first=months[0], last=months[-1])
    return listed(language, months)


def shown(language: Locale, rows: Rows, most: int) -> Rows:
    """As many of them; the last one stands for the others."""
    if len(rows) <= most:
        return rows
    others = say(language, "elder_bills.others", more=len(rows) - most + 1)
    return (*rows[: most - 1], (others, ""))


class ElderBillsScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
