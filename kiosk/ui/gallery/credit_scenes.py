"""Sample sessions of a unit that has prepaid: enough for all, for what is chosen, or too little."""

from contract.messages import Method, PaymentState
from kiosk.core.model import Screen, Session, Visit
from kiosk.ui.gallery.samples import ACCOUNT, BILLS, NOW, WALL, lobby, record

RICH = ACCOUNT.model_copy(update={"credit_minor": 200_000})
POOR = ACCOUNT.model_copy(update={"credit_minor": 5600})
FIRST = tuple(bill.number for bill in BILLS[:2])


def _session(screen: Screen, **changes) -> Session:
    known = {"account": RICH, "selected": FIRST} | changes
    return Session(
        lobby(), Visit(number=1, screen=screen, touched=NOW, **known), now=NOW, wall=WALL
    )


def credit_scenes() -> dict[str, Session]:
    """By name."""
    pending = record(Method.CREDIT, PaymentState.PENDING, simulated=False)
    done = pending.model_copy(update={"state": PaymentState.APPROVED})
    lost = pending.model_copy(update={"state": PaymentState.UNKNOWN, "reason": "no_answer"})
    return {
        "bills-credit": _session(Screen.BILLS),
        "bills-credit-too-little": _session(Screen.BILLS, account=POOR),
        "credit": _session(Screen.CREDIT),
        "paying-credit": _session(Screen.PAYING_CREDIT, payment=pending),
        "paid-credit": _session(Screen.PAID, payment=done),
        "unknown-credit": _session(Screen.UNKNOWN, payment=lost),
        "help-credit": _session(Screen.HELP, helped_from=Screen.CREDIT),
    }
