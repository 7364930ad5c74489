"""The characters that the screens' own typeface has: those of GB 2312, which holds nearly all that is
ever shown, with Latin letters and signs. The rest is in the whole typeface, which costs far more memory
for each height of letters. The fonts are built by this list (``tools/build_fonts.py``).
"""

GB2312_ROWS, GB2312_CELLS = range(0xA1, 0xF8), range(0xA1, 0xFF)


def _gb2312() -> frozenset[str]:
    pairs = (bytes([row, cell]) for row in GB2312_ROWS for cell in GB2312_CELLS)
    return frozenset(pair.decode("gb2312", errors="ignore") for pair in pairs) - {""}


def _between(first: int, last: int) -> frozenset[str]:
    return frozenset(map(chr, range(first, last + 1)))


HAN = _gb2312() & _between(0x4E00, 0x9FFF)
CHARACTERS = (
    _gb2312()
    | _between(0x20, 0x7E)
    | _between(0xA0, 0x17F)  # Latin
    | _between(0x2010, 0x203F)  # dashes, quotes, dots
    | _between(0x25A0, 0x25FF)
    | _between(0x3000, 0x301F)
    | _between(0xFF01, 0xFF5E)
    | frozenset(map(chr, (0x20AC, 0x2122, 0x2103, 0x33A1, 0x2116, 0x2713, 0xFFE0, 0xFFE1, 0xFFE5)))
)
