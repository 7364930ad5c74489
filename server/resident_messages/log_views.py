"""The log of messages for staff: what was sent to whom, masked. To read one, or to look for a number, is
an act that is written down."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from contract.business_day import local_time
from server.estate.models import Community
from server.outbox.models import Kind, ResidentMessage, State, Way
from server.resident_messages import consent, wording
from server.resident_messages.spreading import masked
from server.staff import audit, people, scope
from server.staff.doors import staff_only
from server.staff.roles import Area

A_PAGE = 40
TONES = {
    State.WAITING: "attention",
    State.SENDING: "attention",
    State.SENT: "good",
    State.DELIVERED: "good",
    State.REFUSED: "bad",
    State.FAILED: "bad",
    State.DROPPED: "",
}


@sensitive_post_parameters("number")
@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def messages_page(request: HttpRequest) -> HttpResponse:
    """Raises PermissionDenied. A number is looked for by a form that is posted: no address holds it."""
    own = list(scope.communities(request.user, Area.RESIDENTS).order_by("code"))
    if not own:
        raise PermissionDenied
    given = request.POST if request.method == "POST" else request.GET
    rows = scope.visible(request.user, ResidentMessage)
    community = next((one for one in own if one.code == given.get("community", "")), None)
    if given.get("community") and community is None:
        raise PermissionDenied
    if community is not None:
        rows = rows.filter(community=community)
    number = ""
    if request.method == "POST":
        rows, number = _of_number(request, rows, [community] if community else own)
    shown = _chosen(rows, given)
    page = Paginator(shown, A_PAGE).get_page(given.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "page": page,
        "rows": [row_of(one) for one in page],
        "kept": kept.urlencode(),
        "own": own,
        "community": community.code if community else "",
        "kinds": Kind.choices,
        "kind": given.get("kind", ""),
        "states": State.choices,
        "state": given.get("state", ""),
        "unit": given.get("unit", "")[:40],
        "number": number,
        "counts": shown.aggregate(
            arrived=Count("pk", filter=Q(state__in=(State.SENT, State.DELIVERED))),
            bad=Count("pk", filter=Q(state__in=(State.REFUSED, State.FAILED))),
            waiting=Count("pk", filter=Q(state=State.WAITING)),
        ),
    }
    return render(request, "resident_messages/messages.html", context)


def _of_number(
    request: HttpRequest, rows: QuerySet[ResidentMessage], communities: list[Community]
) -> tuple[QuerySet[ResidentMessage], str]:
    """Those of these communities to a number or address, and what may be shown of it."""
    typed = request.POST.get("number", "").replace("\0", "").strip()[:200]
    way = Way.MAIL if "@" in typed else Way.SMS
    address = typed if way == Way.MAIL else consent.dialled(typed)
    if len(address) < 5:
        messages.error(request, _("Please type the whole number or address"))
        return rows.none(), ""
    shown, theirs = masked(way, address), Q()
    with transaction.atomic():
        by, subject, now = people.of(request.user), ("residentmessage", shown), timezone.now()
        for one in communities:
            audit.note(one.pk, by, "message_lookup", subject, now)
            theirs |= Q(community=one, digest=consent.digest_of(one.pk, address))
    return rows.filter(theirs), shown


def _chosen(rows: QuerySet[ResidentMessage], given: Any) -> QuerySet[ResidentMessage]:
    if given.get("kind") in Kind.values:
        rows = rows.filter(kind=given["kind"])
    if given.get("state") in State.values:
        rows = rows.filter(state=given["state"])
    if unit := given.get("unit", "").replace("\0", "").strip()[:40]:
        rows = rows.filter(unit__code__iexact=unit)
    return rows.select_related("community", "unit", "resident").order_by("-made_at", "-pk")


def row_of(one: ResidentMessage) -> dict[str, Any]:
    zone = one.community.time_zone
    return {
        "message": one,
        "tone": TONES[State(one.state)],
        "at": f"{local_time(one.changed_at, zone):%Y-%m-%d %H:%M}",
        "who": one.resident.masked_name if one.resident else "",
    }


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def message_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What it said is shown once somebody asks. Raises Http404 for one of another's community."""
    rows = scope.visible(request.user, ResidentMessage)
    one = rows.select_related("community", "unit", "resident").filter(pk=pk).first()
    if one is None:
        raise Http404
    text = ""
    if request.method == "POST":
        with transaction.atomic():
            by, subject = people.of(request.user), ("residentmessage", str(one.pk))
            audit.note(one.community_id, by, "message_read", subject, timezone.now())
        text = wording.text_of(one.kind, one.language, wording.in_order(one.kind, one.values))
    zone = one.community.time_zone
    times = {
        name: f"{local_time(at, zone):%Y-%m-%d %H:%M:%S}"
        for name in ("made_at", "due_at", "sent_at", "changed_at", "useless_at")
        if (at := getattr(one, name)) is not None
    }
    context = {"one": one, "row": row_of(one), "text": text, "times": times}
    return render(request, "resident_messages/message.html", context)
