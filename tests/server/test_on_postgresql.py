"""On a real PostgreSQL once more: the fast tests of money that ask a database, and the sample data by the
command. The other rooms have a file of their own, ``test_rooms_on_postgresql``: both run side by side."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import postgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
MONEY = ("alerts", "api", "ledger", "open_questions", "payments")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    bin_folder = postgres.programs()
    assert bin_folder, "PostgreSQL is not installed; make setup installs it"
    with postgres.running(bin_folder) as url:
        yield url


def run(url: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"LOBBYPAY_DATABASE_URL": url} | more
    environment.pop("PYTEST_XDIST_WORKER", None)
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=1700,
        check=False,
    )


def again(url: str, *paths: str) -> None:
    """Runs the fast tests of these folders, or all but what ``--ignore`` names."""
    done = run(url, "-m", "pytest", "-q", "-m", "not slow", "-p", "no:xdist", *paths)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    assert " passed" in done.stdout


def test_the_rooms_of_money(url: str):
    again(url, *(str(HERE / room) for room in MONEY))


def test_the_commands(url: str, tmp_path: Path):
    state = {"XDG_STATE_HOME": str(tmp_path)}
    command = ("-m", "lobbypay", "server")
    for words in (["migrate"], ["sample-data"], ["verify-ledger"]):
        done = run(url, *command, *words, **state)
        assert done.returncode == 0, done.stderr
    assert "0 problems" in done.stdout
    bill = tmp_path / "bill.pdf"
    done = run(url, *command, "bill-pdf", "--unit", "3-2-1201", "--out", str(bill), **state)
    assert done.returncode == 0, done.stderr
    assert bill.read_bytes().startswith(b"%PDF-")
    assert not list(tmp_path.rglob("*.sqlite3"))
