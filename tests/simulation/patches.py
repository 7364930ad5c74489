"""Puts the simulated world under the real modules, once in a process. Nothing of the product is changed:
only what it gets from outside (time, threads, files' durability, the line, devices) is another."""

import dataclasses
import logging
import sqlite3
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from types import ModuleType, SimpleNamespace
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import OperationalError

from server.database import database_away, in_each_others_way
from tests.simulation import signing, threads

UNEXPECTED = (
    "step_failed",
    "authorise_failed",
    "order_work_failed",
    "lookup_failed",
    "print_failed",
    "effect_failed",
    "watcher_failed",
    "recovery_failed",
    "terminal_reading_failed",
    "supervisor_failed",
    "sync_failed",
    "effect_without_hands",
    "no_acts",
    "known_before_unreadable",
    "acts_failed",
    "act_failed",
    "act_refused",
)


# Shorter than they are, so that a run comes to rest soon; what they are for happens in every run.
LOOK_AGAIN_S = (8, 52, 150)
IN_THE_CONSOLE_S = (30, 60, 90, 120)
QUERIES_LAG = timedelta(seconds=125)  # longer than the channels of a run need to carry out and show
ALERT_AFTER = timedelta(minutes=4)
WAITS_AFTER = timedelta(minutes=2)
PROBE_S = 20.0
ORDER_LIFE, BEGINS_WITHIN = timedelta(minutes=4), timedelta(minutes=2)
# Many a visit takes longer: the server refuses at night what it began.
VISIT_MAX = timedelta(seconds=20)

_TRANSITIONS = (
    "mark_submitted",
    "begin_charge",
    "begin_ending",
    "finish_ending",
    "end_before_charge",
    "apply_paid",
    "apply_unpaid",
    "mark_unknown",
    "apply_reversed",
)


class Seams:
    """Who answers now: set anew for each run."""

    kiosk: Callable[[], Any]  # the kiosk whose process runs
    server_step: Callable[[str], None]
    server_commits: Callable[[Callable[[], None]], None]
    channel: Callable[[str], Any]
    order_made: Callable[[Any], None]
    new_id: Callable[[], str]
    new_key: Callable[[], bytes]  # 32 of them, private
    backoff: Any  # a random.Random
    unexpected: list[str]
    show: bool = False


def install() -> None:
    _time_and_threads()
    _kiosk()
    _server()
    logging.getLogger("server").addHandler(_ServerErrors(logging.ERROR))
    structlog.configure(
        processors=[_listen],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.ReturnLoggerFactory(),
    )


class _ServerErrors(logging.Handler):
    """What the server logs as an error is one: nothing that a run does may make it fail."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, OperationalError) and in_each_others_way(error):
            return  # the run was in its way
        if isinstance(error, OperationalError) and database_away(error):
            return  # so it was
        Seams.unexpected.append(logging.Formatter().format(record))


def _listen(logger: Any, method: str, event: dict[str, Any]) -> str:
    name = event["event"]
    if name in UNEXPECTED:
        Seams.unexpected.append(f"{name} {event} {traceback.format_exc()}")
    if Seams.show:
        at = threads.World.scheduler.now
        print(f"{at:9.3f} {threads.World.scheduler.process.name}: {event}")
    return ""


def _time_and_threads() -> None:
    """In every module that a kiosk without a window consists of."""
    from kiosk import bootstrap
    from kiosk.central import client, presence_counter, sync
    from kiosk.health import supervisor
    from kiosk.runtime import engine

    assert bootstrap is not None
    for module in [m for name, m in sys.modules.items() if name.startswith("kiosk.")]:
        for name in ("threading", "time", "queue"):
            if hasattr(module, name):
                setattr(module, name, getattr(threads, name))
        for name in ("ThreadPoolExecutor", "Future"):
            if hasattr(module, name):
                setattr(module, name, getattr(threads, name))
        if hasattr(module, "datetime"):
            module.datetime = threads.Datetime
        _keeps_no_real_clock(module)
    engine.uuid6 = SimpleNamespace(uuid7=lambda: Seams.new_id())
    presence_counter.secrets = SimpleNamespace(
        token_hex=lambda size: Seams.new_id().replace("-", "")
    )
    sync.INTERVAL_S = 60.0
    supervisor.Supervisors.__init__.__defaults__ = (supervisor.Pace(probe_s=PROBE_S),)
    sync._spread = lambda least, most: Seams.backoff.uniform(least, most)
    client.random = SimpleNamespace(uniform=lambda low, high: Seams.backoff.uniform(low, high))


def _keeps_no_real_clock(module: ModuleType) -> None:
    """A field that takes its first value from the real clock would make each run another."""
    for kind in vars(module).values():
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            for field in dataclasses.fields(kind):
                factory = getattr(field.default_factory, "__module__", "")
                assert factory not in ("time", "datetime"), f"{kind.__qualname__}.{field.name}"


def _connect(path: Any, **how: Any) -> Any:
    """A kiosk's journal goes to its disk; somebody who only reads one gets the file."""
    if how.get("uri"):
        return sqlite3.connect(path, **how)
    return Seams.kiosk().disk.connect(path, **how)


