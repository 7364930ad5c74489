"""Staff begin a roll-out, let it go further, stop it or let it go on: each time with person, role, reason
and time, in the log."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from contract.releases import RINGS
from contract.remote_acts import ActKind
from server.alerts.raising import ROLLOUT_STOPPED, resolve_one
from server.estate.models import Community
from server.estate.row_locks import hold_community
from server.remote_acts.asking import role_of
from server.remote_acts.models import KioskGroup
from server.remote_acts.wishes import NotPossible
from server.rollouts.models import Rollout, State
from server.rollouts.rings import assign
from server.staff import audit, people, scope
from server.staff.roles import Deed

DEED = Deed.OPERATE_KIOSK
_VERSION = re.compile(r"[0-9]{1,5}(\.[0-9]{1,5}){1,3}")


def begin(
    user: Any,
    communities: Iterable[Community],
    version: str,
    group: str,
    reason: str,
    now: datetime,
) -> int:
    """Canaries first: the kiosks of the group of that name, where a community has one. What was under way
    there ends. Returns in how many communities. Raises NotPossible and ReasonMissing."""
    reason = audit.reason_of(reason)
    if not _VERSION.fullmatch(version):
        raise NotPossible(_("A release is called like 0.2.0"))
    own = [one for one in communities if scope.may(user, DEED, one)]
    if not own:
        raise NotPossible(_("Choose at least one of the communities"))
    with transaction.atomic():
        for community in sorted(own, key=lambda one: one.pk):
            _begin(user, community, version, group, reason, now)
    return len(own)


def _begin(
    user: Any, community: Community, version: str, group: str, reason: str, now: datetime
) -> None:
    """Of two at once the second waits, and finds what the first began. Raises NotPossible."""
    hold_community(community.pk)
    before = _held().filter(community=community).exclude(state=State.ENDED.value).first()
    if before is not None and before.version == version:
        raise NotPossible(
            _("%(version)s is under way in %(community)s already")
            % {"version": version, "community": community.code}
        )
    if before is not None:
        before.state, before.changed_at = State.ENDED.value, now
        before.save(update_fields=["state", "changed_at"])
        resolve_one(community.pk, ROLLOUT_STOPPED, before.version, now)
    earlier = Rollout.objects.filter(community=community, version=version)
    made = Rollout.objects.create(
        community=community,
        version=version,
        attempt=1 + max(earlier.values_list("attempt", flat=True), default=0),
        canaries=KioskGroup.objects.filter(community=community, name=group).first(),
        begun_by=people.of(user).name,
        role=role_of(user, community.pk, ActKind.RESTART),
        reason=reason,
        begun_at=now,
        changed_at=now,
        counts_from=now,
    )
    assign(made)
    _record(user, made, "rollout_begun", reason, now, before=before.version if before else "")


def further(user: Any, rollouts: Iterable[Rollout], reason: str, now: datetime) -> int:
    """To the next ring, those that are under way. Raises NotPossible and ReasonMissing."""

    def change(rollout: Rollout) -> bool:
        place = RINGS.index(rollout.ring) + 1
        if rollout.state != State.RUNNING or place == len(RINGS):
            return False
        rollout.ring = RINGS[place]
        return True

    return _change(user, rollouts, "rollout_further", reason, now, change)


def stop(user: Any, rollouts: Iterable[Rollout], reason: str, now: datetime) -> int:
    """Raises NotPossible and ReasonMissing."""

    def change(rollout: Rollout) -> bool:
        if rollout.state != State.RUNNING:
            return False
        rollout.state, rollout.figures = State.STOPPED.value, {}
        rollout.stopped_by = people.of(user).name
        rollout.stop_reason = audit.reason_of(reason)
        return True

    return _change(user, rollouts, "rollout_stopped", reason, now, change)


def go_on(
    user: Any, rollouts: Iterable[Rollout], reason: str, now: datetime, *, again: bool
) -> int:
    """``again``: kiosks that went back try it once more. What failed so far counts no more. Raises
    NotPossible and ReasonMissing."""

    def change(rollout: Rollout) -> bool:
        if rollout.state != State.STOPPED:
            return False
        rollout.state, rollout.counts_from = State.RUNNING.value, now
        rollout.stopped_by = rollout.stop_reason = ""
        rollout.attempt += again
        resolve_one(rollout.community_id, ROLLOUT_STOPPED, rollout.version, now)
        return True

    return _change(user, rollouts, "rollout_resumed", reason, now, change)


def _change(
    user: Any, rollouts: Iterable[Rollout], act: str, reason: str, now: datetime, change: Any
) -> int:
    reason, done = audit.reason_of(reason), 0
    with transaction.atomic():
        for key in sorted(one.pk for one in rollouts):
            rollout = _held().get(pk=key)
            if not scope.may(user, DEED, rollout.community_id):
                continue
            was = {"ring": rollout.ring, "state": rollout.state, "attempt": rollout.attempt}
            if not change(rollout):
                continue
            rollout.changed_at = now
            rollout.save()
            assign(rollout)
            _record(user, rollout, act, reason, now, **was)
            done += 1
    if not done:
        raise NotPossible(_("There is nothing here that this can be done to"))
    return done


def _record(
    user: Any, rollout: Rollout, act: str, reason: str, now: datetime, **before: Any
) -> None:
    after = {"ring": rollout.ring, "state": rollout.state, "attempt": rollout.attempt}
    subject = ("rollout", rollout.version)
    person = people.of(user)
    audit.record(
        *(rollout.community_id, person, act, subject, reason, now), before=before, after=after
    )


def _held() -> Any:
    return Rollout.objects.select_for_update(no_key=True, of=("self",)).select_related("community")
