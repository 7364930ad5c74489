"""How long each call to a device may take. A driver says so itself, from its own settings."""

from dataclasses import dataclass

AT_ONCE_S = 0.05  # status, abort, arm, disarm and preview, whatever the device does meanwhile


@dataclass(frozen=True)
class Deadlines:
    """Seconds after which a call has returned or raised, even if the device hangs, is gone or never
    stops talking. They hold for one call alone; whoever shares a device waits for others' calls too.

    ``command_s`` is the longest call that moves money or paper; 0 for devices without one.
    """

    open_s: float
    probe_s: float
    close_s: float
    command_s: float = 0.0
