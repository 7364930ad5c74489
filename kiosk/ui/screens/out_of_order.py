"""Says that nothing can be paid here now, and what works instead: the office and its hours, whom to call
at this hour, another kiosk. It offers no way that does not work, and keeps in sight what is in doubt.

A line for staff, small, says what only they can put right; it tells a resident nothing to act on.
"""

from dataclasses import dataclass

from contract.stop_reason import StopReason
from kiosk.core.helping import phone_now
from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.translations import listed
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
    call: str  # what the number is; empty where nobody is named
    phone: str
    hours: str
    bill_on_phone: str
    unconfirmed: str  # payments that somebody may still ask about here
    staff: str  # what staff have to do; empty when mending a device is enough


def present(session: Session) -> OutOfOrderView:
    language, lobby = session.visit.language, session.lobby
    staff = ""
    if lobby.stopped:
        staff = say(language, _STAFF.get(lobby.stopped, _OTHER))
    elif not lobby.recording:
        staff = say(language, "out_of_order.staff_disk")
    phone, office = phone_now(session)
    hours = lobby.config.community.office_hours if lobby.config else None
    references = listed(language, [record.reference for record in lobby.unresolved])
    return OutOfOrderView(
        call=say(language, "help.call" if office else "help.call_duty") if phone else "",
        phone=phone,
        hours=say(language, "help.hours", hours=hours.in_language(language)) if hours else "",
        bill_on_phone=say(language, "out_of_order.phone_bill") if lobby.config else "",
        unconfirmed=say(language, "out_of_order.unconfirmed", references=references)
        if references
        else "",
        staff=staff,
    )


class OutOfOrderScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
