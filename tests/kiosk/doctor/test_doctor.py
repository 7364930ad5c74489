"""``lobbypay doctor`` as an installer runs it, against simulated devices that are processes."""

import contextlib
import io
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.messages import EntryKind
from kiosk.central import identity
from kiosk.commands.doctor import language_of, main
from kiosk.doctor import machine, trials
from kiosk.doctor.conditions import CERTIFICATE
from kiosk.doctor.finding import Finding, exit_code, table, wrong
from kiosk.journal.journal import Journal
from kiosk.settings import Server, Settings
from kiosk.single_instance import alone
from tests.kiosk.central.conftest import central as central
from tests.kiosk.core.story import config as server_config
from tests.simulators.processes import Simulator, running

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@dataclass
class Bench:
    """An enrolled kiosk's folder and configuration, and the simulated devices that it names."""

    folder: Path
    terminal: Simulator
    printer: Simulator
    scanner: Simulator

    @property
    def data(self) -> Path:
        return self.folder / "kiosk"

    def doctor(self, *options: str) -> tuple[int, dict]:
        said, config = io.StringIO(), structlog.get_config()
        with contextlib.redirect_stdout(said):
            code = main(["--json", "--config", str(self.folder / "kiosk.toml"), *options])
        structlog.configure(**config)
        return code, json.loads(said.getvalue())

    def notes(self) -> list[str]:
        journal = Journal(self.data / "journal.sqlite3", lambda: datetime.now(UTC))
        found = [e.body["state"] for e in journal.after(0, 100) if "state" in e.body]
        journal.close()
        return found


