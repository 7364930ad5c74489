"""How roll-outs and tries are shown: words for what updaters say, sums by release. Reads only."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contract.business_day import local_time
from server.estate.models import Community
from server.fleet.models import Condition, Kiosk
from server.fleet.update_words import TONES, state_name, why
from server.rollouts.models import RINGS, Rollout, State, UpdateTry
from server.rollouts.watching import CHANGED_OVER

STATE_TONES = {State.RUNNING: "good", State.STOPPED: "bad", State.ENDED: ""}
ILL = {
    "silent": _("Not heard since the change"),
    Condition.FAULT.value: _("A device is out of order since the change"),
    Condition.NO_MONEY.value: _("Nobody can pay there since the change"),
    Condition.STILL.value: _("Its screen stands still since the change"),
}


@dataclass(frozen=True)
class Row:
    """A community's roll-out. ``meant``: kiosks that it has reached so far; ``there``: that run it."""

    rollout: Rollout
    ring: Any
    state: Any
    tone: str
    said: str
    meant: int
    there: int
    failed: int
    changed: str


def rows(rollouts: QuerySet[Rollout]) -> list[Row]:
    found = list(rollouts.select_related("community", "canaries"))
    keys = {one.community_id for one in found}
    kiosks = Kiosk.objects.filter(community__in=keys)
    wanted = Counter(kiosks.values_list("community", "wanted_version"))
    runs = Counter(kiosks.values_list("community", "software"))
    failed: Counter[tuple[int, str]] = Counter()
    bad = UpdateTry.objects.filter(community__in=keys).filter(Q(state="gone_back") | ~Q(ill=""))
    since = {(one.community_id, one.version): one.counts_from for one in found}
    for community, version, at in bad.values_list("community", "version", "state_at"):
        begun = since.get((community, version))
        failed[community, version] += begun is not None and at >= begun
    return [_row(one, wanted, runs, failed) for one in found]


def _row(one: Rollout, wanted: Counter, runs: Counter, failed: Counter) -> Row:
    key = (one.community_id, one.version)
    state = State(one.state)
    return Row(
        rollout=one,
        ring=dict(RINGS)[one.ring],
        state=state.label,
        tone=STATE_TONES[state],
        said=_why_stopped(one),
        meant=wanted[key],
        there=runs[key],
        failed=failed[key],
        changed=local_time(one.changed_at, one.community.time_zone).strftime("%m-%d %H:%M"),
    )


def _why_stopped(one: Rollout) -> str:
    if one.state != State.STOPPED:
        return ""
    if one.figures:
        return (
            gettext("It stopped by itself: %(failed)s of %(tried)s kiosks failed with it")
            % one.figures
        )
    return f"{one.stopped_by} · {one.stop_reason}"


def tries(version: str, communities: QuerySet[Community]) -> QuerySet[UpdateTry]:
    """Who failed first, then who is on the way, then who is well."""
    found = UpdateTry.objects.filter(version=version, community__in=communities)
    bad = Q(state="gone_back") | ~Q(ill="")
    place = Case(When(bad, then=0), When(state="done", then=2), default=1)
    return found.order_by(place, "-state_at").select_related("kiosk__community")


def try_row(one: UpdateTry) -> dict[str, Any]:
    ill = ILL.get(one.ill, "") if one.state in CHANGED_OVER else ""
    return {
        "one": one,
        "state": state_name(one.state),
        "why": ill or why(one.code),
        "tone": "bad" if ill else TONES.get(one.state, "attention"),
        "at": local_time(one.state_at, one.kiosk.community.time_zone).strftime("%m-%d %H:%M"),
    }


def running(communities: QuerySet[Community]) -> list[tuple[str, int]]:
    """How many kiosks run which release; the most first."""
    kiosks = Kiosk.objects.filter(community__in=communities).exclude(software="")
    counted = kiosks.order_by().values_list("software").annotate(Count("pk"))
    return sorted(counted, key=lambda one: (-one[1], one[0]))
