"""The page of topics: what residents may come with, how soon it is answered, to whom it goes."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.messages import Text
from contract.plain_text import whole_number
from server.estate.models import Building, Community
from server.service_requests import topics
from server.service_requests.answerers import able
from server.service_requests.coming_in import NotTaken, offered
from server.service_requests.handling import NotAllowed
from server.service_requests.models import Kind, Priority, Topic
from server.service_requests.views import NO_REASON
from server.staff import scope
from server.staff.audit import ReasonMissing
from server.staff.doors import staff_only
from server.staff.roles import Area, Deed


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def topics_page(request: HttpRequest) -> HttpResponse:
    """Raises PermissionDenied."""
    where = scope.communities(request.user, Area.SERVICE).order_by("code")
    code = request.POST.get("community") or request.GET.get("community", "")
    community = where.filter(code=code.replace("\0", "")[:40]).first() or where.first()
    if community is None:
        raise PermissionDenied
    if request.method == "POST":
        try:
            _do(request, community)
        except NotAllowed:
            raise PermissionDenied from None
        except (NotTaken, ReasonMissing) as wrong:
            messages.error(request, str(getattr(wrong, "said", NO_REASON)))
        else:
            messages.success(request, _("It is set"))
        return redirect(f"{reverse('service_topics')}?community={community.code}")
    shown = offered(community)
    context = {
        "communities": list(where),
        "community": community,
        "topics": [
            (one, list(one.routes.filter(ended_at=None).select_related("building", "goes_to")))
            for one in shown
        ],
        "kinds": Kind.choices,
        "priorities": Priority.choices,
        "people": able(community.pk),
        "buildings": list(Building.objects.filter(community=community).order_by("code")),
        "may": scope.may(request.user, Deed.DIRECT_REQUESTS, community.pk),
    }
    return render(request, "service_requests/topics.html", context)


def _do(request: HttpRequest, community: Community) -> None:
    """Raises NotTaken, NotAllowed and ReasonMissing."""
    given, user, now = request.POST, request.user, timezone.now()
    person, reason = whole_number(given.get("person", ""), 9) or None, given.get("reason", "")
    match given.get("do"):
        case "begin":
            topics.begin(user, community, now)
        case "add":
            wanted = topics.Wanted(
                given.get("kind", ""),
                Text(zh=_line(given, "name_zh"), en=_line(given, "name_en")),
                whole_number(given.get("priority", ""), 1) or 0,
                whole_number(given.get("hours", ""), 4) or 0,
                person,
                _phrases(given),
            )
            topics.add(user, community.pk, wanted, reason, now)
        case "word":
            topics.word(user, _topic(given, community), _phrases(given), reason, now)
        case "retire":
            topics.retire(user, _topic(given, community), reason, now)
        case "send":
            key = whole_number(given.get("building", ""), 9)
            buildings = Building.objects.filter(community=community)
            building = buildings.filter(pk=key).first() if key else None
            if key and building is None:
                raise NotTaken(_("There is no such building"))
            topics.send(user, _topic(given, community), building, person, reason, now)


def _line(given: Any, name: str) -> str:
    return " ".join(given.get(name, "").replace("\0", "").split())[:60]


def _phrases(given: Any) -> Text:
    return Text(zh=given.get("phrases_zh", "")[:1_000], en=given.get("phrases_en", "")[:1_000])


def _topic(given: Any, community: Community) -> Topic:
    key = whole_number(given.get("topic", ""), 9)
    found = Topic.objects.filter(community=community, pk=key, retired_at=None).first()
    if found is None:
        raise NotTaken(_("Choose what it is about"))
    return found
