"""The interpreter's search for cycles, where it costs more than it finds.

It looks at everything that is alive: again and again while a batch of rows grows, which took a third of a
billing run's time; and at all that a server's process has loaded, which held every call of the process up
for 0.2 s. What has no cycle is given back at once as ever.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

THRESHOLDS = (10_000, 10, 10)  # new objects that are kept; such searches; searches of those
_lock = Lock()
_working = 0  # blocks that are going on, in any thread
_was_on = False


def settle() -> None:
    """What a process has loaded stays to its end, and is not looked at any more; among what comes after
    it is searched less often, because a call that waits is some hundred objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


@contextmanager
def no_search() -> Iterator[None]:
    """For a batch, whose size has a limit: cycles that it makes are found after it, by the next search
    that comes by itself. Of several blocks at a time the last one lets it go on."""
    global _working, _was_on
    with _lock:
        if not _working:
            _was_on = gc.isenabled()
            gc.disable()
        _working += 1
    try:
        yield
    finally:
        with _lock:
            _working -= 1
            if not _working and _was_on:
                gc.enable()
