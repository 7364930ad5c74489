"""What a release may be called, and which of two is newer: numbers with dots, compared as numbers."""

import re

FORM = re.compile(r"[0-9]{1,5}(\.[0-9]{1,5}){1,3}")


def order(version: str) -> tuple[int, ...]:
    """Raises ValueError for what is no version."""
    if not FORM.fullmatch(version):
        raise ValueError(f"{version!r} is no version such as 0.2.0")
    numbers = [int(part) for part in version.split(".")]
    return tuple(numbers + [0] * (4 - len(numbers)))


def is_version(text: object) -> bool:
    return isinstance(text, str) and FORM.fullmatch(text) is not None
