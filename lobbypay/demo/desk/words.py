"""Everything the desk says, in both languages, from ``texts/``: the page shows one at a time."""

import tomllib
from pathlib import Path
from typing import Any

from contract.message import Text
from contract.text_file import read_text

_FOLDER = Path(__file__).parent / "texts"


def _read(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(read_text(_FOLDER / f"{name}.toml"))


def _texts(name: str, zh: str = "zh", en: str = "en") -> dict[str, Text]:
    return {key: Text(zh=row[zh], en=row[en]) for key, row in _read(name).items()}


WORDS = _texts("words")
LABELS, EXPECTS = _texts("acts"), _texts("acts", "then_zh", "then_en")
TOUR_TITLES, TOUR_TEXTS = _texts("tour"), _texts("tour", "text_zh", "text_en")


def in_both(name: str) -> str:
    """For who has chosen no language yet: a line in each."""
    return f"{WORDS[name].zh}\n{WORDS[name].en}\n"
