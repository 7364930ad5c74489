"""House law that no tool checks: purity of the core, sizes, nothing left unfinished, nothing private."""

import ast
import io
import re
import subprocess
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINES_MAX, FUNCTION_LINES_MAX = 400, 70
ROOMS = (
    *("contract", "kiosk", "device_drivers", "server", "simulators", "lobbypay", "tools"),
    "updater",
)
SOURCES = sorted(
    path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts
)
TESTS = sorted(path for room in ("tests", "benchmarks") for path in (ROOT / room).rglob("*.py"))
FORBIDDEN_IN_CORE = {
    "time",
    "random",
    "threading",
    "socket",
    "sqlite3",
    "subprocess",
    "os",
    "queue",
    "requests",
    "asyncio",
}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_core_reads_no_clock_and_touches_nothing():
    for path in sorted((ROOT / "kiosk" / "core").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported = {(node.module or "").split(".")[0]}
            else:
                imported = set()
            assert not imported & FORBIDDEN_IN_CORE, f"{named(path)}:{node.lineno}: {imported}"
            if isinstance(node, ast.Attribute):
                assert (
                    node.attr not in ("now", "utcnow", "today")
                    or not isinstance(node.value, ast.Name)
                    or node.value.id not in ("datetime", "date")
                ), f"{named(path)}:{node.lineno}"


@pytest.mark.parametrize("path", SOURCES + TESTS, ids=named)
def test_files_and_functions_stay_readable(path):
    text = path.read_text()
    assert text.count("\n") <= LINES_MAX, f"{named(path)} wants splitting"
    tree = ast.parse(text)
    if text.strip():
        assert ast.get_docstring(tree), f"{named(path)} does not say what it is"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno
            assert lines <= FUNCTION_LINES_MAX, f"{named(path)}:{node.lineno} {node.name}: {lines}"


def test_nothing_is_left_unfinished_and_no_secret_is_kept():
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.toml", "*.md", "*.sh", "Makefile", "requirements.lock"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    unfinished = re.compile(r"#.*\b(TO" r"DO|FIX" r"ME|XX" r"X)\b|NotImplemented" r"Error")
    private = re.compile(r"BEGIN (RSA |EC )?PRIVATE" r" KEY|--index" r"-url|/home/[a-z]+/")
    for name in listed:
        text = (ROOT / name).read_text(errors="replace")
        assert not unfinished.search(text), f"{name}: {unfinished.search(text)}"
        assert not private.search(text), f"{name}: {private.search(text)}"


DAYS = ROOT / "contract" / "business_day.py"
NO_BUSINESS_DAY = {
    "device_drivers/printers/memory.py": "a driver counts paper by days; no bill depends on it",
    "kiosk/runtime/staff_desk.py": "the test page shows the machine's own clock, with its offset",
}
_OF_THE_PROCESS = {"localdate", "localtime", "utcnow", "utcfromtimestamp", "today", "ZoneInfo"}


def _takes_a_day_from_elsewhere(node: ast.AST) -> str:
    """The name of what would give a day or a wall clock of UTC or of the process."""
    if isinstance(node, ast.ImportFrom) and node.module in ("django.utils.timezone", "zoneinfo"):
        return ", ".join(a.name for a in node.names if a.name in _OF_THE_PROCESS - {"ZoneInfo"})
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        whose = node.value.id in ("timezone", "date", "datetime", "zoneinfo")
        return node.attr if whose and node.attr in _OF_THE_PROCESS else ""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Name):
        return node.func.id if node.func.id == "ZoneInfo" else ""
    if not isinstance(node.func, ast.Attribute):
        return ""
    if node.func.attr == "date" and not node.args:
        return ".date()"
    of_a_protocol = [ast.unparse(a) for a in node.args] in (["UTC"], ["BEIJING"])
    return ".astimezone()" if node.func.attr == "astimezone" and not of_a_protocol else ""


