"""What watches the server from outside is told the truth, and strangers nothing."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from server.configuration import AlertsSection
from server.jobs.models import WorkerSign
from server.monitoring import figures, readiness
from server.monitoring.readiness import WORKER_SILENT_S
from server.on_call import turns
from tests.server.fleet.heartbeats import kiosk

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "a-token-of-twenty-letters"
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def own_day() -> None:
    """The database's clock, which ours is held against, is real."""


@pytest.fixture
def figures_of(settings):
    def read() -> str:
        section = settings.LOBBYPAY.server.model_copy(update={"metrics_token": TOKEN})
        settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"server": section})
        answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        return answer.content.decode()

    return read


def ready() -> tuple[int, dict[str, str]]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()["checks"]


def test_it_lives_without_asking_anybody(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().get("/healthz").content == b"ok\n"


def test_ready_with_a_worker():
    WorkerSign.objects.create(name="w", at=timezone.now())
    for name in turns.WATCHED:
        turns.ended(name, timezone.now())
    checks = ("database", "migrations", "clock", "worker", "alerts", "watcher")
    assert ready() == (200, dict.fromkeys(checks, "ok"))


def test_a_watcher_outside_that_is_not_reached_is_said_and_closes_no_lobby(settings):
    called = AlertsSection(watcher_url="https://watcher.example.com/x")
    settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"alerts": called})
    code, checks = ready()
    assert (code, checks["watcher"]) == (200, "never reached")


def test_alerts_that_nobody_looks_after_are_said():
    for name in turns.WATCHED[1:]:
        turns.ended(name, timezone.now())
    code, checks = ready()
    assert (code, checks["alerts"]) == (200, "fault-alerts: not ended well for minutes")


def test_without_a_worker_it_serves_and_says_so():
    assert ready()[0] == 200
    assert ready()[1]["worker"] == "never heard"
    silent = timedelta(seconds=WORKER_SILENT_S + 1)
    WorkerSign.objects.create(name="w", at=timezone.now() - silent)
    code, checks = ready()
    assert (code, checks["worker"][:9]) == (200, "not heard")


def test_not_ready_without_the_database_or_with_tables_of_another_version(monkeypatch):
    monkeypatch.setattr(readiness, "_applied", [])
    with monkeypatch.context() as older:
        plan = "django.db.migrations.executor.MigrationExecutor.migration_plan"
        older.setattr(plan, lambda *_: ["one"])
        assert ready() == (503, ready()[1])
        assert ready()[1]["migrations"] == "1 not applied"

    def away(now):
        raise DatabaseError("the server closed the connection")

    monkeypatch.setattr(readiness, "_clock", away)
    assert ready() == (503, {"database": "no answer"})


def test_a_clock_that_differs_from_the_databases_is_not_ready():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no clock of its own")
    off = timezone.now() + timedelta(minutes=1)
    found = readiness.readiness(off)
    assert not found.ready and "from the database's" in found.checks["clock"]


def test_figures_are_for_whoever_has_the_token(figures_of, settings):
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    assert "lobbypay_kiosks" in figures_of()
    wrong = {"Authorization": f"Bearer {TOKEN}x"}
    assert Client().get("/metrics", headers=wrong).status_code == 404


def value(text: str, series: str) -> float:
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.M)
    return float(found[1]) if found else 0.0


def test_the_fleet_is_counted_as_it_is(figures_of):
    now = timezone.now()
    kiosk("K1", heard_at=now, heartbeat={"state": "out_of_order"})
    kiosk("K2", heard_at=now - timedelta(minutes=5))
    kiosk("K3")
    kiosk("K4", active=False)
    kiosk("K5", public_key="", stopped="")
    text = figures_of()
    told = {
        state: value(text, f'lobbypay_kiosks{{state="{state}"}}')
        for state in ("heard", "silent", "out_of_order", "switched_off", "unpaired")
    }
    assert told == {
        "heard": 1,
        "silent": 2,
        "out_of_order": 1,
        "switched_off": 1,
        "unpaired": 1,
    }


def test_a_stranger_makes_no_new_series(figures_of):
    client = Client()
    series = 'lobbypay_requests_total{call="none",method="GET",status="404"}'
    before = value(figures_of(), series)
    for number in range(3):
        client.get(f"/no-such-page-{number}")
    text = figures_of()
    assert value(text, series) == before + 3
    assert "no-such-page" not in text


def test_a_request_is_named_from_the_kiosk_to_the_log(caplog):
    given = "a-kiosks-own-name"
    answer = Client().get("/healthz", headers={"X-Request-Id": given})
    assert answer["X-Request-Id"] == given
    forged = Client().get("/healthz", headers={"X-Request-Id": "two\nlines and <more>"})
    assert re.fullmatch(r"[A-Za-z0-9_-]{12}", forged["X-Request-Id"])


def test_a_channel_hears_the_name_of_the_request(monkeypatch):
    from server import request_id
    from server.request_id import RequestId

    heard = []
    from django.http import HttpResponse
    from django.test import RequestFactory

    def view(request):
        heard.append(request_id.current())
        return HttpResponse()

    RequestId(view)(RequestFactory().get("/", headers={"X-Request-Id": "name-of-a-request"}))
    assert heard == ["name-of-a-request"]
    assert request_id.current() == "-"


def test_board_and_rules_ask_for_figures_that_there_are():
    """A figure that was renamed would leave an alert that never comes."""
    known = {"lobbypay_requests_total", "lobbypay_database_up"}
    known |= {f"lobbypay_request_seconds_{part}" for part in ("bucket", "count", "sum")}
    known |= {family.name for family in figures._Fleet(timezone.now()).collect()}
    known |= {"lobbypay_worker_silent_seconds"}
    for name in ("prometheus/lobbypay.rules.yml", "grafana/lobbypay.json"):
        text = (ROOT / "config" / name).read_text()
        used = set(re.findall(r"lobbypay_[a-z_]+", text))
        assert used and used <= known, used - known
    assert tomllib.loads((ROOT / "config/server.toml").read_text())["server"]["metrics_token"] == ""
