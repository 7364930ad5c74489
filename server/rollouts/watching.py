"""What kiosks tell of a release, and the stop that comes by itself when too many fail with it.

Failed is whoever went back, whoever is out of order or is not heard since the change, wherever that is: a
release that is bad in one community is stopped in all.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from contract.heartbeat import Heartbeat
from contract.releases import UpdateReport, WantedRelease
from server.alerts.raising import ROLLOUT_STOPPED, raise_alert
from server.fleet.models import Condition, Kiosk
from server.hours.schedule import communities_out
from server.rollouts.models import Rollout, State, UpdateTry
from server.rollouts.rings import assign
from server.staff import audit
from server.staff.people import Person

FAIL_PERCENT_MAX = 10
ILL_AFTER = timedelta(minutes=10)  # a start is no fault yet
WATCHED_FOR = timedelta(hours=24)
CHANGED_OVER = ("trying", "done")
ITSELF = Person("LobbyPay")
_ILL = (Condition.FAULT, Condition.NO_MONEY, Condition.STILL)


@dataclass(frozen=True)
class Figures:
    """Kiosks by what became of a release there since ``counts_from`` of a roll-out."""

    tried: int
    failed: int

    @property
    def too_many(self) -> bool:
        return self.failed * 100 > self.tried * FAIL_PERCENT_MAX


def wanted(kiosk: Kiosk) -> WantedRelease | None:
    """What the kiosk is told with each answer."""
    if not kiosk.wanted_version:
        return None
    return WantedRelease(
        version=kiosk.wanted_version, attempt=kiosk.wanted_attempt, ring=kiosk.wanted_ring
    )


def heard(kiosk: Kiosk, heartbeat: Heartbeat, before: object, now: datetime) -> None:
    """``before``: what it told with its last heartbeat; the same again costs nothing."""
    told = heartbeat.update
    if told is None or not told.version or told.model_dump(mode="json") == before:
        return
    with transaction.atomic():
        _keep(kiosk, told, now)
    if told.state == "gone_back":
        _judge(told.version, now)


def _keep(kiosk: Kiosk, told: UpdateReport, now: datetime) -> None:
    known, made = UpdateTry.objects.select_for_update(no_key=True, of=("self",)).get_or_create(
        kiosk=kiosk,
        version=told.version,
        attempt=told.attempt,
        defaults={
            "community_id": kiosk.community_id,
            "state": told.state,
            "begun_at": now,
            "state_at": now,
        },
    )
    if not made and (known.state, known.code) == (told.state, told.code):
        return
    if known.state != told.state:
        known.state_at = now
    known.state, known.code = told.state, told.code
    if told.state in CHANGED_OVER and known.changed_over_at is None:
        known.changed_over_at = now
    if told.state == "gone_back":
        known.ill = ""
    known.save()


def look(now: datetime) -> None:
    """Each minute: who is ill since the change, what has to stop, and what new kiosks should run."""
    running = list(Rollout.objects.filter(state=State.RUNNING.value))
    for version in {rollout.version for rollout in running}:
        _look_at_changed(version, now)
        _judge(version, now)
    for rollout in running:
        with transaction.atomic():
            held = _held().filter(pk=rollout.pk, state=State.RUNNING.value).first()
            if held is not None:
                assign(held)


def _look_at_changed(version: str, now: datetime) -> None:
    changed = UpdateTry.objects.filter(
        version=version, state__in=CHANGED_OVER, changed_over_at__gt=now - WATCHED_FOR
    )
    planned = communities_out(now)
    for one in changed.select_related("kiosk"):
        ill = _ill(one, now, planned)
        if ill != one.ill:
            UpdateTry.objects.filter(pk=one.pk).update(ill=ill)


def _ill(one: UpdateTry, now: datetime, planned: set[int]) -> str:
    """Why; empty: it is well, or was as ill before, or it is too early to tell. ``planned``: communities
    with an outage, where silence says nothing of a release."""
    kiosk, since = one.kiosk, one.changed_over_at
    assert since is not None
    if not kiosk.active:
        return ""
    if kiosk.heard_at is None or kiosk.heard_at < now - ILL_AFTER:
        if one.community_id in planned:
            return one.ill
        return "silent" if since < now - ILL_AFTER else ""
    condition_since = kiosk.condition_since
    if kiosk.condition not in _ILL or condition_since is None or condition_since < since:
        return ""
    return kiosk.condition if condition_since <= now - ILL_AFTER else ""


def figures(version: str, since: datetime) -> Figures:
    tries = UpdateTry.objects.filter(version=version, state_at__gte=since)
    tried = tries.filter(Q(state__in=CHANGED_OVER) | Q(state="gone_back"))
    failed = tried.filter(Q(state="gone_back") | ~Q(ill=""))
    kiosks = tried.values("kiosk").distinct().count()
    return Figures(kiosks, failed.values("kiosk").distinct().count())


def _judge(version: str, now: datetime) -> None:
    """Stops what has to stop, each once."""
    for rollout in Rollout.objects.filter(version=version, state=State.RUNNING.value):
        found = figures(version, rollout.counts_from)
        if found.too_many:
            _stop(rollout, found, now)


def _stop(rollout: Rollout, found: Figures, now: datetime) -> None:
    with transaction.atomic():
        held = _held().get(pk=rollout.pk)
        if held.state != State.RUNNING:
            return
        counted = {"failed": found.failed, "tried": found.tried}
        held.state, held.stopped_by, held.stop_reason = State.STOPPED.value, "", ""
        held.figures, held.changed_at = counted, now
        held.save()
        assign(held)
        reason = gettext("%(failed)s of %(tried)s kiosks failed with it") % counted
        audit.record(
            *(held.community_id, ITSELF, "rollout_stopped", ("rollout", held.version), reason, now),
            before={"state": State.RUNNING.value},
            after={"state": held.state, **counted},
        )
        raise_alert(held.community_id, ROLLOUT_STOPPED, held.version, now, **counted)


def _held() -> Any:
    return Rollout.objects.select_for_update(no_key=True, of=("self",))
