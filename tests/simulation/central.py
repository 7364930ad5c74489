"""The server of a run: the real calls of the kiosk API on a real database, and a line that fails.

Kiosk and server exchange the real JSON on the real paths; only HTTP itself and signatures are left out.
The server may die between any two commits and comes back with nothing but its database.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection
from django.http import HttpRequest

from contract import messages
from contract.messages import Message
from kiosk.central.client import CentralClient, ServerAway, _understood
from server.api import calls
from server.fleet.models import Kiosk
from server.payments import notifications, sweeper
from server.payments.channels.interface import Notification, OrderState
from server.payments.serializable import in_each_others_way
from tests.simulation.faults import Faults
from tests.simulation.scheduler import Process, Scheduler
from tests.simulation.threads import Event, wall

SWEEP_EVERY_S = 5.0
DOWN_FOR_S = (1.0, 30.0)
LATENCY_S = (0.005, 0.08)
OVERTAKEN_BY_S = (0.3, 3.5)
PARTITION_FOR_S = (10.0, 120.0)


class _InTheWay(Exception):
    """What a database says of a transaction that another one was in the way of."""

    sqlstate = "40001"


def _anything_due(at: datetime) -> bool:
    """Whether a sweep would find anything to do: asked in one question, because it is asked so often."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [at.replace(tzinfo=None)] * 2)
        return bool(cursor.fetchone()[0])


_DUE = (
    "SELECT EXISTS (SELECT 1 FROM payments_paymentorder WHERE check_at <= %s)"
    " OR EXISTS (SELECT 1 FROM payments_refund WHERE state = 'due' AND check_at <= %s)"
    " OR EXISTS (SELECT 1 FROM payments_alert WHERE kind = 'unknown_for_long'"
    " AND resolved_at IS NULL)"
)


