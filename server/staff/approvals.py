"""A second person: what one asks for above a limit, another approves, and only then it is done.

Each kind of act is named once (``Kind``) by the room that does it. The act runs in the transaction that
approves it, as the person who asked; who approved is written down beside it. What has to be asked of
somebody outside, as of a payment channel, is asked before that transaction and never within it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from server.staff import audit, people, scope
from server.staff.models import Limit, LimitUse, Request, RoleAssignment
from server.staff.people import Person
from server.staff.roles import TABLE, Area, Deed, Role

LIFE = timedelta(days=7)
DAY = timedelta(hours=24)  # what was done alone counts against a limit for so long
_OWN = _("This is your own request; another person has to approve it")
_DECIDED = _("This request was decided already")
_EXPIRED = _("This request was not decided in time; it can be asked for again")
# Up to how much (minor units) a role may act alone where the community says nothing else. Whoever voids
# a bill, gives a discount or changes a charge can let off as much as whoever waives.
_NOTHING_ALONE = {
    Role.COLLECTOR: ("void_bill", "waive", "pay_out", "instalments"),
    Role.BOOKKEEPER: (
        *("void_bill", "waive", "pay_out", "instalments"),
        *("discount", "one_off", "shared_cost"),
    ),
    Role.ADMINISTRATOR: ("discount", "one_off", "shared_cost"),
}
ALONE: dict[tuple[Role, str], int] = {
    (role, kind): 0 for role, kinds in _NOTHING_ALONE.items() for kind in kinds
}


class NotApproved(Exception):
    """It cannot be approved. ``text`` says why, in the language of the page."""

    def __init__(self, text: str | Promise) -> None:
        super().__init__(str(text))
        self.text = text


class CannotBeDone(Exception):
    """The act itself is refused. ``ended``: for good, so the request has ended with it."""

    def __init__(self, text: str | Promise, *, ended: bool) -> None:
        super().__init__(str(text))
        self.text, self.ended = text, ended


@dataclass(frozen=True)
class Change:
    """One thing that a request changes, as the page tells it; ``old`` and ``new`` may be empty."""

    what: str | Promise
    old: str = ""
    new: str = ""


Run = Callable[[Request, Person, datetime], None]


@dataclass(frozen=True)
class Kind:
    """``deed``: who may ask for it. ``run``: does it, raises CannotBeDone; called once for a request.
    ``inquire``: where somebody outside has to be asked first; called in no transaction, perhaps more
    than once, it answers the ``run`` that holds good by what was heard, or raises CannotBeDone.
    ``changes``: what it changes, with old and new value. ``link``: the page of its subject, ``title``:
    what that is called. ``always``: it needs a second person whatever the amount."""

    name: str | Promise
    deed: Deed
    run: Run
    changes: Callable[[Request], Sequence[Change]] = lambda asked: ()
    link: Callable[[Request], str] = lambda asked: ""
    title: Callable[[Request], str] = lambda asked: asked.subject
    always: bool = False
    inquire: Callable[[Request, datetime], Run] | None = None


KINDS: dict[str, Kind] = {}


def alone_up_to(user: Any, kind: str, community: int, *, said_only: bool = False) -> int | None:
    """Minor units up to which the person may do it without another; None: without limit; less than
    nought: never. ``said_only``: by what the community itself says, and without limit where it is silent.
    """
    if scope.is_company(user):
        return None
    if KINDS[kind].always:
        return -1
    deed = KINDS[kind].deed
    own = RoleAssignment.objects.filter(person=user.pk, community=community, ended_at=None)
    held = [Role(value) for value in own.values_list("role", flat=True)]
    able = [role for role in held if deed in TABLE[role].does]
    said = Limit.objects.filter(community=community, kind=kind, role__in=able)
    limits = {Role(limit.role): limit.amount_minor for limit in said}
    usual = {} if said_only else ALONE
    found = [limits.get(role, usual.get((role, kind))) for role in able]
    if not found:
        return 0
    return None if None in found else max(limit for limit in found if limit is not None)


def needs_another(
    user: Any, kind: str, community: int, amount_minor: int, *, said_only: bool = False
) -> bool:
    """Of this one act; what else was done in the day, ``take_alone`` looks at."""
    limit = alone_up_to(user, kind, community, said_only=said_only)
    return limit is not None and amount_minor > limit


def take_alone(user: Any, kind: str, community: int, amount_minor: int, at: datetime) -> bool:
    """Whether the person may do it without another: then it counts against the limit for a DAY, so that
    many small ones are one. To be called in the transaction that does the act; two acts of one person
    at the same time wait for each other."""
    limit = alone_up_to(user, kind, community)
    if limit is None or amount_minor > limit:
        return limit is None
    get_user_model()._default_manager.select_for_update().get(pk=user.pk)
    if _used_minor(user, kind, community, at) + amount_minor > limit:
        return False
    if amount_minor:
        LimitUse.objects.create(
            community_id=community, person=user, kind=kind, amount_minor=amount_minor, at=at
        )
    return True


def _used_minor(user: Any, kind: str, community: int, at: datetime) -> int:
    used = LimitUse.objects.filter(community=community, person=user.pk, kind=kind, at__gt=at - DAY)
    return used.aggregate(sum=Sum("amount_minor"))["sum"] or 0


@transaction.atomic
def ask(
    user: Any,
    kind: str,
    community: int,
    subject: str,
    amount_minor: int,
    currency: str,
    reason: str,
    at: datetime,
    details: Mapping[str, Any] | None = None,
) -> Request:
    """Asks for it; what is asked for already and waits is that request. Raises ReasonMissing, and
    PermissionDenied where the person may not ask for it."""
    if not scope.may(user, KINDS[kind].deed, community):
        raise PermissionDenied
    expire(at)
    waiting = Request.objects.select_for_update().filter(
        community=community, kind=kind, subject=subject, state=Request.State.OPEN
    )
    if (known := waiting.first()) is not None:
        return known
    person = people.of(user)
    asked = Request.objects.create(
        community_id=community,
        kind=kind,
        subject=subject,
        amount_minor=amount_minor,
        currency=currency,
        details=dict(details or {}),
        reason=audit.reason_of(reason),
        asked_by=user,
        asked_by_name=person.name,
        asked_at=at,
        expires_at=at + LIFE,
    )
    after = {"amount_minor": amount_minor, "currency": currency, **asked.details}
    audit.record(community, person, "asked", (kind, subject), reason, at, after=after)
    return asked


def approve(request_pk: int, user: Any, reason: str, at: datetime) -> Request:
    """Does what was asked for, once. A request whose act is refused for good has failed then, and says so
    in ``outcome``. After a crash the request waits as before, or is done. Not to be called within a
    transaction. Raises NotApproved, PermissionDenied."""
    with transaction.atomic():
        asked = _to_be_approved(request_pk, user, at)
    kind = KINDS[asked.kind]
    try:
        run = kind.inquire(asked, at) if kind.inquire else kind.run
    except CannotBeDone as refused:
        run = _refusing(refused)
    return _run(request_pk, user, reason, at, run)


def _refusing(refused: CannotBeDone) -> Run:
    def run(asked: Request, asker: Person, at: datetime) -> None:
        raise refused

    return run


def _to_be_approved(request_pk: int, user: Any, at: datetime) -> Request:
    asked = _waiting(request_pk, at)
    if not scope.may(user, Deed.APPROVE, asked.community_id):
        raise PermissionDenied
    if asked.asked_by_id == user.pk:
        raise NotApproved(_OWN)
    return asked


@transaction.atomic
def _run(request_pk: int, user: Any, reason: str, at: datetime, run: Run) -> Request:
    asked = _to_be_approved(request_pk, user, at)
    by = people.of(user)
    try:
        with transaction.atomic():
            run(asked, Person(asked.asked_by_name, asked.asked_by_id), at)
    except CannotBeDone as refused:
        if not refused.ended:
            raise NotApproved(refused.text) from refused
        return _end(asked, Request.State.FAILED, by, reason, at, outcome=str(refused.text))
    return _end(asked, Request.State.APPROVED, by, reason, at)


@transaction.atomic
def refuse(request_pk: int, user: Any, reason: str, at: datetime) -> Request:
    """By whoever may approve it, or taken back by whoever asked. Raises ReasonMissing, NotApproved,
    PermissionDenied."""
    asked = _waiting(request_pk, at)
    if asked.asked_by_id != user.pk and not scope.may(user, Deed.APPROVE, asked.community_id):
        raise PermissionDenied
    return _end(asked, Request.State.REFUSED, people.of(user), audit.reason_of(reason), at)


def to_approve(user: Any, at: datetime) -> QuerySet[Request]:
    """What waits for this person, the oldest first; never one's own."""
    waiting = Request.objects.filter(
        state=Request.State.OPEN,
        expires_at__gt=at,
        community__in=scope.communities(user, Deed.APPROVE),
    )
    return waiting.exclude(asked_by=user.pk).select_related("community").order_by("asked_at", "pk")