def _kiosk() -> None:
    from kiosk import bootstrap
    from kiosk.acts import assembly, doing
    from kiosk.acts.desk import ActsDesk
    from kiosk.central import identity
    from kiosk.journal import journal
    from kiosk.runtime.kiosk import Kiosk

    real_journal = journal.Journal
    journal.sqlite3 = SimpleNamespace(
        connect=_connect,
        Error=sqlite3.Error,
        OperationalError=sqlite3.OperationalError,
        DatabaseError=sqlite3.DatabaseError,
        Cursor=sqlite3.Cursor,
    )
    bootstrap.open_journal = lambda folder, seal, now: real_journal(
        Seams.kiosk().disk.path, now, seal=seal
    )
    bootstrap.make_devices = lambda settings, path: Seams.kiosk().devices
    bootstrap.version = cache(bootstrap.version)  # reads a file each time
    identity.Ed25519PrivateKey = SimpleNamespace(
        generate=lambda: Ed25519PrivateKey.from_private_bytes(Seams.new_key()),
        from_private_bytes=Ed25519PrivateKey.from_private_bytes,
    )
    bootstrap.CentralClient = SimpleNamespace(
        of=lambda url, me, timeout_s: Seams.kiosk().client(me)
    )
    ActsDesk.__init__.__kwdefaults__["monotonic"] = threads.time.monotonic
    assembly.os = SimpleNamespace(_exit=lambda code: Seams.kiosk().does_not_leave())
    perform, do = Kiosk.perform, doing.Doer.do

    def performed(self: Kiosk, effect: Any, session: Any) -> None:
        Seams.kiosk().step("before an effect")
        perform(self, effect, session)

    def done(self: doing.Doer, act: Any) -> Any:
        Seams.kiosk().does(act)
        return do(self, act)

    Kiosk.perform, doing.Doer.do = performed, done


def _server() -> None:
    from django.db import connection

    from server import database
    from server.api import authentication, calls, config_digest, kiosk_config
    from server.notices import publication
    from server.open_questions import listing
    from server.payments import (
        initiation,
        inquiry,
        outside_refunds,
        refunds,
        serializers,
        sweeper,
        timing,
        transitions,
    )
    from server.payments.channels import registry
    from server.public_accounts import at_kiosks

    inquiry.time = sweeper.time = database.time = threads.time
    database.random = SimpleNamespace(uniform=lambda *ends: Seams.backoff.uniform(*ends))
    commit = connection.commit
    connection.commit = lambda: Seams.server_commits(commit)
    timing.ROW_POLL_S = 2.0
    timing.POLL_BACKOFF_S = (5, 10, 20, 40, 60)
    timing.ORDER_LIFE, timing.CARD_START_GRACE = ORDER_LIFE, BEGINS_WITHIN
    timing.VISIT_MAX = VISIT_MAX
    timing.RECHECKS_UNPAID = tuple(timedelta(seconds=s) for s in LOOK_AGAIN_S)
    timing.RECHECKS_AFTER_END = timing.RECHECKS_UNPAID
    timing.RECHECKS_PAID = tuple(timedelta(seconds=s) for s in IN_THE_CONSOLE_S)
    timing.RECHECK_UNANSWERED = timedelta(seconds=20)
    timing.QUERIES_LAG = timing.NOTIFICATION_LAG = QUERIES_LAG
    timing.UNKNOWN_ALERT_AFTER = ALERT_AFTER
    timing.DECISION_AFTER = WAITS_AFTER
    listing.REFUND_TAKES = WAITS_AFTER
    clock = SimpleNamespace(now=threads.wall)
    calls.timezone = serializers.timezone = authentication.timezone = clock
    signing.install()
    registry.configured = lambda: [n for n in registry.ADAPTERS if Seams.channel(n) is not None]
    registry.simulated = lambda: [n for n in registry.configured() if Seams.channel(n).simulated]
    registry.charging_phones = registry.configured
    config_digest.KEPT = timedelta(0)  # what an earlier run of the process left decides nothing
    kiosk_config.bill_keys = cache(kiosk_config.bill_keys)
    publication.of_community = cache(publication.of_community)
    at_kiosks.keys = cache(at_kiosks.keys)
    registry.channel = lambda method: Seams.channel(method)

    def stepped(work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            inside = connection.in_atomic_block
            if not inside:
                Seams.server_step(f"before {work.__name__}")
            answer = work(*arguments, **named)
            if work.__name__ == "_create":
                Seams.order_made(answer)
            if not inside:
                Seams.server_step(f"after {work.__name__}")
            return answer

        return run

    for module, names in (
        (transitions, _TRANSITIONS),
        (initiation, ("_create",)),
        (refunds, ("send_back",)),
        (outside_refunds, ("went_back",)),
    ):
        for name in names:
            setattr(module, name, stepped(getattr(module, name)))
