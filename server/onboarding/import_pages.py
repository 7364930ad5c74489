"""The pages of an import: send a file, see what it would do, then let it be done."""

import io
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from server.estate.models import Community
from server.fleet.views import staff_only
from server.onboarding import uploads
from server.onboarding.columns import column_shown
from server.onboarding.importing import import_estate
from server.onboarding.problem_list import write_problems
from server.onboarding.report import KINDS, Report
from server.onboarding.template import write_template
from server.onboarding.workbook import FILE_BYTES_MAX
from server.staff import people, scope
from server.staff.roles import Area

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_MAX = 200
_WRITES = (Area.ESTATE, Area.RESIDENTS, Area.FEES, Area.METERS)


def may_import(user: Any, community: int) -> bool:
    """Whoever may change all that a file can bring."""
    return all(scope.within(scope.changes(user, area), community) for area in _WRITES)


@staff_only
@never_cache
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """The file to fill in; it says nothing of any community."""
    file = io.BytesIO()
    write_template(file)
    return _download(file, "lobbypay-estate.xlsx")


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def import_page(request: HttpRequest, community: int) -> HttpResponse:
    """GET: the form. POST ``act``: ``check`` a file, ``import`` one that was checked, list its
    ``problems``."""
    if not may_import(request.user, community):
        raise PermissionDenied
    into = Community.objects.filter(pk=community).first()
    if into is None:
        raise Http404
    acts = {"check": _check, "import": _import, "problems": _problems}
    act = acts.get(request.POST.get("act", ""))
    if request.method == "GET" or act is None:
        return render(request, "onboarding/import.html", {"community": into})
    try:
        return act(request, into)
    except uploads.UploadGone:
        messages.error(request, _("The file is no longer here; please choose it again"))
        return redirect("onboarding_import", community=into.pk)


def _check(request: HttpRequest, into: Community) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None or not file.size or file.size > FILE_BYTES_MAX:
        messages.error(request, _("Please choose an Excel file of at most 50 MB"))
        return redirect("onboarding_import", community=into.pk)
    token = uploads.keep(into.pk, _account(request), file.chunks())
    name = str(file.name or "")[:120]
    report = _run(request, into, token, name, check=True)
    return _shown(request, into, report, token=token, name=name)


def _import(request: HttpRequest, into: Community) -> HttpResponse:
    token, name = request.POST.get("token", ""), request.POST.get("name", "")[:120]
    report = _run(request, into, token, name, check=False)
    if report.problem_count:  # somebody changed what the check had seen
        return _shown(request, into, report, token=token, name=name)
    uploads.path_of(into.pk, _account(request), token).unlink(missing_ok=True)
    return _shown(request, into, report, token="", name=name)


def _problems(request: HttpRequest, into: Community) -> HttpResponse:
    report = _run(request, into, request.POST.get("token", ""), "", check=True)
    file = io.BytesIO()
    write_problems(file, report, _chinese())
    return _download(file, f"{into.code}-mistakes.xlsx")


def _run(request: HttpRequest, into: Community, token: str, name: str, *, check: bool) -> Report:
    """Raises UploadGone."""
    path = uploads.path_of(into.pk, _account(request), token)
    person = people.of(request.user)
    return import_estate(path, into, person=person, at=timezone.now(), check=check, name=name)


def _shown(
    request: HttpRequest, into: Community, report: Report, *, token: str, name: str
) -> HttpResponse:
    counts = report.counts.values()
    rows = [(KINDS[kind], [of_kind[kind] for of_kind in counts]) for kind in report.kinds]
    problems = [
        (one, column_shown(one.sheet, one.column, _chinese()))
        for one in report.problems[:SHOWN_MAX]
    ]
    context = {
        "community": into,
        "report": report,
        "rows": [(kind, numbers) for kind, numbers in rows if any(numbers)],
        "problems": problems,
        "shown_max": SHOWN_MAX,
        "token": token,
        "name": name,
    }
    return render(request, "onboarding/import_found.html", context)


def _account(request: HttpRequest) -> int:
    return people.of(request.user).account or 0


def _chinese() -> bool:
    return (translation.get_language() or "").startswith("zh")


def _download(file: io.BytesIO, name: str) -> HttpResponse:
    answer = HttpResponse(file.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
