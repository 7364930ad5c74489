"""What each screen says, from what it shows: the words are those of the screens' own presenters. Pure.

By loudspeaker nothing personal is said: no name, no unit, no amount of anybody's. Names of people are
never said at all; they are free text, for which there are no clips.
"""

from collections.abc import Callable

from contract.messages import Flow
from kiosk.core import service_desk, unit_entry
from kiosk.core.capabilities import offers
from kiosk.core.helping import phone_now
from kiosk.core.model import Say, Screen, Session
from kiosk.texts.catalogue import VOICE_TEXTS
from kiosk.texts.catalogue import say as words
from kiosk.ui.formatting import app_name
from kiosk.ui.frame import warned_seconds
from kiosk.ui.screens import (
    attract,
    callback,
    closed,
    declined,
    help,
    message,
    nothing_due,
    out_of_order,
    paying_card,
    paying_code,
    paying_qr,
    receipt_phone,
    request_unit,
    returned,
    scan,
    services,
    unknown,
    verify,
)
from kiosk.ui.voice_port import Said
from kiosk.voice import money_screens, service_screens

Plan = tuple[Said, ...]


def of_screen(session: Session) -> Plan:
    """What is said of the screen that the session shows; what does not apply is left out."""
    if warned_seconds(session) is not None:
        return (_own(session, "still_there"),)
    said = _SCREENS[session.visit.screen](session)
    return tuple(part for part in said if part.text)


def _own(session: Session, id: str, **values: object) -> Said:
    return Said(words(session.visit.language, f"voice.{id}", domain=VOICE_TEXTS, **values))


def _text(session: Session, id: str) -> Said:
    return Said(words(session.visit.language, id))


def _nothing(session: Session) -> Plan:
    """Staff see what they do."""
    return ()


def _pairing(session: Session) -> Plan:
    """What a resident who comes by has to know; whoever sets it up sees the rest."""
    return _text(session, "out_of_order.title"), _text(session, "out_of_order.body")


def _starting(session: Session) -> Plan:
    return _text(session, "starting.title"), _text(session, "starting.body")


def _attract(session: Session) -> Plan:
    view = attract.present(session)
    other = "en" if session.visit.language == "zh_CN" else "zh_CN"
    invitation = words(other, "voice.other_language", domain=VOICE_TEXTS)
    troubles = [Said(text) for trouble in view.troubles for text in trouble]
    return (
        _own(session, "start"),
        Said(invitation, language=other),
        *troubles,
        Said(view.ready),
        Said(view.print_ready),
        _notices(session) if view.show_notice or session.lobby.afar.message else Said(""),
    )


def _notices(session: Session) -> Said:
    """Notices are free text, for which there are no clips: that they stand there, and whom to ask."""
    lobby = session.lobby
    if not lobby.afar.message and not service_desk.notices(session):
        return Said("")
    phone, _ = phone_now(session)
    return _own(session, "notices" if phone else "notices_office", phone=phone)


def _scan(session: Session) -> Plan:
    return _text(session, "scan.title"), Said(scan.present(session).told)


def _identify(session: Session) -> Plan:
    """What was typed is said by headset only; the keys themselves are always said."""
    if session.visit.busy:
        return (_text(session, "identify.busy"),)
    typed = unit_entry.in_words(session).in_language(session.visit.language)
    echo = _own(session, "entered", typed=typed) if typed else _own(session, "empty")
    kind = unit_entry.kind(session)
    labels = [Said(part.label.in_language(session.visit.language)) for part in kind.parts]
    return _text(session, "identify.title"), *labels, Said(echo.text, personal=True)


def _request_unit(session: Session) -> Plan:
    return Said(request_unit.present(session).title), *_identify(session)[1:]


def _verify(session: Session) -> Plan:
    """The figures are never said, by no way: only how many there are."""
    view = verify.present(session)
    count = len(session.visit.entry.phone)
    typed = _own(session, "entered_hidden", typed=count) if count else Said("")
    return _text(session, "verify.title"), Said(view.body), Said(view.told), typed


def _nothing_due(session: Session) -> Plan:
    view = nothing_due.present(session)
    return (
        _text(session, "nothing_due.title"),
        _text(session, "nothing_due.body"),
        Said(view.credit, personal=True),
        Said(view.told),
    )


def _paying_qr(session: Session) -> Plan:
    view, visit = paying_qr.present(session), session.visit
    shown, instead = Said(""), Said("")
    if view.code:
        method = visit.payment.method if visit.payment else None
        shown = _own(session, "code_shown", app=app_name(visit.language, method))
        if offers(session.lobby).can(Flow.PAYMENT_CODE):
            instead = _own(session, "code_instead")
    return (
        Said(view.title),
        Said(view.amount, personal=True),
        Said(view.in_place),
        shown,
        instead,
        Said(view.status),
        _text(session, "still_there.more_time") if view.more_time else Said(""),
    )


