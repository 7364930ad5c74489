"""Says that it is closed now, by the hours or for an outage that was planned: when it opens, and what can
be done until then: the bill on the phone, whom to call, and what is in doubt."""

from dataclasses import dataclass

from contract.opening_hours import opens_at
from kiosk.core.helping import phone_now
from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import moment
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.translations import listed
from kiosk.ui.widgets import statement  # noqa: F401


@dataclass(frozen=True)
class ClosedView:
    title: str
    opens: str  # when; empty where that is not known
    why: str  # words of staff, of an outage
    by_phone: str
    call: str  # what the number is; empty where nobody is named
    phone: str
    hours: str
    unconfirmed: str


def present(session: Session) -> ClosedView:
    language, lobby = session.visit.language, session.lobby
    outage, config = lobby.hours.outage, lobby.config
    phone, office = phone_now(session)
    hours = config.community.office_hours if config else None
    references = listed(language, [record.reference for record in lobby.unresolved])
    pays = config is not None and config.phone_pays
    return ClosedView(
        title=say(language, "closed.outage" if outage else "closed.title"),
        opens=_opens(session),
        why=outage.words.in_language(language) if outage else "",
        by_phone=say(language, "closed.pay_by_phone" if pays else "out_of_order.phone_bill"),
        call=say(language, "help.call" if office else "help.call_duty") if phone else "",
        phone=phone,
        hours=say(language, "help.hours", hours=hours.in_language(language)) if hours else "",
        unconfirmed=say(language, "out_of_order.unconfirmed", references=references)
        if references
        else "",
    )


def _opens(session: Session) -> str:
    config, language = session.lobby.config, session.visit.language
    if config is None or session.wall is None:
        return ""
    at = opens_at(config.opening, session.wall, config.community.time_zone)
    if at is None or at <= session.wall:
        return ""
    id = "closed.back" if session.lobby.hours.outage else "closed.opens"
    return say(language, id, when=moment(session, at))


class ClosedScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
