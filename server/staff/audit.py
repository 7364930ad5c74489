"""The one way in which an act of a person is written down. It does nothing itself: the caller acts, in
the same transaction, so that there is no act without its record and no record without its act."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.text import Truncator

from server.staff.models import Act
from server.staff.people import NAME_MAX, Person

REASON_MAX = 300
_SUBJECT_MAX = 80


class ReasonMissing(Exception):
    """An act needs a reason in words."""


def reason_of(text: str) -> str:
    """The reason as it is kept: without blanks around it, at most REASON_MAX long. Raises
    ReasonMissing."""
    reason = " ".join(text.replace("\x00", " ").split())
    if not reason:
        raise ReasonMissing
    return Truncator(reason).chars(REASON_MAX)


def record(
    community_id: int,
    person: Person,
    act: str,
    subject: tuple[str, str],
    reason: str,
    at: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Act:
    """Writes down what ``person`` did to ``subject`` (kind, id), within the caller's transaction.

    ``before`` and ``after``: what the act changed; times and decimals become text. Raises
    ReasonMissing, and RuntimeError outside a transaction.
    """
    return _written(community_id, person, act, subject, reason_of(reason), at, before, after)


def note(
    community_id: int | None,
    person: Person,
    act: str,
    subject: tuple[str, str],
    at: datetime,
    *,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Act:
    """As ``record``, for acts that need no reason, and for those of no community (None)."""
    said = reason_of(reason) if reason.strip() else ""
    return _written(community_id, person, act, subject, said, at, before, after)


def _written(
    community_id: int | None,
    person: Person,
    act: str,
    subject: tuple[str, str],
    reason: str,
    at: datetime,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> Act:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an act is recorded in the transaction that does it")
    kind, subject_id = subject
    return Act.objects.create(
        community_id=community_id,
        person_id=person.account,
        person_name=person.name[:NAME_MAX],
        act=act,
        subject_kind=kind,
        subject_id=subject_id[:_SUBJECT_MAX],
        reason=reason,
        at=at,
        before=_plain(before),
        after=_plain(after),
    )


def acts_by_subject(subjects: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[Act]]:
    """As ``acts_on``, of each of many subjects, with a question for each kind of them."""
    ids: dict[str, set[str]] = {}
    for kind, subject_id in subjects:
        ids.setdefault(kind, set()).add(subject_id)
    found: dict[tuple[str, str], list[Act]] = {}
    for kind, of_kind in ids.items():
        rows = Act.objects.filter(subject_kind=kind, subject_id__in=of_kind)
        for act in rows.order_by("at", "pk"):
            found.setdefault((kind, act.subject_id), []).append(act)
    return found


def acts_on(*subjects: tuple[str, str]) -> QuerySet[Act]:
    """What was done to subjects (kind, id), oldest first."""
    about = Q(pk__in=())
    for kind, subject_id in subjects:
        about |= Q(subject_kind=kind, subject_id=subject_id)
    return Act.objects.filter(about).order_by("at", "pk")


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: _value(value) for name, value in (values or {}).items()}


def _value(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
