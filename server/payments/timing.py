"""How long an order lives that is charged by the code on the resident's phone, and when one is asked
about that has ended. Pure."""

from datetime import datetime, timedelta

from contract.messages import PaymentState

CODE_LIFE = timedelta(seconds=45)  # for the password; WeChat Pay gives up by itself then
REVERSE_AFTER = timedelta(seconds=15)  # WeChat Pay reverses nothing earlier; the charge has arrived
ASK_EVERY_S = 5.0
QUICK_CHECKS = 12  # every five seconds at first, then less and less often
# An order that ended unpaid is looked at again: no notification would tell that it was paid after all.
# A look without a clear answer does not count: the next comes soon, and later the older the order is.
UNANSWERED, UNANSWERED_MAX = timedelta(minutes=1), timedelta(hours=6)
LOOK_AGAIN = (
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(days=1),
)


# A paid order is looked at too: an end that was asked for may still be carried out, and nobody tells of
# money that is returned in the merchant's console.
END_MAY_COME = LOOK_AGAIN[:3]
IN_THE_CONSOLE = (timedelta(days=1), timedelta(days=3), timedelta(days=10), timedelta(days=30))


def looks_at(state: PaymentState, ending: str) -> tuple[timedelta, ...]:
    """The pauses between the looks at an order in a final ``state``. ``ending``: see ``life.End``."""
    if state is not PaymentState.APPROVED:
        return LOOK_AGAIN
    return (*END_MAY_COME, *IN_THE_CONSOLE) if ending else IN_THE_CONSOLE


def next_look(
    looks: int, at: datetime, pauses: tuple[timedelta, ...] = LOOK_AGAIN
) -> datetime | None:
    """When to look again at an ended order after so many looks; None: no more."""
    return at + pauses[looks] if looks < len(pauses) else None


def unanswered_until(ended_at: datetime, at: datetime) -> datetime:
    """When to look again at an ended order unless this look is answered."""
    return at + min(max(UNANSWERED, (at - ended_at) / 4), UNANSWERED_MAX)
