"""One publication in full: what came in and went out as bars with their figures, quarter by quarter where
several are known, and its page for the phone."""

from dataclasses import dataclass

from kivy.properties import ObjectProperty

from contract.public_accounts import EXPENSE, INCOME, OPENING, Published, quarter, sums
from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui import translations
from kiosk.ui.formatting import money, today
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.accounts import age, kind_name, page, period_name
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import codes, drawings, scrolling, shares  # noqa: F401
from kiosk.ui.widgets.shapes import Panel
from kiosk.ui.widgets.shares import Share


@dataclass(frozen=True)
class SectionView:
    """``title`` is empty where there is but one."""

    title: str
    rows: tuple[Share, ...]


@dataclass(frozen=True)
class QuartersView:
    title: str
    quarters: tuple[tuple[str, str, float], ...]  # name, figure, share of the highest


@dataclass(frozen=True)
class AccountView:
    title: str
    period: str
    since: str
    summary: tuple[Share, ...]  # what came in, went out and is left
    sections: tuple[SectionView, ...]
    quarters: tuple[QuartersView, ...]
    note: str
    age: str
    code: str


NOTHING = AccountView("", "", "", (), (), (), "", "", "")


def present(session: Session) -> AccountView:
    visit, config = session.visit, session.lobby.config
    published = config.accounts if config else []
    one = next((one for one in published if one.id == visit.asking.account), None)
    if one is None:
        return NOTHING
    language = visit.language
    day = translations.day(language, one.public_on, today(session))
    return AccountView(
        title=kind_name(language, one),
        period=period_name(language, one.period),
        since=say(language, "accounts.since", day=day, version=one.version),
        summary=_summary(session, one),
        sections=_sections(session, one),
        quarters=_quarters(session, [other for other in published if other.kind == one.kind]),
        note=one.note.in_language(language) if one.note else "",
        age=age(session),
        code=page(session, one.id),
    )


def _money(session: Session, minor: int) -> str:
    config = session.lobby.config
    assert config is not None, "without it nothing is shown"
    return money(session.visit.language, minor, config.community.currency)


def _of_money(one: Published) -> bool:
    return any(row.section for row in one.rows)


def _added(one: Published) -> dict[str, int]:
    return sums((row.section, row.amount_minor) for row in one.rows)


def _total(one: Published) -> int:
    return sum(row.amount_minor or 0 for row in one.rows)


def _summary(session: Session, one: Published) -> tuple[Share, ...]:
    language = session.visit.language
    if not _of_money(one):
        amounts = [row for row in one.rows if row.amount_minor]
        if not quarter(one.period) or len(amounts) < 2:
            return ()
        return (Share(say(language, "accounts.total"), _money(session, _total(one)), strong=True),)
    added = _added(one)
    most = max(added[INCOME], added[EXPENSE], 1)

    def bar(section: str) -> Share:
        share = added[section] / most
        name = say(language, f"accounts.{section}")
        return Share(name, _money(session, added[section]), share=share, second=section == EXPENSE)

    before = Share(say(language, "accounts.opening"), _money(session, added[OPENING]))
    left = Share(say(language, "accounts.left"), _money(session, added["balance"]), strong=True)
    return (before, bar(INCOME), bar(EXPENSE), left)


def _sections(session: Session, one: Published) -> tuple[SectionView, ...]:
    """Rows of a quarter are money of one time, which can be compared; prices of a standard cannot."""
    language, compared = session.visit.language, quarter(one.period) is not None
    found = []
    for section in (INCOME, EXPENSE, ""):
        rows = [row for row in one.rows if row.section == section]
        most = max((row.amount_minor or 0 for row in rows), default=0)
        bars = compared and len(rows) > 1 and most > 0
        shown = tuple(
            Share(
                row.name.in_language(language),
                _money(session, row.amount_minor) if row.amount_minor is not None else "",
                more=row.more.in_language(language) if row.more else "",
                share=(row.amount_minor or 0) / most if bars else None,
                second=section == EXPENSE,
            )
            for row in rows
        )
        if shown:
            title = say(language, f"accounts.{section}") if section else ""
            found.append(SectionView(title, shown))
    return tuple(found)


def _quarters(session: Session, same: list[Published]) -> tuple[QuartersView, ...]:
    """Those of one kind beside each other, the oldest first; nothing while there is but one."""
    language = session.visit.language
    ordered = sorted((one for one in same if quarter(one.period)), key=lambda one: one.period)
    if len(ordered) < 2:
        return ()
    of_money = _of_money(ordered[-1])
    found = []
    for section in (INCOME, EXPENSE) if of_money else ("",):
        figures = [_added(one)[section] if section else _total(one) for one in ordered]
        most = max(*figures, 1)
        id = f"accounts.by_quarter_{section}" if section else "accounts.by_quarter"
        quarters = tuple(
            (
                translations.quarter(language, one.period, short=True),
                _money(session, minor),
                minor / most,
            )
            for one, minor in zip(ordered, figures, strict=True)
        )
        found.append(QuartersView(say(language, id), quarters))
    return tuple(found)


class SharesCard(Panel):
    section = ObjectProperty(rebind=True)


class QuartersCard(Panel):
    chart = ObjectProperty(rebind=True)


class AccountNote(Panel):
    words = ObjectProperty("")


class AccountScreen(KioskScreen):
    present = staticmethod(present)

    def draw(self):
        cards, view = self.ids.cards.content, self.view
        cards.clear_widgets()
        if view.summary:
            cards.add_widget(SharesCard(section=SectionView("", view.summary)))
        for section in view.sections:
            cards.add_widget(SharesCard(section=section))
        for chart in view.quarters:
            cards.add_widget(QuartersCard(chart=chart))
        if view.note:
            cards.add_widget(AccountNote(words=view.note))


load_beside(__file__)
