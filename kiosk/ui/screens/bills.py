"""What a unit owes, bill by bill, and the sum of what is chosen."""

from dataclasses import dataclass

from kivy.properties import ObjectProperty

from contract.messages import BILLS_A_PAYMENT, Bill
from kiosk.core import earlier_payment, part_payment, payment_history
from kiosk.core.capabilities import credit_covers
from kiosk.core.held_bills import in_doubt
from kiosk.core.model import Action, Session
from kiosk.core.receipt import Paper, paper_of
from kiosk.core.top_up import offered
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import (
    amount,
    bill_name,
    line_detail,
    money,
    overdue,
    spoken_month,
    today,
    unit_and_payer,
    zone,
)
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.translations import day
from kiosk.ui.translations import today as local_day
from kiosk.ui.voice_port import Said
from kiosk.ui.widgets import drawings, scrolling  # noqa: F401
from kiosk.ui.widgets.buttons import Pressable
from kiosk.ui.widgets.shapes import Panel

LINES_SHOWN_MAX = 3
_WAITING = {
    "confirming": "bills.waiting_confirming",
    "elsewhere": "bills.waiting_elsewhere",
    "paid": "bills.waiting_paid",
    "not_taken": "bills.waiting_not_taken",
    "not_paid": "bills.waiting_not_paid",
    "returned": "bills.waiting_returned",
    "credited": "bills.waiting_credited",
}
_TOLD = ("confirming", "paid", "returned", "credited")  # there is a screen that tells of it


@dataclass(frozen=True)
class BillRow:
    """``month``: what can be said aloud where its title cannot."""

    number: str
    title: str
    month: str
    lines: str  # name, quantity x rate; one to a line
    more: str
    tag: str
    amount: str
    selected: bool


@dataclass(frozen=True)
class WaitingRow:
    """A bill that an earlier payment may have paid, or has: it cannot be chosen."""

    number: str
    title: str
    month: str
    told: str
    tone: str  # attention, good
    amount: str
    look: str  # what the button says that leads to what is known


@dataclass(frozen=True)
class BillsView:
    title: str
    subtitle: str
    rows: tuple[BillRow | WaitingRow, ...]  # in order of date
    due: int  # how many can be chosen
    note: str  # that these are the bills of yesterday, or why some are missing
    others: str  # after a scan: what else is due, and could be paid together with it
    credit: str
    part: bool  # of one that is chosen a part can be paid
    top_up: bool  # beside what there is, more can be paid in
    credit_usable: bool  # it covers what is chosen
    selected: str
    all_selected: bool
    total: str
    main_action: str
    main_value: str
    main_words: str
    payable: bool
    payments: bool  # what else the unit has paid can be looked up
    reprint: str  # the last receipt of this unit, where it was paid here


def present(session: Session) -> BillsView:
    visit, language = session.visit, session.visit.language
    account = visit.account
    bills = account.bills if account else []
    chosen = len(visit.selected_bills)
    credit = ""
    if account and account.credit_minor:
        spare = money(language, account.credit_minor, account.currency)
        credit = say(language, "bills.credit", amount=spare)
    none = say(language, "bills.none_selected")
    rows = _rows(session)
    only_waiting = rows[0] if rows and not bills else None
    return BillsView(
        title=say(language, "bills.title", count=len(bills))
        if bills
        else say(language, "bills.waiting_title", count=len(visit.waiting)),
        subtitle=unit_and_payer(language, session),
        rows=rows,
        due=len(bills),
        note=_note(session),
        others=_others(session),
        credit=credit,
        part=part_payment.offered(session) is not None,
        top_up=not credit_covers(session) and offered(session),
        credit_usable=credit_covers(session),
        selected=say(language, "bills.selected", count=chosen) if chosen else none,
        all_selected=chosen == min(len(bills), BILLS_A_PAYMENT),
        total=amount(session),
        main_action=(Action.VIEW_RESULT if only_waiting else Action.PAY).value,
        main_value=only_waiting.number if only_waiting else "",
        main_words=only_waiting.look if only_waiting else say(language, "bills.pay"),
        payments=payment_history.offered(session) and not session.visit.offline,
        reprint=_reprint(session),
        payable=(chosen > 0 or only_waiting is not None) and not visit.busy,
    )


