"""The server of a run: the real calls of the kiosk API on a real database.

Kiosk and server exchange the real JSON on the real paths; only HTTP itself and signatures are left out.
The server may die between any two commits and comes back with nothing but its database.
"""

import json
import random
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import OperationalError, connection
from django.http import HttpRequest

from contract import messages
from contract.day_tally import Tallies
from contract.heartbeat import Heartbeat
from contract.key_change import KeyChange
from contract.messages import ErrorCode, Message
from contract.payment_history import HistoryAsked
from contract.remote_acts import ActsCall
from contract.service_requests import RequestsAsked, RequestWish
from kiosk.central.client import ServerAway
from server.alerts.models import Alert
from server.api import calls
from server.database import in_each_others_way
from server.fleet.models import Kiosk
from server.payments import notifications, sweeper
from server.payments.channels import registry
from server.payments.channels.interface import Notification, OrderState
from server.payments.models import PaymentOrder
from tests.simulation import estate, signing
from tests.simulation.due import turns_due
from tests.simulation.faults import Faults
from tests.simulation.patches import Seams
from tests.simulation.scheduler import Process, Scheduler
from tests.simulation.threads import START, Event, wall
from tests.simulation.watch import JournalCalls

SWEEP_EVERY_S = 5.0
DOWN_FOR_S = (1.0, 30.0)
REFUSALS = (
    ErrorCode.BILL_LEASED,
    ErrorCode.BILL_PAID,
    ErrorCode.AMOUNT_CHANGED,
    ErrorCode.NOT_FOUND,
)
RESTART_S = (0.5, 3.0)
BACKUP_EVERY_S = (60.0, 240.0)
TWO_SWEEPERS = 0.3  # of the runs


class _InTheWay(Exception):
    """What a database says of a transaction that another one was in the way of."""

    sqlstate = "40001"


