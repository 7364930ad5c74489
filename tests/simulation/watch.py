"""What must be true at any moment, however much goes on: looked at every few seconds of a run.

Nobody waits for longer than something of its own takes; staff are told in time; a server that hears a
kiosk takes its journal.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q

from contract.messages import ErrorCode, Method, PaymentState
from server.payments import refunds, sweeper
from server.payments.models import Alert, PaymentOrder
from tests.simulation import patches
from tests.simulation.due import turns_due
from tests.simulation.threads import wall

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

# A turn of the sweep waits for the answers of its own channel: a silent one is left alone after a few.
ITS_TURN_WITHIN = timedelta(seconds=75)
TOLD_WITHIN = patches.ALERT_AFTER + timedelta(seconds=75)
READ_AGAIN_WITHIN = timedelta(seconds=30)  # what somebody ticked off and is not over is told again
REFUSED_FOR_S = 15.0
OPEN = [s.value for s in PaymentState if not s.final]


class Watch:
    def __init__(self, run: "Simulation") -> None:
        self._run = run
        self._open_since: dict[str, datetime] = {}  # by reference

    def looks(self) -> Iterator[str]:
        """One sentence for each thing that is wrong now."""
        up_for = self._run.scheduler.now - self._run.server.up_since
        if not self._run.server.process.alive or up_for < ITS_TURN_WITHIN.total_seconds():
            return
        yield from self._waits_for_others()
        yield from self._nobody_told()

    def _waits_for_others(self) -> Iterator[str]:
        """What is due at a channel that answers has its turn, whatever the other channel does."""
        since = wall() - ITS_TURN_WITHIN
        due = turns_due(since)
        for method in (Method.WECHAT, Method.ALIPAY):
            whole_for = self._run.scheduler.now - self._run.outages.whole_since(method)
            if whole_for < ITS_TURN_WITHIN.total_seconds():
                continue
            if f"orders-{method}" in due:
                for order in sweeper._due(method.value, since)[:1]:
                    yield f"{order.reference} is due at {method} for long, and nobody asks"
            if f"refunds-{method}" in due:
                for refund in refunds.due(method.value, since, 1):
                    yield f"{refund.refund_no} is due at {method} for long, and nobody sends it"

    def _nobody_told(self) -> Iterator[str]:
        """Of what was open at each look for so long, whatever the server says since when it is."""
        now = wall()
        open_now = PaymentOrder.objects.filter(state__in=OPEN, held_minor=0).order_by("pk")
        names = list(open_now.values_list("reference", flat=True))
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
        self._refused: dict[str, tuple[float, str]] = {}  # by kiosk: since when, and how
        self._heard: set[str] = set()  # by a heartbeat since then

    def answered(self, kiosk_id: str, path: str, status: int, code: str, now: float) -> str:
        """What is wrong with it; empty when nothing is."""
        if path == "/heartbeats" and status == 200:
            self._heard.add(kiosk_id)
        if path != "/journal":
            return ""
        if status == 200 or code == ErrorCode.JOURNAL_GAP or status >= 500:
            self._refused.pop(kiosk_id, None)
            self._heard.discard(kiosk_id)
            return ""
        since, _ = self._refused.setdefault(kiosk_id, (now, code))
        if now - since >= REFUSED_FOR_S and kiosk_id in self._heard:
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
