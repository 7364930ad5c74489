"""What the community made public: the newest of each kind, then those before. Touch one to read it."""

from dataclasses import dataclass

from kivy.properties import StringProperty

from contract.money import Locale
from contract.public_accounts import Published
from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui import translations
from kiosk.ui.formatting import moment
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import codes, scrolling  # noqa: F401
from kiosk.ui.widgets.buttons import Pressable
from kiosk.ui.widgets.text import Paragraph

KINDS = ("standards", "services", "common", "energy", "repair")


@dataclass(frozen=True)
class AccountsView:
    newest: tuple[tuple[str, str, str], ...]  # id, kind, period
    earlier: tuple[tuple[str, str, str], ...]
    earlier_title: str
    age: str
    code: str


def present(session: Session) -> AccountsView:
    language, config = session.visit.language, session.lobby.config
    published = config.accounts if config else []
    seen: set[str] = set()
    newest, earlier = [], []
    for one in published:
        row = (one.id, kind_name(language, one), period_name(language, one.period))
        (earlier if one.kind in seen else newest).append(row)
        seen.add(one.kind)
    return AccountsView(
        newest=tuple(newest),
        earlier=tuple(earlier),
        earlier_title=say(language, "accounts.earlier") if earlier else "",
        age=age(session),
        code=page(session),
    )


def kind_name(language: Locale, one: Published) -> str:
    """In the kiosk's own words, which can be spoken; a newer kind in the server's."""
    return (
        say(language, f"accounts.{one.kind}")
        if one.kind in KINDS
        else one.name.in_language(language)
    )


def period_name(language: Locale, period: str) -> str:
    """One that is newer than the kiosk as the server calls it."""
    if found := translations.quarter(language, period):
        return found
    try:
        day = translations.long_day(language, period)
    except ValueError:
        return period
    return say(language, "accounts.from_day", day=day)


def page(session: Session, id: str = "") -> str:
    """Of the community's, or of one of them, for the phone."""
    config = session.lobby.config
    if config is None:
        return ""
    whole = f"{config.public_url}/c/{config.community.code}/"
    return f"{whole}?one={id}" if id else whole


def age(session: Session) -> str:
    """When the server last said that this is so. What a start without the server found in the kiosk's own
    copy is as old as that copy."""
    config, seen = session.lobby.config, session.lobby.server_seen
    if config is None:
        return ""
    known = max(config.server_time, seen) if seen else config.server_time
    id = "accounts.age" if session.lobby.server_reachable else "accounts.age_away"
    return say(session.visit.language, id, at=moment(session, known))


class AccountsTitle(Paragraph):
    """What stands below it."""


class AccountRow(Pressable):
    """One that can be read in full."""

    title = StringProperty("")
    period = StringProperty("")


class AccountsScreen(KioskScreen):
    present = staticmethod(present)

    def draw(self):
        cards = self.ids.cards.content
        cards.clear_widgets()
        self._rows(cards, self.view.newest)
        if self.view.earlier:
            cards.add_widget(AccountsTitle(words=self.view.earlier_title))
            self._rows(cards, self.view.earlier)

    def _rows(self, cards, rows):
        for id, title, period in rows:
            row = AccountRow(
                action="account", value=id, words=f"{title} {period}", title=title, period=period
            )
            cards.add_widget(row)


load_beside(__file__)
