"""Corrects a block of a QR code: errors at unknown places, and erasures at places that are told. Pure.

ISO/IEC 18004, 7.5 and annex B: the field of 256 elements over x^8 + x^4 + x^3 + x^2 + 1, the generator's
roots from alpha^0 on. A block with ``count`` codewords for correction bears E errors and S erasures while
2 E + S <= count.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

FIELD, POLYNOMIAL = 256, 0x11D


def _tables() -> tuple[list[int], list[int]]:
    powers, value = [], 1
    for _ in range(FIELD - 1):
        powers.append(value)
        value <<= 1
        if value & FIELD:
            value ^= POLYNOMIAL
    logs = [0] * FIELD
    for power, value in enumerate(powers):
        logs[value] = power
    return powers * 3, logs


_POWERS, _LOGS = _tables()
_POWERS_ARRAY = np.array(_POWERS)
# Nought has no logarithm: what stands for it leads to noughts whatever is added.
_NONE = 2 * FIELD
_LOGS_OR_NONE = np.array([_NONE, *_LOGS[1:]], np.int16)
_POWERS_OR_NONE = np.zeros(_NONE + FIELD, np.uint8)
_POWERS_OR_NONE[:_NONE] = _POWERS[:_NONE]


def corrected(block: np.ndarray, count: int, erasures: Sequence[int] = ()) -> np.ndarray | None:
    """The block (uint8) without its errors, or None when there are too many.

    ``count``: codewords for correction at its end; ``erasures``: places of codewords not to be believed.
    """
    if len(erasures) > count:
        return None
    syndromes = _syndromes(block, count)
    if not any(syndromes):
        return block.copy()
    length = len(block)
    locators = [length - 1 - place for place in erasures]
    erased = [1]
    for locator in locators:
        erased = _times(erased, [1, _POWERS[locator]])
    locator = _locator(syndromes, erased, count)
    wrong = len(locator) - 1
    if 2 * (wrong - len(erasures)) + len(erasures) > count:
        return None
    # Roots of the locator among the block's places (Chien's search).
    places = np.arange(length)
    values = np.zeros(length, np.int64)
    for power, factor in enumerate(locator):
        if factor:
            values ^= _POWERS_ARRAY[(_LOGS[factor] - places * power) % (FIELD - 1)]
    roots = np.flatnonzero(values == 0)
    if len(roots) != wrong:
        return None
    mended = block.copy()
    for power, value in zip(roots.tolist(), _values(syndromes, locator, roots), strict=True):
        mended[length - 1 - power] ^= value
    return None if any(_syndromes(mended, count)) else mended


def _syndromes(block: np.ndarray, count: int) -> list[int]:
    powers = _LOGS_OR_NONE[block] + _exponents(len(block), count)
    return np.bitwise_xor.reduce(_POWERS_OR_NONE[powers], axis=1).tolist()


@cache
def _exponents(length: int, count: int) -> np.ndarray:
    """Of alpha at each codeword (columns) in each syndrome (rows)."""
    powers = np.arange(length - 1, -1, -1)
    return (powers[None] * np.arange(count)[:, None] % (FIELD - 1)).astype(np.int16)


def _times(one: Sequence[int], other: Sequence[int]) -> list[int]:
    """The product of two polynomials, lowest power first."""
    product = [0] * (len(one) + len(other) - 1)
    for i, a in enumerate(one):
        if a:
            for j, b in enumerate(other):
                if b:
                    product[i + j] ^= _POWERS[_LOGS[a] + _LOGS[b]]
    return product


def _locator(syndromes: Sequence[int], erased: list[int], count: int) -> list[int]:
    """The polynomial whose roots are where the errors are, by Berlekamp and Massey, begun with the
    erasures' own."""
    erasures = len(erased) - 1
    current, before = list(erased), list(erased)
    length, gap, last = erasures, 1, 1
    for step in range(erasures, count):
        wrong = syndromes[step]
        for i in range(1, min(len(current) - 1, step) + 1):
            if current[i] and syndromes[step - i]:
                wrong ^= _POWERS[_LOGS[current[i]] + _LOGS[syndromes[step - i]]]
        if wrong == 0:
            gap += 1
            continue
        factor = (_LOGS[wrong] - _LOGS[last]) % (FIELD - 1)
        shifted = [0] * gap + [_POWERS[_LOGS[b] + factor] if b else 0 for b in before]
        size = max(len(current), len(shifted))
        summed = [
            (current[i] if i < len(current) else 0) ^ (shifted[i] if i < len(shifted) else 0)
            for i in range(size)
        ]
        if 2 * length <= step + erasures:
            before, last, gap = current, wrong, 1
            length = step + 1 + erasures - length
        else:
            gap += 1
        current = summed
    while len(current) > 1 and current[-1] == 0:
        current.pop()
    return current


def _values(syndromes: Sequence[int], locator: Sequence[int], roots: np.ndarray) -> list[int]:
    """What is wrong at each place (Forney's formula)."""
    evaluator = _times(syndromes, locator)[: len(syndromes)]
    found = []
    for power in roots.tolist():
        back = -power % (FIELD - 1)
        above = _at(evaluator, back)
        below = _at([n if i % 2 == 0 else 0 for i, n in enumerate(locator[1:])], back)
        if above == 0 or below == 0:
            found.append(0)
            continue
        found.append(_POWERS[(_LOGS[above] - _LOGS[below] + power) % (FIELD - 1)])
    return found


def _at(polynomial: Sequence[int], power: int) -> int:
    """Its value at alpha to that power."""
    value = 0
    for i, factor in enumerate(polynomial):
        if factor:
            value ^= _POWERS[(_LOGS[factor] + power * i) % (FIELD - 1)]
    return value