class SimulatedServer:
    """``backup`` is the database as somebody saved it last; ``lost``: from when it was, and until when
    the server came back with it, each time; ``up_since``: when it came up last. ``sweepers``: how many
    processes of it sweep."""

    def __init__(self, scheduler: Scheduler, faults: Faults) -> None:
        self._scheduler, self._faults = scheduler, faults
        self.process = Process("server")
        self.sweepers = 1 + (random.Random(f"sweepers {faults.seed}").random() < TWO_SWEEPERS)
        self.backup: bytes | None = None
        self._backup_at = 0.0
        self._to_be_restored = False
        self.cut_off: list[datetime] = []  # when it lost what it was doing
        self.refused: dict[str, float] = {}  # payments, before anybody was asked for money
        self._calls: list[Event] = []  # somebody waits for their answers
        self.lost: list[tuple[float, float]] = []  # what happened in between it does not know
        self.unnoticed: list[tuple[float, float]] = []  # of those, where no kiosk can tell it so
        self.kiosks_know_more: Callable[[], bool] = lambda: False
        self.up_since, self._journals = scheduler.now, JournalCalls()
        self._starts()
        if {"server_restored", "backup_restored"} & set(faults.enabled):
            scheduler.spawn(self._backs_up, scheduler.world, "backup")

    def _starts(self) -> None:
        if self.backup is not None and (
            self._to_be_restored or self._faults.strikes("server_restored")
        ):
            self._to_be_restored = False
            estate.restore(self.backup)
            self.lost.append((self._backup_at, self._scheduler.now))
            if not self.kiosks_know_more():
                self.unnoticed.append(self.lost[-1])
        self.process, self.up_since = Process("server"), self._scheduler.now
        for _ in range(self.sweepers):
            self._scheduler.spawn(self._sweeps, self.process, "sweep")

    def _backs_up(self) -> None:
        if self._faults.theme.saved_before:
            self.backup = connection.connection.serialize()
        while not self._faults.quiet:
            self._scheduler.sleep(self._scheduler.random.uniform(*BACKUP_EVERY_S))
            self.backup = connection.connection.serialize()
            self._backup_at = self._scheduler.now

    def commits(self, really: Callable[[], None]) -> None:
        """Instead of ``connection.commit``: what was written may be rolled back there, by the database
        or because the server dies."""
        if self._scheduler.process is self.process and not self._faults.quiet:
            if self._faults.strikes("database_rolls_back"):
                self._cut()
                raise OperationalError("could not serialize access") from _InTheWay()
            if self._faults.strikes("server_killed_in_transaction"):
                connection.rollback()
                connection.set_autocommit(True)
                connection.run_on_commit.clear()
                self.dies()
        really()

    def was_refused(self, payment_id: str) -> bool:
        """Whether it refused to begin a payment, and a restore has not lost that."""
        at = self.refused.get(payment_id)
        return at is not None and not self.has_lost(at)

    def has_lost(self, at: float) -> bool:
        """Whether what happened then is not in its database any more."""
        return any(since <= at <= until for since, until in self.lost)

    def restarts(self) -> None:
        """By somebody who wants it to have another configuration."""
        if self.process.alive:
            self.dies(RESTART_S)

    def dies(self, for_s: tuple[float, float] = DOWN_FOR_S) -> None:
        """Everything it was doing is gone; its database is not."""
        assert not connection.in_atomic_block, "a transaction was open while somebody waited"
        dead = self.process
        dead.alive = False
        self._cut()
        pause = self._scheduler.random.uniform(*for_s)
        if self._calls and self._faults.strikes("connection_reset"):
            for call in self._calls:
                call.set()
        self._scheduler.spawn(self._starts, self._scheduler.world, "server starts", pause)
        self._scheduler.kill(dead)

    def _cut(self) -> None:
        self.cut_off.append(START + timedelta(seconds=self._scheduler.now))

    def goes_back(self) -> None:
        """Somebody restores the last backup, for whatever reason."""
        if self.backup is not None and self.process.alive:
            self._to_be_restored = True
            self.dies()

    def step(self, what: str) -> None:
        """A place between two commits."""
        assert not connection.in_atomic_block, f"{what} inside a transaction"
        if self._faults.strikes("server_killed"):
            self.dies()

    def _sweeps(self) -> None:
        """As ``sweeper.start``: no turn waits for another, and each begins again when it is over."""
        turns, going_on = sweeper.turns(), set[str]()
        while True:
            self._scheduler.sleep(SWEEP_EVERY_S)
            due = turns_due(wall())
            for name in [n for n in turns if n in due and n not in going_on]:
                going_on.add(name)
                self._scheduler.spawn(
                    partial(self._turn, name, turns, going_on), self.process, "sweep"
                )

    def _turn(self, name: str, turns: Mapping[str, sweeper.Turn], going_on: set[str]) -> None:
        try:
            turns[name](wall())
        except OperationalError:  # it goes on
            pass
        finally:
            going_on.discard(name)

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
        self._calls.append(done)
        in_time = done.wait(timeout_s)
        self._calls.remove(done)
        if not answer:
            raise ServerAway("connection reset" if in_time else "no answer")
        return answer[0]

    def does_soon(self, work: Callable[[], Any]) -> None:
        """Somebody in the office does it there; nobody waits. A page that fails is not tried again."""

        def run() -> None:
            try:
                work()
            except OperationalError as error:
                if not in_each_others_way(error):
                    raise

        self._scheduler.spawn(run, self.process, "office")

    def heard(self, method: str, out_trade_no: str, state: OrderState) -> bool:
        """A channel's notification; False: it was not taken and will come again."""

        def take() -> bool:
            """As ``server.payments.views.notify`` does."""
            if registry.channel(method) is None:
                return False
            return notifications.take(method, Notification(out_trade_no, state), wall())

        try:
            taken = self.does(take, 15.0)
        except ServerAway:
            return False
        if taken and state.amount_minor and not _known(out_trade_no):
            Seams.unexpected.append(f"money for {out_trade_no} was acknowledged, and nobody knows")
        return taken

    def answers(
        self, kiosk_id: str, key: str, method: str, path: str, body: bytes
    ) -> tuple[int, Any]:
        """One request, as Django would hand it to the API. ``key``: the public one of its signature."""
        status, content = self._answers(kiosk_id, key, method, path, body)
        code = str(content.get("code", "")) if status != 200 else ""
        wrong = self._journals.answered(kiosk_id, path, status, code, self._scheduler.now)
        if wrong:
            Seams.unexpected.append(wrong)
        if path == "/payments" and code in REFUSALS:
            self.refused[json.loads(body)["payment_id"]] = self._scheduler.now
        return status, content

    def _answers(
        self, kiosk_id: str, key: str, method: str, path: str, body: bytes
    ) -> tuple[int, Any]:
        request = HttpRequest()
        try:
            answer = _called(
                request, method, path, body, lambda auth: self._who(auth, kiosk_id, key)
            )
            self.step("after a call")
        except Exception as error:
            response = calls.api.on_exception(request, error)
            return response.status_code, json.loads(response.content)
        return 200, json.loads(answer.model_dump_json())

    def _who(self, auth: Callable[[HttpRequest], Kiosk], kiosk_id: str, key: str) -> Kiosk:
        """Whom the API takes the caller for. Which key signed it is told; the signature itself is left
        out, unless the database is away just then: what becomes of one that nobody can check is the API's
        own business."""
        if self._faults.strikes("database_away"):
            with connection.execute_wrapper(_away):
                return auth(signing.signed(kiosk_id))
        return auth(signing.trusted(kiosk_id, key))