@pytest.mark.parametrize("path", [p for p in SOURCES if p != DAYS], ids=named)
def test_days_and_wall_clocks_come_from_the_communitys_zone(path):
    """``contract.business_day`` is the only way from a moment to a day or a time of day."""
    found = [
        f"{node.lineno}: {what}"
        for node in ast.walk(ast.parse(path.read_text()))
        if (what := _takes_a_day_from_elsewhere(node))
    ]
    assert not found or named(path) in NO_BUSINESS_DAY, f"{named(path)}:{found}"


@pytest.mark.parametrize(
    "line",
    [
        "day = timezone.localdate()",
        "day = now.date()",
        "day = timezone.now().date()",
        "day = date.today()",
        "day = now.astimezone(ZoneInfo('Asia/Shanghai'))",
        "hour = now.astimezone().hour",
        "from django.utils.timezone import localdate",
        "when = timezone.localtime(now)",
    ],
)
def test_each_other_way_to_a_day_is_seen(line):
    assert any(_takes_a_day_from_elsewhere(node) for node in ast.walk(ast.parse(line)))


# Single characters of a text that is set in lines: nothing is made a number of.
OTHER_DIGITS = ("kiosk/texts/line_breaks.py",)


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_digits_are_those_that_int_understands(path):
    """``"²".isdigit()`` is true, and ``int("²")`` raises."""
    if named(path) in OTHER_DIGITS:
        return
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if re.search(r"\.is(digit|numeric|decimal)\(\)", line):
            safe = ".isascii()" in line or ".hex()" in line
            assert safe, (
                f"{named(path)}:{number}: contract.plain_text.whole_number, or isascii() too"
            )


def test_each_decision_has_a_number_of_its_own():
    names = [path.name for path in (ROOT / "docs" / "decisions").glob("*.md")]
    numbers = [name.partition("-")[0] for name in names]
    assert len(set(numbers)) == len(numbers), sorted(n for n in numbers if numbers.count(n) > 1)


LOOSE_IN_KIOSK = {"bootstrap", "settings", "clock", "staff_pin", "single_instance", "asset_paths"}
# Private words, which once named modules; the trade has its own.
PRIVATE_WORDS = {
    "answered",
    "beginning",
    "following",
    "heard",
    "held",
    "learning",
    "listening",
    "overview",
    "standing",
    "telling",
    "trust",
    "waiting",
    "words",
}


def test_what_stands_loose_in_the_kiosk_belongs_to_every_room():
    loose = {path.stem for path in (ROOT / "kiosk").glob("*.py")} - {"__init__"}
    assert loose <= LOOSE_IN_KIOSK, sorted(loose - LOOSE_IN_KIOSK)


@pytest.mark.parametrize(
    "path",
    [p for p in SOURCES if p.relative_to(ROOT).parts[0] in ("contract", "kiosk", "server")],
    ids=named,
)
def test_modules_are_called_by_words_of_the_trade(path):
    assert path.stem not in PRIVATE_WORDS, named(path)


_HISTORY = re.compile(
    r"\b(formerly|previously|used to be|renamed from|moved (here )?from|backwards? compatib\w*)\b",
    re.I,
)


def _comments(path: Path) -> list[tuple[int, str]]:
    """Comments and docstrings, with their lines."""
    found = [
        (token.start[0], token.string)
        for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
        if token.type == tokenize.COMMENT
    ]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            found.append((getattr(node, "lineno", 1), ast.get_docstring(node) or ""))
    return found


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_comments_say_why_and_tell_no_history(path):
    """What was before is in the history of the repository."""
    for number, text in _comments(path):
        assert not _HISTORY.search(text), f"{named(path)}:{number}: {text}"


def test_every_file_that_the_architecture_names_is_there():
    text = (ROOT / "docs" / "architecture.md").read_text()
    files = set(re.findall(r"`([a-z_]+/[^` ]+)`", text))
    assert len(files) > 50
    assert not [name for name in sorted(files) if not (ROOT / name).exists()]
