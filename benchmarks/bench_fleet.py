"""Heartbeats of many kiosks at the real server on PostgreSQL, against a bare view with the same UPSERT.

Ours does all that the call does: signature, nonce, the contract, who the kiosk is, its one row, the
answer with the version of its configuration. The bare view stands in the same server behind the
same middleware, believes whoever speaks, and keeps the same body in one row by INSERT ... ON
CONFLICT DO UPDATE. Both are asked in turns, in one run, over kept connections by the same client;
requests are signed beforehand, so that the client's work is the same. The database syncs each
commit, as in production; server, database and client share the machine. Rates depend on who else is
at work there; the server's own CPU time for each request (user and system, of the server's
processes, without the database's) hardly does.
"""

import argparse
import http.client
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.server import postgres  # noqa: E402

KIOSKS_A_COMMUNITY, UNITS_A_COMMUNITY = 5, 200
LANES = 8  # connections that ask at once
DEVICES = [
    {"role": role, "driver": "simulated", "level": "ok", "conditions": []}
    for role in ("kiosk", "scanner", "card_terminal", "printer", "touch")
]


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    body: bytes
    headers: dict[str, str]
    kiosk: str


def main() -> None:
    arguments = _arguments()
    bin_folder = postgres.programs()
    if bin_folder is None:
        sys.exit("PostgreSQL is not installed; make setup installs it")
    with (
        postgres.running(bin_folder, ("listen_addresses=",)) as url,
        tempfile.TemporaryDirectory() as folder,
    ):
        begin(folder, url)
        kiosks = fleet(arguments.kiosks)
        port = free_port()
        server = subprocess.Popen([sys.executable, __file__, "--serve", str(port)])
        try:
            wait_for(port)
            measure(server.pid, port, kiosks, arguments)
        finally:
            server.terminate()
            server.wait(30)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kiosks", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=600, help="of each kind, in each round")
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def begin(folder: str, url: str) -> None:
    configuration = Path(folder) / "server.toml"
    configuration.write_text(f'[server]\ndata_folder = "{folder}/data"\n')
    os.environ["LOBBYPAY_SERVER_CONFIG"] = str(configuration)
    os.environ["LOBBYPAY_DATABASE_URL"] = url
    os.environ["DJANGO_SETTINGS_MODULE"] = "server.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bare_heartbeat"
            " (kiosk text PRIMARY KEY, heard_at timestamptz NOT NULL, body jsonb NOT NULL)"
        )


