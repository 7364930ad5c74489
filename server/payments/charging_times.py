"""How long an order lives that is charged by the code on the resident's phone, and when one is asked
about that has ended. Pure."""

from datetime import datetime, timedelta

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


def next_look(looks: int, at: datetime) -> datetime | None:
    """When to look again at an ended order after so many looks; None: no more."""
    return at + LOOK_AGAIN[looks] if looks < len(LOOK_AGAIN) else None


def unanswered_until(ended_at: datetime, at: datetime) -> datetime:
    """When to look again at an ended order unless this look is answered."""
    return at + min(max(UNANSWERED, (at - ended_at) / 4), UNANSWERED_MAX)
