"""``lobbypay server`` as an operator types it: real processes, a real database file, a real port."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import requests
from openpyxl import load_workbook

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PASSWORD = "lake-and-hill"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "server.toml"
    file.write_text(f'[server]\ndata_folder = "{tmp_path / "data"}"\n')
    return file


def command(config: Path | None, *words: str) -> list[str]:
    chosen = ["--config", str(config)] if config else []
    return [sys.executable, "-m", "lobbypay", "server", *chosen, *words]


def environment() -> dict[str, str]:
    kept = dict(os.environ) | {"LC_ALL": "C.UTF-8"}
    for name in ("LOBBYPAY_DATABASE_URL", "LOBBYPAY_SERVER_CONFIG"):
        kept.pop(name, None)
    return kept


def run(config: Path | None, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(config, *words),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def done(config: Path | None, *words: str) -> str:
    finished = run(config, *words)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_from_nothing_to_a_bill(config: Path, tmp_path: Path):
    assert "up to date" in done(config, "migrate")
    said = done(
        config, "sample-data", "--pairing-code", "ABCD2345EF", f"--staff-password={PASSWORD}"
    )
    for line in (
        r"community +lakeside made",
        r"pairing code +ABCD2345EF",
        rf"password +{PASSWORD}",
    ):
        assert re.search(line, said)
    assert "was there" in done(config, "sample-data")
    assert "0 problems" in done(config, "verify-ledger")
    assert "没有待查的款项" in done(config, "--language", "zh", "open-questions")
    assert json.loads(done(config, "open-questions", "--json", "--community", "lakeside")) == []
    bill = tmp_path / "bill.pdf"
    assert "3-2-1201" in done(config, "bill-pdf", "--unit", "3-2-1201", "--out", str(bill))
    assert bill.read_bytes().startswith(b"%PDF-")
    assert re.search(r"pairing code +\w{10}", done(config, "create-kiosk", "K04"))
    told = done(config, "create-staff", "li")
    assert re.search(r"password +\S{12}", told) and "no role yet" in told
    role = ("--community", "lakeside", "--role", "bookkeeper")
    assert "bookkeeper in lakeside" in done(config, "create-staff", "li", *role)
    assert "signs the bills of lakeside" in done(config, "create-signing-key")


def test_a_company_moves_in(config: Path, tmp_path: Path):
    done(config, "migrate")
    made = done(
        config, "create-community", "acacia", "--name", "金合欢", "--name-en", "Acacia", "--json"
    )
    assert json.loads(made)["community"] == "acacia"
    file = tmp_path / "estate.xlsx"
    done(config, "estate-template", "--out", str(file))
    book = load_workbook(file)
    book["units"].append(["1", "1", "101", "住宅", 88.5, "王小明", "13800001201", None, 5, 12.5])
    book.save(file)
    words = ["import-estate", str(file), "--community", "acacia", "--json"]
    checked, first, again = (
        json.loads(done(config, *words, *more)) for more in (["--check"], [], [])
    )
    assert checked == first and first["created"]["units"] == 1
    assert again["unchanged"]["units"] == 1 and not any(again["created"].values())
    assert "2 transactions, 0 problems" in done(config, "verify-ledger")
    (tmp_path / "e.csv").write_text("building,room")
    failed = run(config, "import-estate", str(tmp_path / "e.csv"), "--community", "acacia")
    assert failed.returncode == 1 and "No Excel workbook" in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bill-pdf", "--unit", "9-9-999", "--out", "x.pdf"], "no unit 9-9-999"),
        (["bill-pdf", "--unit", "3-2-1202", "--out", "x.pdf"], "no open bill"),
        (["bill-pdf", "--unit", "3-2-1201", "--out", "/nowhere/x.pdf"], "cannot be written"),
        (["create-kiosk", "K03", "--community", "elsewhere"], "there are: lakeside"),
        (["create-kiosk", "K03", "--pairing-code", "short"], "8 to 20"),
        (["create-staff", "li", "--password", "12345678"], "too common"),
        (["create-staff", "li", "--role", "king"], "bookkeeper"),
        (["create-staff", "li", "--community", "lakeside"], "--role"),
        (["create-staff", "li", "--role", "auditor", "--community", "x"], "there are: lakeside"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(prepared: Path, words: list[str], said: str):
    failed = run(prepared, *words)
    assert failed.returncode == 1
    assert said in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("server")
    file = folder / "server.toml"
    file.write_text(f'[server]\ndata_folder = "{folder / "data"}"\n')
    done(file, "migrate")
    done(file, "sample-data", f"--staff-password={PASSWORD}")
    return file


def test_a_mistake_in_the_configuration(tmp_path: Path):
    file = tmp_path / "server.toml"
    file.write_text("[server]\nthreads = 5\n")
    failed = run(file, "verify-ledger")
    assert failed.returncode == 1
    assert failed.stderr.startswith(f"{file}: server.threads: there is no such key; allowed keys:")


def test_a_database_that_was_never_prepared(config: Path):
    failed = run(config, "verify-ledger")
    assert failed.returncode == 1
    assert "lobbypay server migrate" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_a_database_of_another_version(config: Path, tmp_path: Path):
    done(config, "migrate")
    with closing(sqlite3.connect(tmp_path / "data" / "server.sqlite3")) as database, database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('billing', '0099_from_tomorrow', '2027-01-01')"
        )
    failed = run(config, "migrate")
    assert failed.returncode == 1
    assert "billing 0099_from_tomorrow" in failed.stderr and "Traceback" not in failed.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_it_serves_and_stops_when_told(prepared: Path, tmp_path: Path, how: signal.Signals):
    port = free_port()
    log = tmp_path / "log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command(prepared, "run", "--migrate", "--bind", f"127.0.0.1:{port}"),
            cwd=ROOT,
            env=environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        base = f"http://127.0.0.1:{port}"
        page = _wait_for(f"{base}/staff/login/", log)
        assert "员工登录" in page.text
        assert requests.get(f"{base}/static/staff/staff.css", timeout=30).status_code == 200
        assert requests.get(f"{base}/static/unfold/css/styles.css", timeout=30).status_code == 200
        foreign = requests.get(base, headers={"Host": "evil.example"}, timeout=30)
        assert foreign.status_code == 400
    finally:
        server.send_signal(how)
        assert server.wait(30) == 0


def _wait_for(address: str, log: Path) -> requests.Response:
    for _ in range(150):
        try:
            return requests.get(address, timeout=30)
        except requests.ConnectionError:
            time.sleep(0.2)
    raise AssertionError(log.read_text())
