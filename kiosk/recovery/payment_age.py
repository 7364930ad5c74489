"""How long ago a payment of an earlier run was intended, or that nobody knows.

A terminal that forgets is believed to have taken nothing only while it cannot have forgotten. So a guess
would cost money: both ends of the time must come from a clock that the server had set right.
"""

from datetime import timedelta

from contract.messages import PaymentRecord
from kiosk.clock import Clock
from kiosk.journal.journal import Journal


def age_of(record: PaymentRecord, journal: Journal, clock: Clock) -> timedelta | None:
    """None: not known, at least not yet. Raises JournalUnavailable."""
    intended = journal.intended_at(record.payment_id)
    if intended is None or not clock.confirmed:
        return None
    age = clock.now() - intended
    return age if age >= timedelta() else None
