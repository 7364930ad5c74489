"""The mistakes that were found in a file, kept beside it in both languages until the file is deleted."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from contract.messages import Text
from server.language import chosen
from server.onboarding.report import Problem


@dataclass(frozen=True, slots=True)
class KeptProblem:
    """As ``Problem``; ``zh`` and ``en`` say what is wrong and the remedy."""

    sheet: str
    row: int
    column: str
    value: str
    zh: str
    en: str

    @property
    def message(self) -> str:
        """In the language in force."""
        return chosen(Text(zh=self.zh, en=self.en))


def write(path: Path, problems: Iterable[Problem]) -> None:
    """Private, and as a whole or not at all."""
    rows = [asdict(_kept(one)) for one in problems]
    new = path.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    new.replace(path)


def read(path: Path) -> list[KeptProblem]:
    """None are left once the file was deleted."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [KeptProblem(**row) for row in rows]


def _kept(one: Problem) -> KeptProblem:
    said = one.said
    return KeptProblem(one.sheet, one.row, one.column, one.value, said.zh, said.en)
