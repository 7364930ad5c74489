"""The server's figures for Prometheus: requests as they are answered, the fleet as the database knows it.

With several processes each counts in files of its own (``PROMETHEUS_MULTIPROC_DIR``, which ``server.web``
sets before this is imported), and whichever is asked adds them up. Label values are names of ours, never
what a caller sent: a stranger cannot make new series.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Count, Q
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from contract.heartbeat import LATE_S
from contract.messages import PaymentState
from server.alerts.models import Alert
from server.fleet.models import Kiosk
from server.jobs.models import Job, JobState
from server.monitoring.readiness import worker_silent_s
from server.on_call import outside
from server.on_call.models import Message
from server.payments.models import PaymentOrder

REQUESTS = Counter(
    "lobbypay_requests_total", "Requests that were answered", ["call", "method", "status"]
)
SECONDS = Histogram(
    "lobbypay_request_seconds",
    "Seconds from the first byte read to the answer",
    ["call"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
WAITING = Gauge(
    "lobbypay_waiting_calls", "Calls that wait for news of a payment", multiprocess_mode="livesum"
)


class _Fleet(Collector):
    """Read when it is asked for, by a fixed number of questions."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterable[GaugeMetricFamily]:
        try:
            yield from self._figures()
        except DatabaseError:
            yield GaugeMetricFamily("lobbypay_database_up", "Whether it answers", value=0)
            return
        yield GaugeMetricFamily("lobbypay_database_up", "Whether it answers", value=1)

    def _figures(self) -> Iterator[GaugeMetricFamily]:
        yield self._kiosks()
        open_states = [state.value for state in PaymentState if not state.final]
        orders = PaymentOrder.objects.filter(state__in=open_states)
        yield _counted("lobbypay_open_payments", "Payments without a known end", "state", orders)
        alerts = Alert.objects.filter(resolved_at=None)
        yield _counted("lobbypay_open_alerts", "Alerts that wait for a person", "kind", alerts)
        jobs = Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING])
        yield _counted("lobbypay_jobs", "Jobs that are not ended", "state", jobs)
        lately = Message.objects.filter(made_at__gte=self._now - timedelta(hours=1))
        yield _counted("lobbypay_alert_messages", "Messages of the last hour", "state", lately)
        yield GaugeMetricFamily(
            "lobbypay_watcher_reached",
            "Whether the watcher outside was reached lately, or none is configured",
            value=0 if outside.trouble(self._now) else 1,
        )
        silent = worker_silent_s(self._now)
        if silent is not None:
            yield GaugeMetricFamily(
                "lobbypay_worker_silent_seconds", "Since a worker was heard", value=silent
            )

    def _kiosks(self) -> GaugeMetricFamily:
        heard = Q(heard_at__gte=self._now - timedelta(seconds=LATE_S))
        paired, on = ~Q(public_key=""), Q(active=True)
        counts = Kiosk.objects.aggregate(
            heard=Count("pk", filter=on & paired & heard),
            silent=Count("pk", filter=on & paired & ~heard | on & paired & Q(heard_at=None)),
            stopped=Count("pk", filter=~Q(stopped="")),
            out_of_order=Count("pk", filter=on & heard & Q(heartbeat__state="out_of_order")),
            switched_off=Count("pk", filter=~on),
            unpaired=Count("pk", filter=on & ~paired),
        )
        family = GaugeMetricFamily("lobbypay_kiosks", "Kiosks by what is known", labels=["state"])
        for state, count in counts.items():
            family.add_metric([state], count)
        return family


def _counted(name: str, what: str, label: str, rows: object) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, what, labels=[label])
    for value, count in rows.order_by().values_list(label).annotate(Count("pk")):  # type: ignore[attr-defined]
        family.add_metric([value], count)
    return family


def exposition(now: datetime) -> tuple[bytes, str]:
    """The figures and their content type."""
    counted: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)
    fleet = CollectorRegistry()
    fleet.register(_Fleet(now))
    return generate_latest(counted) + generate_latest(fleet), CONTENT_TYPE_LATEST
