"""After the server came back with an earlier backup: its channels are asked again about what they may
have told it since, because they tell again nothing that was acknowledged."""

from datetime import datetime

from contract.lifecycle import CLOSED_UNPAID
from contract.methods import BY_CHANNEL
from server.payments import timing
from server.payments.models import PaymentOrder


def ask_again(last_known: datetime, at: datetime) -> int:
    """Has the sweep look again at whatever had ended unpaid by the backup, and not long before: it may
    have been paid since. ``last_known``: a time by which the backup was made at the earliest. Returns how
    many orders that are; those that are to be looked at anyway are left as they are. May be called again.
    """
    ended = PaymentOrder.objects.filter(
        state__in=[state.value for state in CLOSED_UNPAID],
        captured_minor=0,
        next_poll_at=None,
        changed_at__gte=last_known - timing.RESTORED_LOOKS_BACK,
    )
    by_channel = ended.filter(method__in=BY_CHANNEL)
    return by_channel.update(poll_count=0, next_poll_at=at)
