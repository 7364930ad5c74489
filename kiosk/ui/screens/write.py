"""A request in one's own words, by the keyboard on the screen."""

from dataclasses import dataclass

from kiosk.core.asking import Purpose
from kiosk.core.model import Session
from kiosk.core.service_desk import topic_of
from kiosk.core.writing import Keys
from kiosk.texts.catalogue import say
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import typewriter  # noqa: F401


@dataclass(frozen=True)
class WriteView:
    title: str
    text: str
    letters: str
    hint: str  # instead of either
    candidates: tuple[tuple[int, str], ...]
    first: bool
    more: bool
    keys: str
    back_keys: str
    capital: bool
    complete: bool


def present(session: Session) -> WriteView:
    language = session.visit.language
    now = session.visit.asking.writing
    letters = now.shown or now.letters
    empty = not now.text and not letters
    return WriteView(
        title=_title(session),
        text=now.text,
        letters=letters,
        hint=say(language, f"write.hint_{now.keys}") if empty else "",
        candidates=now.page_shown,
        first=now.page == 0,
        more=now.more,
        keys=now.keys.value,
        back_keys=(now.words if now.keys is Keys.MARKS else now.keys).value,
        capital=now.capital,
        complete=bool(now.text.strip() or letters),
    )


def _title(session: Session) -> str:
    language, asking, topic = session.visit.language, session.visit.asking, topic_of(session)
    if asking.purpose is Purpose.INVOICE:
        return say(language, "invoice.buyer_company" if asking.company else "invoice.buyer_person")
    return topic.name.in_language(language) if topic else say(language, "write.title")


class WriteScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
