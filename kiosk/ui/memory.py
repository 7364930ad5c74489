"""Gives memory back to the machine: what the C library keeps for later would grow for weeks.

Numbers and names are those of mallopt(3) and malloc_trim(3) of the GNU C library; elsewhere this does
nothing. It never fails.
"""

import ctypes
import gc
from collections.abc import Callable
from functools import cache

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
ARENAS = 2  # threads that make little share them; each more keeps its own empty pages
COLLECTED_AFTER, YOUNG, MIDDLE = 10_000, 5, 5  # a screen is made of some 50,000 objects
LARGE_BYTES = 128 * 1024  # a picture of a text: mapped by itself, and gone as soon as it is freed


def frugal() -> None:
    """Before threads and windows begin. A fixed threshold keeps the library from raising it itself.

    Python's search for cycles ran a hundred times while one screen was made, and took two thirds of its
    time; it runs a few times now, and once by the app's wish when the screen stands. Rarer still, and
    what screens leave behind would need more memory.
    """
    gc.set_threshold(COLLECTED_AFTER, YOUNG, MIDDLE)
    set_option = _of_the_library("mallopt")
    if set_option is not None:
        set_option(M_ARENA_MAX, ARENAS)
        set_option(M_MMAP_THRESHOLD, LARGE_BYTES)
        set_option(M_TRIM_THRESHOLD, LARGE_BYTES)


def give_back() -> None:
    """After much was freed, e.g. all that showed one resident's bills."""
    trim = _of_the_library("malloc_trim")
    if trim is not None:
        trim(0)


@cache
def _of_the_library(name: str) -> Callable[..., int] | None:
    try:
        return getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):
        return None
