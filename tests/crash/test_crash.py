"""A few kills of the real processes, and that the evidence shows what is wrong."""

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from contract.messages import EntryKind
from kiosk.journal.journal import Journal
from tests.crash import database_cluster, evidence
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


def test_the_shipped_files_of_a_cluster_want_what_the_failover_test_gives(tmp_path):
    words = {"superuser": "1", "replication": "2", "rewind": "3", "lobbypay": "4"}
    programs = dict.fromkeys(database_cluster.PROGRAMS, "/bin/true")
    cluster = database_cluster.Cluster(tmp_path, tmp_path, programs, words)
    for name in ("a", "b"):
        cluster.nodes.append(cluster.node(name, 2379))
    proxy = cluster.write_proxy(5000).read_text()
    for node in cluster.nodes:
        said = node.file.read_text()
        assert "synchronous_mode: true" in said and "$" not in said.split("scope:")[1]
        assert f"check port {node.values['rest_port']}" in proxy
        assert node.file.stat().st_mode & 0o077 == 0  # it holds passwords


def test_a_write_that_was_acknowledged_and_is_gone_is_seen(monkeypatch):
    class Database:
        def __enter__(self):
            return self

        def __exit__(self, *failure):
            return None

        def execute(self, _question):
            writer.acknowledged.append((3, 4.0))  # while it is asked, the next is acknowledged
            return [(1,)]

    writer = database_cluster.Writer("")
    writer.acknowledged += [(1, 1.0), (2, 2.5)]
    monkeypatch.setattr(database_cluster.psycopg, "connect", lambda _url: Database())
    assert writer.lost() == [2]