CONFIG = """
data_dir = "{data}"
[server]
url = "http://127.0.0.1:9"
[scanner]
driver = "serial_line"
port = "{scanner}"
[card_terminal]
driver = "zvt"
transport = "tcp"
host = "127.0.0.1"
port = {terminal}
no_transaction_codes = "64"
[printer]
driver = "escpos"
connection = "network"
host = "127.0.0.1"
port = {printer}
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    bank = ("--tcp", "127.0.0.1:0", "--state", str(folder / "bank"), "--step-delay", "0.02")
    paper = ("--tcp", "127.0.0.1:0", "--out", str(folder / "receipts"))
    with (
        running("zvt_terminal", *bank) as terminal,
        running("receipt_printer", *paper) as printer,
        running("serial_scanner", "--pty", str(folder / "scanner")) as scanner,
    ):
        made = Bench(folder, terminal, printer, scanner)
        identity.save(made.data, identity.Identity("id-1", "K03", "lakeside", KEY))
        text = CONFIG.format(
            data=made.data,
            scanner=folder / "scanner",
            terminal=terminal.ready["port"],
            printer=printer.ready["port"],
        )
        (folder / "kiosk.toml").write_text(text)
        yield made


def by_subject(told: dict) -> dict[str, dict]:
    return {finding["subject"]: finding for finding in told["findings"]}


def test_each_device_is_tried_and_each_fault_has_a_remedy(bench):
    bench.printer.post("fault", name="paper_out")
    code, told = bench.doctor()
    bench.printer.post("clear")
    found = by_subject(told)
    assert code == 2
    printer = {f["code"] for f in told["findings"] if f["subject"] == "printer"}
    assert "printer.paper_out" in printer, told
    assert found["card_terminal"]["level"] == "ok"
    assert found["scanner"]["level"] == "ok"
    assert found["server"]["code"] == "server.away"
    assert found["enrolment"]["level"] == "ok"
    for finding in told["findings"]:
        if finding["level"] != "ok":
            assert all(finding["remedy"][language] for language in ("zh", "en")), finding


def test_the_page_comes_out_of_the_printer(bench):
    before = bench.printer.state()["receipts"]
    code, told = bench.doctor("--test-page", "--language", "zh")
    assert (code, [f["code"] for f in told["findings"]]) == (0, ["config.ok", "test_page.ok"])
    assert bench.printer.state()["receipts"] == before + 1


def test_a_page_without_paper_is_said_with_its_cause(bench):
    bench.printer.post("fault", name="paper_out")
    code, told = bench.doctor("--test-page")
    bench.printer.post("clear")
    codes = [finding["code"] for finding in told["findings"]]
    assert code == 2
    assert "test_page.not_printed" in codes
    assert "printer.paper_out" in codes


def test_a_code_is_named_with_its_reader_and_a_badge_is_not_shown(bench):
    command = [sys.executable, "-m", "lobbypay", "doctor", "--json", "--language", "en"]
    command += ["--config", str(bench.folder / "kiosk.toml"), "--test-scan", "--wait-s", "20"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert "Show a code" in process.stderr.readline()
    secret = "s3cretS3cretS3cretS3cret"
    for _ in range(40):  # as a hand that holds a badge there
        if process.poll() is None:
            bench.scanner.post("scan", text=f"LPSTAFF:1:{secret}")
            time.sleep(0.3)
    out, _ = process.communicate(timeout=60)
    found = by_subject(json.loads(out))["test_scan"]
    assert process.returncode == 0
    assert "staff_badge" in found["what"]["en"]
    assert "serial" in found["what"]["en"]
    assert secret not in out


def test_a_payment_goes_there_and_back(bench):
    code, told = bench.doctor("--test-payment")
    assert code == 0, told
    assert bench.notes() == ["asked", "taken", "taking_back", "returned"]
    states = [t["state"] for t in bench.terminal.state()["transactions"]]
    assert states == ["reversed"]


def test_a_payment_into_silence_is_never_lost(bench):
    """Approved, and not a word of it: the terminal is asked, and the money goes back."""
    bench.terminal.post("next", behaviour="drop_connection")
    _, told = bench.doctor("--test-payment")
    _, again = bench.doctor("--test-payment")
    assert by_subject(again)["test_payment"]["level"] == "ok", told
    states = [t["state"] for t in bench.terminal.state()["transactions"]]
    assert "approved" not in states
    assert bench.notes()[-1] == "returned"


def test_money_that_the_terminal_kept_is_said_again_and_again(settings):
    journal = Journal(settings.data_dir / "journal.sqlite3", lambda: datetime.now(UTC))
    body = {"what": "test_payment", "trial_id": "t", "amount_minor": 1, "currency": "CNY"}
    body |= {"submitted_at": "2026-11-24T14:47:00+00:00", "card": {"receipt_no": "0042"}}
    for state, level in (("not_returned", "error"), ("taking_back", "error"), ("returned", "")):
        journal.append(EntryKind.NOTE, body | {"state": state})
        assert [f.level.value for f in trials.earlier(settings)] == ([level] if level else [])
    journal.close()


def test_a_running_kiosk_keeps_its_devices(bench):
    with alone(bench.data):
        code, told = bench.doctor("--test-payment")
    found = by_subject(told)
    assert code == 2
    assert found["kiosk"]["code"] == "kiosk.running"
    assert found["test_payment"]["code"] == "test.not_tried"
    assert "card_terminal" not in found


def test_a_mistake_in_the_configuration_is_the_first_thing_said(tmp_path):
    path = tmp_path / "kiosk.toml"
    path.write_text("data_dir = '/tmp'\n[server]\nurl = 'ftp://x'\n")
    command = [sys.executable, "-m", "lobbypay", "doctor", "--config", str(path), "--language=zh"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode == 2
    assert "配置文件不能用" in run.stdout
    assert "server.url" in run.stdout


@pytest.fixture
def settings(tmp_path, central) -> Settings:
    identity.save(tmp_path, identity.Identity("id-1", "K03", "lakeside", KEY))
    return Settings(data_dir=tmp_path, server=Server(url=central.url))


def test_a_server_that_knows_the_kiosk_and_the_time(settings, central):
    now = datetime.now(UTC)
    central.answers = [(200, server_config(server_time=now).model_dump(mode="json"))]
    assert [f.code for f in machine.server(settings, now)] == ["server.ok"]
    late = server_config(server_time=now.replace(year=now.year + 1))
    central.answers = [(200, late.model_dump(mode="json"))]
    assert [f.code for f in machine.server(settings, now)] == ["server.ok", "clock.off"]


def test_a_server_that_refuses_or_is_none(settings, central):
    refusal = {"code": "not_signed", "message": {"zh": "没有签名", "en": "not signed"}}
    central.answers = [(401, refusal)]
    assert [f.code for f in machine.server(settings)] == ["server.refused"]
    central.answers = [(200, b"<html>")]
    assert [f.code for f in machine.server(settings)] == ["server.away"]
    nowhere = settings.model_copy(update={"server": Server(url="https://no.invalid")})
    assert [f.code for f in machine.server(nowhere)] == ["server.name"]


def test_a_journal_that_was_tampered_with_is_found(settings):
    path = settings.data_dir / "journal.sqlite3"
    assert machine.journal(settings, running=False).code == "journal.ok"
    journal = Journal(path, lambda: datetime.now(UTC), seal=identity.load(path.parent).seal)
    journal.append(EntryKind.NOTE, {"what": "started"})
    journal._db.execute("DROP TRIGGER entries_are_never_changed")
    assert machine.journal(settings, running=True).level.value == "ok"
    journal._db.execute("UPDATE entries SET body = '{}'")
    journal.close()
    found = machine.journal(settings, running=False)
    assert found.code == "journal.broken"
    assert found.remedy["zh"]


def test_fonts_are_looked_into(tmp_path):
    assert machine.fonts().code == "fonts.ok"
    assert machine.fonts(tmp_path).code == "fonts.missing"


def test_columns_stand_in_line_in_both_languages():
    finding: Finding = wrong("printer", CERTIFICATE, "x")
    zh, en = (table([finding], language).splitlines() for language in ("zh", "en"))
    assert zh[0].startswith("✗ 故障    打印机")
    assert en[0].startswith("✗ error   printer")
    assert zh[1].strip().startswith("→ 校准")
    assert exit_code([finding]) == 2


@pytest.mark.parametrize(
    ("environment", "language"),
    [({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LANG": "zh_CN", "LC_ALL": "C"}, "en"), ({}, "en")],
)
def test_the_locale_chooses_the_language(environment, language):
    assert language_of(environment) == language