def _known(out_trade_no: str) -> bool:
    alerts = Alert.objects.filter(kind="unmatched_payment", subject=out_trade_no)
    return PaymentOrder.objects.filter(out_trade_no=out_trade_no).exists() or alerts.exists()


class _Away(Exception):
    sqlstate = "08006"


def _away(*_: Any) -> Any:
    raise OperationalError("the connection to the server was lost") from _Away()


def _called(
    request: HttpRequest,
    method: str,
    path: str,
    body: bytes,
    who: Callable[[Callable[[HttpRequest], Kiosk]], Kiosk],
) -> Message:
    path, _, query = path.partition("?")
    values = dict(part.split("=") for part in query.split("&") if part)
    for wanted, pattern, view, call in _CALLS:
        match = re.fullmatch(pattern, path)
        if method == wanted and match:
            request.auth = who(signing.auth_of(view))  # type: ignore[attr-defined]
            return call(request, *match.groups(), values=values, body=body)
    raise AssertionError(f"the simulation knows no {method} {path}")


def _posted(call: Callable[..., Message], model: type[Message]) -> Callable[..., Message]:
    return lambda request, values, body: call(request, model.model_validate_json(body))


_CALLS: list[tuple[str, str, Callable[..., Any], Callable[..., Message]]] = [
    ("GET", "/config", calls.config, lambda r, values, body: calls.config(r)),
    (
        "GET",
        "/bills/open",
        calls.open_bills,
        lambda r, values, body: calls.open_bills(r, **values),
    ),
    (
        "GET",
        "/bills/([^/]+)",
        calls.bill,
        lambda r, number, values, body: calls.bill(r, number),
    ),
    ("POST", "/units/lookup", calls.lookup, _posted(calls.lookup, messages.UnitLookup)),
    ("POST", "/units/payments", calls.unit_payments, _posted(calls.unit_payments, HistoryAsked)),
    ("POST", "/payments", calls.start_payment, _posted(calls.start_payment, messages.StartPayment)),
    (
        "GET",
        "/payments/([^/]+)",
        calls.payment,
        lambda r, payment_id, values, body: calls.payment(
            r, payment_id, int(values.get("after_version", 0)), float(values.get("wait", 0))
        ),
    ),
    (
        "POST",
        "/payments/([^/]+)/cancel",
        calls.cancel_payment,
        lambda r, payment_id, values, body: calls.cancel_payment(r, payment_id),
    ),
    ("POST", "/journal", calls.post_journal, _posted(calls.post_journal, messages.JournalBatch)),
    ("POST", "/heartbeats", calls.heartbeat, _posted(calls.heartbeat, Heartbeat)),
    ("POST", "/keys", calls.change_key, _posted(calls.change_key, KeyChange)),
    ("POST", "/tallies", calls.tallies, _posted(calls.tallies, Tallies)),
    ("POST", "/requests", calls.send_request, _posted(calls.send_request, RequestWish)),
    ("POST", "/requests/find", calls.find_requests, _posted(calls.find_requests, RequestsAsked)),
    ("POST", "/acts", calls.acts, _posted(calls.acts, ActsCall)),
]
