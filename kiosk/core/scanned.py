"""What the scanner read: a badge, a phone's payment code, a unit's code, or a bill, which says whose it
is and proves that somebody holds it. Pure."""

from contract import base64url, bill_code
from contract.bill_code import TrustedKey, Verdict
from contract.business_day import business_day
from contract.scan_kind import ScanKind, ScannedCode
from kiosk.core import identify, payment_code, payment_history, staff, unit_entry
from kiosk.core.effects import LookUpBill, Sound
from kiosk.core.events import Scanned
from kiosk.core.model import Moment, Say, Screen, Session
from kiosk.core.scanner_arming import listens
from kiosk.core.step import Step, say, with_visit

_SAY_OF_VERDICT = {
    Verdict.NOT_OURS: Say.CODE_NOT_OURS,
    Verdict.OTHER_COMMUNITY: Say.CODE_OTHER_COMMUNITY,
    Verdict.BAD_SIGNATURE: Say.CODE_FORGED,
    Verdict.EXPIRED_KEY: Say.CODE_EXPIRED,
    Verdict.UNKNOWN_VERSION: Say.CODE_UNKNOWN_VERSION,
}
_SAY_OF_KIND = {
    ScanKind.WECHAT_PAYMENT: Say.CODE_IS_PAYMENT,
    ScanKind.ALIPAY_PAYMENT: Say.CODE_IS_PAYMENT,
    ScanKind.STAFF_BADGE: Say.CODE_IS_BADGE,
}


def on_scanned(session: Session, event: Scanned, moment: Moment) -> Step:
    if not listens(session):
        return session, ()
    if staff.listens(session):
        return staff.on_scanned(session, event, moment)
    if (badge := staff.by_badge(session, event)) is not None:
        return badge
    if payment_code.welcome(session):
        answer = payment_code.on_scanned(session, event, moment)
        if answer is not None:
            return answer
    return _of_a_unit(session, event, moment)


def _of_a_unit(session: Session, event: Scanned, moment: Moment) -> Step:
    config = session.lobby.config
    if config is None:
        return session, ()
    scanned = event.code
    if scanned.kind is ScanKind.UNIT and (
        scanned.community or unit_entry.knows(config, scanned.unit)
    ):
        return _on_unit_code(session, scanned, config.community.code)
    if scanned.kind in _SAY_OF_KIND:
        return say(session, _SAY_OF_KIND[scanned.kind], Screen.IDENTIFY), (Sound("attention"),)
    keys = {
        bytes.fromhex(k.key_id): TrustedKey(base64url.decode(k.public_key), k.not_after)
        for k in config.bill_keys
    }
    today = business_day(moment.wall, config.community.time_zone)
    reading = bill_code.read(event.text, keys, config.community.code, today)
    if reading.code is None:
        wrong = _SAY_OF_VERDICT[reading.verdict]
        return say(session, wrong, Screen.IDENTIFY), (Sound("attention"),)
    token = event.text.rpartition("/")[2]
    if payment_history.wanted(session):
        entry = unit_entry.of_code(config.numbering, reading.code.unit)
        session = with_visit(identify.again(session), bill_token=token, entry=entry)
        session, effects = payment_history.looked_up(session, reading.code.unit, token=token)
        return session, (Sound("read"), *effects)
    session = with_visit(
        identify.again(session),
        screen=Screen.SCAN if session.visit.screen is Screen.SCAN else Screen.IDENTIFY,
        busy=True,
        bill_token=token,
        entry=unit_entry.of_code(config.numbering, reading.code.unit),
    )
    return session, (Sound("read"), LookUpBill(session.visit.number, reading.code, token))


def _on_unit_code(session: Session, scanned: ScannedCode, community: str) -> Step:
    """As if the unit had been typed: the code proves nothing about who shows it."""
    if scanned.community not in ("", community.lower()):
        return say(session, Say.CODE_OTHER_COMMUNITY, Screen.IDENTIFY), (Sound("attention"),)
    numbering = unit_entry.numbering(session)
    entry = unit_entry.of_code(numbering, scanned.unit)
    session, effects = identify.on_complete(with_visit(identify.again(session), entry=entry))
    return session, (Sound("read"), *effects)
