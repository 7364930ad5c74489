"""Errors and erasures are corrected as far as the standard says, and what cannot be is refused."""

import numpy as np
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from device_drivers.scanners import reed_solomon, symbol_layout


def codewords(
    text: str, version: int, error: str
) -> tuple[np.ndarray, tuple[symbol_layout.Block, ...]]:
    """Of a code that another program wrote, and its blocks."""
    code = segno.make_qr(text, version=version, error=error, mask=0, boost_error=False)
    modules = np.array([list(row) for row in code.matrix], np.uint8)
    size = len(modules)
    places = symbol_layout.data_modules(size)
    bits = (modules ^ symbol_layout.masked(size, 0))[places]
    level = {"l": 1, "m": 0, "q": 3, "h": 2}[error]
    whole = len(bits) // 8 * 8
    return np.packbits(bits[:whole]), symbol_layout.blocks(size, level)


@pytest.mark.parametrize("version", range(1, 41))
@pytest.mark.parametrize("error", "lmqh")
def test_the_blocks_of_every_version_and_level_are_those_of_the_standard(version, error):
    seen, blocks = codewords("BLOCKS", version, error)
    assert sum(len(block.places) for block in blocks) == len(seen)
    for block in blocks:
        right = reed_solomon.corrected(seen[block.places], block.correcting)
        assert right is not None and np.array_equal(right, seen[block.places])


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.sampled_from(((1, "h"), (2, "m"), (5, "q"), (10, "l"), (14, "h")))
)
def test_errors_and_erasures_within_the_bound_are_corrected(seed, kind):
    rng = np.random.default_rng(seed)
    seen, blocks = codewords("BOUND", *kind)
    for block in blocks:
        right = seen[block.places]
        erasures = int(rng.integers(0, block.correcting + 1))
        errors = int(rng.integers(0, (block.correcting - erasures) // 2 + 1))
        places = rng.permutation(len(right))[: erasures + errors]
        wrong = right.copy()
        wrong[places[:erasures]] = rng.integers(0, 256, erasures)
        wrong[places[erasures:]] ^= rng.integers(1, 256, errors).astype(np.uint8)
        made = reed_solomon.corrected(wrong, block.correcting, places[:erasures].tolist())
        assert made is not None and np.array_equal(made, right)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_noise_is_refused(seed):
    rng = np.random.default_rng(seed)
    noise = rng.integers(0, 256, 60).astype(np.uint8)
    assert reed_solomon.corrected(noise, 26, list(range(10))) is None


def test_more_erasures_than_codewords_for_correction_are_refused():
    assert reed_solomon.corrected(np.ones(30, np.uint8), 4, [1, 2, 3, 4, 5]) is None
