"""Codes whose modules are in doubt: erased where nothing is seen, refused where noise could pass, and no
part of a larger text passes for the whole."""

import numpy as np
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from device_drivers.scanners import (
    module_matrix,
    readers,
    segments,
    symbol_correction,
    symbol_layout,
)

BILL = "https://pay.example-estate.cn/b/" + "A7c9" * 12
LEVELS = st.sampled_from("lmqh")
QR = ("QRCODE",)


def modules_of(code: segno.QRCode) -> np.ndarray:
    return np.array([list(row) for row in code.matrix], np.uint8)


def certain(modules: np.ndarray) -> np.ndarray:
    return 2.0 * modules - 1


@pytest.mark.parametrize("version", range(1, 41))
def test_the_fixed_patterns_are_those_of_the_standard(version):
    for error, mask in (("l", 0), ("h", 5)):
        modules = modules_of(segno.make_qr("1", version=version, error=error, mask=mask))
        must = symbol_layout.fixed(len(modules))
        assert np.array_equal(modules[must >= 0], must[must >= 0])


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), LEVELS, st.integers(0, 7))
def test_a_code_that_is_seen_well_is_taken_as_it_is(version, error, mask):
    code = segno.make_qr("PLAIN", version=version, error=error, mask=mask, boost_error=False)
    modules = modules_of(code)
    for seen in (modules, modules.T):  # in a mirror too
        symbol = symbol_correction.corrected(certain(seen))
        assert symbol is not None
        assert np.array_equal(symbol.modules, modules)
        assert segments.plausible(symbol.data, version)
        assert not segments.is_one_of_several(symbol.data)


def test_a_spot_in_which_nothing_is_seen_is_erased_and_costs_half():
    modules = modules_of(segno.make_qr(BILL, error="m", boost_error=False))
    seen = certain(modules)
    rng = np.random.default_rng(3)
    seen[10:24, 11:25] = rng.normal(0, 0.05, (14, 14))
    assert symbol_correction.corrected(seen, symbol_correction.AS_THEY_ARE) is None
    symbol = symbol_correction.corrected(seen)
    assert symbol is not None and np.array_equal(symbol.modules, modules)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), LEVELS, st.integers(1, 8))
def test_noise_between_fixed_patterns_is_no_code_however_much_is_erased(seed, error, version):
    rng = np.random.default_rng(seed)
    modules = modules_of(segno.make_qr("1", version=version, error=error))
    seen = certain(modules)
    rows, columns = symbol_layout.data_modules(len(modules))
    seen[rows, columns] = rng.uniform(-1, 1, len(rows))
    assert symbol_correction.corrected(seen) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), LEVELS)
def test_what_is_corrected_is_the_code_that_was_drawn_or_nothing(seed, error):
    """However much of it is covered and however sure what covers it looks."""
    rng = np.random.default_rng(seed)
    modules = modules_of(segno.make_qr(BILL, error=error, boost_error=False))
    size = len(modules)
    seen = certain(modules) * rng.uniform(0.2, 1, (size, size))
    side = int(rng.integers(3, size))
    y, x = rng.integers(0, size - side + 1, 2)
    seen[y : y + side, x : x + side] = rng.uniform(-1, 1, (side, side)) * rng.uniform(0.05, 1)
    symbol = symbol_correction.corrected(seen)
    assert symbol is None or np.array_equal(symbol.modules, modules)


def test_a_format_of_which_one_copy_and_most_of_the_other_are_hidden_is_told():
    modules = modules_of(segno.make_qr(BILL, error="q", boost_error=False))
    seen = certain(modules)
    rows, columns = symbol_layout.format_places(len(modules))
    seen[rows[0], columns[0]] = 0
    seen[rows[1, :4], columns[1, :4]] = 0
    symbol = symbol_correction.corrected(seen)
    assert symbol is not None and np.array_equal(symbol.modules, modules)


@settings(max_examples=80, deadline=None)
@given(
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=8, max_size=60),
    st.integers(2, 6),
    st.sampled_from("lmqh"),
    st.data(),
)
def test_no_part_of_a_larger_text_passes_for_the_whole(text, count, error, data):
    """However its modules are read wrong: those that say it is a part among them."""
    parts = segno.make_sequence(text, symbol_count=count, error=error, boost_error=False)
    modules = modules_of(data.draw(st.sampled_from(list(parts))))
    rows, columns = symbol_layout.data_modules(len(modules))
    wrong = data.draw(st.sets(st.integers(0, 7), max_size=8))
    wrong |= data.draw(st.sets(st.integers(0, len(rows) - 1), max_size=6))
    for place in wrong:
        modules[rows[place], columns[place]] ^= 1
    noted: list = []
    assert readers.read_with_zxing(module_matrix.clean(modules), QR, clean=True, parts=noted) == []
    symbol = symbol_correction.corrected(certain(modules))
    assert symbol is None or segments.is_one_of_several(symbol.data)
    assert symbol is not None or not noted


def test_a_whole_code_whose_first_modules_are_read_wrong_is_whole():
    code = segno.make_qr(BILL, error="m", mask=0, boost_error=False)
    modules = modules_of(code)
    mode = [modules[-1, -1] ^ 1, modules[-1, -2], modules[-2, -1], modules[-2, -2] ^ 1]
    assert mode == [0, 1, 0, 0]
    for row, column in ((-1, -2), (-2, -1), (-2, -2)):
        modules[row, column] ^= 1  # 0011: a part
    noted: list = []
    found = readers.read_with_zxing(module_matrix.clean(modules), QR, clean=True, parts=noted)
    assert ([code.text for code in found], noted) == ([BILL], [])


@pytest.mark.parametrize("ahead", ["0111 00011010", "0101", "1001 00000000"])
def test_what_stands_before_the_mark_of_a_part_does_not_hide_it(ahead):
    bits = (ahead + "0011" + "0" * 40).replace(" ", "")
    data = int(bits[: len(bits) // 8 * 8], 2).to_bytes(len(bits) // 8, "big")
    assert segments.is_one_of_several(data)


@pytest.mark.parametrize(
    ("bits", "right"),
    [
        ("0100 00000001 01000001 0000", True),  # one byte, terminator
        ("0100 00000001 01000001 0000 11101100 00010001", True),
        ("0100 00000001 01000001 0000 11101100 11101100", False),  # no pad
        ("0100 01000001 01000001 0000", False),  # more bytes than there are
        ("0001 0000000011 1111111111 0000 00 0000", False),  # three digits that are none
        ("0110 000000000000", False),  # no such mode
        ("0010 000000010 11111111111 0000 0", False),  # letters that are none
    ],
)
def test_segments_that_no_writer_would_make_are_not_plausible(bits, right):
    joined = bits.replace(" ", "")
    joined = joined.ljust(-(-len(joined) // 8) * 8, "0")
    data = int(joined, 2).to_bytes(len(joined) // 8, "big")
    assert segments.plausible(data, version=1) == right
