"""What a unit owes, bill by bill, and the sum of what is chosen."""

from dataclasses import dataclass

from kivy.properties import ObjectProperty

from contract.messages import BILLS_A_PAYMENT, Bill
from kiosk.core.held_bills import in_doubt
from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import amount, line_detail, money, overdue, unit_and_payer
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.translations import month
from kiosk.ui.widgets import drawings, scrolling  # noqa: F401
from kiosk.ui.widgets.buttons import Pressable

LINES_SHOWN_MAX = 3


@dataclass(frozen=True)
class BillRow:
    number: str
    title: str
    lines: str  # name, quantity x rate; one to a line
    more: str
    tag: str
    amount: str
    selected: bool


@dataclass(frozen=True)
class BillsView:
    title: str
    subtitle: str
    rows: tuple[BillRow, ...]
    note: str  # that these are the bills of yesterday, or why some are missing
    credit: str
    selected: str
    all_selected: bool
    total: str
    payable: bool


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
    return BillsView(
        title=say(language, "bills.title", count=len(bills)),
        subtitle=unit_and_payer(language, session),
        rows=tuple(_row(session, bill) for bill in bills),
        note=_note(session),
        credit=credit,
        selected=say(language, "bills.selected", count=chosen) if chosen else none,
        all_selected=chosen == min(len(bills), BILLS_A_PAYMENT),
        total=amount(session),
        payable=chosen > 0,
    )


def _note(session: Session) -> str:
    visit, language = session.visit, session.visit.language
    said = [say(language, "bills.offline")] if visit.offline else []
    if visit.held or visit.held_elsewhere:
        unsure = in_doubt(visit.held) or visit.held_elsewhere
        said.append(say(language, "bills.held_unsure" if unsure else "bills.held_paid"))
    return "\n".join(said)


def _row(session: Session, bill: Bill) -> BillRow:
    language = session.visit.language
    shown = bill.lines if len(bill.lines) <= LINES_SHOWN_MAX else bill.lines[: LINES_SHOWN_MAX - 1]
    hidden = len(bill.lines) - len(shown)
    tag = overdue(language, bill, session)
    return BillRow(
        number=bill.number,
        title=month(language, bill.period),
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


class BillsScreen(KioskScreen):
    present = staticmethod(present)

    def draw(self):
        cards = self.ids.bills.content
        rows = self.view.rows
        if [card.row.number for card in cards.children[::-1]] != [row.number for row in rows]:
            cards.clear_widgets()
            for row in rows:
                cards.add_widget(BillCard(row=row, say=self.say))
        for card, row in zip(cards.children[::-1], rows, strict=True):
            card.row = row


load_beside(__file__)
