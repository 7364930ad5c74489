"""The pages of roll-outs: what is under way, and one release with what became of it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.plain_text import clean_name, is_keepable
from server.remote_acts.models import KioskGroup
from server.remote_acts.wishes import NotPossible
from server.rollouts import deciding, presentation
from server.rollouts.models import Rollout, State
from server.staff import scope
from server.staff.audit import ReasonMissing
from server.staff.doors import staff_only
from server.staff.roles import Area

A_PAGE, ENDED_SHOWN = 50, 20
_ACTS = {
    "further": deciding.further,
    "stop": deciding.stop,
    "go_on": lambda *given: deciding.go_on(*given, again=False),
    "again": lambda *given: deciding.go_on(*given, again=True),
}


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def releases_page(request: HttpRequest) -> HttpResponse:
    """What runs where and what is under way; a new roll-out is begun here. Raises PermissionDenied."""
    shown = scope.communities(request.user, Area.KIOSKS)
    own = scope.communities(request.user, deciding.DEED).order_by("code")
    if not shown.exists():
        raise PermissionDenied
    wrong = ""
    if request.method == "POST":
        if not own.exists():
            raise PermissionDenied
        try:
            return _begun(request, own)
        except (NotPossible, ReasonMissing) as refused:
            wrong = _said(refused)
    rollouts = Rollout.objects.filter(community__in=shown)
    under_way = rollouts.exclude(state=State.ENDED.value).order_by("-begun_at")
    ended = rollouts.filter(state=State.ENDED.value).order_by("-changed_at")[:ENDED_SHOWN]
    context = {
        "running": presentation.running(shown),
        "rows": presentation.rows(under_way),
        "ended": presentation.rows(ended),
        "own": list(own),
        "groups": sorted(set(_groups(own))),
        "chosen": request.POST.getlist("community"),
        "given": request.POST,
        "wrong": wrong,
    }
    return render(request, "rollouts/releases.html", context, status=422 if wrong else 200)


def _codes(request: HttpRequest) -> list[str]:
    """Of the communities that were chosen."""
    return [code for code in request.POST.getlist("community") if is_keepable(code)]


def _groups(own: Any) -> Any:
    return KioskGroup.objects.filter(community__in=own).values_list("name", flat=True)


def _begun(request: HttpRequest, own: Any) -> HttpResponse:
    """Raises NotPossible and ReasonMissing."""
    given = request.POST
    version = given.get("version", "").strip()[:24]
    chosen = own.filter(code__in=_codes(request))
    group = clean_name(given.get("group", ""))[:40]
    reason = given.get("reason", "")
    count = deciding.begin(request.user, chosen, version, group, reason, timezone.now())
    messages.success(request, _("Begun in %(count)s communities") % {"count": count})
    return redirect("release", version)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def release_page(request: HttpRequest, version: str) -> HttpResponse:
    """One release in the communities that the person sees. Raises PermissionDenied and Http404."""
    shown = scope.communities(request.user, Area.KIOSKS)
    rollouts = Rollout.objects.filter(version=version, community__in=shown)
    if not rollouts.exists():
        raise Http404
    if request.method == "POST":
        return _change(request, rollouts, version)
    own = set(scope.communities(request.user, deciding.DEED).values_list("pk", flat=True))
    current = rollouts.exclude(state=State.ENDED.value).order_by("community__code")
    page = Paginator(presentation.tries(version, shown), A_PAGE).get_page(request.GET.get("page"))
    rows = presentation.rows(current)
    context = {
        "version": version,
        "rows": rows,
        "own": own,
        "may": any(row.rollout.community_id in own for row in rows),
        "stopped": any(row.rollout.state == State.STOPPED for row in rows),
        "under_way": any(row.rollout.state == State.RUNNING for row in rows),
        "page": page,
        "tries": [presentation.try_row(one) for one in page],
    }
    return render(request, "rollouts/release.html", context)


def _change(request: HttpRequest, rollouts: Any, version: str) -> HttpResponse:
    """Raises PermissionDenied."""
    own = scope.communities(request.user, deciding.DEED)
    if not own.exists():
        raise PermissionDenied
    act = _ACTS.get(request.POST.get("act", ""))
    chosen = rollouts.exclude(state=State.ENDED.value).filter(
        community__in=own, community__code__in=_codes(request)
    )
    try:
        if act is None:
            raise NotPossible(_("Choose what is to be done"))
        act(request.user, list(chosen), request.POST.get("reason", ""), timezone.now())
    except (NotPossible, ReasonMissing) as refused:
        messages.error(request, _said(refused))
    else:
        messages.success(request, _("It is done"))
    return redirect("release", version)


def _said(refused: NotPossible | ReasonMissing) -> str:
    if isinstance(refused, ReasonMissing):
        return _("Please give a reason")
    return str(refused.text)
