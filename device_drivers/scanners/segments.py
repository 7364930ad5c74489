"""The segments in a code's data, as far as telling takes whether they are a whole text. Pure.

ISO/IEC 18004: mode indicators and character counts 7.4.1 and tables 2 and 3, structured append 8,
terminator 7.4.9, pad codewords 7.4.10. What the text says is left to the reader.
"""

STRUCTURED_APPEND, ECI = 3, 7
NUMERIC, ALPHANUMERIC, BYTES, KANJI, HANZI = 1, 2, 4, 8, 13
FNC1_FIRST, FNC1_SECOND = 5, 9
STRUCTURED_APPEND_BITS = 16  # place, count and parity
HANZI_SUBSET_BITS, FNC1_BITS = 4, 8
PADS = (0xEC, 0x11)
_COUNT_BITS = {  # by version: up to 9, up to 26, above
    NUMERIC: (10, 12, 14),
    ALPHANUMERIC: (9, 11, 13),
    BYTES: (8, 16, 16),
    KANJI: (8, 10, 12),
    HANZI: (8, 10, 12),
}


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._whole = int.from_bytes(data, "big")
        self.left = 8 * len(data)

    def take(self, count: int) -> int:
        """Raises ValueError when there are not so many."""
        if count > self.left:
            raise ValueError("the data end too early")
        self.left -= count
        return self._whole >> self.left & ((1 << count) - 1)


def is_one_of_several(data: bytes) -> bool:
    """Whether the data begin as those of a part of a larger text do; how they go on does not matter."""
    bits = _Bits(data)
    try:
        while (mode := bits.take(4)) in (ECI, FNC1_FIRST, FNC1_SECOND):
            _skip(mode, bits, version=1)
    except ValueError:
        return False
    return mode == STRUCTURED_APPEND


def plausible(data: bytes, version: int) -> bool:
    """Whether the data are segments up to their end, or a terminator and nothing but pad codewords."""
    bits = _Bits(data)
    try:
        while bits.left >= 4:
            mode = bits.take(4)
            if mode == 0:
                return _only_pads(bits)
            _skip(mode, bits, version)
    except ValueError:
        return False
    return True


def _only_pads(bits: _Bits) -> bool:
    if bits.take(bits.left % 8):
        return False
    rest = [bits.take(8) for _ in range(bits.left // 8)]
    if rest[:1] == [0]:  # some writers fill up a byte that was full
        del rest[0]
    return rest in ([PADS[n % 2] for n in range(len(rest))], [0] * len(rest))


def _skip(mode: int, bits: _Bits, version: int) -> None:
    """One segment. Raises ValueError at a mode that there is not and at text that is none."""
    if mode == STRUCTURED_APPEND:
        bits.take(STRUCTURED_APPEND_BITS)
    elif mode == ECI:
        first = bits.take(8)
        bits.take(0 if first < 0x80 else 8 if first < 0xC0 else 16)
    elif mode == FNC1_SECOND:
        bits.take(FNC1_BITS)
    elif mode in _COUNT_BITS:
        if mode == HANZI:
            bits.take(HANZI_SUBSET_BITS)
        reach = 0 if version <= 9 else 1 if version <= 26 else 2
        _skip_text(mode, bits, bits.take(_COUNT_BITS[mode][reach]))
    elif mode != FNC1_FIRST:
        raise ValueError(f"there is no mode {mode}")


def _skip_text(mode: int, bits: _Bits, count: int) -> None:
    if mode == BYTES:
        bits.take(8 * count)
    elif mode in (KANJI, HANZI):
        bits.take(13 * count)
    elif mode == NUMERIC:
        groups = [(10, 1000)] * (count // 3) + [((0, 1), (4, 10), (7, 100))[count % 3]]
        _take_below(bits, groups)
    else:
        _take_below(bits, [(11, 45 * 45)] * (count // 2) + [(6, 45)] * (count % 2))


def _take_below(bits: _Bits, groups: list[tuple[int, int]]) -> None:
    for width, limit in groups:
        if bits.take(width) >= limit:
            raise ValueError("no digits or letters")
