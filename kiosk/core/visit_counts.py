"""What is counted of visits, from one state of the session to the next. Pure; knows nobody by name.

A visit begins when the kiosk stops resting and ends when it rests again, or when somebody pays another
bill after a receipt. One that ends unpaid counts as turned away when something stood in its way last;
who only looked, or changed their mind, was not turned away.
"""

from dataclasses import dataclass, replace

from contract.day_tally import (
    CODES_READ,
    CODES_SHOWN,
    PAID,
    TO_RECEIPT,
    TO_RECEIPT_ENDS,
    TURNED_AWAY,
    VISITS,
    vote_name,
)
from contract.messages import PaymentState
from kiosk.core.capabilities import offers
from kiosk.core.model import Say, Screen, Session
from kiosk.core.patience import RESTING
from kiosk.core.staff import SCREENS as STAFF_SCREENS

SAME_PERSON_S = 60.0  # touches of a kiosk that offers nothing: within this it is the same person
BLANK_SCAN_S = 10.0  # so long before the scanner without a code: there was one that was not read
WAY_MISSING = "way_missing"  # a way to pay that is set up did not work; none was chosen
DECLINED = "declined"
STARTING = "starting"
NO_WAY = "no_way_to_pay"
CLOSED = "closed"
CABINET_OPEN = "cabinet_open"
_IN_THE_WAY = {
    Say.CODE_NOT_OURS,
    Say.CODE_OTHER_COMMUNITY,
    Say.CODE_FORGED,
    Say.CODE_EXPIRED,
    Say.CODE_UNKNOWN_VERSION,
    Say.CODE_NOT_FOR_PAYING,
    Say.CODE_USED,
    Say.BILL_GONE,
    Say.UNIT_NOT_FOUND,
    Say.PHONE_WRONG,
    Say.TOO_MANY_TRIES,
    Say.SERVER_AWAY,
    Say.BILL_LEASED,
    Say.AMOUNT_CHANGED,
    Say.CREDIT_TOO_LITTLE,
    Say.CHANNEL_UNAVAILABLE,
    Say.TERMINAL_SILENT,
    Say.PAYMENT_REVERSED,
    Say.NO_METHOD,
    Say.NIGHT_LIMIT,
    Say.CANNOT_RECORD,
}
_CODES = {say for say in Say if say.value.startswith("code_")} - {Say.CODE_USED}
_AFTER_PAYING = (Screen.PAID, Screen.RECEIPT_PHONE, Screen.MESSAGE, Screen.HELP, Screen.CALLBACK)


@dataclass(frozen=True)
class SoFar:
    """One visit as far as it went. Times are monotonic seconds; 0: not yet."""

    begun: bool = False
    staff: bool = False
    in_the_way: str = ""
    told: bool = False  # this person was counted before, at the screen that offers nothing
    paid: bool = False
    bills_at: float = 0.0
    paid_at: float = 0.0
    receipt_at: float = 0.0
    scan_from: float = 0.0
    scan_tried: bool = False  # the first bill before the scanner was counted
    hinted: bool = False
    turned_at: float = -SAME_PERSON_S  # when somebody was counted at a kiosk that offers nothing


def follow(so_far: SoFar, before: Session, after: Session) -> tuple[SoFar, tuple[str, ...]]:
    """The visit after a step, and the names of what is one more."""
    counted = _voted(before, after)
    visit = after.visit
    if so_far.begun and _ends(so_far, visit.screen):
        counted = (*counted, *_of_ended(so_far, after))
        told = any(name.startswith(TURNED_AWAY) for name in counted)
        so_far = SoFar(turned_at=after.now if told else so_far.turned_at)
    if not so_far.begun and visit.screen not in RESTING:
        so_far = _begun(so_far, before, after)
    if not so_far.begun:
        so_far, more = _at_rest(so_far, before, after)
        return so_far, (*counted, *more)
    so_far, more = _scanning(so_far, before, after)
    return _further(so_far, after), (*counted, *more)


def _voted(before: Session, after: Session) -> tuple[str, ...]:
    payment, vote = after.visit.payment, after.visit.vote
    if vote is None or before.visit.vote is not None or payment is None:
        return ()
    return (vote_name(vote, payment.method),)


def _ends(so_far: SoFar, screen: Screen) -> bool:
    return screen in RESTING or (so_far.paid and screen not in _AFTER_PAYING)


def _begun(so_far: SoFar, before: Session, after: Session) -> SoFar:
    out = before.visit.screen in (Screen.OUT_OF_ORDER, Screen.CLOSED, Screen.STARTING)
    recent = after.now - so_far.turned_at < SAME_PERSON_S
    return SoFar(
        begun=True,
        in_the_way=_why_nothing(before) if out else "",
        told=out and recent,
        turned_at=so_far.turned_at,
    )


