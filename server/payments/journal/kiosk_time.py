"""What a kiosk's clock says of when something happened, as far as it can be believed. Pure.

A kiosk that was long without a line may run days or years off. What it says is believed within limits
that the server's own clock sets; every deadline of the server counts from when it heard of a thing.
"""

from datetime import UTC, datetime, timedelta

AHEAD_MAX = timedelta(minutes=10)
BEHIND_MAX = timedelta(days=31)  # so long a kiosk may be without a line and still be believed


def believed(said: datetime, received: datetime, known_since: datetime | None = None) -> datetime:
    """``said``, or ``received`` (the server's time) where the kiosk's clock cannot have been right:
    without a zone, after it was received, too long before, or before the server knew of it."""
    if said.tzinfo is None:
        return received
    earliest = received - BEHIND_MAX
    if known_since is not None:
        earliest = max(earliest, known_since - AHEAD_MAX)
    return said.astimezone(UTC) if earliest <= said <= received + AHEAD_MAX else received
