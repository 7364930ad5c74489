"""The text of a code, freed of what scanners put around it: one for camera, serial line and keyboard.

Sources: ISO/IEC 15424 (AIM symbology identifiers, ``]`` letter modifier), ISO/IEC 18004 7.4.2 and AIM
ITS/04-023 (ECI escapes: backslash and six digits; a backslash of the text is doubled then).
"""

import re
from dataclasses import dataclass

from device_drivers.scanners.interface import CODE_LENGTH_MAX

# What was read, by the letter behind the bracket.
AIM_KINDS = {"Q": "QRCODE", "C": "CODE128", "A": "CODE39", "E": "EAN13", "L": "PDF417"}
_AIM = re.compile(rb"\]([A-Za-z])([0-9A-Za-z])")
# Modifiers that say: the ECI protocol is in use (QR: 2, 4 and 6).
_AIM_ECI = {b"Q": b"246"}
_ECI = re.compile(rb"\\([0-9]{6})")
_CHARSETS = {3: "latin-1", 26: "utf-8", 27: "ascii", 29: "gb18030", 32: "gb18030", 170: "ascii"}
_UNNAMED = ("utf-8", "gb18030")
_LINE_ENDS = re.compile(r"\s*[\t\n\v\f\r\x85\u2028\u2029]\s*")
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


@dataclass(frozen=True)
class CodeText:
    text: str
    kind: str = "UNKNOWN"  # what kind of code the scanner says it was


def of_bytes(raw: bytes) -> CodeText | None:
    """What a scanner sent for one code; None for noise. Without an ECI the text is UTF-8 or GB18030."""
    raw, kind, escaped = raw.strip(b"\r\n"), "UNKNOWN", False
    while aim := _AIM.match(raw):
        kind = AIM_KINDS.get(aim[1].decode(), "UNKNOWN")
        escaped = aim[2] in _AIM_ECI.get(aim[1], b"")
        raw = raw[aim.end() :]
        if kind != "UNKNOWN":
            break
    text = _with_eci(raw) if escaped or _ECI.match(raw) else _decoded(raw, _UNNAMED)
    return None if text is None else of_text(text, kind)


def of_text(text: str, kind: str = "UNKNOWN") -> CodeText | None:
    """What a reader took for the text of a code, its lines (a contact's, a notice's) put into one; None
    when that is none."""
    while text != (text := text.strip().strip(BYTE_ORDER_MARK)):
        pass
    text = _LINE_ENDS.sub(" ", text)
    if not text or len(text) > CODE_LENGTH_MAX or not text.isprintable():
        return None
    return CodeText(text, kind)


def _with_eci(raw: bytes) -> str | None:
    """Each part in the character set that stands before it."""
    pieces = _ECI.split(raw)
    found, charsets = "", _UNNAMED
    for index, piece in enumerate(pieces):
        if index % 2:
            known = _CHARSETS.get(int(piece))
            if known is None:
                return None
            charsets = (known,)
            continue
        text = _decoded(piece.replace(b"\\\\", b"\\"), charsets)
        if text is None:
            return None
        found += text
    return found


def _decoded(raw: bytes, charsets: tuple[str, ...]) -> str | None:
    for charset in charsets:
        try:
            return raw.decode(charset)
        except UnicodeDecodeError:
            continue
    return None
