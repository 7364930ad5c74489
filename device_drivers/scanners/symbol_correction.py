"""From modules more or less certain to a whole code: the least certain codewords are erased first. Pure.

Which mask and level a code has is told by all of its format information's modules at once, wherever
those are hidden. A block whose codewords cannot be corrected as they are seen is tried again with its
least certain codewords erased (generalised minimum distance decoding): a spot of light over a fifth of
the code then costs half as much as it would as errors. Erasures make it likelier that noise passes for a
code, so a margin is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import comb, log2

import numpy as np

from device_drivers.scanners import reed_solomon, segments, symbol_layout
from device_drivers.scanners.symbol_layout import MASKS, Block

FORMATS_TRIED = 2
FORMAT_SHARE_MIN = 0.45  # of the format information's certainty that speaks for a format
AS_THEY_ARE = (0.0,)
ERASED_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of what a block may have erased
MARGIN = 2  # codewords for correction that erasures leave unused
SURE_BITS = 30.0  # noise passes once in two to this many blocks at most
STEEP = 4.0  # how fast the doubt in a module falls with its certainty


@dataclass(frozen=True)
class Symbol:
    """A corrected code. ``modules``: 1 dark; ``data``: its data codewords, blocks in order."""

    modules: np.ndarray
    level: int
    mask: int
    data: bytes


def corrected(
    certainty: np.ndarray, erased_shares: Sequence[float] = ERASED_SHARES
) -> Symbol | None:
    """``certainty``: of each module (rows, columns), 1 surely dark, -1 surely light, 0 unknown. A code
    seen in a mirror is turned back."""
    for mirrored, number in _formats(certainty):
        level, mask = divmod(number, MASKS)
        upright = certainty.T if mirrored else certainty
        found = _with_format(upright, level, mask, erased_shares)
        if found is not None:
            return found
    return None


def _formats(certainty: np.ndarray) -> list[tuple[bool, int]]:
    """The likeliest format informations, and whether of the code in a mirror: two copies of fifteen
    bits, any two of which differ in seven."""
    rows, columns = symbol_layout.format_places(len(certainty))
    words = 2 * symbol_layout.format_words() - 1
    every = []
    for mirrored in (False, True):
        seen = certainty[(columns, rows) if mirrored else (rows, columns)].sum(0)
        likeness = words @ seen / (float(np.abs(seen).sum()) + 1e-9)
        every += [(float(like), mirrored, number) for number, like in enumerate(likeness)]
    best = sorted(every, reverse=True)[:FORMATS_TRIED]
    return [(mirrored, n) for likeness, mirrored, n in best if likeness >= FORMAT_SHARE_MIN]


def first_data(modules: np.ndarray, level: int, mask: int) -> bytes | None:
    """The first block's data, corrected, of a code whose modules (1 dark) a reader saw as they are;
    None if they cannot be corrected. The code stands upright and not in a mirror."""
    block, places, turned = _first_block(len(modules), level, mask)
    seen = np.packbits(modules.ravel()[places] ^ turned, axis=1)[:, 0]
    right = reed_solomon.corrected(seen, block.correcting)
    return None if right is None else right[: block.data].tobytes()


@cache
def _first_block(size: int, level: int, mask: int) -> tuple[Block, np.ndarray, np.ndarray]:
    """It, where its codewords' modules are among all modules, and which of them are turned over."""
    block = symbol_layout.blocks(size, level)[0]
    rows, columns = (n[block.places] for n in symbol_layout.codeword_modules(size))
    turned = symbol_layout.masked(size, mask)[rows, columns].astype(np.uint8)
    return block, rows * size + columns, turned


@dataclass(frozen=True)
class _Codewords:
    """As seen; ``doubt``: in each, the more the likelier it is wrong."""

    values: np.ndarray
    doubt: np.ndarray


def _codewords(certainty: np.ndarray, mask: int) -> _Codewords:
    places = symbol_layout.codeword_modules(len(certainty))
    turned = symbol_layout.masked(len(certainty), mask)[places]
    seen = np.where(turned, -certainty[places], certainty[places])
    doubt = np.exp(-STEEP * np.abs(seen)).sum(1)
    return _Codewords(np.packbits(seen > 0, axis=1)[:, 0], doubt)


def _with_format(
    certainty: np.ndarray, level: int, mask: int, erased_shares: Sequence[float]
) -> Symbol | None:
    size = len(certainty)
    seen = _codewords(certainty, mask)
    mended = seen.values.copy()
    data, erased_any = b"", False
    for block in symbol_layout.blocks(size, level):
        found = _block(seen.values[block.places], seen.doubt[block.places], block, erased_shares)
        if found is None:
            return None
        right, erased = found
        erased_any |= erased
        mended[block.places] = right
        data += right[: block.data].tobytes()
    if erased_any and not segments.plausible(data, (size - 17) // 4):
        return None
    return Symbol(_drawn(size, level, mask, mended), level, mask, data)


def _block(
    codewords: np.ndarray, doubt: np.ndarray, block: Block, erased_shares: Sequence[float]
) -> tuple[np.ndarray, bool] | None:
    """The block corrected, and whether anything had to be erased for it."""
    doubtful = np.argsort(-doubt, kind="stable")
    most = block.correcting - MARGIN
    for share in erased_shares:
        count = round(share * most)
        if share and not count:
            continue
        erased = doubtful[:count]
        right = reed_solomon.corrected(codewords, block.correcting, erased.tolist())
        if right is None:
            continue
        wrong = np.flatnonzero(right != codewords)
        errors = len(np.setdiff1d(wrong, erased))
        if not count or (
            2 * errors + count <= most and _sure_bits(block, errors, count) >= SURE_BITS
        ):
            return right, count > 0
    return None


def _sure_bits(block: Block, errors: int, erasures: int) -> float:
    """One block of noise in two to this many is corrected with so few errors."""
    free = 8 * (block.correcting - erasures - errors)
    return free - log2(comb(len(block.places) - erasures, errors))


def _drawn(size: int, level: int, mask: int, codewords: np.ndarray) -> np.ndarray:
    modules = np.maximum(symbol_layout.fixed(size), 0).astype(np.uint8)
    rows, columns = symbol_layout.data_modules(size)
    bits = np.zeros(len(rows), np.uint8)
    bits[: 8 * len(codewords)] = np.unpackbits(codewords)
    modules[rows, columns] = bits ^ symbol_layout.masked(size, mask)[rows, columns]
    word = symbol_layout.format_words()[level * MASKS + mask]
    modules[symbol_layout.format_places(size)] = word
    return modules
