"""Where things lie in a QR code of each size: codewords, blocks, masks, format information. Pure.

ISO/IEC 18004: codeword placement 7.7.3, blocks 7.5.1 and table 9, data masks 7.8.2, format information
7.9. The tables are segno's, a writer of QR codes that the printed bills use too.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from segno import consts

MASKS = 8
FORMAT_BITS = 15
FIRST_VERSION_TOLD = 7  # from here on the version stands in the code


@dataclass(frozen=True)
class Block:
    """``places``: of its codewords among all codewords of the symbol, data first; ``data``: how many of
    them are data."""

    places: np.ndarray
    data: int

    @property
    def correcting(self) -> int:
        return len(self.places) - self.data


@cache
def fixed(size: int) -> np.ndarray:
    """1 where a code of this size is always dark, 0 always light, -1 its own (6.3 and 7.10)."""
    result = np.full((size, size), -1, np.int8)
    result[6, :] = result[:, 6] = (np.arange(size) + 1) % 2
    version = (size - 17) // 4
    centres = consts.ALIGNMENT_POS[version - 2] if version > 1 else ()
    for row in centres:
        for column in centres:
            if (row, column) not in ((6, 6), (6, size - 7), (size - 7, 6)):
                result[row - 2 : row + 3, column - 2 : column + 3] = _rings(5)
    square = np.pad(_rings(7), 1)
    for row, column in ((-1, -1), (-1, size - 8), (size - 8, -1)):
        top, left = max(row, 0), max(column, 0)
        part = square[top - row :, left - column :][: size - top, : size - left]
        result[top : top + part.shape[0], left : left + part.shape[1]] = part
    result[size - 8, 8] = 1
    if version >= FIRST_VERSION_TOLD:
        word = consts.VERSION_INFO[version - FIRST_VERSION_TOLD]
        bits = (word >> np.arange(18) & 1).reshape(6, 3)
        result[:6, size - 11 : size - 8] = bits
        result[size - 11 : size - 8, :6] = bits.T
    return result


def _rings(size: int) -> np.ndarray:
    """Squares in squares, dark and light in turn; the two innermost of a large one are both dark."""
    away = np.abs(np.arange(size) - size // 2)
    ring = np.maximum(away[:, None], away[None])
    return np.where(size == 7, ring != 2, ring != 1).astype(np.int8)


@cache
def data_modules(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the modules that carry codewords, in their order; the last few carry none."""
    data = fixed(size) < 0
    data[format_places(size)] = False
    rows, columns = [], []
    upwards = True
    for right in (n for n in range(size - 1, 0, -2)):
        right -= right <= 6  # the column of the timing pattern carries nothing
        for row in range(size - 1, -1, -1) if upwards else range(size):
            for column in (right, right - 1):
                if data[row, column]:
                    rows.append(row)
                    columns.append(column)
        upwards = not upwards
    return np.array(rows), np.array(columns)


@cache
def codeword_modules(size: int) -> tuple[np.ndarray, np.ndarray]:
    """The same by codewords (codewords, 8), highest bit first."""
    rows, columns = data_modules(size)
    count = len(rows) // 8
    return rows[: 8 * count].reshape(count, 8), columns[: 8 * count].reshape(count, 8)


@cache
def masked(size: int, mask: int) -> np.ndarray:
    """True where a data mask turns a module over (table 10)."""
    i, j = np.mgrid[0:size, 0:size]
    return (
        (i + j) % 2,
        i % 2,
        j % 3,
        (i + j) % 3,
        (i // 2 + j // 3) % 2,
        (i * j) % 2 + (i * j) % 3,
        ((i * j) % 2 + (i * j) % 3) % 2,
        ((i + j) % 2 + (i * j) % 3) % 2,
    )[mask] == 0


@cache
def blocks(size: int, level: int) -> tuple[Block, ...]:
    """``level``: as its two bits in the format information say."""
    sizes = [
        (group.num_total, group.num_data)
        for group in consts.ECC[(size - 17) // 4][level]
        for _ in range(group.num_blocks)
    ]
    places: list[list[int]] = [[] for _ in sizes]
    at = 0
    for number in range(max(data for _, data in sizes)):
        for block, (_, data) in enumerate(sizes):
            if number < data:
                places[block].append(at)
                at += 1
    for _ in range(sizes[0][0] - sizes[0][1]):
        for block in range(len(sizes)):
            places[block].append(at)
            at += 1
    return tuple(Block(np.array(p), data) for p, (_, data) in zip(places, sizes, strict=True))


@cache
def format_places(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of both copies of the format information, its lowest bit first (2, 15)."""
    edge = size - 1
    first = [(i, 8) for i in range(6)] + [(7, 8), (8, 8), (8, 7)]
    first += [(8, 14 - i) for i in range(9, FORMAT_BITS)]
    second = [(8, edge - i) for i in range(8)]
    second += [(size - FORMAT_BITS + i, 8) for i in range(8, FORMAT_BITS)]
    both = np.array([first, second])
    return both[..., 0], both[..., 1]


@cache
def format_words() -> np.ndarray:
    """All format informations (32, 15), by level and mask, 1 dark; lowest bit first."""
    words = np.array(consts.FORMAT_INFO)
    return words[:, None] >> np.arange(FORMAT_BITS) & 1
