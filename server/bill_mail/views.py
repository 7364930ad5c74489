"""The page of a run's bills by e-mail: what became of each message, and what staff do about it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.business_day import business_day, local_time
from server.bill_mail import sending
from server.bill_mail.models import BillMail, MailState
from server.billing_runs.models import BillingRun, RunState
from server.estate.masking import mask_address
from server.fleet.views import staff_only
from server.jobs.models import UNFINISHED, Job
from server.staff import audit, people, scope
from server.staff.roles import Area, Deed

A_PAGE = 100
# What may be sent again by a person's word, and what may be said to have come back.
_AGAIN = (MailState.SENDING, MailState.REFUSED, MailState.FAILED, MailState.BOUNCED)
_BOUNCES = (MailState.SENT, MailState.SENDING)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def bill_mails(request: HttpRequest, run: int) -> HttpResponse:
    """Not found, for a run of a community whose bills the person may not see."""
    rows = scope.visible(request.user, BillingRun).select_related("community")
    found = get_object_or_404(rows, pk=run)
    may_act = scope.may(request.user, Deed.RUN_BILLS, found.community_id)
    if request.method == "POST":
        if not may_act:
            raise PermissionDenied
        _act(request, found)
        return redirect("bill_mails", run=run)
    return render(request, "bill_mail/mails.html", _context(request, found, may_act))


def _context(request: HttpRequest, run: BillingRun, may_act: bool) -> dict[str, Any]:
    mails = _mails(run)
    state = request.GET.get("state", "")
    shown = mails.filter(state=state) if state in MailState.values else mails
    page = Paginator(shown.order_by("bill__unit", "pk"), A_PAGE).get_page(request.GET.get("page"))
    counts = dict(mails.order_by().values_list("state").annotate(Count("pk")))
    zone = run.community.time_zone
    clear = scope.within(scope.sees(request.user, Area.RESIDENTS), run.community_id)
    return {
        "run": run,
        "state": state,
        "states": [(one, MailState(one).label, counts[one]) for one in counts],
        "page": page,
        "rows": [(mail, mask_address(mail.address), _at(mail, zone)) for mail in page],
        "sees_residents": clear,
        "reachable": sending.reachable(run, business_day(timezone.now(), zone)),
        "of": sending.bills_of(run).count(),
        "at_work": Job.objects.filter(
            kind=sending.KIND, subject=str(run.pk), state__in=UNFINISHED
        ).first(),
        "may_act": may_act and run.state != RunState.OPEN,
        "again": _AGAIN,
        "bounces": _BOUNCES,
    }


def _at(mail: BillMail, zone: str) -> str:
    return f"{local_time(mail.changed_at, zone):%Y-%m-%d %H:%M}"


def _mails(run: BillingRun) -> Any:
    rows = BillMail.objects.filter(bill__community=run.community, bill__period=run.period)
    return rows.select_related("bill__unit")


def _act(request: HttpRequest, run: BillingRun) -> None:
    do, by = request.POST.get("do", ""), people.of(request.user)
    if do == "send":
        if run.state == RunState.OPEN:
            raise PermissionDenied
        with transaction.atomic():
            subject = ("billing_run", str(run.pk))
            audit.note(run.community_id, by, "bills_mailed", subject, timezone.now())
        sending.enqueue(run, by.name)
        messages.success(request, _("The bills are being sent"))
        return
    key = request.POST.get("mail", "")
    states = {"again": _AGAIN, "bounced": _BOUNCES}.get(do)
    if states is None or not (key.isascii() and key.isdecimal() and len(key) < 19):
        raise PermissionDenied
    try:
        changed = _changed(run, int(key), do, states, by, request.POST.get("reason", ""))
    except audit.ReasonMissing:
        messages.error(request, _("Please give a reason"))
        return
    if changed:
        messages.success(request, _("It is noted"))
        if do == "again":
            sending.enqueue(run, by.name)


@transaction.atomic
def _changed(
    run: BillingRun, key: int, do: str, states: tuple[MailState, ...], by: Any, reason: str
) -> bool:
    """Raises ReasonMissing."""
    mail = _mails(run).select_for_update(of=("self",)).filter(pk=key, state__in=states).first()
    if mail is None:
        return False
    before, now = mail.state, timezone.now()
    mail.state = MailState.WAITING if do == "again" else MailState.BOUNCED
    mail.attempts, mail.changed_at = 0, now
    mail.save(update_fields=["state", "attempts", "changed_at"])
    act = "mail_again" if do == "again" else "mail_bounced"
    subject = ("bill", mail.bill.number)
    audit.record(run.community_id, by, act, subject, reason, now, before={"state": before})
    return True
