"""Where calls wait for news of a payment, without a thread each.

One thread looks for all of them: at the rows that the database tells of (PostgreSQL's NOTIFY), at those
of whoever has just come, and at all of them now and then, on SQLite each time. Whoever waits has the
payment's channel asked now and then, several payments at a time for each channel: a silent one holds
up nobody else.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from django.db import close_old_connections, connections
from django.utils import timezone

from contract.messages import PaymentState
from server import request_id
from server.api.long_poll import Wish
from server.monitoring.figures import WAITING
from server.payments import inquiry
from server.payments.models import PaymentOrder
from server.web.changes import Changes, of_this_database

ASKERS = 8  # of one channel, at a time
ROWS = 500  # looked at by one query
EMPTY_S = 60.0  # then nobody listens any more
_TROUBLE_S = 1.0

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Wait:
    """Few objects: a thousand of them are searched for cycles again and again."""

    wish: Wish
    over: "asyncio.Future[bool]"
    ask_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.ask_again()

    def wake(self) -> None:
        """From any thread."""
        self.over.get_loop().call_soon_threadsafe(_end, self.over, True)

    def ask_again(self) -> None:
        every_s = self.wish.ask_every_s
        self.ask_at = time.monotonic() + every_s if every_s else float("inf")


class WaitingRoom:
    """Of one process. ``news`` is for its event loop; everything else happens in threads of its own."""

    def __init__(self, changes: Changes | None = None) -> None:
        self._changes = changes
        self._lock = threading.Lock()
        self._waits: dict[str, list[_Wait]] = {}
        self._new: set[str] = set()
        self._asked: set[str] = set()
        self._askers: dict[str, ThreadPoolExecutor] = {}
        self._somebody = threading.Event()
        self._over = False

    def open(self) -> None:
        threading.Thread(target=self._look_out, name="waiting-room", daemon=True).start()

    def close(self) -> None:
        """Whoever waits is answered now, and nobody waits any more."""
        self._over = True
        with self._lock:
            waits = [wait for here in self._waits.values() for wait in here]
            self._somebody.set()  # for the one who looks out, to end
        for wait in waits:
            wait.wake()

    async def news(self, wish: Wish, watch: "asyncio.Future[None]") -> bool:
        """Until the payment's version is newer or the room closes; False: its time was over before, or
        ``watch`` was: nobody is there any more."""
        loop = asyncio.get_running_loop()
        over = loop.create_future()
        timer = loop.call_later(wish.for_s, _end, over, False)
        left = partial(_end, over, False)
        watch.add_done_callback(left)
        wait = _Wait(wish, over)
        self._enter(wait)
        try:
            return self._over or await over
        finally:
            self._leave(wait)
            watch.remove_done_callback(left)
            timer.cancel()

    def _enter(self, wait: _Wait) -> None:
        with self._lock:
            self._waits.setdefault(wait.wish.payment_id, []).append(wait)
            self._new.add(wait.wish.payment_id)
            self._somebody.set()
        WAITING.inc()

    def _leave(self, wait: _Wait) -> None:
        WAITING.dec()
        with self._lock:
            here = self._waits[wait.wish.payment_id]
            here.remove(wait)
            if not here:
                del self._waits[wait.wish.payment_id]
            if not self._waits and not self._over:
                self._somebody.clear()

    def _look_out(self) -> None:
        changes = self._changes or of_this_database()
        while not self._over:
            somebody = self._somebody.wait(EMPTY_S)
            try:
                if not somebody:
                    changes.end()  # what is told and not heard, the database keeps for all
                elif not self._over:
                    self._look(changes.next())
                    self._ask_channels()
            except Exception:
                log.exception("looking for news of payments failed; it goes on")
                changes.end()
                time.sleep(_TROUBLE_S)
            finally:
                close_old_connections()
        changes.end()
        connections.close_all()

    def _look(self, changed: set[str] | None) -> None:
        """``changed``: the payments that changed; None: nobody knows which."""
        with self._lock:
            here = self._waits.keys()
            ids = set(here) if changed is None else (changed | self._new) & here
            self._new.clear()
        for some in _portions(ids):
            rows = PaymentOrder.objects.filter(payment_id__in=some).order_by()
            for payment_id, version, state in rows.values_list("payment_id", "version", "state"):
                self._tell(payment_id, version, PaymentState(state).final)

    def _tell(self, payment_id: str, version: int, final: bool) -> None:
        with self._lock:
            waits = list(self._waits.get(payment_id, ()))
        for wait in waits:
            if final or version > wait.wish.after_version:
                wait.wake()

    def _ask_channels(self) -> None:
        now = time.monotonic()
        with self._lock:
            due = [
                (payment_id, here[0].wish)
                for payment_id, here in self._waits.items()
                if payment_id not in self._asked and min(wait.ask_at for wait in here) <= now
            ]
            self._asked.update(payment_id for payment_id, _ in due)
        for payment_id, wish in due:
            self._askers_of(wish.method).submit(self._ask, payment_id, wish.request_id)

    def _askers_of(self, method: str) -> ThreadPoolExecutor:
        if method not in self._askers:
            self._askers[method] = ThreadPoolExecutor(ASKERS, f"ask-{method}")
        return self._askers[method]

    def _ask(self, payment_id: str, name: str) -> None:
        try:
            with self._lock:
                still = payment_id in self._waits and not self._over
            if still:
                with request_id.named(name):
                    order = PaymentOrder.objects.get(payment_id=payment_id)
                    inquiry.check(order, timezone.now())
        except Exception:
            log.exception("asking for the payment %s failed; it is asked for again", payment_id)
        finally:
            close_old_connections()
            with self._lock:
                self._asked.discard(payment_id)
                self._new.add(payment_id)
                for wait in self._waits.get(payment_id, ()):
                    wait.ask_again()


def _end(over: "asyncio.Future[bool]", news: bool, _: object = None) -> None:
    if not over.done():
        over.set_result(news)


def _portions(ids: Iterable[str]) -> Iterator[list[str]]:
    left = iter(ids)
    while some := list(islice(left, ROWS)):
        yield some
