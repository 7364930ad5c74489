"""What must be true at any moment, however much goes on: looked at every few seconds of a run.

Nobody waits for longer than something of its own takes; staff are told in time; a server that hears a
kiosk takes its journal.
"""

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q

from contract.messages import ErrorCode, Method, PaymentState
from server.alerts.models import Alert
from server.payments import sweeper
from server.payments.models import PaymentOrder, Refund
from tests.simulation import patches
from tests.simulation.due import turns_due
from tests.simulation.ends_in_vain import asked_in_vain
from tests.simulation.threads import wall

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

# A sweep begins a turn every few seconds, and while one goes on its channel is asked all the time: a
# silent one makes it wait a little longer than it takes to give up one answer.
ASKED_WITHIN = timedelta(seconds=30)
UP_FOR_S = 60.0
LOOKS_EVERY_S, TOLD_EVERY = 5.0, 4
TOLD_WITHIN = patches.ALERT_AFTER + timedelta(seconds=75)
READ_AGAIN_WITHIN = timedelta(seconds=30)  # what somebody ticked off and is not over is told again
REFUSED_FOR_S = 15.0
# A server's own trouble: a database that is away for a moment comes back.
FAILS_FOR_S, FAILS_TIMES = 60.0, 5
OPEN = [s.value for s in PaymentState if not s.final]


class Watch:
    def __init__(self, run: "Simulation") -> None:
        self._run = run
        self._open_since: dict[str, datetime] = {}  # by reference
        self._restored = 0  # how often the server was

    def goes_on(self) -> None:
        for number in itertools.count():
            self._run.scheduler.sleep(LOOKS_EVERY_S)
            up_for = self._run.scheduler.now - self._run.server.up_since
            if not self._run.server.process.alive or up_for < UP_FOR_S:
                continue
            patches.Seams.unexpected.extend(self._waits_for_others())
            if number % TOLD_EVERY == 0:
                patches.Seams.unexpected.extend(self._nobody_told())
                patches.Seams.unexpected.extend(asked_in_vain(self._run.server.cut_off))

    def _waits_for_others(self) -> Iterator[str]:
        """Something is due at a channel for long, and no sweep asks it for anything: it waits for another
        channel."""
        since = wall() - ASKED_WITHIN
        due = turns_due(since)
        for method in (Method.WECHAT, Method.ALIPAY):
            heard_of = max(
                self._run.outages.whole_since(method), self._run.channels[method].swept_at
            )
            if self._run.scheduler.now - heard_of < ASKED_WITHIN.total_seconds():
                continue
            if f"orders-{method}" in due:
                for order in sweeper._due(method.value, since)[:1]:
                    yield f"{order.reference} is due at {method} for long, and nobody asks"
            if f"refunds-{method}" in due:
                late = Refund.objects.filter(next_poll_at__lte=since, order__method=method.value)
                for refund in late.order_by("pk"):
                    claimed = refund.claimed_until  # by a server that may have died meanwhile
                    if claimed is None or claimed <= since:
                        yield f"{refund.refund_no} is due at {method} for long, and nobody sends it"

    def _nobody_told(self) -> Iterator[str]:
        """Of what was open at each look for so long, whatever the server says since when it is."""
        now = wall()
        open_now = PaymentOrder.objects.filter(state__in=OPEN, held_minor=0).order_by("pk")
        names = list(open_now.values_list("reference", flat=True))
        if self._restored != len(self._run.server.lost):  # it may have heard of them anew
            self._restored, self._open_since = len(self._run.server.lost), {}
        self._open_since = {name: self._open_since.get(name, now) for name in names}
        for name, since in self._open_since.items():
            if now - since < TOLD_WITHIN:
                continue
            alerts = Alert.objects.filter(kind="unknown_for_long", subject=name)
            just_read = Q(resolved_at__gt=now - READ_AGAIN_WITHIN)
            if not alerts.filter(just_read | Q(resolved_at=None)).exists():
                yield f"{name} has no end for long, and staff are not told"


class JournalCalls:
    """Hears how a server answers each kiosk: one that it hears, and whose journal it refuses each time,
    stands still."""

    def __init__(self) -> None:
        # By kiosk: since when, whether by the server's fault, and how often in a row.
        self._refused: dict[str, tuple[float, bool, int]] = {}
        self._heard: set[str] = set()  # by a heartbeat since then

    def answered(self, kiosk_id: str, path: str, status: int, code: str, now: float) -> str:
        """What is wrong with it; empty when nothing is."""
        if path == "/heartbeats" and status == 200:
            self._heard.add(kiosk_id)
        if path != "/journal":
            return ""
        ours = status >= 500
        known = self._refused.get(kiosk_id)
        if status == 200 or code == ErrorCode.JOURNAL_GAP or (known and known[1] != ours):
            self._refused.pop(kiosk_id, None)
            self._heard.discard(kiosk_id)
        if status == 200 or code == ErrorCode.JOURNAL_GAP:
            return ""
        since, _, times = self._refused.get(kiosk_id, (now, ours, 0))
        self._refused[kiosk_id] = since, ours, times + 1
        long = now - since >= (FAILS_FOR_S if ours else REFUSED_FOR_S)
        often = not ours or times + 1 >= FAILS_TIMES
        if long and often and kiosk_id in self._heard:
            return f"the journal of kiosk {kiosk_id} stands still: {code}"
        return ""


# A state that follows another has a version of its own: whoever waits for news waits by it.
_LAW = """
CREATE TEMP TRIGGER state_has_its_version AFTER UPDATE OF state ON main.payments_paymentorder
WHEN OLD.state <> NEW.state AND NEW.version <= OLD.version
BEGIN SELECT simulation_wrong(NEW.reference, OLD.state, NEW.state, NEW.version); END
"""


def watch_rows() -> None:
    """On the present connection, which a restored database does not outlive."""
    database = connection.connection
    database.create_function("simulation_wrong", 4, _one_version)
    database.execute(_LAW)


def _one_version(reference: str, before: str, state: str, version: int) -> None:
    patches.Seams.unexpected.append(
        f"{reference} was {before} and is {state}, both by version {version}"
    )
