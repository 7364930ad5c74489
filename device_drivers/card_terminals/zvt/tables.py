"""The numbers of ZVT and what they mean, read from ``tables.json``. Never decides anything.

The tables are facts of PA00P015 rev 13.08 (see ``about`` in the file), in our own words.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Field:
    """A BMP (ch. 13). ``length`` in bytes, or ``LLVAR``, ``LLLVAR``, ``TLV``."""

    name: str
    length: int | str
    encoding: str


@dataclass(frozen=True)
class Tag:
    name: str
    encoding: str
    constructed: bool


@dataclass(frozen=True)
class Fixed:
    """A field without a number at the head of a command. ``length`` in bytes; None: all the rest."""

    name: str
    length: int | None
    optional: bool


@dataclass(frozen=True)
class Command:
    """``sender``: ``ecr`` (we), ``pt`` (the terminal) or ``both``."""

    name: str
    sender: str
    fixed: tuple[Fixed, ...]


@dataclass(frozen=True)
class Meaning:
    """``who_acts``: resident, staff, retry, terminal or none; ``recovery``: the command that mends it."""

    en: str
    zh: str
    who_acts: str = "none"
    recovery: str = ""


def _load() -> Any:
    return json.loads(Path(__file__).with_name("tables.json").read_text("utf-8"))


def _meanings(rows: Mapping[str, list[Any]]) -> dict[int, Meaning]:
    return {int(code, 16): Meaning(*row) for code, row in rows.items() if "-" not in code}


_TABLES = _load()
COMMANDS: dict[int, Command] = {
    int(code, 16): Command(row["name"], row["from"], tuple(Fixed(*fixed) for fixed in row["fixed"]))
    for code, row in _TABLES["commands"].items()
}
BMPS: dict[int, Field] = {int(n, 16): Field(*row) for n, row in _TABLES["bmps"].items()}
TAGS: dict[int, Tag] = {int(n, 16): Tag(*row) for n, row in _TABLES["tlv_tags"].items()}
HOST_DECLINED = Meaning(*_TABLES["result_codes"]["01-63"])  # codes 01 to 63 that are not listed
RESULT_CODES = _meanings(_TABLES["result_codes"])
TERMINAL_STATUS = _meanings(_TABLES["terminal_status"])
STATUS_BYTE = _meanings(_TABLES["status_byte"])
STEPS: dict[int, tuple[Meaning, bool]] = {  # and whether the card is to be taken out
    int(code, 16): (Meaning(en, zh), remove)
    for code, (en, zh, remove) in _TABLES["intermediate_status"].items()
}
ANSWER_CODES = _meanings(_TABLES["answer_codes"])
TERMINAL_LOCKS = [_meanings(byte) for byte in _TABLES["terminal_locks"]]  # of the bytes of tag 1F55
BITS: dict[str, dict[int, tuple[str, str, str]]] = {  # name, what 0 means, what 1 means
    name: {int(bit, 16): tuple(row) for bit, row in rows.items()}
    for name, rows in _TABLES["bits"].items()
}
VALUES: dict[str, dict[int, str]] = {
    name: {int(value, 16): text for value, text in rows.items()}
    for name, rows in _TABLES["values"].items()
}
CARD_TYPES: dict[int, str] = {int(n): name for n, name in _TABLES["card_types"].items()}
