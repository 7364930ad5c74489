"""Sample sessions of a unit whose bills can be paid in parts."""

from contract.messages import Method, PaymentState
from kiosk.core.model import Screen, Session, Visit
from kiosk.ui.gallery.samples import ACCOUNT, BILLS, NOW, WALL, lobby, record

DIVISIBLE = [bill.model_copy(update={"part_min_minor": 5_000}) for bill in BILLS]
PARTLY = ACCOUNT.model_copy(update={"bills": DIVISIBLE})
ONE = (DIVISIBLE[0].number,)


def _session(screen: Screen, **changes) -> Session:
    known = {"account": PARTLY, "selected": ONE} | changes
    return Session(
        lobby(), Visit(number=1, screen=screen, touched=NOW, **known), now=NOW, wall=WALL
    )


def part_scenes() -> dict[str, Session]:
    """By name."""
    part = {"bills": DIVISIBLE[:1], "amount_minor": 10_000, "in_part": True}
    paid = record(Method.WECHAT, PaymentState.APPROVED, **part)
    return {
        "bills-part": _session(Screen.BILLS),
        "part": _session(Screen.PART, in_part=True),
        "part-typed": _session(Screen.PART, in_part=True, typed="120"),
        "method-part": _session(Screen.METHOD, in_part=True, typed="100"),
        "paid-part": _session(Screen.PAID, payment=paid),
        "help-part": _session(Screen.HELP, helped_from=Screen.PART),
    }