def _at_rest(so_far: SoFar, before: Session, after: Session) -> tuple[SoFar, tuple[str, ...]]:
    """Somebody touches a screen that offers nothing."""
    screen = after.visit.screen
    touched = after.visit.touched != before.visit.touched and screen is before.visit.screen
    if not touched or screen is Screen.ATTRACT:
        return so_far, ()
    new = after.now - so_far.turned_at >= SAME_PERSON_S
    so_far = replace(so_far, turned_at=after.now)
    return so_far, (f"{TURNED_AWAY}.{_why_nothing(after)}",) if new else ()


def _why_nothing(session: Session) -> str:
    lobby = session.lobby
    if session.visit.screen is Screen.CLOSED:
        return CLOSED
    if lobby.stopped:
        return f"stopped_{lobby.stopped}"[:40]
    if lobby.cabinet.opened:
        return CABINET_OPEN
    if not lobby.recording:
        return Say.CANNOT_RECORD.value
    if lobby.recovering or lobby.config is None:
        return STARTING
    return NO_WAY if lobby.server_reachable else Say.SERVER_AWAY.value


def _further(so_far: SoFar, after: Session) -> SoFar:
    visit, now = after.visit, after.now
    payment = None if visit.looking else visit.payment
    changes: dict[str, object] = {}
    if visit.screen in STAFF_SCREENS:
        changes["staff"] = True
    if visit.account is not None and not so_far.bills_at:
        changes |= {"bills_at": now, "in_the_way": ""}
    if visit.screen is Screen.PAID and payment and payment.state is PaymentState.APPROVED:
        changes |= {"paid": True, "in_the_way": "", "paid_at": so_far.paid_at or now}
        done = visit.receipt_done or visit.say is Say.PRINTED
        if done and not so_far.receipt_at:
            changes["receipt_at"] = now
    elif visit.screen is Screen.RECEIPT_PHONE and not so_far.receipt_at:
        changes["receipt_at"] = now
    elif visit.screen is Screen.DECLINED:
        changes["in_the_way"] = _said(visit.say) or DECLINED
    elif visit.say in _IN_THE_WAY:
        changes["in_the_way"] = _said(visit.say)
    elif payment is not None and not payment.state.final:
        changes["in_the_way"] = ""  # it is being paid; what came before is over
    elif visit.screen is Screen.METHOD and not so_far.in_the_way and offers(after.lobby).missing:
        changes["in_the_way"] = WAY_MISSING
    elif visit.say is Say.ALREADY_PAID or visit.screen is Screen.NOTHING_DUE:
        changes["in_the_way"] = ""
    return replace(so_far, **changes) if changes else so_far  # type: ignore[arg-type]


def _said(say: Say | None) -> str:
    return say.value if say in _IN_THE_WAY and say else ""


def _scanning(so_far: SoFar, before: Session, after: Session) -> tuple[SoFar, tuple[str, ...]]:
    """The first bill of a visit that is held before the scanner, whether it was read or not."""
    if so_far.scan_tried or so_far.paid:
        return so_far, ()
    was, visit = before.visit, after.visit
    left = was.screen is Screen.SCAN and visit.screen is not Screen.SCAN
    read = (visit.bill_token != was.bill_token and bool(visit.bill_token)) or (
        visit.say in _CODES and visit.say is not was.say
    )
    unit = left and (visit.screen is Screen.VERIFY or visit.busy)
    if read or unit:
        return replace(so_far, scan_tried=True), (CODES_SHOWN, CODES_READ)
    if visit.screen is Screen.SCAN:
        begun = so_far.scan_from or after.now
        return replace(so_far, scan_from=begun, hinted=so_far.hinted or bool(visit.scan_hint)), ()
    if left and (so_far.hinted or after.now - so_far.scan_from >= BLANK_SCAN_S):
        return replace(so_far, scan_tried=True), (CODES_SHOWN,)
    return replace(so_far, scan_from=0.0), ()


def _of_ended(so_far: SoFar, after: Session) -> tuple[str, ...]:
    if so_far.staff:
        return ()
    names = [VISITS]
    if so_far.scan_from and not so_far.scan_tried:
        waited = after.now - so_far.scan_from
        names += [CODES_SHOWN] if so_far.hinted or waited >= BLANK_SCAN_S else []
    if so_far.paid:
        seconds = (so_far.receipt_at or so_far.paid_at) - so_far.bills_at
        end = next((end for end in TO_RECEIPT_ENDS if seconds <= end), TO_RECEIPT_ENDS[-1])
        names += [PAID, *([f"{TO_RECEIPT}.{end}"] if so_far.bills_at else [])]
    elif so_far.in_the_way and not so_far.told:
        names.append(f"{TURNED_AWAY}.{so_far.in_the_way}")
    return tuple(names)