def _paying_card(session: Session) -> Plan:
    """The terminal's own text stands beside the terminal, which many of them read out themselves."""
    view, kind = paying_card.present(session), session.visit.card.kind
    now = [Said(text) for state, text in view.steps if state == "now"]
    ours = session.visit.cancelling or kind == "silent"
    return (
        Said(view.title),
        Said(view.amount, personal=True),
        *now,
        Said(view.terminal if ours else ""),
    )


def _paying_code(session: Session) -> Plan:
    view = paying_code.present(session)
    now = [Said(text) for state, text in view.steps if state == "now"]
    return Said(view.title), Said(view.amount, personal=True), *now, Said(view.status)


def _receipt_phone(session: Session) -> Plan:
    view = receipt_phone.present(session)
    return (
        _text(session, "receipt_phone.title"),
        _own(session, "receipt_code"),
        Said(view.amount, personal=True),
        _text(session, "paid.reference"),
        Said(view.reference),
    )


def _declined(session: Session) -> Plan:
    view = declined.present(session)
    return Said(view.title), Said(view.body), Said(view.amount, personal=True)


def _unknown(session: Session) -> Plan:
    return _told_of_payment(session, unknown.present(session))


def _returned(session: Session) -> Plan:
    return _told_of_payment(session, returned.present(session))


def _told_of_payment(session: Session, view: unknown.UnknownView) -> Plan:
    return (
        Said(view.title),
        Said(view.body),
        Said(view.amount, personal=True),
        _text(session, "unknown.reference"),
        Said(view.reference),
        _own(session, "result_code") if view.code else Said(""),
        Said(view.told),
        Said(view.office),
    )


def _message(session: Session) -> Plan:
    """What was typed is said in its own words only where nobody else hears it."""
    view = message.present(session)
    typed = session.visit.say is Say.UNIT_NOT_FOUND
    return Said(view.title), Said(view.body, personal=typed), Said(view.amount, personal=True)


def _services(session: Session) -> Plan:
    view = services.present(session)
    told = [Said(one.words) for one in view.services]
    return _text(session, "services.title"), Said(view.told), *told, _notices(session)


def _help(session: Session) -> Plan:
    view = help.present(session)
    steps = [Said(step) for step in view.steps]
    call = (Said(view.call), Said(view.phone), Said(view.hours)) if view.phone else ()
    return (
        *(_text(session, "help.title"), *call, Said(view.about), *steps),
        *(Said(view.paying), Said(view.amount, personal=True), Said(view.told)),
        *(_own(session, "how_touch"), _own(session, "how_keys")),
    )


def _callback(session: Session) -> Plan:
    view = callback.present(session)
    typed = _own(session, "entered", typed=view.digits) if view.digits else Said("")
    return (
        _text(session, "callback.title"),
        Said(view.hint),
        Said(typed.text, personal=True),
        Said(view.told),
    )


def _closed(session: Session) -> Plan:
    view = closed.present(session)
    return (
        Said(view.title),
        Said(view.opens),
        Said(view.by_phone),
        Said(view.unconfirmed),
        Said(view.call),
        Said(view.phone),
        Said(view.hours),
    )


def _out_of_order(session: Session) -> Plan:
    view = out_of_order.present(session)
    return (
        _text(session, "out_of_order.title"),
        _text(session, "out_of_order.body"),
        _text(session, "out_of_order.cabinet_open")
        if session.lobby.cabinet.opened and not session.lobby.afar.out_of_service
        else Said(""),
        Said(view.unconfirmed),
        Said(view.call),
        Said(view.phone),
        Said(view.hours),
        Said(view.bill_on_phone),
        _text(session, "out_of_order.told") if view.told else Said(""),
    )


_SCREENS: dict[Screen, Callable[[Session], Plan]] = {
    Screen.PAIRING: _pairing,
    Screen.STARTING: _starting,
    Screen.ATTRACT: _attract,
    Screen.SCAN: _scan,
    Screen.IDENTIFY: _identify,
    Screen.VERIFY: _verify,
    Screen.BILLS: money_screens.bills_said,
    Screen.EXPLAIN: money_screens.explain_said,
    Screen.NOTHING_DUE: _nothing_due,
    Screen.METHOD: money_screens.method_said,
    Screen.CREDIT: money_screens.credit_said,
    Screen.TOP_UP: money_screens.top_up_said,
    Screen.PART: money_screens.part_said,
    Screen.PAYING_CREDIT: money_screens.paying_credit_said,
    Screen.PAYING_QR: _paying_qr,
    Screen.PAYING_CARD: _paying_card,
    Screen.PAYING_CODE: _paying_code,
    Screen.PAID: money_screens.paid_said,
    Screen.RECEIPT_PHONE: _receipt_phone,
    Screen.DECLINED: _declined,
    Screen.UNKNOWN: _unknown,
    Screen.RETURNED: _returned,
    Screen.MESSAGE: _message,
    Screen.SERVICES: _services,
    Screen.REQUEST_UNIT: _request_unit,
    **service_screens.SCREENS,
    Screen.HELP: _help,
    Screen.CALLBACK: _callback,
    Screen.CLOSED: _closed,
    Screen.OUT_OF_ORDER: _out_of_order,
    Screen.STAFF_PIN: _nothing,
    Screen.STAFF: _nothing,
}
