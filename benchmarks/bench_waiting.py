"""What payments that wait cost everybody else: heartbeats with and without them, in turns, in one run.

N kiosks wait for news of their payment, one call after the other, at the real server on PostgreSQL with
fewer threads than kiosks; others send heartbeats at a steady rate, all the time, so that what is worked
out anew each minute falls due with and without those who wait alike. Then single payments change, and
the time until their kiosk has the answer is taken. Server, database and clients share the machine: times
depend on who else is at work there, how much of a core the server needs hardly does.
"""

import argparse
import asyncio
import gc
import re
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

import bench_fleet as fleet
from bench_fleet import Request, Starts

THREADS = 16
WAIT_S = 25
WARM_S = 10
WAKES = 40


def main() -> None:
    arguments = _arguments()
    bin_folder = fleet.postgres.programs()
    if bin_folder is None:
        sys.exit("PostgreSQL is not installed; make setup installs it")
    settings = ("listen_addresses=", "max_connections=200")
    with (
        fleet.postgres.running(bin_folder, settings) as url,
        tempfile.TemporaryDirectory() as folder,
    ):
        fleet.begin(folder, url)
        kiosks = fleet.fleet(arguments.waiting + arguments.kiosks)
        waiting, others = kiosks[: arguments.waiting], kiosks[arguments.waiting :]
        payments = [_payment(kiosk) for kiosk in waiting]
        port = fleet.free_port()
        command = [sys.executable, fleet.__file__, "--serve", str(port), "--threads", str(THREADS)]
        server = subprocess.Popen(command)
        try:
            fleet.wait_for(port)
            asyncio.run(
                _measure(
                    *(server.pid, port, list(zip(waiting, payments, strict=True))),
                    *(others, arguments),
                )
            )
        finally:
            server.terminate()
            server.wait(30)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waiting", type=int, default=1000)
    parser.add_argument("--kiosks", type=int, default=100, help="that send heartbeats")
    parser.add_argument("--rate", type=float, default=33.0, help="heartbeats a second")
    parser.add_argument("--seconds", type=float, default=15.0, help="of each turn")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _payment(kiosk: tuple[str, Any]) -> str:
    """A payment whose terminal has not answered yet."""
    from server.estate.models import Unit
    from server.fleet.models import Kiosk
    from server.payments.models import PaymentOrder

    row, number = Kiosk.objects.get(pk=kiosk[0]), uuid.uuid4()
    now = datetime.now(UTC)
    PaymentOrder.objects.create(
        payment_id=str(number),
        community_id=row.community_id,
        unit=Unit.objects.filter(community_id=row.community_id).first(),
        kiosk_id=kiosk[0],
        kiosk_code=row.code,
        reference=f"{row.code}-000001",
        method="card",
        bills=[{"number": "1", "amount_minor": 1}],
        amount_minor=1,
        currency="CNY",
        request_hash="0" * 64,
        out_trade_no=number.hex,
        created_at=now,
        received_at=now,
        changed_at=now,
    )
    return str(number)


async def _measure(
    server: int, port: int, waiting: Any, others: Any, arguments: argparse.Namespace
) -> None:
    gc.disable()  # its searches would be taken for the server's
    cores: dict[str, list[float]] = {"alone": [], "beside": []}
    alone: list[float] = []
    beside: list[float] = []
    hearts = _Hearts(port, others, arguments.rate)
    beating = asyncio.ensure_future(hearts.beat())
    await asyncio.sleep(WARM_S)  # connections, and what is read once
    for _ in range(arguments.rounds):
        with _cores(server, cores["alone"]), hearts.timed(alone):
            await asyncio.sleep(arguments.seconds)
        lobby = _Lobby(port, waiting)
        lobby.open()
        await asyncio.sleep(WAIT_S + 5)  # each has come, and the first have come again
        least = asyncio.ensure_future(lobby.least())
        with _cores(server, cores["beside"]), hearts.timed(beside):
            await asyncio.sleep(arguments.seconds)
        lobby.closes = True
        print(f"at least {await least} calls were waiting all the while", flush=True)
        await lobby.empty()
    hearts.ends = True
    await beating
    for name, times in (("alone", alone), (f"beside {len(waiting)} that wait", beside)):
        print(f"{name}: p50 {1000 * _p(times, 50):.0f} ms, p99 {1000 * _p(times, 99):.0f} ms")
    print(f"p99 beside / alone: {_p(beside, 99) / _p(alone, 99):.2f}")
    spent = {name: statistics.median(each) for name, each in cores.items()}
    print(f"cores of the server: alone {spent['alone']:.2f}, beside {spent['beside']:.2f}")
    woken = [await _woken(port, *one) for one in waiting[:WAKES]]
    print(
        f"from a payment's change to its kiosk's answer: p50 {1000 * _p(woken, 50):.0f} ms,"
        f" p99 {1000 * _p(woken, 99):.0f} ms"
    )


