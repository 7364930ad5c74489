"""The page of what waits for a second person, and what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.business_day import local_time
from contract.money import Money
from server.language import of_page
from server.staff import approvals, audit
from server.staff.doors import staff_only
from server.staff.models import Request

SHOWN_MAX = 100


@dataclass(frozen=True)
class Shown:
    request: Request
    user: Any

    @property
    def name(self) -> str:
        kind = approvals.KINDS.get(self.request.kind)
        return str(kind.name) if kind else self.request.kind

    @property
    def title(self) -> str:
        kind = approvals.KINDS.get(self.request.kind)
        return kind.title(self.request) if kind else self.request.subject

    @property
    def amount(self) -> str:
        """Empty for what is not a matter of an amount."""
        if not self.request.amount_minor:
            return ""
        return Money(self.request.amount_minor, self.request.currency).display(of_page())

    @property
    def changes(self) -> Sequence[approvals.Change]:
        kind = approvals.KINDS.get(self.request.kind)
        return kind.changes(self.request) if kind else ()

    @property
    def link(self) -> str:
        kind = approvals.KINDS.get(self.request.kind)
        return kind.link(self.request) if kind else ""

    @property
    def asked_at(self) -> str:
        return self._time(self.request.asked_at)

    @property
    def expires_at(self) -> str:
        return self._time(self.request.expires_at)

    @property
    def decided_at(self) -> str:
        return self._time(self.request.decided_at)

    @property
    def may_take_back(self) -> bool:
        own = self.request.asked_by_id == self.user.pk
        return own and self.request.state == Request.State.OPEN

    def _time(self, at: Any) -> str:
        zone = self.request.community.time_zone
        return local_time(at, zone).strftime("%Y-%m-%d %H:%M") if at else ""


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def requests(request: HttpRequest) -> HttpResponse:
    now, user = timezone.now(), request.user
    if request.method == "POST":
        _decide(request)
        return redirect("requests")
    approvals.expire(now)
    context = {
        "waiting": [Shown(one, user) for one in approvals.to_approve(user, now)[:SHOWN_MAX]],
        "others": [Shown(one, user) for one in approvals.others(user, now)[:SHOWN_MAX]],
    }
    return render(request, "staff/requests.html", context)


def _decide(request: HttpRequest) -> None:
    asked, reason = request.POST.get("request", ""), request.POST.get("reason", "")
    decide = {"approve": approvals.approve, "refuse": approvals.refuse}.get(
        request.POST.get("decision", "")
    )
    if decide is None or not (asked.isascii() and asked.isdecimal() and len(asked) < 19):
        raise PermissionDenied
    try:
        ended = decide(int(asked), request.user, reason, timezone.now())
    except approvals.NotApproved as refused:
        messages.error(request, refused.text)
    except audit.ReasonMissing:
        messages.error(request, _("Please give a reason"))
    else:
        level = messages.ERROR if ended.state == Request.State.FAILED else messages.SUCCESS
        messages.add_message(request, level, ended.get_state_display())
