"""Who is in which ring, and what each kiosk should run. The only writer of a kiosk's wanted release."""

import hashlib
from uuid import UUID

from contract.releases import ALL, CANARY, RINGS, TENTH
from server.fleet.models import Kiosk
from server.rollouts.models import Rollout, State

_NOTHING = {"wanted_version": "", "wanted_attempt": 0, "wanted_ring": ""}


def ring_of(kiosk: UUID, canaries: set[UUID]) -> str:
    """The same for each release, so that canaries and the first tenth are known machines."""
    if kiosk in canaries:
        return CANARY
    return TENTH if hashlib.sha256(kiosk.bytes).digest()[0] * 10 < 256 else ALL


def assign(rollout: Rollout) -> None:
    """Tells each kiosk of the community what it should run, by the roll-out that has not ended. One that
    was stopped goes no further: who runs the release keeps it. To be called within a transaction that
    holds the roll-out."""
    canaries = members(rollout)
    reached = RINGS.index(rollout.ring)
    for kiosk in Kiosk.objects.filter(community=rollout.community_id):
        ring = ring_of(kiosk.pk, canaries)
        meant = RINGS.index(ring) <= reached
        if rollout.state == State.STOPPED:
            meant = meant and kiosk.software == rollout.version
        wanted = (
            {
                "wanted_version": rollout.version,
                "wanted_attempt": rollout.attempt,
                "wanted_ring": ring,
            }
            if meant
            else _NOTHING
        )
        if any(getattr(kiosk, name) != value for name, value in wanted.items()):
            Kiosk.objects.filter(pk=kiosk.pk).update(**wanted)


def members(rollout: Rollout) -> set[UUID]:
    if rollout.canaries is None:
        return set()
    held = rollout.canaries.members.filter(ended_at=None)
    return set(held.values_list("kiosk", flat=True))
