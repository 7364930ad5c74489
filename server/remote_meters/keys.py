"""Keys by which providers of remote meters are known: made once, shown once, revoked."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from server.estate.models import Community
from server.remote_meters.models import SILENT_DAYS, MeterKey
from server.staff import audit
from server.staff.people import Person

_BEGIN = "lpm_"  # so that a key is recognised where it should not be


@transaction.atomic
def make(
    community: Community,
    provider: str,
    person: Person,
    reason: str,
    at: datetime,
    silent_days: int = SILENT_DAYS,
) -> str:
    """A new key, to be shown once; the provider's earlier ones stay good until they are revoked. After
    ``silent_days`` without a reading a meter is told of. Raises ReasonMissing."""
    key = _BEGIN + secrets.token_urlsafe(32)
    row = MeterKey.objects.create(
        community=community,
        provider=provider,
        digest=_digest(key),
        made_at=at,
        silent_days=silent_days,
    )
    _record(row, "meter_key_made", person, reason, at)
    return key


@transaction.atomic
def revoke(community: Community, provider: str, person: Person, reason: str, at: datetime) -> int:
    """Ends all keys of the provider in the community; how many. Raises ReasonMissing."""
    good = MeterKey.objects.select_for_update().filter(
        community=community, provider=provider, revoked_at=None
    )
    rows = list(good)
    for row in rows:
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        _record(row, "meter_key_revoked", person, reason, at)
    return len(rows)


def of(key: str) -> MeterKey | None:
    """The key that is good now; None for any other text."""
    if not key.startswith(_BEGIN):
        return None
    rows = MeterKey.objects.select_related("community").filter(revoked_at=None)
    return rows.filter(digest=_digest(key)).first()


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _record(row: MeterKey, act: str, person: Person, reason: str, at: datetime) -> None:
    subject = ("meter_key", str(row.pk))
    after = {"provider": row.provider}
    audit.record(row.community_id, person, act, subject, reason, at, after=after)