@contextmanager
def _cores(server: int, spent: list[float]) -> Iterator[None]:
    """How much of a core the server's processes need meanwhile, the database's not among them."""
    before, began = fleet.cpu_ms(server), time.perf_counter()
    yield
    spent.append((fleet.cpu_ms(server) - before) / 1000 / (time.perf_counter() - began))


class _Lobby:
    """Kiosks that wait one call after the other, as they do while somebody is about to pay: they came
    when their payers did, so that their calls end at any moment, not all at once."""

    def __init__(self, port: int, waiting: Any) -> None:
        self._port, self._waiting = port, waiting
        self._inside = 0
        self._calls: list[asyncio.Future[None]] = []
        self.closes = False

    def open(self) -> None:
        every_s = WAIT_S / len(self._waiting)
        self._calls = [
            asyncio.ensure_future(self._stay(n * every_s, *one))
            for n, one in enumerate(self._waiting)
        ]

    async def _stay(self, comes_after_s: float, kiosk: Any, payment_id: str) -> None:
        """Over one connection, as a kiosk does."""
        await asyncio.sleep(comes_after_s)
        line = await asyncio.open_connection("127.0.0.1", self._port)
        while not self.closes:
            self._inside += 1
            await _answered(*line, "GET", _waiting(kiosk, payment_id))
            self._inside -= 1
        line[1].close()

    async def least(self) -> int:
        """How many were waiting at any moment from now until it closes."""
        fewest = self._inside
        while not self.closes:
            await asyncio.sleep(0.05)
            fewest = min(fewest, self._inside)
        return fewest

    async def empty(self) -> None:
        await asyncio.gather(*self._calls)


def _p(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


class _Hearts:
    """Heartbeats at a steady rate, whether or not the ones before were answered, until it ends."""

    def __init__(self, port: int, kiosks: Any, rate: float) -> None:
        self._port, self._kiosks, self._rate = port, kiosks, rate
        self._times: list[float] = []
        self.ends = False

    async def beat(self) -> None:
        starts, tasks = Starts(), set()
        began = time.perf_counter()
        for number in count():
            await asyncio.sleep(max(0.0, began + number / self._rate - time.perf_counter()))
            if self.ends:
                break
            kiosk = self._kiosks[number % len(self._kiosks)]
            request = fleet.signed(kiosk, starts.body(kiosk[0]))
            tasks.add(asyncio.ensure_future(self._one(request, self._times)))
            for done in [task for task in tasks if task.done()]:
                tasks.remove(done)
                done.result()
        await asyncio.gather(*tasks)

    async def _one(self, request: Request, times: list[float]) -> None:
        times.append(await _ask(self._port, "POST", request))

    @contextmanager
    def timed(self, times: list[float]) -> Iterator[None]:
        """Those that are sent meanwhile count."""
        self._times = times
        yield
        self._times = []


def _waiting(kiosk: Any, payment_id: str, version: int = 1) -> Request:
    from contract.http_signature import sign

    path = f"/api/v1/payments/{payment_id}?wait={WAIT_S}&after_version={version}"
    headers = sign(
        *("GET", f"http://localhost{path}", b""),
        key=kiosk[1],
        key_id=kiosk[0],
        created=datetime.now(UTC),
        nonce=uuid.uuid4().hex,
    )
    return Request(path, b"", headers)


async def _woken(port: int, kiosk: Any, payment_id: str) -> float:
    call = asyncio.ensure_future(_ask(port, "GET", _waiting(kiosk, payment_id)))
    await asyncio.sleep(0.5)
    changed = await asyncio.to_thread(_change, payment_id)
    await call
    return time.perf_counter() - changed


def _change(payment_id: str) -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payments_paymentorder SET version = version + 1 WHERE payment_id = %s",
            [payment_id],
        )
    return time.perf_counter()


async def _ask(port: int, method: str, request: Request) -> float:
    """Over a connection of its own: seconds until the whole answer is there."""
    began = time.perf_counter()
    line = await asyncio.open_connection("127.0.0.1", port)
    await _answered(*line, method, request)
    line[1].close()
    return time.perf_counter() - began


async def _answered(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, request: Request
) -> None:
    head = {"Host": "localhost", "Content-Length": str(len(request.body))} | request.headers
    lines = [f"{method} {request.path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in head.items()]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + request.body)
    told = await reader.readuntil(b"\r\n\r\n")
    [length] = re.findall(rb"(?i)content-length: ([0-9]+)", told)
    said = await reader.readexactly(int(length))
    if not told.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{request.path}: {said[:300]!r}")


if __name__ == "__main__":
    main()
