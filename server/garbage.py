"""The interpreter's search for cycles, where it costs more than it finds.

It looks at everything that is alive: again and again while a batch of rows grows, which took a third of a
billing run's time; and at all that a server's process has loaded, which held every call of the process up
for 0.2 s. What has no cycle is given back at once as ever.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from threading import Event, Lock, Thread

EVERY_S = 0.5
OLDER_EACH, ALL_EACH = 10, 1200  # searches
_lock = Lock()
_working = 0  # blocks that are going on, in any thread
_was_on = False


def settle(over: Event | None = None) -> None:
    """For a process that serves, until ``over``. What it has loaded stays to its end, and is not looked
    at any more. What comes after it is searched by the clock. By the count of what is new, as the
    interpreter does, a search comes late where as much ends as begins, as with calls that wait, and
    all that came meanwhile is looked at in one long pause."""
    global _was_on
    gc.collect()
    gc.freeze()
    with _lock:
        _was_on = False  # for a batch that is at work already
        gc.disable()
    Thread(target=_search, args=(over or Event(),), name="garbage", daemon=True).start()


def _search(over: Event) -> None:
    numbers = count(1)
    while not over.wait(EVERY_S):
        if not _working:
            gc.collect(_generation(next(numbers)))


def _generation(number: int) -> int:
    """0: what came since the search before; 1: also what those have left; 2: everything."""
    return 2 if number % ALL_EACH == 0 else 1 if number % OLDER_EACH == 0 else 0


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
