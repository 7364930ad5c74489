"""The pages of service requests for staff: the list, one of them, one written down at the desk."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from contract.business_day import local_time
from contract.plain_text import whole_number
from server.estate.models import Unit
from server.language import chosen
from server.service_requests import handling, invoices
from server.service_requests.answerers import able
from server.service_requests.coming_in import NotTaken, Said, offered, open_request
from server.service_requests.handling import NotAllowed
from server.service_requests.models import (
    WAITING,
    WORDS_MAX,
    Kind,
    Origin,
    Photo,
    Priority,
    ServiceRequest,
    State,
    Topic,
)
from server.staff import people, scope
from server.staff.audit import ReasonMissing
from server.staff.doors import staff_only
from server.staff.roles import Area, Deed
from server.standard_answers import reading

A_PAGE = 30
NO_REASON = gettext_lazy("Please give a reason")
WHICH = {
    "waiting": gettext_lazy("Waiting for us"),
    "mine": gettext_lazy("In my hands"),
    "nobodys": gettext_lazy("In nobody's hands"),
    "overdue": gettext_lazy("Not answered in time"),
    "answered": gettext_lazy("Answered"),
    "all": gettext_lazy("All"),
}


@staff_only
@never_cache
@require_GET
def requests_page(request: HttpRequest) -> HttpResponse:
    now, given = timezone.now(), request.GET
    which = given.get("which", "waiting")
    which = which if which in WHICH else "waiting"
    rows = scope.visible(request.user, ServiceRequest).select_related(
        "community", "topic", "unit", "assignee"
    )
    shown = _chosen(_of_which(rows, which, request.user.pk, now), given)
    shown = shown.order_by("-opened_at") if which in ("answered", "all") else shown
    page = Paginator(shown, A_PAGE).get_page(given.get("page"))
    kept = given.copy()
    kept.pop("page", None)
    context = {
        "which": which,
        "choices": WHICH.items(),
        "kinds": Kind.choices,
        "kind": given.get("kind", ""),
        "communities": list(scope.communities(request.user, Area.SERVICE).order_by("code")),
        "community": given.get("community", ""),
        "words": given.get("q", "")[:40],
        "page": page,
        "kept": kept.urlencode(),
        "rows": [_row(one, now) for one in page],
        "may_write": scope.does(request.user, Deed.ANSWER_REQUEST) != set(),
    }
    return render(request, "service_requests/requests.html", context)


def _of_which(
    rows: QuerySet[ServiceRequest], which: str, person: int, now: datetime
) -> QuerySet[ServiceRequest]:
    match which:
        case "mine":
            return rows.filter(state__in=WAITING, assignee=person)
        case "nobodys":
            return rows.filter(state__in=WAITING, assignee=None)
        case "overdue":
            return rows.filter(state__in=WAITING, due_at__lte=now)
        case "answered":
            return rows.filter(state=State.ANSWERED)
        case "all":
            return rows
        case _:
            return rows.filter(state__in=WAITING)


def _chosen(rows: QuerySet[ServiceRequest], given: Any) -> QuerySet[ServiceRequest]:
    if given.get("kind") in Kind.values:
        rows = rows.filter(topic__kind=given["kind"])
    if given.get("community"):
        rows = rows.filter(community__code=given["community"][:40])
    words = given.get("q", "").replace("\0", "").strip()[:40]
    if words:
        rows = rows.filter(Q(number__iexact=words) | Q(unit__code__icontains=words))
    return rows


def _row(one: ServiceRequest, now: datetime) -> dict[str, Any]:
    late = one.waits and one.due_at <= now
    tone = "bad" if late else "attention" if one.waits else "good"
    return {
        "request": one,
        "tone": tone,
        "late": late,
        "due": _time(one.due_at, one),
        "opened": _time(one.opened_at, one),
        "assignee": people.of(one.assignee).name if one.assignee else "",
    }


def _time(at: datetime, one: ServiceRequest) -> str:
    return f"{local_time(at, one.community.time_zone):%m-%d %H:%M}"


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def request_page(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """Raises Http404 for one of a community whose requests the person does not see."""
    rows = scope.visible(request.user, ServiceRequest)
    found = rows.filter(pk=request_id).exists()
    if not found:
        raise Http404
    phone, typed, now = "", "", timezone.now()
    if request.method == "POST":
        try:
            phone = _do(request, request_id, now)
        except NotAllowed:
            raise PermissionDenied from None
        except (NotTaken, ReasonMissing) as wrong:
            messages.error(request, str(getattr(wrong, "said", NO_REASON)))
            typed = request.POST.get("text", "")
        else:
            if not phone:
                return redirect("service_request", request_id)
    return render(
        request,
        "service_requests/request.html",
        _context(request.user, request_id, now)
        | {"phone": phone}
        | _with_standard(request, request_id, typed),
    )


def _with_standard(request: HttpRequest, key: uuid.UUID, typed: str) -> dict[str, Any]:
    """The standard answers beside it; the one that was chosen stands in the field, to be changed."""
    one = ServiceRequest.objects.select_related("topic").get(pk=key)
    offered = reading.beside_request(one.community_id, one.topic.kind)
    wanted = whole_number((request.POST or request.GET).get("standard", ""), 9)
    taken = next((standard for standard in offered if standard.pk == wanted), None)
    return {
        "standards": offered,
        "taken": taken,
        "typed": typed or (chosen(taken.answer) if taken else ""),
        "said_by_standard": reading.of_request(one.community_id, one.number),
    }


def _do(request: HttpRequest, key: uuid.UUID, now: datetime) -> str:
    """The telephone number where that was asked for. Raises NotTaken, NotAllowed and ReasonMissing."""
    given, user = request.POST, request.user
    text, reason = given.get("text", ""), given.get("reason", "")
    match given.get("do"):
        case "answer":
            standard = whole_number(given.get("standard", ""), 9)
            settled = given.get("settled") == "on"
            handling.answer(user, key, text, settled=settled, now=now, standard=standard)
        case "note":
            handling.note(user, key, text, now)
        case "take":
            handling.hand_to(user, key, user.pk or 0, reason, now)
        case "hand":
            person = whole_number(given.get("person", ""), 9) or 0
            handling.hand_to(user, key, person, reason, now)
        case "rank":
            handling.rank(user, key, whole_number(given.get("priority", ""), 1) or 0, reason, now)
        case "close":
            handling.close(user, key, reason, now)
        case "reopen":
            handling.reopen(user, key, reason, now)
        case "join":
            handling.join(user, key, given.get("other", "")[:12], reason, now)
        case "phone":
            return handling.show_phone(user, key, now)
    return ""


def _context(user: Any, key: uuid.UUID, now: datetime) -> dict[str, Any]:
    rows = ServiceRequest.objects.select_related(
        "community", "topic", "unit", "assignee", "joined_to", "because_of"
    )
    one = rows.get(pk=key)
    words = one.words.prefetch_related("photos")
    return {
        "row": _row(one, now),
        "one": one,
        "words": [(word, _time(word.at, one), list(word.photos.all())) for word in words],
        "masked": f"{'*' * (len(one.phone) - 4)}{one.phone[-4:]}" if one.phone else "",
        "people": able(one.community_id),
        "priorities": Priority.choices,
        "joined": list(one.joined.select_related("unit")),
        **_beside(user, one, now),
        "may_answer": scope.may(user, Deed.ANSWER_REQUEST, one.community_id),
        "may_direct": scope.may(user, Deed.DIRECT_REQUESTS, one.community_id),
        "words_max": WORDS_MAX,
    }


def _beside(user: Any, one: ServiceRequest, now: datetime) -> dict[str, Any]:
    """Other requests that belong to it, each once. Two invoices are not about the same because both are
    invoices."""
    rows = scope.visible(user, ServiceRequest).exclude(pk=one.pk)
    rows = rows.select_related("community", "topic", "unit", "assignee")
    payment = invoices.of_same_payment(one)
    same = rows.filter(topic=one.topic, state__in=WAITING).exclude(topic__kind=Kind.INVOICE)[:5]
    shown = [other.pk for other in (*payment, *same)]
    others = rows.filter(unit=one.unit).exclude(pk__in=shown)[:8]
    named = {"same_payment": payment, "same": same, "others": others}
    return {name: [_row(other, now) for other in found] for name, found in named.items()}


@staff_only
@never_cache
@require_GET
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    rows = scope.visible(request.user, Photo.objects.select_related("word"))
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return jpeg(found)


def jpeg(found: Photo) -> HttpResponse:
    answer = HttpResponse(bytes(found.content), content_type="image/jpeg")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Disposition"] = "inline"
    return answer


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def desk_page(request: HttpRequest) -> HttpResponse:
    """Somebody came or called: written down for them. Raises PermissionDenied."""
    where = scope.communities(request.user, Deed.ANSWER_REQUEST).order_by("code")
    if not where:
        raise PermissionDenied
    wrong = ""
    if request.method == "POST":
        try:
            made = _written_down(request)
        except NotTaken as refused:
            wrong = str(refused.said)
        else:
            messages.success(request, _("Written down as %(number)s") % {"number": made.number})
            return redirect("service_request", made.pk)
    topics = Topic.objects.filter(community__in=where, retired_at=None).select_related("community")
    context = {
        "topics": topics,
        "communities": list(where),
        "given": request.POST or request.GET,
        "wish": request.POST.get("wish") or str(uuid.uuid4()),
        "wrong": wrong,
        "words_max": WORDS_MAX,
    }
    return render(request, "service_requests/desk.html", context, status=422 if wrong else 200)


def _written_down(request: HttpRequest) -> ServiceRequest:
    """Raises NotTaken."""
    given = request.POST
    where = scope.communities(request.user, Deed.ANSWER_REQUEST)
    topics = Topic.objects.filter(community__in=where, pk=whole_number(given.get("topic", ""), 9))
    topic = topics.select_related("community").first()
    if topic is None or topic not in offered(topic.community):
        raise NotTaken(_("Choose what it is about"))
    code = given.get("unit", "").replace("\0", "").strip()[:40]
    units = Unit.objects.select_related("community", "building")
    unit = units.filter(community=topic.community, code=code).first()
    if unit is None:
        raise NotTaken(_("There is no unit %(code)s in this community") % {"code": code})
    try:
        wish = uuid.UUID(given.get("wish", ""))
    except ValueError:
        wish = uuid.uuid4()
    return open_request(
        unit,
        topic,
        Said(given.get("text", "")),
        wish=wish,
        origin=Origin.DESK,
        phone=given.get("phone", ""),
        by=people.of(request.user).name,
        now=timezone.now(),
    )


def figures(user: Any, now: datetime) -> dict[str, int]:
    """For the start page: what waits in the person's hands, in nobody's, and what is late."""
    rows = scope.visible(user, ServiceRequest).filter(state__in=WAITING)
    return rows.aggregate(
        mine=Count("pk", filter=Q(assignee=user.pk)),
        nobodys=Count("pk", filter=Q(assignee=None)),
        late=Count("pk", filter=Q(due_at__lte=now)),
    )
