"""Says that nothing can be paid here now, and what works instead: the office and its hours, whom to call
at this hour, another kiosk. It offers no way that does not work, and keeps in sight what is in doubt.

A line for staff, small, says what only they can put right; it tells a resident nothing to act on.
"""

from dataclasses import dataclass

from contract.stop_reason import StopReason
from kiosk.core.helping import phone_now
from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import zone
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.translations import day, listed, time_of_day, today
from kiosk.ui.widgets import statement  # noqa: F401

_STAFF = {
    StopReason.TWIN: "out_of_order.staff_twin",
    StopReason.BEHIND: "out_of_order.staff_old_disk",
    StopReason.FORKED: "out_of_order.staff_old_disk",
    StopReason.NOT_SIGNED: "out_of_order.staff_journal",
    StopReason.DAMAGED: "out_of_order.staff_journal",
    StopReason.SWITCHED_OFF: "out_of_order.staff_switched_off",
}
_OTHER = "out_of_order.staff_pair_again"


@dataclass(frozen=True)
class OutOfOrderView:
    why: str  # words of staff, or that the cabinet is open
    until: str  # when it is expected back
    call: str  # what the number is; empty where nobody is named
    phone: str
    hours: str
    bill_on_phone: str
    unconfirmed: str  # payments that somebody may still ask about here
    told: bool  # staff look into it; on purpose they know already
    staff: str  # what staff have to do; empty when mending a device is enough


def present(session: Session) -> OutOfOrderView:
    language, lobby = session.visit.language, session.lobby
    off = lobby.afar.out_of_service
    phone, office = phone_now(session)
    hours = lobby.config.community.office_hours if lobby.config else None
    references = listed(language, [record.reference for record in lobby.unresolved])
    return OutOfOrderView(
        why=_why(session),
        until=_until(session),
        call=say(language, "help.call" if office else "help.call_duty") if phone else "",
        phone=phone,
        hours=say(language, "help.hours", hours=hours.in_language(language)) if hours else "",
        bill_on_phone=_bill_on_phone(session),
        unconfirmed=say(language, "out_of_order.unconfirmed", references=references)
        if references
        else "",
        told=off is None,
        staff=_staff(session),
    )


def _why(session: Session) -> str:
    """Words of staff where it is on purpose, or that the cabinet is open."""
    off, language = session.lobby.afar.out_of_service, session.visit.language
    if off is not None:
        return off.words.in_language(language) if off.words else ""
    return say(language, "out_of_order.cabinet_open") if session.lobby.cabinet.opened else ""


def _bill_on_phone(session: Session) -> str:
    """That a phone shows the bill and takes no money, where that is so."""
    config = session.lobby.config
    shown_only = config is not None and not config.phone_pays
    return say(session.visit.language, "out_of_order.phone_bill") if shown_only else ""


def _until(session: Session) -> str:
    """When it is expected back, while that lies ahead; with the day where that is another one."""
    off, language, now = session.lobby.afar.out_of_service, session.visit.language, session.wall
    if off is None or off.until is None or now is None or off.until <= now:
        return ""
    place, back = zone(session), off.until
    time, now_day, on = time_of_day(language, back, place), today(now, place), today(back, place)
    if on is None or on == now_day:
        return say(language, "out_of_order.until", time=time)
    shown = day(language, on, now_day)
    return say(language, "out_of_order.until_day", day=shown, time=time)


def _staff(session: Session) -> str:
    language, lobby = session.visit.language, session.lobby
    off, switched_off = lobby.afar.out_of_service, StopReason.SWITCHED_OFF
    if lobby.stopped and lobby.stopped != switched_off:
        return say(language, _STAFF.get(lobby.stopped, _OTHER))
    if off is not None and off.by:
        return say(language, "out_of_order.staff_off_by", by=off.by)
    if off is not None or lobby.stopped:
        return say(language, _STAFF[switched_off])
    return "" if lobby.recording else say(language, "out_of_order.staff_disk")


class OutOfOrderScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
