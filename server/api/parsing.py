"""Reads the body of a call strictly: what cannot be kept by every database is refused at the door."""

import json
import re
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from contract.plain_text import is_keepable

# As a kiosk signed it: it is kept as it is, and what it means is judged entry by entry.
_AS_SIGNED = "body"
NUMBER_DIGITS_MAX, SIGNED_DIGITS_MAX = 40, 4000
# JSON without it holds nothing that ``_keepable`` refuses: NUL and half a pair are escaped in it. Digits
# right after a quotation mark begin a text, such as a hash.
_DOUBTFUL = re.compile(rf'\\u|(?<!["0-9])[0-9]{{{NUMBER_DIGITS_MAX + 1}}}')


class StrictParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        """Raises ValueError or RecursionError: NUL, half a surrogate pair, a number that JSON does not
        have or nobody needs, a text that is no UTF-8, a nesting without an end."""
        text = request.body.decode("utf-8")
        told = json.loads(text, parse_constant=_refused, parse_int=_whole)
        if _DOUBTFUL.search(text) and not _keepable(told):
            raise ValueError("a character or a number that cannot be kept")
        return told


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no number of JSON (RFC 8259, section 6)")


def _whole(digits: str) -> int:
    if len(digits) > SIGNED_DIGITS_MAX:
        raise ValueError("a number that is too long")
    return int(digits)


def _keepable(value: Any) -> bool:
    if isinstance(value, str):
        return is_keepable(value)
    if isinstance(value, int):
        return abs(value) < 10**NUMBER_DIGITS_MAX
    if isinstance(value, dict):
        return all(
            is_keepable(name) and (name == _AS_SIGNED or _keepable(inner))
            for name, inner in value.items()
        )
    if isinstance(value, list):
        return all(map(_keepable, value))
    return True
