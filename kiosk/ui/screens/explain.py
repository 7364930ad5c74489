"""How one bill comes about: each line with quantity, rate, readings and the months before."""

from dataclasses import dataclass

from kivy.properties import ObjectProperty

from contract.messages import Bill, BillLine
from contract.money import Money
from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import line_detail, line_name, money, unit_and_payer
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.translations import month
from kiosk.ui.widgets import drawings, facts, scrolling  # noqa: F401
from kiosk.ui.widgets.shapes import Panel

MONTHS_SHOWN_MAX = 6


@dataclass(frozen=True)
class LineView:
    name: str
    amount: str
    detail: str
    rows: tuple[tuple[str, str], ...]
    history_title: str
    months: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True)
class ExplainView:
    title: str
    month_title: str  # what can be said aloud where its title cannot
    subtitle: str
    lines: tuple[LineView, ...]
    total: str


def present(session: Session) -> ExplainView:
    visit, language = session.visit, session.visit.language
    bills = visit.account.bills if visit.account else []
    bill = next((b for b in bills if b.number == visit.explaining), None)
    if bill is None:
        return ExplainView("", "", "", (), "")
    lines = [_line(session, bill, line) for line in bill.lines]
    if bill.late_fee_minor:
        fee = money(language, bill.late_fee_minor, bill.currency)
        lines.append(LineView(say(language, "explain.late_fee"), fee, "", (), "", ()))
    of_month = say(language, "explain.title", month=month(language, bill.period))
    return ExplainView(
        title=bill.title.in_language(language) if bill.title else of_month,
        month_title=of_month,
        subtitle=bill.unit_label.in_language(language)
        if bill.unit_label
        else unit_and_payer(language, session),
        lines=tuple(lines),
        total=bill.money.display(language),
    )


def _line(session: Session, bill: Bill, line: BillLine) -> LineView:
    language = session.visit.language
    months = _months(session, line, bill.currency)
    title = say(language, "explain.history", name=line.name.in_language(language))
    return LineView(
        name=line_name(language, line),
        amount=money(language, line.amount_minor, bill.currency),
        detail=line_detail(language, line, bill.currency),
        rows=tuple(
            (row.label.in_language(language), row.value.in_language(language))
            for row in line.explanation
        ),
        history_title=title if months else "",
        months=months,
    )


def _months(session: Session, line: BillLine, currency: str) -> tuple[tuple[str, str, float], ...]:
    """The last months as (name, amount, share of the highest)."""
    history = line.history[-MONTHS_SHOWN_MAX:]
    highest = max((minor for _, minor in history), default=0)
    if len(history) < 2 or highest <= 0:
        return ()
    return tuple(
        (
            month(session.visit.language, period, short=True),
            str(Money(minor, currency).decimal),
            max(0, minor) / highest,
        )
        for period, minor in history
    )


class LineCard(Panel):
    line = ObjectProperty(rebind=True)


class ExplainScreen(KioskScreen):
    present = staticmethod(present)

    def draw(self):
        cards = self.ids.lines.content
        cards.clear_widgets()
        for line in self.view.lines:
            cards.add_widget(LineCard(line=line))


load_beside(__file__)
