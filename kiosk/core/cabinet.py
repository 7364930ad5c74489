"""What the sensors of the cabinet say, and what follows of it. Immutable data, and pure."""

from dataclasses import dataclass, replace

GONE_S = 5.0  # somebody who is not seen for so long has left,
SHADED_S = 10.0  # and after so long behind the shade the visit ends


@dataclass(frozen=True)
class Cabinet:
    """Without sensors nothing of it is so. ``opened``: its door is, or it was tilted: no money is taken.
    ``battery_low``: it will not last until a card payment that begins now has surely ended. ``present``:
    whether somebody stands there; None: that is not sensed. ``left_at``: since when nobody does
    (monotonic seconds; 0: somebody does, or that is not sensed)."""

    opened: bool = False
    on_battery: bool = False
    battery_low: bool = False
    present: bool | None = None
    left_at: float = 0.0


def seen(before: Cabinet, now: Cabinet | None, monotonic: float) -> Cabinet:
    """After news of the sensors; None: they are not there any more. What forbids something
    is so until they say that it is over."""
    if now is None:
        return replace(before, present=None, left_at=0.0)
    if now.present is not False:
        return replace(now, left_at=0.0)
    return replace(now, left_at=before.left_at or (monotonic if before.present else 0.0))


def seconds_to_leaving(cabinet: Cabinet, touched: float, now: float) -> float | None:
    """How long the visit of somebody who has left goes on; None: nobody has. A touch is somebody."""
    if not cabinet.left_at or touched > cabinet.left_at or now < cabinet.left_at + GONE_S:
        return None
    return cabinet.left_at + GONE_S + SHADED_S - now
