"""Hides card numbers in whatever a terminal tells, so that nothing behind its driver can show them.

At most the first six and the last four digits stay; nothing here keeps the rest. As terminals put numbers
where they do not belong, texts and bytes are searched.
"""

import re
from collections.abc import Iterable, Iterator

HIDDEN = "(hidden)"

PAN_MAX = 19
_PAN_MIN, _ALWAYS_HIDDEN = 12, 16  # shorter numbers are hidden only if their check digit is right
_KEPT_HEAD, _KEPT_TAIL = 6, 4
_GROUPS = re.compile(r"\d+(?:[ \t\u00a0-]{1,3}\d+)*")  # 4-4-4-4, 4-6-5, or all in one
_TRACK1 = re.compile(r"%?[A-Z][\d ]{12,23}\^[^?]*\??", re.IGNORECASE)
_TRACK2 = re.compile(r";?(\d{12,19})[=D]\d{4,}[^\s?]*\??", re.IGNORECASE)
_HEX_RUN = re.compile(r"\d{13,}")


def masked_pan(digits: str) -> str:
    """The number as ``^[0-9*]{4,19}$``; whatever is not a digit becomes ``*``."""
    shown = re.sub(r"[^0-9]", "*", digits)[:PAN_MAX].rjust(_KEPT_TAIL, "*")
    head = _KEPT_HEAD if len(shown) > _KEPT_HEAD + _KEPT_TAIL + 1 else 0
    tail = _KEPT_TAIL if len(shown) > 2 * _KEPT_TAIL else 0
    middle = "*" * (len(shown) - head - tail)
    return shown[:head] + middle + shown[len(shown) - tail :]


def without_pans(text: str) -> str:
    """Text without track data and without numbers that could be a card's: 16 digits or more, or 12 to 15
    with a right check digit, in one run or in groups with up to three spaces or dashes between."""
    text = _TRACK1.sub(HIDDEN, text)
    text = _TRACK2.sub(lambda found: masked_pan(found[1]), text)
    return _GROUPS.sub(_without_pans_in_groups, text)


def _without_pans_in_groups(found: re.Match[str]) -> str:
    run = found[0]
    groups = [(group.start(), group.end()) for group in re.finditer(r"\d+", run)]
    shown, at = "", 0
    for first, last in _merged(_candidates(run, groups)):
        start, end = groups[first][0], groups[last][1]
        shown += run[at:start] + _masked_run(re.sub(r"\D", "", run[start:end]))
        at = end
    return shown + run[at:]


def _candidates(run: str, groups: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """First and last group of everything that could be a card's number."""
    for first in range(len(groups)):
        digits = ""
        for last in range(first, len(groups)):
            digits += run[slice(*groups[last])]
            alone = first == last
            if len(digits) > PAN_MAX and not alone:
                break
            if _could_be_card(digits, alone or _in_fours(groups[first : last + 1])):
                yield first, last


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that overlap as one; they come in the order of their beginnings."""
    merged: list[tuple[int, int]] = []
    for first, last in spans:
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _in_fours(groups: list[tuple[int, int]]) -> bool:
    """As printed on most cards: 4-4-4-4, and up to three digits more."""
    lengths = [end - start for start, end in groups]
    return len(lengths) >= 4 and all(n == 4 for n in lengths[:4]) and sum(lengths) <= PAN_MAX


def _could_be_card(digits: str, certain_shape: bool) -> bool:
    significant = digits.lstrip("0")
    if len(digits) < _PAN_MIN or not significant:
        return False
    return (certain_shape and len(digits) >= _ALWAYS_HIDDEN) or (
        len(significant) >= _PAN_MIN and _luhn(significant)
    )


def _masked_run(digits: str) -> str:
    """A run that is longer than a card number may hold one anywhere: nothing of its middle stays."""
    if len(digits) <= PAN_MAX:
        return masked_pan(digits)
    return (
        digits[:_KEPT_HEAD] + "*" * (len(digits) - _KEPT_HEAD - _KEPT_TAIL) + digits[-_KEPT_TAIL:]
    )


def holds_pan(raw: bytes) -> bool:
    """Whether bytes of another meaning hold a card number, packed (BCD) or as characters."""
    characters = bytes(byte if 0x30 <= byte <= 0x39 else 0x20 for byte in raw).decode("ascii")
    runs = _HEX_RUN.findall(raw.hex()) + _HEX_RUN.findall(characters)
    return any(_window_is_card(run) for run in runs)


def _window_is_card(run: str) -> bool:
    lengths = range(_PAN_MIN + 1, PAN_MAX + 1)
    return any(
        run[at] != "0" and at + length <= len(run) and _luhn(run[at : at + length])
        for at in range(len(run))
        for length in lengths
    )


def _luhn(digits: str) -> bool:
    doubled = (int(d) * 2 for d in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(d // 10 + d % 10 for d in doubled)) % 10 == 0
