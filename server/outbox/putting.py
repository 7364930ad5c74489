"""Writes down what residents are to be told, in the transaction in which it happens: both or neither.

Who is told, in which words and when, is settled afterwards (``server.resident_messages``). Where a
community tells nothing of the kind, nothing is written.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from server.outbox.models import Happening, Kind, MessageTerms

BATCH = 500


def put(
    community_id: int, kind: Kind, subject: str, at: datetime, *, unit_id: int | None = None
) -> None:
    """``subject`` says which bill, payment, request or outage it is; a second time changes nothing."""
    put_many(community_id, kind, [(subject, unit_id)], at)


def put_many(
    community_id: int, kind: Kind, rows: Iterable[tuple[str, int | None]], at: datetime
) -> None:
    """As ``put``, for (subject, unit's key) of many. Raises RuntimeError outside a transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("what is told is written in the transaction in which it happens")
    if not _is_told(community_id, kind):
        return
    Happening.objects.bulk_create(
        [
            Happening(community_id=community_id, kind=kind, unit_id=unit, subject=subject, at=at)
            for subject, unit in rows
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def _is_told(community_id: int, kind: Kind) -> bool:
    kinds = MessageTerms.objects.filter(community=community_id).values_list("kinds", flat=True)
    return kind.value in (kinds.first() or ())
