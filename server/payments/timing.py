"""Every period and deadline of a payment on the server, in one place: how long an order lives, how often
its channel is asked, and when one that has ended is asked about again. Pure.

``..._S`` are seconds; whatever else is a period is a timedelta. Others read these by ``timing.NAME``.
"""

from datetime import datetime, timedelta

from contract.messages import PaymentState

# An order lives:
ORDER_LIFE = timedelta(minutes=10)  # a QR code on the screen, or a card payment that is begun
PAYMENT_CODE_LIFE = timedelta(seconds=45)  # for the password; WeChat Pay gives up by itself then
NOTIFICATION_GRACE = timedelta(seconds=20)  # a channel may tell of a payment a little after its end
CARD_START_GRACE = timedelta(minutes=5)  # after its order's time; then a card payment lets go
VISIT_MAX = (
    3 * ORDER_LIFE
)  # before it began: a visit, of two codes that ran out, keeps its first hours
REFUSAL_KEPT = timedelta(days=1)  # of a refused start: longer than any message is on its way

# An open order is asked about:
FIRST_POLL_AFTER = timedelta(seconds=30)  # by the sweeper, unless somebody waits for it
POLL_BACKOFF_S = (5, 10, 20, 40, 60, 120, 300, 600, 1800)  # by the sweeper, poll by poll
QUICK_POLLS = 12  # of a payment code: so many in the first pause, then less and less often
QR_POLL_S = 3.0  # while a kiosk waits for it
PAGE_ADDRESS_LIFE = timedelta(minutes=4)  # of five that WeChat Pay's H5 addresses live
SILENT_PAGE_POLL_S = 20.0  # while a phone looks at its payment, and its channel is silent
PAYMENT_CODE_POLL_S = 5.0  # while a kiosk waits for it
ROW_POLL_S = 0.4  # while a kiosk waits: between two looks at the row, without asking the channel
HELD_MONEY_POLL = timedelta(hours=6)  # while staff have not said what the money is for

# It is ended:
REVERSAL_NOT_BEFORE = timedelta(seconds=15)  # after the charge: WeChat Pay reverses nothing earlier
END_CLAIM = timedelta(minutes=1)  # by one caller: longer than a channel takes, or is waited for
QUERIES_LAG = timedelta(minutes=5)  # behind what a channel has done itself
NOTIFICATION_LAG = timedelta(hours=1)  # "closed" so long after a payment it told of: it went back
RESTORED_LOOKS_BACK = timedelta(days=2)  # before a backup: channels tell of a payment for a day

# Staff:
UNKNOWN_ALERT_AFTER = timedelta(hours=2)  # without an end
DECISION_AFTER = timedelta(
    minutes=15
)  # may end it themselves: longer than one that goes well takes

# A refund:
REFUND_CLAIM = timedelta(
    minutes=3
)  # it and its query, each with the channel's time-out, and a pause
REFUND_BACKOFF_S = (5, 10, 20, 40, 60, 120, 300, 600, 1800)  # try by try

# The sweeper:
SWEEP_EVERY_S = 5.0
SWEEP_TURN_S = 60.0  # what one turn may take

# An order that ended unpaid is looked at again: no notification would tell that it was paid after all.
# A look without a clear answer does not count: the next comes soon, and later the older the order is.
RECHECKS_UNPAID = (
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(days=1),
)
RECHECK_UNANSWERED, RECHECK_UNANSWERED_MAX = timedelta(minutes=1), timedelta(hours=6)
# A paid order is looked at too: an end that was asked for may still be carried out, and nobody tells of
# money that is returned in the merchant's console.
RECHECKS_AFTER_END = RECHECKS_UNPAID[:3]
RECHECKS_PAID = (timedelta(days=1), timedelta(days=3), timedelta(days=10), timedelta(days=30))


def backoff(pauses_s: tuple[int, ...], tries: int) -> timedelta:
    """The pause after so many tries: the last of ``pauses_s`` (seconds) goes on for ever."""
    return timedelta(seconds=pauses_s[min(max(tries, 0), len(pauses_s) - 1)])


def rechecks(state: PaymentState, ending: str) -> tuple[timedelta, ...]:
    """The pauses between the looks at an order in a final ``state``. ``ending``: see
    ``state_machine.End``."""
    if state is not PaymentState.APPROVED:
        return RECHECKS_UNPAID
    return (*RECHECKS_AFTER_END, *RECHECKS_PAID) if ending else RECHECKS_PAID


def next_recheck(
    looks: int, at: datetime, pauses: tuple[timedelta, ...] = RECHECKS_UNPAID
) -> datetime | None:
    """When to look again at an ended order after so many looks; None: no more."""
    return at + pauses[looks] if looks < len(pauses) else None


def recheck_if_unanswered(ended_at: datetime, at: datetime) -> datetime:
    """When to look again at an ended order unless this look is answered."""
    return at + min(max(RECHECK_UNANSWERED, (at - ended_at) / 4), RECHECK_UNANSWERED_MAX)
