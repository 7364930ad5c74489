"""Sample sessions of a unit that has prepaid: enough for all, for what is chosen, or too little."""

from contract.messages import Method, PaymentState
from kiosk.core.model import Screen, Session, Visit
from kiosk.ui.gallery.samples import ACCOUNT, BILLS, NOW, WALL, lobby, record

RICH = ACCOUNT.model_copy(update={"credit_minor": 200_000})
POOR = ACCOUNT.model_copy(update={"credit_minor": 5600})
SUM = sum(bill.amount_minor for bill in BILLS[:2])
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
    paid_in = record(
        Method.WECHAT, PaymentState.APPROVED, bills=[], top_up=True, amount_minor=50_000
    )
    part = POOR.credit_minor
    parted = record(
        Method.ALIPAY, PaymentState.APPROVED, amount_minor=SUM - part, credit_minor=part
    )
    return {
        "method-credit": _session(Screen.METHOD, account=POOR),
        "method-credit-used": _session(Screen.METHOD, account=POOR, from_credit=part),
        "paid-credit-part": _session(Screen.PAID, account=POOR, payment=parted),
        "unknown-credit-part": _session(
            Screen.UNKNOWN,
            account=POOR,
            payment=parted.model_copy(update={"state": PaymentState.UNKNOWN, "reason": "timeout"}),
        ),
        "bills-credit": _session(Screen.BILLS),
        "bills-credit-too-little": _session(Screen.BILLS, account=POOR),
        "credit": _session(Screen.CREDIT),
        "paying-credit": _session(Screen.PAYING_CREDIT, payment=pending),
        "paid-credit": _session(Screen.PAID, payment=done),
        "unknown-credit": _session(Screen.UNKNOWN, payment=lost),
        "top-up": _session(Screen.TOP_UP, topping_up=True, selected=()),
        "top-up-typed": _session(Screen.TOP_UP, topping_up=True, typed="500", selected=()),
        "method-top-up": _session(Screen.METHOD, topping_up=True, typed="500", selected=()),
        "paid-top-up": _session(Screen.PAID, payment=paid_in),
        "unknown-top-up": _session(
            Screen.UNKNOWN,
            payment=paid_in.model_copy(update={"state": PaymentState.UNKNOWN, "reason": "timeout"}),
        ),
        "nothing-due-credit": _session(
            Screen.NOTHING_DUE, account=RICH.model_copy(update={"bills": []}), selected=()
        ),
        "help-top-up": _session(Screen.HELP, helped_from=Screen.TOP_UP),
        "help-credit": _session(Screen.HELP, helped_from=Screen.CREDIT),
    }
