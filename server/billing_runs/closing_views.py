"""Closing a period, and asking that it be opened again."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from server.billing import closing
from server.billing.closing import ClosedPeriod
from server.billing.periods import period_of_text
from server.billing_runs.models import BillingRun, RunState
from server.fleet.views import staff_only
from server.staff import people, scope
from server.staff.approvals import CannotBeDone
from server.staff.audit import ReasonMissing
from server.staff.roles import Deed


@staff_only
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    do = {"close": _close, "reopen": _reopen}.get(request.POST.get("do", ""))
    if do is None:
        raise PermissionDenied
    try:
        messages.success(request, do(request))
    except ReasonMissing:
        messages.error(request, _("Give the reason"))
    except ValueError:
        messages.error(request, _("Write the period as year and month, e.g. 2026-11"))
    except closing.PeriodIsClosed:
        messages.error(request, _("This period is closed"))
    except _RunGoesOn:
        messages.error(request, _("A billing run of this period is going on"))
    except CannotBeDone as refused:
        messages.error(request, refused.text)
    return redirect("billing_runs")


class _RunGoesOn(Exception):
    """Bills of the period are being made."""


def _close(request: HttpRequest) -> str:
    community = scope.communities(request.user, Deed.RUN_BILLS).filter(
        pk=_key(request, "community")
    )
    found = community.first()
    if found is None:
        raise PermissionDenied
    period, reason = period_of_text(request.POST.get("period", "")), request.POST.get("reason", "")
    runs = BillingRun.objects.filter(community=found, period=period, state=RunState.OPEN)
    if runs.exists():
        raise _RunGoesOn
    closing.close_by(people.of(request.user), found, period, reason, timezone.now())
    return _("%(period)s is closed") % {"period": period}


def _reopen(request: HttpRequest) -> str:
    own = scope.communities(request.user, Deed.RUN_BILLS)
    rows = ClosedPeriod.objects.select_related("community").filter(community__in=own)
    row = rows.filter(pk=_key(request, "closed")).first()
    if row is None:
        raise PermissionDenied
    reason = request.POST.get("reason", "")
    asked = closing.reopen(request.user, row, reason, timezone.now())
    if asked is None:
        return _("%(period)s is open again") % {"period": row.period}
    return _("It waits for another person to approve it")


def _key(request: HttpRequest, name: str) -> int:
    typed = request.POST.get(name, "")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 19):
        raise PermissionDenied
    return int(typed)
