"""The digest of what is long to read of a community's configuration, kept where every process sees it.

A heartbeat brings it along: ``SEEN`` is read with who asks. Whoever finds none that is fresh reads the
community anew, and keeps the digest unless the community was changed meanwhile. A change takes away what
is kept, in every process at its commit; one that nothing tells of (a bulk update, a process or database
that failed right after the commit) is known after ``KEPT``.
"""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import Error, connection, transaction

from server.api.models import ConfigDigest
from server.fleet.models import Kiosk

KEPT = timedelta(seconds=60)
SEEN = "(SELECT stamp FROM api_configdigest WHERE community_id = fleet_kiosk.community_id)"
_UNASKED = object()  # of a kiosk that was read without it

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Digest:
    day: date
    read_at: datetime
    value: str
    versions: dict[tuple[Any, ...], str] = field(default_factory=dict)  # of kiosks, in this process

    def fresh(self, day: date, now: datetime) -> bool:
        """By clocks that may differ a little: another machine may have made it."""
        return self.day == day and abs(now - self.read_at) < KEPT


_digests: dict[int, Digest] = {}  # by community, as this process knew it last
_changed: set[int] = set()  # communities, in this process; perhaps not yet for others


def find(kiosk: Kiosk, day: date, now: datetime) -> Digest | None:
    """None: it must be made."""
    community = kiosk.community_id
    if community in _changed:
        _changed.discard(community)  # before what is changed is read
        _digests.pop(community, None)
        return None
    known, stamp = _digests.get(community), getattr(kiosk, "config_seen", _UNASKED)
    if stamp is not _UNASKED:
        told = _read(stamp)
        if told:
            told = _digests[community] = _with_versions(told, known)
        known = told
    return known if known and known.fresh(day, now) else None


def keep(kiosk: Kiosk, digest: Digest) -> Digest:
    """For every process, where what is kept is still as ``kiosk`` was read with."""
    community, stamp = kiosk.community_id, getattr(kiosk, "config_seen", _UNASKED)
    digest = _digests[community] = _with_versions(digest, _digests.get(community))
    written = f"{digest.day} {digest.read_at.timestamp()} {digest.value}"
    row = ConfigDigest(community_id=community, stamp=written)
    with _best_effort():
        if stamp is None:
            ConfigDigest.objects.bulk_create([row], ignore_conflicts=True)
        elif stamp is not _UNASKED:
            ConfigDigest.objects.filter(community=community, stamp=stamp).update(stamp=written)
    return digest


def forget(community_id: int) -> None:
    """Something of it is changed: at once here, and for everybody when the change can be read."""
    _changed.add(community_id)
    over = _Over(community_id)
    if all(told != over for _, told, *_ in connection.run_on_commit):
        transaction.on_commit(over)


def _with_versions(digest: Digest, before: Digest | None) -> Digest:
    same = before is not None and (before.day, before.value) == (digest.day, digest.value)
    return replace(digest, versions=before.versions) if before and same else digest


@dataclass(frozen=True)
class _Over:
    """That a community was changed; twice in one transaction is once."""

    community_id: int

    def __call__(self) -> None:
        _changed.add(self.community_id)
        row = ConfigDigest(community_id=self.community_id, stamp=uuid.uuid4().hex)
        with _best_effort():
            ConfigDigest.objects.bulk_create(
                [row], update_conflicts=True, unique_fields=["community"], update_fields=["stamp"]
            )


@contextmanager
def _best_effort() -> Iterator[None]:
    """What is kept saves work, and gets old by itself: no act or call comes to nothing for it."""
    try:
        yield
    except Error:
        log.exception("the digest of a configuration was not kept")


def _read(stamp: Any) -> Digest | None:
    """None: there is none, or it was taken away."""
    match str(stamp or "").split(" "):
        case [day, read_at, value]:
            return Digest(
                date.fromisoformat(day), datetime.fromtimestamp(float(read_at), UTC), value
            )
        case _:
            return None
