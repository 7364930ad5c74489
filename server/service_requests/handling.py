"""What staff do with a request: answer, note, put it in somebody's hands, say how urgent it is, end it,
open it again, join it to another. Each stands in the log: person, reason, time, old and new value."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from server.alerts.raising import SERVICE_OVERDUE, resolve_one
from server.outbox import putting as outbox
from server.outbox.models import Kind
from server.service_requests.answerers import able
from server.service_requests.coming_in import NotTaken, Said, held
from server.service_requests.models import Priority, ServiceRequest, State, Word
from server.staff import audit, people, scope
from server.staff.roles import Area, Deed
from server.standard_answers import writing


class NotAllowed(Exception):
    """The person may not do this there."""


def answer(
    user: Any,
    request_id: uuid.UUID,
    text: str,
    *,
    settled: bool,
    now: datetime,
    standard: int | None = None,
) -> None:
    """The resident reads it. ``settled``: staff have nothing more to do; else it stays in hand, and the
    next answer is due by the topic's time again. ``standard``: the standard answer that it was begun
    with. Raises NotTaken and NotAllowed."""
    text = Said(text).checked().text
    with transaction.atomic():
        request = _held(user, request_id, Deed.ANSWER_REQUEST)
        if request.state == State.JOINED:
            raise NotTaken(_("It goes on in another request"))
        before = _of(request)
        last = request.words.filter(by="", at__lte=now).order_by("-at").first()
        waited_s = int((now - (last.at if last else request.opened_at)).total_seconds())
        place = (request.community_id, standard, request.number)
        writing.used(user, *place, said=text, waited_s=waited_s, now=now)
        word = _written(user, request, text, now)
        if request.assignee_id is None:
            request.assignee_id = user.pk
        request.answered_at = request.answered_at or now
        request.state = State.ANSWERED if settled else State.IN_HAND
        request.ended_at = now if settled else None
        if not settled:
            request.due_at = _due(request, now)
        _keep(user, request, "service_answered", "", before, now)
        resolve_one(request.community_id, SERVICE_OVERDUE, request.number, now)
        outbox.put(
            request.community_id,
            Kind.ANSWERED,
            f"{request.pk} {word}",
            now,
            unit_id=request.unit_id,
        )


def note(user: Any, request_id: uuid.UUID, text: str, now: datetime) -> None:
    """Among staff only. Raises NotTaken and NotAllowed."""
    text = Said(text).checked().text
    with transaction.atomic():
        request = _held(user, request_id, Deed.ANSWER_REQUEST)
        _written(user, request, text, now, inside=True)
        _keep(user, request, "service_noted", "", _of(request), now)


def hand_to(user: Any, request_id: uuid.UUID, person: int, reason: str, now: datetime) -> None:
    """To take it oneself needs the right to answer; to give it to another, the right to direct. Raises
    NotTaken, NotAllowed and ReasonMissing."""
    deed = Deed.ANSWER_REQUEST if person == user.pk else Deed.DIRECT_REQUESTS
    with transaction.atomic():
        request = _held(user, request_id, deed)
        if person != user.pk and person not in {one.pk for one in able(request.community_id)}:
            raise NotTaken(_("Choose somebody who may answer it"))
        if request.assignee_id == person:
            return
        before = _of(request)
        request.assignee_id = person
        if request.state == State.NEW:
            request.state = State.IN_HAND
        said = reason if person != user.pk else reason or str(_("Takes it"))
        _keep(user, request, "service_handed", audit.reason_of(said), before, now)


def rank(user: Any, request_id: uuid.UUID, priority: int, reason: str, now: datetime) -> None:
    """Raises NotTaken, NotAllowed and ReasonMissing."""
    if priority not in Priority.values:
        raise NotTaken(_("Choose how urgent it is"))
    with transaction.atomic():
        request = _held(user, request_id, Deed.DIRECT_REQUESTS)
        before = _of(request)
        request.priority = priority
        _keep(user, request, "service_ranked", audit.reason_of(reason), before, now)


def close(user: Any, request_id: uuid.UUID, reason: str, now: datetime) -> None:
    """Without an answer to the resident beyond what was said. Raises NotTaken, NotAllowed and
    ReasonMissing."""
    with transaction.atomic():
        request = _held(user, request_id, Deed.ANSWER_REQUEST)
        if request.state in (State.CLOSED, State.JOINED):
            raise NotTaken(_("It has ended already"))
        before = _of(request)
        request.state, request.ended_at = State.CLOSED, now
        _keep(user, request, "service_closed", audit.reason_of(reason), before, now)
        resolve_one(request.community_id, SERVICE_OVERDUE, request.number, now)


def reopen(user: Any, request_id: uuid.UUID, reason: str, now: datetime) -> None:
    """Also one that was joined goes on by itself again. Raises NotTaken, NotAllowed and ReasonMissing."""
    with transaction.atomic():
        request = _held(user, request_id, Deed.ANSWER_REQUEST)
        if request.waits:
            raise NotTaken(_("It is open"))
        before = _of(request)
        request.state = State.NEW if request.assignee_id is None else State.IN_HAND
        request.joined_to, request.ended_at = None, None
        request.due_at = _due(request, now)
        request.opened_again += 1
        _keep(user, request, "service_reopened", audit.reason_of(reason), before, now)


def join(user: Any, request_id: uuid.UUID, other: str, reason: str, now: datetime) -> None:
    """It is the same matter as the request of the number ``other``, in which it goes on: what is answered
    there, its resident reads too. Raises NotTaken, NotAllowed and ReasonMissing."""
    with transaction.atomic():
        found = _both_held(request_id, other.replace("\0", "").strip().upper())
        request = _held(user, request_id, Deed.ANSWER_REQUEST)
        into = next((one for one in found if one.pk != request_id), None)
        if into is None:
            raise NotTaken(_("There is no other request of this number"))
        if into.state == State.JOINED:
            raise NotTaken(_("That one goes on in another itself"))
        if request.joined.exists():
            raise NotTaken(_("Others were joined to this one"))
        before = _of(request)
        request.state, request.joined_to, request.ended_at = State.JOINED, into, now
        _keep(user, request, "service_joined", audit.reason_of(reason), before, now)
        resolve_one(request.community_id, SERVICE_OVERDUE, request.number, now)


def _both_held(request_id: uuid.UUID, number: str) -> list[ServiceRequest]:
    """That request and the one of this number in its community, always in the same order: two that are
    joined to each other at once do not wait for each other."""
    where = ServiceRequest.objects.filter(pk=request_id).values("community")
    other = Q(community__in=where, number=number)
    rows = ServiceRequest.objects.select_for_update(no_key=True, of=("self",))
    return list(rows.filter(Q(pk=request_id) | other).order_by("pk"))


def show_phone(user: Any, request_id: uuid.UUID, now: datetime) -> str:
    """The number, which is masked until somebody asks; the look is written down. Raises NotAllowed."""
    with transaction.atomic():
        request = _held(user, request_id, Deed.ANSWER_REQUEST)
        _note(user, request, "service_phone_shown", "", {}, {}, now)
    return request.phone


def _due(request: ServiceRequest, now: datetime) -> datetime:
    return now + timedelta(hours=request.topic.answer_hours)


def _held(user: Any, request_id: uuid.UUID, deed: Deed) -> ServiceRequest:
    request = held(request_id)
    seen = scope.within(scope.sees(user, Area.SERVICE), request.community_id)
    if not seen or not scope.may(user, deed, request.community_id):
        raise NotAllowed
    return request


def _written(
    user: Any, request: ServiceRequest, text: str, now: datetime, *, inside: bool = False
) -> int:
    """The word's key."""
    word = Word.objects.create(
        community_id=request.community_id,
        request=request,
        by=people.of(user).name,
        inside=inside,
        text=text,
        at=now,
    )
    return word.pk


def _keep(
    user: Any,
    request: ServiceRequest,
    act: str,
    reason: str,
    before: dict[str, Any],
    now: datetime,
) -> None:
    request.save()
    _note(user, request, act, reason, before, _of(request), now)


def _note(
    user: Any,
    request: ServiceRequest,
    act: str,
    reason: str,
    before: dict[str, Any],
    after: dict[str, Any],
    now: datetime,
) -> None:
    changed = {name for name in after if before.get(name) != after[name]}
    audit.note(
        request.community_id,
        people.of(user),
        act,
        ("servicerequest", request.number),
        now,
        reason=reason,
        before={name: before[name] for name in before if name in changed},
        after={name: after[name] for name in changed},
    )


def _of(request: ServiceRequest) -> dict[str, Any]:
    assignee = get_user_model().objects.filter(pk=request.assignee_id).first()
    joined = ServiceRequest.objects.filter(pk=request.joined_to_id).first()
    return {
        "state": State(request.state).value,
        "priority": int(request.priority),
        "assignee": people.of(assignee).name if assignee else "",
        "joined_to": joined.number if joined else "",
    }
