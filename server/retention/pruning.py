"""What is kept for a while only, and for how long. Removes it in small steps, the oldest first.

Each step finds its rows by an index over their time and holds them no longer than it takes to delete
``STEP`` of them, so that kiosks wait for none. Never removes what tells of money: an alert of a payment
stays for good.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Model, QuerySet

from server.alerts.models import Alert
from server.alerts.raising import FAULTS, OF_PEOPLE, OF_SERVICE
from server.api.lookups import WINDOWS_KEPT
from server.api.models import LookupWindow
from server.fleet.heartbeats import NONCES_KEPT
from server.fleet.models import KioskDay, PairingCode, PairingWish, UsedNonce
from server.on_call.models import Comment, Handling, Message
from server.outbox.models import Happening, ResidentMessage
from server.remote_acts.models import ActAttachment
from server.service_requests.models import Photo

STEP = 1_000
SECONDS_MAX = 10.0  # of each kind in a turn; what is left waits for the next
ALERTS_KEPT = timedelta(days=400)
PAIRING_CODES_KEPT = timedelta(days=30)
ATTACHMENTS_KEPT = timedelta(days=30)  # pictures and logs; the acts that asked for them stay
PHOTOS_KEPT = timedelta(days=730)  # of requests; what was said stays
MESSAGES_KEPT = timedelta(days=1_100)  # three years: so long a bill can be claimed, and was told
KIOSK_DAYS_KEPT = timedelta(days=800)  # two whole years can be compared
# Alerts that are about a machine, a call back or a request; all others are about money.
OF_MACHINES = (
    *OF_PEOPLE,
    *OF_SERVICE,
    "journal_gap",
    "journal_stands_still",
    "journal_unwritable",
    "kiosk_clock_wrong",
    *FAULTS,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows whose ``field`` is earlier than so long ago are over."""

    rows: Callable[[], QuerySet[Any]]
    field: str
    kept: timedelta


def _of_alerts(model: type[Model]) -> QuerySet[Any]:
    """What hangs on alerts about machines."""
    return model._default_manager.filter(alert__kind__in=OF_MACHINES)


def _bare_alerts() -> QuerySet[Any]:
    """Those on which nothing hangs any more."""
    bare = {"messages": None, "comments": None, "handling": None, "parts": None}
    return Alert.objects.filter(kind__in=OF_MACHINES, **bare)


def _told_happenings() -> QuerySet[Any]:
    """Those of which no message is left."""
    return Happening.objects.filter(messages=None)


KINDS = (
    Kept(UsedNonce.objects.all, "seen_at", NONCES_KEPT),
    Kept(LookupWindow.objects.all, "minute", WINDOWS_KEPT),
    Kept(KioskDay.objects.all, "told_at", KIOSK_DAYS_KEPT),
    Kept(PairingCode.objects.all, "expires_at", PAIRING_CODES_KEPT),
    Kept(partial(PairingWish.objects.filter, kiosk=None), "expires_at", PAIRING_CODES_KEPT),
    *(
        Kept(partial(_of_alerts, model), "alert__resolved_at", ALERTS_KEPT)
        for model in (Message, Comment, Handling)
    ),
    Kept(_bare_alerts, "resolved_at", ALERTS_KEPT),
    Kept(ActAttachment.objects.all, "act__state_at", ATTACHMENTS_KEPT),
    Kept(Photo.objects.all, "kept_at", PHOTOS_KEPT),
    Kept(ResidentMessage.objects.all, "made_at", MESSAGES_KEPT),
    Kept(_told_happenings, "spread_at", MESSAGES_KEPT),
    Kept(Session.objects.all, "expire_date", timedelta(0)),
)


def prune(now: datetime) -> int:
    """Removes what is over. Returns how many rows. Any number of workers may do it at once."""
    removed = sum(_remove(kind, now) for kind in KINDS)
    if removed:
        log.info("%d rows that are over were removed", removed)
    return removed


def _remove(kind: Kept, now: datetime) -> int:
    removed, ends = 0, time.monotonic() + SECONDS_MAX
    while time.monotonic() < ends:
        step = _step(kind, now - kind.kept)
        removed += step
        if step < STEP:
            break
    return removed


def _step(kind: Kept, before: datetime) -> int:
    over = kind.rows().filter(**{f"{kind.field}__lt": before}).order_by(kind.field)
    found = list(over.values_list("pk", flat=True)[:STEP])
    model = over.model
    return model._default_manager.filter(pk__in=found)._raw_delete("default") if found else 0
