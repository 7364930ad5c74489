"""What goes wrong on the way, on command."""

import threading
import time
from dataclasses import dataclass, fields
from typing import Any


@dataclass
class Faults:
    """Counts say for how many of the next API calls; flags hold until cleared."""

    silent: int = 0  # neither done nor answered
    reverse_refused: int = 0  # the payer is typing the password
    end_unsure: int = 0  # of a close or reversal: not done, and the answer leaves that open
    end_done_unsure: int = 0  # done, and the answer leaves that open
    not_there: int = 0  # Alipay: the cancellation of a code that nobody scanned finds no trade
    lose_response: int = 0  # done, but the answer never arrives
    http_500: int = 0
    garbage: int = 0
    delay_s: float = 0.0
    bad_signature: bool = False  # answers and notifications
    signtest: bool = False  # the channel's own probe of whether signatures are checked
    stale_timestamp: bool = False
    no_notification: bool = False
    duplicate_notification: bool = False
    pay_after_close: bool = False  # a payment that was already under way when the order was closed

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def set(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Sets all faults anew; what is not named is cleared. Raises ValueError."""
        known = {f.name: f for f in fields(self)}
        for name in wanted:
            if name not in known:
                raise ValueError(f"no fault {name!r}; there are {', '.join(known)}")
        with self._lock:
            for name, field in known.items():
                setattr(self, name, type(field.default)(wanted.get(name, field.default)))
        return {name: getattr(self, name) for name in known}

    def take(self, name: str) -> bool:
        """Whether a counted fault strikes now."""
        with self._lock:
            left = getattr(self, name)
            if left > 0:
                setattr(self, name, left - 1)
            return left > 0

    def wait(self) -> None:
        if self.delay_s:
            time.sleep(self.delay_s)
