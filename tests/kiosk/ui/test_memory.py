"""Memory that was freed in small pieces goes back to the machine."""

import subprocess
import sys

import pytest

from kiosk.ui import memory

HELD_MB = 40
_FREES_MUCH = """
import ctypes
from kiosk.ui import memory
memory.frugal()
library = ctypes.CDLL(None)
library.malloc.restype, library.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
def resident_mb():
    pages = int(open("/proc/self/statm").read().split()[1])
    return pages * 4096 / 1e6
pieces = [library.malloc(2000) for _ in range(50_000)]
for piece in pieces:
    ctypes.memset(piece, 1, 2000)
for piece in pieces[:-1]:  # the last one keeps the top of the heap in use
    library.free(piece)
before = resident_mb()
memory.give_back()
print(before - resident_mb())
"""


@pytest.mark.skipif(memory._of_the_library("malloc_trim") is None, reason="not the GNU C library")
def test_what_was_freed_goes_back():
    done = subprocess.run(
        [sys.executable, "-c", _FREES_MUCH], check=True, capture_output=True, text=True
    )
    assert float(done.stdout) > HELD_MB


def test_where_the_library_has_no_such_thing_nothing_fails(monkeypatch):
    monkeypatch.setattr(memory, "_of_the_library", lambda name: None)
    memory.frugal()
    memory.give_back()
