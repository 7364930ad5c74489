"""docs/accessibility.md: what is met names the test or the picture that shows it, and that exists."""

import re
from pathlib import Path

import pytest

from kiosk.ui.gallery.scenes import scenes

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "accessibility.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`([^`]+)`")
AS_ANOTHER = re.compile(r"\bas EN (\d+(?:\.\d+)*)")


def rows() -> list[list[str]]:
    """The rows of all tables: clause, perhaps what it asks, state, how."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[-2] != "state"]


def named_tests() -> set[str]:
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        found |= set(re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    return found


def clauses() -> set[str]:
    """Those of EN 301 549 that have a row, each with those above it: 5.1.3.9 is in 5.1.3."""
    found: set[str] = set()
    for row in rows():
        first, *others = re.findall(r"[\d.]*\d", row[0]) or [""]
        numbers = [first, *(first.rpartition(".")[0] + n for n in others if n.startswith("."))]
        for number in (*numbers, *others):
            parts = number.split(".")
            found |= {".".join(parts[:size]) for size in range(1, len(parts) + 1)}
    return found


def test_every_test_and_picture_that_is_named_exists():
    known, shown = named_tests(), scenes()
    for name in NAMED.findall(PAGE):
        if name.startswith("test_") and not name.endswith(".py"):
            assert name in known, name
        elif "/" in name and " " not in name and not name.startswith("DIR/"):
            assert (ROOT / name).exists(), name
    pictures = re.findall(r"pictures? ((?:`[^`]+`(?:, )?)+)", PAGE)
    named = [name for group in pictures for name in NAMED.findall(group)]
    assert named
    assert [name for name in named if name not in shown] == []


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:30])
def test_what_is_met_names_what_shows_it(row):
    state, how = row[-2:]
    if "met" not in state:
        assert state == "site" or state.startswith("site,"), row
        return
    others = AS_ANOTHER.findall(how)
    assert [other for other in others if other not in clauses()] == []
    assert others or NAMED.search(how), f"{row[0]}: nothing shows it"
