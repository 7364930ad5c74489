"""Where staff begin: what waits for this person, the jobs of the roles, and one box to find things."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from contract.heartbeat import LATE_S
from server.alerts.models import Alert
from server.alerts.raising import OF_PEOPLE
from server.billing.instalments.models import InstalmentAgreement
from server.billing.instalments.progress import missed
from server.billing_runs.schedule_models import DueRun, DueState
from server.fleet.models import Kiosk
from server.on_call.models import Handling
from server.open_questions.listing import questions, seen
from server.service_requests.views import figures
from server.staff import approvals, scope
from server.staff.doors import staff_only
from server.staff.models import Request
from server.staff.roles import Area, Deed
from server.workplace.search import find


@dataclass(frozen=True)
class Waiting:
    """``tone``: good where nothing waits, else attention or bad."""

    name: str | Promise
    count: int
    link: str
    tone: str


@dataclass(frozen=True)
class Job:
    name: str | Promise
    link: str


@staff_only
@never_cache
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    now, user = timezone.now(), request.user
    term = request.GET.get("q", "")
    context = {
        "waiting": waiting_for(user, now),
        "jobs": jobs_of(user),
        "roles": _roles(user),
        "term": term,
        "groups": find(user, term),
    }
    return render(request, "workplace/start.html", context)


def waiting_for(user: Any, now: datetime) -> list[Waiting]:
    """What this person can do something about, the most urgent first."""
    found = []
    if scope.sees(user, Area.ALERTS) != set():
        open_ones = seen(questions(scope.communities(user, Area.ALERTS), now), user)
        found.append(_waiting(_("Open questions"), len(open_ones), "open_questions", "bad"))
        wishes = Alert.objects.filter(
            community__in=scope.communities(user, Area.ALERTS),
            kind__in=OF_PEOPLE,
            resolved_at=None,
        )
        if count := wishes.count():
            found.append(
                _waiting(_("People who wait for a call or help"), count, "open_questions", "bad")
            )
    if scope.does(user, Deed.ANSWER_REQUEST) != set():
        asked = figures(user, now)
        for name, count, which, tone in (
            (_("Requests not answered in time"), asked["late"], "overdue", "bad"),
            (_("Requests in my hands"), asked["mine"], "mine", "attention"),
            (_("Requests in nobody's hands"), asked["nobodys"], "nobodys", "attention"),
        ):
            if count:
                link = f"{reverse('service_requests')}?which={which}"
                found.append(Waiting(name, count, link, tone))
    if scope.does(user, Deed.APPROVE) != set():
        count = approvals.to_approve(user, now).count()
        found.append(_waiting(_("To approve"), count, "requests", "attention"))
    if scope.does(user, Deed.RUN_BILLS) != set():
        months = DueRun.objects.filter(state=DueState.WAITING)
        count = months.filter(community__in=scope.communities(user, Deed.RUN_BILLS)).count()
        if count:
            found.append(_waiting(_("Bills to confirm"), count, "billing_runs", "attention"))
    if scope.does(user, Deed.AGREE_INSTALMENTS) != set():
        agreed = InstalmentAgreement.objects.filter(
            community__in=scope.communities(user, Deed.AGREE_INSTALMENTS)
        )
        if count := missed(agreed, now).count():
            found.append(
                Waiting(
                    _("Instalments not paid in time"),
                    count,
                    reverse("instalments") + "?which=missed",
                    "bad",
                )
            )
    own = Request.objects.filter(asked_by=user.pk, state=Request.State.OPEN, expires_at__gt=now)
    if count := own.count():
        found.append(_waiting(_("My requests that wait"), count, "requests", "attention"))
    mine = Handling.objects.filter(assigned_to=user.pk, alert__resolved_at=None)
    if count := scope.visible(user, mine).count():
        link = reverse("alerts") + "?state=mine"
        found.append(Waiting(_("Alerts assigned to me"), count, link, "bad"))
    if scope.sees(user, Area.KIOSKS) != set():
        silent = Q(heard_at__lt=now - timedelta(seconds=LATE_S)) | Q(heard_at=None)
        kiosks = scope.visible(user, Kiosk).filter(active=True)
        count = kiosks.filter(silent | ~Q(stopped="")).count()
        found.append(_waiting(_("Kiosks that need help"), count, "fleet", "bad"))
    return found


def _waiting(name: Any, count: int, page: str, tone: str) -> Waiting:
    return Waiting(name, count, reverse(page), tone if count else "good")


def jobs_of(user: Any) -> list[Job]:
    """The pages on which the person sees anything."""
    offered: tuple[tuple[Any, str, Area | Deed], ...] = (
        (_("Bills"), "admin:billing_bill_changelist", Area.BILLS),
        (_("Billing runs"), "billing_runs", Area.BILLS),
        (_("Instalments"), "instalments", Area.BILLS),
        (_("Residents"), "admin:estate_resident_changelist", Area.RESIDENTS),
        (_("Units"), "admin:estate_unit_changelist", Area.ESTATE),
        (_("Service requests"), "service_requests", Area.SERVICE),
        (_("Messages to residents"), "resident_messages", Area.RESIDENTS),
        (_("Satisfaction and peaks"), "satisfaction", Area.SERVICE),
        (_("Open questions"), "open_questions", Area.ALERTS),
        (_("Alerts"), "alerts", Area.ALERTS),
        (_("Payments"), "admin:payments_paymentorder_changelist", Area.PAYMENTS),
        (_("Approvals"), "requests", Area.REQUESTS),
        (_("Kiosks"), "fleet", Area.KIOSKS),
        (_("Hours of kiosks"), "hours", Area.KIOSKS),
        (_("Meter readings"), "admin:billing_meterreading_changelist", Area.METERS),
        (_("Prices"), "prices", Area.FEES),
        (_("Books"), "admin:ledger_transaction_changelist", Area.BOOKS),
        (_("Notices"), "notices", Area.NOTICES),
        (_("Public accounts"), "accounts_to_publish", Area.NOTICES),
        (_("Communities"), "onboarding", Area.ESTATE),
        (_("People"), "people", Area.PEOPLE),
        (_("Log"), "log", Area.LOG),
    )
    jobs = [Job(name, reverse(page)) for name, page, right in offered if _has(user, right)]
    return [*jobs, Job(_("Where I am signed in"), reverse("own_sessions"))]


def _has(user: Any, right: Area | Deed) -> bool:
    where = scope.sees(user, right) if isinstance(right, Area) else scope.does(user, right)
    return where != set()


def _roles(user: Any) -> list[Any]:
    return list(user.roles.filter(ended_at=None).select_related("community"))
