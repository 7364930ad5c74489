"""Says that nothing can be paid here now, and where it can be. It offers no way that does not work.

A line for staff, small, says what only they can put right; it tells a resident nothing to act on.
"""

from dataclasses import dataclass

from contract.stop_reason import StopReason
from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import office
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
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
    office: str
    staff: str  # what staff have to do; empty when mending a device is enough


def present(session: Session) -> OutOfOrderView:
    language, lobby = session.visit.language, session.lobby
    staff = ""
    if lobby.stopped:
        staff = say(language, _STAFF.get(lobby.stopped, _OTHER))
    elif not lobby.recording:
        staff = say(language, "out_of_order.staff_disk")
    return OutOfOrderView(office=office(language, session), staff=staff)


class OutOfOrderScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
