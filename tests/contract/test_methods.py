"""Each way to pay has one name, one colour and one icon, in one table."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

from babel.messages.pofile import read_po

from contract.messages import Method
from contract.methods import METHODS, by_payment_code
from contract.scan_kind import ScanKind
from kiosk.asset_paths import ICONS

ROOT = Path(__file__).parents[2]
TABLE = "contract/methods.py"
# Credit is an account of the books first, and has its name there.
NAMES = {
    words
    for method, shown in METHODS.items()
    if method is not Method.CREDIT
    for words in (shown.name.zh, shown.name.en)
}
ROOMS = ("contract", "kiosk", "server", "simulators", "lobbypay", "assets")


def files(*endings: str) -> list[str]:
    """What is kept in git; migrations keep what the models had."""
    patterns = [f"{room}/*.{ending}" for room in ROOMS for ending in endings]
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    return [name for name in listed if "/migrations/" not in name and name != TABLE]


def texts(name: str) -> list[str]:
    """Every text that stands by itself in the file: literals, translations, values."""
    path = ROOT / name
    if name.endswith(".py"):
        tree = ast.walk(ast.parse(path.read_text()))
        return [n.value for n in tree if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    if name.endswith(".po"):
        with path.open("rb") as file:
            return [str(message.string) for message in read_po(file)]
    return list(inner_texts(tomllib.loads(path.read_text())))


def inner_texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [t for inner in value for t in inner_texts(inner)] if isinstance(value, list) else []


def test_every_method_is_there_with_an_icon_that_exists():
    assert set(METHODS) == set(Method)
    for method, shown in METHODS.items():
        assert re.fullmatch("#[0-9A-F]{6}", shown.color), method
        assert (ICONS / f"{shown.icon}.png").is_file(), method


def test_a_payment_code_belongs_to_the_method_whose_app_shows_it():
    assert by_payment_code(ScanKind.WECHAT_PAYMENT) is Method.WECHAT
    assert by_payment_code(ScanKind.ALIPAY_PAYMENT) is Method.ALIPAY
    payments = {kind for kind in ScanKind if kind.is_payment}
    assert {kind for kind in ScanKind if by_payment_code(kind)} == payments


def test_no_second_table_names_them():
    found = {name: NAMES.intersection(texts(name)) for name in files("py", "po", "toml")}
    assert {name: names for name, names in found.items() if names} == {}


def test_no_second_table_colours_them():
    """The colours are of the house's palette: what is looked for is one given to a way to pay."""
    given = re.compile(rf"({'|'.join(Method)})\b.*#[0-9a-f]{{6}}", re.IGNORECASE)
    found = {
        (name, line.strip())
        for name in files("py", "kv", "html", "css")
        for line in (ROOT / name).read_text().splitlines()
        if given.search(line) and ".card" not in line  # a box on a page
    }
    assert found == set()