def others(user: Any, at: datetime) -> QuerySet[Request]:
    """What the person asked for, and what ended in communities whose requests the person may see."""
    seen = Q(asked_by=user.pk) | Q(community__in=scope.communities(user, Area.REQUESTS))
    waiting = to_approve(user, at).values("pk")
    return Request.objects.filter(seen).exclude(pk__in=waiting).select_related("community")


def expire(at: datetime) -> None:
    """Ends what nobody decided about in time."""
    late = Request.objects.filter(state=Request.State.OPEN, expires_at__lte=at)
    late.update(state=Request.State.EXPIRED, decided_at=at)


def _waiting(request_pk: int, at: datetime) -> Request:
    asked = Request.objects.select_for_update().filter(pk=request_pk).first()
    if asked is None:
        raise PermissionDenied
    if asked.state != Request.State.OPEN:
        raise NotApproved(_DECIDED)
    if asked.expires_at <= at:
        raise NotApproved(_EXPIRED)
    return asked


def _end(
    asked: Request, state: Any, by: Person, reason: str, at: datetime, outcome: str = ""
) -> Request:
    asked.state, asked.decided_at, asked.decision_reason = state, at, reason[: audit.REASON_MAX]
    asked.decided_by_id, asked.decided_by_name = by.account, by.name
    asked.outcome = outcome[: audit.REASON_MAX]
    asked.save()
    audit.note(
        asked.community_id,
        by,
        "approved" if state == Request.State.APPROVED else "refused",
        (asked.kind, asked.subject),
        at,
        reason=reason,
        before={"asked_by": asked.asked_by_name, "amount_minor": asked.amount_minor},
        after={"state": state.value, "outcome": outcome},
    )
    return asked