def _rows(session: Session) -> tuple[BillRow | WaitingRow, ...]:
    visit = session.visit
    due = visit.account.bills if visit.account else []
    found = [(bill, _row(session, bill)) for bill in due]
    found += [(bill, _waiting_row(session, bill)) for bill in visit.waiting]
    return tuple(row for bill, row in sorted(found, key=lambda pair: pair[0].period))


def _note(session: Session) -> str:
    visit, language = session.visit, session.visit.language
    said = [say(language, "bills.offline")] if visit.offline else []
    states = {earlier_payment.state_of(session, bill)[0] for bill in visit.waiting}
    if states & {"confirming", "elsewhere"}:
        said.append(say(language, "bills.held_unsure"))
    elif visit.held and not visit.waiting and not in_doubt(visit.held):
        said.append(say(language, "bills.held_paid"))
    return "\n".join(said)


def _others(session: Session) -> str:
    """Whoever scanned one bill is told of the rest."""
    visit, language = session.visit, session.visit.language
    if not visit.bill_token or visit.account is None:
        return ""
    now = today(session)
    rest = [bill for bill in visit.account.bills if bill.number not in visit.selected]
    late = sum(now is not None and bill.due < now for bill in rest)
    if not visit.selected or not rest:
        return ""
    if late:
        return say(language, "bills.others_late", count=len(rest), late=late)
    return say(language, "bills.others", count=len(rest))


def _reprint(session: Session) -> str:
    visit, language = session.visit, session.visit.language
    if visit.reprint is None or visit.waiting:
        return ""
    paid_on = local_day(visit.reprint.changed_at, zone(session))
    return say(
        language,
        _REPRINT[paper_of(visit.reprint)],
        date=day(language, paid_on, today(session)) if paid_on else "",
        amount=money(language, visit.reprint.amount_minor, visit.reprint.currency),
    )


_REPRINT = {
    Paper.RECEIPT: "bills.reprint",
    Paper.RETURNED: "bills.returned",
    Paper.CREDITED: "bills.credited",
}


def _waiting_row(session: Session, bill: Bill) -> WaitingRow:
    language = session.visit.language
    state, reference = earlier_payment.state_of(session, bill)
    look = "bills.view_result" if state in _TOLD else "bills.look_again"
    return WaitingRow(
        number=bill.number,
        title=bill_name(language, bill),
        month=spoken_month(language, bill),
        told=say(language, _WAITING[state], reference=reference),
        tone="good" if state == "paid" else "attention",
        amount=bill.money.display(language),
        look=say(language, look),
    )


def _row(session: Session, bill: Bill) -> BillRow:
    language = session.visit.language
    shown = bill.lines if len(bill.lines) <= LINES_SHOWN_MAX else bill.lines[: LINES_SHOWN_MAX - 1]
    hidden = len(bill.lines) - len(shown)
    tag = overdue(language, bill, session)
    return BillRow(
        number=bill.number,
        title=bill_name(language, bill),
        month=spoken_month(language, bill),
        lines="\n".join(
            f"{line.name.in_language(language)}  {line_detail(language, line, bill.currency)}"
            for line in shown
        ),
        more=say(language, "bills.more_lines", count=hidden) if hidden else "",
        tag=tag or "",
        amount=bill.money.display(language),
        selected=bill.number in session.visit.selected,
    )


class BillCard(Pressable):
    """Touching it anywhere chooses the bill or leaves it out; "how is this calculated" is inside."""

    row = ObjectProperty(rebind=True)
    say = ObjectProperty()

    def said(self) -> tuple[Said, ...]:
        row = self.row
        return Said(row.title), Said(row.amount, personal=True), Said(row.tag, personal=True)


class WaitingCard(Panel):
    """A bill that is not to be paid now, why, and the way to what is known."""

    row = ObjectProperty(rebind=True)


class BillsScreen(KioskScreen):
    present = staticmethod(present)

    def draw(self):
        cards = self.ids.bills.content
        rows = self.view.rows
        if [_kind(card.row) for card in cards.children[::-1]] != [_kind(row) for row in rows]:
            cards.clear_widgets()
            for row in rows:
                waits = isinstance(row, WaitingRow)
                cards.add_widget(WaitingCard(row=row) if waits else BillCard(row=row, say=self.say))
        for card, row in zip(cards.children[::-1], rows, strict=True):
            card.row = row


def _kind(row: BillRow | WaitingRow) -> tuple[str, type]:
    return row.number, type(row)


load_beside(__file__)
