"""A few kills of the real processes, and that the evidence shows what is wrong."""

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from contract.messages import EntryKind
from kiosk.journal.journal import Journal
from tests.crash import evidence
from tests.crash.house import CrashHouse
from tests.kiosk.journal.test_continuation import payment


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_few_kills_lose_nothing(tmp_path):
    report = tmp_path / "report.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "lobbypay", "crash-test"),
            *("--rounds", "4", "--seed", "5", "--json", str(report)),
        ],
        capture_output=True,
        text=True,
        timeout=580,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(report.read_text())
    assert (told["rounds"], told["checks"], told["failures"]) == (4, 1, [])
    assert told["kills"] >= 4
    assert sum(told["kills_by_newest_payment"].values()) == told["kills"]
    assert any(" approved" in outcome for outcome in told["outcomes"])


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path / "journal.sqlite3", lambda: datetime.now(UTC))
    yield made
    made.close()


def test_paper_that_nobody_saw_and_paper_about_nothing_are_seen(journal, tmp_path):
    house = CrashHouse(tmp_path, None, "")  # type: ignore[arg-type]
    record = payment(1)
    journal.append_payment(record)
    told = {"payment_id": record.payment_id, "how": "print", "outcome": "printed"}
    journal.append(EntryKind.RECEIPT, told)
    stranger = "0190d5a0-0000-7000-8000-00000000ffff"
    receipts = tmp_path / "receipts"
    receipts.mkdir()
    (receipts / "receipt-001.txt").write_text(f"[qr read from the paper] http://x/p/{stranger}\n")
    assert list(evidence.papers(house, journal)) == [
        f"{record.payment_id}: printed 1 times by the journal, 0 papers",
        f"{stranger}: on paper, not in the journal",
    ]


def test_money_that_a_channel_kept_is_read_from_its_own_books(tmp_path):
    from simulators.payment_channel.books import Books

    path = tmp_path / "wechat.sqlite3"
    books = Books(path, lambda: datetime.now(UTC), "waiting", "weixin://")
    for number in ("1", "2", "3"):
        books.order(number, 1000, "CNY", "x", datetime(2100, 1, 1, tzinfo=UTC), "")
    books.pay("1")
    books.pay("2")
    books.refund("2", "R2", 1000)
    accounts = evidence.channel(path, "wechat").accounts
    assert {n: (a.captured_minor, a.kept_minor) for n, a in accounts.items()} == {
        "1": (1000, 1000),
        "2": (1000, 0),
        "3": (0, 0),
    }
