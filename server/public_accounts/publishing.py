"""A draft is written by one person and made public by another; from then on it stays as it is."""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.messages import Text
from contract.money import Money
from server.estate.models import Community
from server.estate.row_locks import hold_community
from server.language import chosen, of_page
from server.ledger.guards import Guard, frozen, refusal, refused
from server.public_accounts import from_books, paper
from server.public_accounts.models import Kind, Publication, State
from server.public_accounts.rows import NotGood, Row, refuse_people
from server.staff import approvals, audit, people, scope
from server.staff.approvals import CannotBeDone, Change
from server.staff.models import Request
from server.staff.people import Person
from server.staff.roles import Deed

CODE = "publish_accounts"
_QUARTER = re.compile(r"20\d\d-Q[1-4]")
_STAYS, _TABLE = "what was made public is not changed or deleted", "public_accounts_publication"
_KEPT = (
    *("community_id", "kind", "period", "version", "rows", "note_zh", "note_en"),
    *("drafted_by", "drafted_at"),
)
GUARDS = (
    frozen("public_accounts_stay", _TABLE, _KEPT, "OLD.public_at IS NOT NULL", _STAYS),
    Guard(
        "public_accounts_are_not_deleted",
        _TABLE,
        sqlite=f"BEFORE DELETE ON {_TABLE} {refusal(_STAYS)}",
        postgresql=f"BEFORE DELETE ON {_TABLE} FOR EACH ROW",
        body=refused(_STAYS),
    ),
    Guard(
        "public_accounts_are_not_emptied",
        _TABLE,
        postgresql=f"BEFORE TRUNCATE ON {_TABLE} FOR EACH STATEMENT",
        body=refused(_STAYS),
    ),
)


def public(community: Community) -> QuerySet[Publication]:
    """What everybody may read now, without the papers."""
    rows = Publication.objects.filter(community=community, state=State.PUBLIC)
    return rows.defer("paper")


def period_of(kind: Kind, typed: str) -> str:
    """A quarter, of which any day may be named, or for standards and services the day from which they
    hold. Raises NotGood."""
    typed = typed.strip().upper()
    if kind not in (Kind.STANDARDS, Kind.SERVICES) and _QUARTER.fullmatch(typed):
        return typed
    try:
        day = date.fromisoformat(typed)
    except ValueError as error:
        raise NotGood(_("Please choose a day")) from error
    if kind in (Kind.STANDARDS, Kind.SERVICES):
        return day.isoformat()
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"


@transaction.atomic
def draft(
    user: Any,
    community: Community,
    kind: Kind,
    period: str,
    rows: list[Row],
    note: Text,
    now: datetime,
) -> Publication:
    """The draft of the next version, or the one that there is already with new rows. Raises
    PermissionDenied."""
    if not scope.may(user, Deed.DRAFT_ACCOUNTS, community.pk):
        raise PermissionDenied
    hold_community(community.pk)
    same = Publication.objects.filter(community=community, kind=kind, period=period)
    found = same.filter(state=State.DRAFT).first()
    if found is None:
        last = same.aggregate(last=Max("version"))["last"] or 0
        found = Publication(community=community, kind=kind, period=period, version=last + 1)
    before = {"rows": len(found.rows)} if found.pk else {}
    found.rows, found.note_zh, found.note_en = rows, note.zh, note.en
    found.drafted_by, found.drafted_at = people.of(user).name, now
    found.save()
    after: dict[str, Any] = {"rows": len(rows)}
    if books := [row["book"] for row in rows if row.get("book")]:
        after |= {"from_books": len(books)}
    _note(found, people.of(user), "accounts_drafted", "", now, before, after)
    return found


@transaction.atomic
def give_up(user: Any, key: int, reason: str, now: datetime) -> None:
    """A draft is not wanted any more; it stays to be seen. Raises NotGood, PermissionDenied and
    ReasonMissing."""
    found = _held_draft(key)
    if not scope.may(user, Deed.DRAFT_ACCOUNTS, found.community_id):
        raise PermissionDenied
    before, found.state = {"state": found.state}, State.WITHDRAWN
    found.save(update_fields=["state"])
    after = {"state": found.state}
    said = audit.reason_of(reason)
    _note(found, people.of(user), "accounts_given_up", said, now, before, after)


def ask(user: Any, key: int, reason: str, now: datetime) -> Request:
    """Another person is asked to make it public. Raises NotGood, PermissionDenied and ReasonMissing."""
    with transaction.atomic():
        found = _held_draft(key)
        details = {"what": found.heading, "version": found.version, "digest": _digest(found)}
        values = (found.community_id, str(found.pk), 0, found.community.currency, reason, now)
        return approvals.ask(user, CODE, *values, details=details)


def _held_draft(key: int) -> Publication:
    rows = Publication.objects.select_for_update(no_key=True, of=("self",))
    found = rows.select_related("community").filter(pk=key, state=State.DRAFT).first()
    if found is None:
        raise NotGood(_("It is no draft any more"))
    return found


def _digest(found: Publication) -> str:
    told = json.dumps([found.rows, found.note_zh, found.note_en], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _run(asked: Request, asker: Person, at: datetime) -> None:
    try:
        found = _held_draft(int(asked.subject))
    except NotGood as gone:
        raise CannotBeDone(gone.said, ended=True) from gone
    if _digest(found) != asked.details.get("digest"):
        raise CannotBeDone(_("The draft was changed since; ask for it again"), ended=True)
    try:
        refuse_people(found.community, found.rows, found.note)
    except NotGood as named:
        raise CannotBeDone(named.said, ended=True) from named
    same = Publication.objects.filter(
        community=found.community_id, kind=found.kind, period=found.period, state=State.PUBLIC
    )
    same.update(state=State.REPLACED)
    found.state, found.public_at = State.PUBLIC, at
    found.paper = paper.render(found)
    found.save()
    after = {"state": found.state, "version": found.version}
    _note(found, asker, "accounts_published", asked.reason, at, {"state": "draft"}, after)


def _note(
    found: Publication,
    person: Person,
    act: str,
    reason: str,
    now: datetime,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    subject = ("publication", f"{found.kind} {found.period} {found.version}")
    audit.note(
        found.community_id, person, act, subject, now, reason=reason, before=before, after=after
    )


def _changes(asked: Request) -> Sequence[Change]:
    """Besides what is to be made public, where it says another thing than the books."""
    told = asked.details
    what = Change(str(told.get("what", "")), "", str(told.get("version", "")))
    if asked.state != Request.State.OPEN:
        return [what]
    rows = Publication.objects.select_related("community").defer("paper")
    found = rows.filter(pk=int(asked.subject), state=State.DRAFT).first()
    if found is None:
        return [what]
    return [what, *(_beside_books(one, found.community) for one in from_books.differences(found))]


def _beside_books(one: from_books.Difference, community: Community) -> Change:
    def money(minor: int) -> str:
        return Money(minor, community.currency).display(of_page())

    name = chosen(one.name)
    if one.draft != one.then:
        said = _("%(item)s: in the books now, and in the draft")
        return Change(said % {"item": name}, money(one.now), money(one.draft))
    said = _("%(item)s: the books moved since it was taken from them")
    return Change(said % {"item": name}, money(one.then), money(one.now))


PUBLISH = approvals.Kind(
    gettext_lazy("Make accounts public"),
    Deed.DRAFT_ACCOUNTS,
    _run,
    changes=_changes,
    link=lambda asked: f"/staff/public-accounts/{asked.subject}/",
    title=lambda asked: str(asked.details.get("what", asked.subject)),
    always=True,
)