class SimulatedServer:
    def __init__(self, scheduler: Scheduler, faults: Faults) -> None:
        self._scheduler, self._faults = scheduler, faults
        self.process = Process("server")
        self._starts()

    def _starts(self) -> None:
        self.process = Process("server")
        self._scheduler.spawn(self._sweeps, self.process, "sweep")

    def commits(self, really: Callable[[], None]) -> None:
        """Instead of ``connection.commit``: what was written may be rolled back there, by the database
        or because the server dies."""
        if self._scheduler.process is self.process and not self._faults.quiet:
            if self._faults.strikes("database_rolls_back"):
                raise OperationalError("could not serialize access") from _InTheWay()
            if self._faults.strikes("server_killed_in_transaction"):
                connection.rollback()
                connection.set_autocommit(True)
                connection.run_on_commit.clear()
                self.dies()
        really()

    def dies(self) -> None:
        """Everything it was doing is gone; its database is not."""
        assert not connection.in_atomic_block, "a transaction was open while somebody waited"
        dead = self.process
        dead.alive = False
        pause = self._scheduler.random.uniform(*DOWN_FOR_S)
        self._scheduler.spawn(self._starts, self._scheduler.world, "server starts", pause)
        self._scheduler.kill(dead)

    def step(self, what: str) -> None:
        """A place between two commits."""
        assert not connection.in_atomic_block, f"{what} inside a transaction"
        if self._faults.strikes("server_killed"):
            self.dies()

    def _sweeps(self) -> None:
        while True:
            self._scheduler.sleep(SWEEP_EVERY_S)
            if not _anything_due(wall()):
                continue
            try:
                sweeper.sweep(wall())
            except OperationalError:  # as ``sweep_forever``: it goes on
                continue

    def does(self, work: Callable[[], Any], timeout_s: float) -> Any:
        """Runs ``work`` in the server's process and waits. Raises ServerAway when nobody answers."""
        if not self.process.alive:
            self._scheduler.sleep(0.2)
            raise ServerAway("connection refused")
        answer: list[Any] = []
        done = Event()

        def run() -> None:
            try:
                answer.append(work())
            except OperationalError as error:
                if not in_each_others_way(error):
                    raise
                return  # a web server's 500: whoever asked is none the wiser
            done.set()

        self._scheduler.spawn(run, self.process, "request")
        if not done.wait(timeout_s):
            raise ServerAway("no answer")
        return answer[0]

    def heard(self, method: str, out_trade_no: str, state: OrderState) -> bool:
        """A channel's notification; False: it was not taken and will come again."""

        def take() -> bool:
            """As ``server.payments.pages.notify`` does."""
            return notifications.take(method, Notification(out_trade_no, state), wall())

        try:
            return self.does(take, 15.0)
        except ServerAway:
            return False

    def answers(self, kiosk_id: str, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """One request, as Django would hand it to the API."""
        request = HttpRequest()
        try:
            request.auth = Kiosk.objects.select_related("community").get(pk=kiosk_id)  # type: ignore[attr-defined]
            answer = _called(request, method, path, body)
            self.step("after a call")
        except Exception as error:
            response = calls.api.on_exception(request, error)
            return response.status_code, json.loads(response.content)
        return 200, json.loads(answer.model_dump_json())


def _called(request: HttpRequest, method: str, path: str, body: bytes) -> Message:
    path, _, query = path.partition("?")
    values = dict(part.split("=") for part in query.split("&") if part)
    for wanted, pattern, call in _CALLS:
        match = re.fullmatch(pattern, path)
        if method == wanted and match:
            return call(request, *match.groups(), values=values, body=body)
    raise AssertionError(f"the simulation knows no {method} {path}")


def _posted(call: Callable[..., Message], model: type[Message]) -> Callable[..., Message]:
    return lambda request, values, body: call(request, model.model_validate_json(body))


_CALLS: list[tuple[str, str, Callable[..., Message]]] = [
    ("GET", "/config", lambda r, values, body: calls.config(r)),
    ("GET", "/bills/open", lambda r, values, body: calls.open_bills(r, **values)),
    ("GET", "/bills/([^/]+)", lambda r, number, values, body: calls.bill(r, number)),
    ("POST", "/units/lookup", _posted(calls.lookup, messages.UnitLookup)),
    ("POST", "/payments", _posted(calls.start_payment, messages.StartPayment)),
    (
        "GET",
        "/payments/([^/]+)",
        lambda r, payment_id, values, body: calls.payment(
            r, payment_id, int(values.get("after_version", 0)), float(values.get("wait", 0))
        ),
    ),
    (
        "POST",
        "/payments/([^/]+)/cancel",
        lambda r, payment_id, values, body: calls.cancel_payment(r, payment_id),
    ),
    ("POST", "/journal", _posted(calls.post_journal, messages.JournalBatch)),
    ("POST", "/heartbeats", _posted(calls.heartbeat, messages.Heartbeat)),
]


class Line:
    """What a kiosk has instead of a network. Messages are lost, repeated, late; the line breaks."""

    def __init__(self, scheduler: Scheduler, faults: Faults, server: SimulatedServer) -> None:
        self._scheduler, self._faults, self._server = scheduler, faults, server
        self._broken_until = -1.0

    def breaks(self) -> None:
        pause = self._scheduler.random.uniform(*PARTITION_FOR_S)
        self._broken_until = self._scheduler.now + pause

    def asks(
        self, kiosk_id: str, method: str, path: str, body: bytes, timeout_s: float
    ) -> tuple[int, Any]:
        if self._scheduler.now < self._broken_until and not self._faults.quiet:
            self._scheduler.sleep(1.0)
            raise ServerAway("no route")
        if self._faults.strikes("message_lost"):
            self._scheduler.sleep(timeout_s)
            raise ServerAway("no answer")

        def work() -> tuple[int, Any]:
            return self._server.answers(kiosk_id, method, path, body)

        if self._faults.strikes("message_late"):
            self._scheduler.spawn(
                lambda: self._again(work, 0.0), self._scheduler.world, "late", timeout_s + 1.0
            )
            self._scheduler.sleep(timeout_s)
            raise ServerAway("no answer")
        if self._faults.strikes("message_repeated"):
            pause = self._scheduler.random.uniform(0.0, 20.0)
            self._scheduler.spawn(
                lambda: self._again(work, pause), self._scheduler.world, "repeated"
            )
        self._travels()
        answer = self._server.does(work, timeout_s)
        if self._faults.strikes("answer_lost"):
            self._scheduler.sleep(timeout_s)
            raise ServerAway("no answer")
        self._travels()
        return answer

    def _travels(self) -> None:
        slow = self._faults.strikes("message_overtaken")
        self._scheduler.sleep(
            self._scheduler.random.uniform(*(OVERTAKEN_BY_S if slow else LATENCY_S))
        )

    def _again(self, work: Callable[[], Any], pause: float) -> None:
        self._scheduler.sleep(pause)
        try:
            self._server.does(work, 30.0)
        except ServerAway:
            return


class SimulatedClient(CentralClient):
    """The kiosk's client over such a line: the same calls, the same answers, the same errors."""

    def __init__(self, line: Line, kiosk_id: str, step: Callable[[str], None]) -> None:
        self._line, self._kiosk_id, self._step = line, kiosk_id, step
        self._timeout_s = 8.0

    def _call(self, method, path, answer, body=None, timeout_s=None):
        raw = body.model_dump_json().encode() if body else b""
        self._step("before a request")
        status, content = self._line.asks(
            self._kiosk_id, method, path, raw, timeout_s or self._timeout_s
        )
        self._step("after an answer")
        return _understood(status, content, answer, f"{method} {path}")
