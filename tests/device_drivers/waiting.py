"""Waits in tests for what other threads and processes do, with an end."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object], timeout_s: float = 15.0) -> bool:
    """Whether the condition came true in time; generous, because machines are busy."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())