def fleet(count: int) -> list[tuple[str, Any]]:
    """Enrolled kiosks in communities with units, as (key id, private key)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from kiosk.central.identity import public_text
    from server.estate.models import Building, Community, Unit
    from server.fleet.models import Kiosk

    made: list[tuple[str, Any]] = []
    for n in range(-(-count // KIOSKS_A_COMMUNITY)):
        community = Community.objects.create(code=f"c{n}", name_zh="社区", name_en="Community")
        building = Building.objects.create(community=community, code="1")
        Unit.objects.bulk_create(
            Unit(community=community, building=building, code=f"1-1-{u}", room=u, area_m2=90)
            for u in range(UNITS_A_COMMUNITY)
        )
        for m in range(KIOSKS_A_COMMUNITY):
            key = Ed25519PrivateKey.generate()
            row = Kiosk.objects.create(
                community=community,
                code=f"K{m}",
                public_key=public_text(key),
                enrolled_at=datetime.now(UTC),
            )
            made.append((str(row.pk), key))
    return made[:count]


class Starts:
    """What each kiosk has told of itself, so that each heartbeat follows from the one before."""

    def __init__(self) -> None:
        self._beats: dict[str, int] = {}
        self.answered: dict[str, str] = {}  # the server's time of the last answer

    def body(self, kiosk: str) -> bytes:
        from contract.journal_hash import GENESIS

        beat = self._beats[kiosk] = self._beats.get(kiosk, 0) + 1
        told = {
            "at": datetime.now(UTC).isoformat(),
            "software": "0.1.0",
            "uptime_s": 60,
            "state": "idle",
            "offers": ["wechat", "alipay", "card"],
            "devices": DEVICES,
            "journal_last": 0,
            "journal_acknowledged": 0,
            "open_payments": 0,
            "config_version": "1",
            "answered_at": self.answered.get(kiosk),
            "presence": {
                "boot": "a" * 32,
                "starts": 1,
                "beat": beat,
                "journal_last": 0,
                "journal_hash": GENESIS,
                "number": 0,
            },
        }
        return json.dumps(told).encode()


def signed(kiosk: tuple[str, Any], body: bytes) -> Request:
    from contract.http_signature import sign

    path = "/api/v1/heartbeats"
    headers = sign(
        "POST",
        f"http://localhost{path}",
        body,
        key=kiosk[1],
        key_id=kiosk[0],
        created=datetime.now(UTC),
        nonce=secrets.token_urlsafe(18),
    )
    return Request(path, body, headers | {"Content-Type": "application/json"}, kiosk[0])


def bare(kiosk: tuple[str, Any], body: bytes) -> Request:
    """As many bytes on the way as ours."""
    request = signed(kiosk, body)
    return Request("/api/v1/bare", body, request.headers | {"X-Kiosk": kiosk[0]}, kiosk[0])


def measure(
    server: int, port: int, kiosks: list[tuple[str, Any]], arguments: argparse.Namespace
) -> None:
    starts, ratios = Starts(), []
    times: dict[str, list[float]] = {"ours": [], "bare": []}
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    spent: dict[str, list[float]] = {"ours": [], "bare": []}
    for number in range(arguments.rounds + 1):
        for name, make in (("ours", signed), ("bare", bare)):
            asking = [kiosks[n % len(kiosks)] for n in range(arguments.requests)]
            requests = [make(kiosk, starts.body(kiosk[0])) for kiosk in asking]
            before = cpu_ms(server)
            seconds, each, told = ask(port, requests)
            if make is signed:
                starts.answered |= told
            if number:  # the first round warms up
                spent[name].append((cpu_ms(server) - before) / len(requests))
                rates[name].append(len(requests) / seconds)
                times[name] += each
        if number:
            ratios.append(rates["ours"][-1] / rates["bare"][-1])
    for name in rates:
        p50, p99 = statistics.median(times[name]), statistics.quantiles(times[name], n=100)[98]
        print(
            f"{name}: {statistics.median(rates[name]):.0f} heartbeats/s of {len(kiosks)} kiosks"
            f" over {LANES} connections, p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms,"
            f" {statistics.median(spent[name]):.2f} ms of CPU each"
        )
    cpu = statistics.median(b / a for a, b in zip(spent["ours"], spent["bare"], strict=True))
    print(
        f"heartbeats / bare view with the UPSERT: {statistics.median(ratios):.2f} by rate,"
        f" {cpu:.2f} by the server's CPU time"
    )


def cpu_ms(parent: int) -> float:
    """What the process and those that it began have spent so far, in milliseconds (proc(5))."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        if parent in (int(stat.parent.name), int(fields[1])):
            ticks += int(fields[11]) + int(fields[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def ask(port: int, requests: list[Request]) -> tuple[float, list[float], dict[str, str]]:
    """All of them over LANES connections, each kiosk's in their order: seconds in all, and of each;
    and the server's time in each kiosk's last answer."""
    lanes: list[list[Request]] = [[] for _ in range(LANES)]
    for n, request in enumerate(requests):
        lanes[n % LANES].append(request)
    each: list[float] = []
    said: list[tuple[str, bytes]] = []
    threads = [threading.Thread(target=_lane, args=(port, lane, each, said)) for lane in lanes]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(each) == len(requests), "a lane ended early: see the error above"
    seconds, told = time.perf_counter() - started, {}
    for kiosk, answer in said:
        told[kiosk] = max(told.get(kiosk, ""), json.loads(answer)["server_time"])
    return seconds, each, told


def _lane(
    port: int,
    requests: Iterable[Request],
    each: list[float],
    said: list[tuple[str, bytes]],
) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for request in requests:
        started = time.perf_counter()
        line.request("POST", request.path, request.body, request.headers)
        answer = line.getresponse()
        told = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{request.path}: {answer.status} {told[:300]!r}")
        said.append((request.kiosk, told))
        each.append(time.perf_counter() - started)


def serve(port: int, threads: int) -> None:
    """The server as it is, with the bare view at an address of its own."""
    import django

    django.setup()
    from django.db import connection
    from django.http import HttpRequest, JsonResponse
    from django.urls import path
    from django.utils import timezone
    from django.views.decorators.csrf import csrf_exempt

    from server import urls
    from server.web.serving import serve as serve_site

    @csrf_exempt
    def keep(request: HttpRequest) -> JsonResponse:
        now = timezone.now()
        body = json.dumps(json.loads(request.body))
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bare_heartbeat VALUES (%s, %s, %s) ON CONFLICT (kiosk)"
                " DO UPDATE SET heard_at = excluded.heard_at, body = excluded.body",
                (request.headers["X-Kiosk"], now, body),
            )
        return JsonResponse({"server_time": now.isoformat()})

    urls.urlpatterns.insert(0, path("api/v1/bare", keep))
    serve_site(f"127.0.0.1:{port}", 1, threads, jobs=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("the server does not listen")


if __name__ == "__main__":
    asked = _arguments()
    serve(asked.serve, asked.threads) if asked.serve else main()
