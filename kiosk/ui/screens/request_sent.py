"""A request's number and the code of its page, once the office has it; else what to do now."""

from dataclasses import dataclass

from kiosk.core.asking import Fault, Paper
from kiosk.core.capabilities import offers
from kiosk.core.helping import phone_now
from kiosk.core.model import Sent, Session
from kiosk.texts.catalogue import say
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import codes, statement  # noqa: F401


@dataclass(frozen=True)
class RequestSentView:
    state: str  # sending, taken, failed
    title: str
    body: str
    number: str
    code: str
    can_print: bool
    paper: str
    retry: bool


def present(session: Session) -> RequestSentView:
    language, asking = session.visit.language, session.visit.asking
    state = {Sent.TAKEN: "taken", Sent.FAILED: "failed"}.get(asking.sent, "sending")
    title, body = (
        say(language, f"request_sent.{state}"),
        say(language, f"request_sent.{state}_body"),
    )
    if state == "failed":
        title, body = _failed(session)
    prints = offers(session.lobby).print and state == "taken"
    return RequestSentView(
        state=state,
        title=title,
        body=body,
        number=asking.number,
        code=asking.url,
        can_print=prints and asking.paper in (Paper.NOT_YET, Paper.FAILED),
        paper=say(language, f"request_sent.paper_{asking.paper}") if asking.paper else "",
        retry=state == "failed" and asking.fault is Fault.AWAY,
    )


def _failed(session: Session) -> tuple[str, str]:
    """What is certain, and whom to call instead."""
    language, fault = session.visit.language, session.visit.asking.fault
    known = fault in (Fault.TOO_MANY, Fault.NOT_TAKEN)
    phone, _ = phone_now(session)
    body = say(language, "request_sent.call" if phone else "request_sent.come", phone=phone)
    return say(language, f"request_sent.{fault}" if known else "request_sent.away"), body


class RequestSentScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
