"""The page of one bill for staff: what it is for, what is owed, what was waived; waivers are asked for
there."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.business_day import business_day
from contract.money import Money
from server.billing import waiver_approval
from server.billing.leases import BillLeased, BillNotOpen
from server.billing.models import Bill, BillWaiver
from server.billing.typed_money import NoAmount, minor_of
from server.billing.waiving import NothingToWaive, WaiverEnded, Wish
from server.counter.bill_facts import facts_of
from server.fleet.views import staff_only
from server.language import of_page
from server.staff import approvals, scope
from server.staff.audit import ReasonMissing
from server.staff.models import Request
from server.staff.roles import Deed
from server.standard_answers.models import StandardAnswer
from server.standard_answers.reading import beside_bill


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def bill_page(request: HttpRequest, number: str) -> HttpResponse:
    """Not found, for a bill of a community whose bills the person may not see."""
    rows = Bill.objects.select_related("unit", "community")
    bill = scope.visible(request.user, rows).filter(number=number).first()
    if bill is None:
        raise Http404
    if request.method == "POST":
        _act(request, bill)
        return redirect("bill_page_of_staff", number=number)
    today = business_day(timezone.now(), bill.community.time_zone)
    asked = facts_of(bill, request.user, today)
    context = {"facts": asked, "waiting": [(one, _name(one)) for one in asked.waiting]}
    if scope.may_see(request.user, StandardAnswer(community_id=bill.community_id)):
        items = bill.lines.values_list("fee_item", flat=True)
        context["answers"] = beside_bill(bill.community_id, items)
    return render(request, "counter/bill.html", context)


def _name(asked: Request) -> str:
    kind = approvals.KINDS.get(asked.kind)
    return str(kind.name) if kind else asked.kind


def _act(request: HttpRequest, bill: Bill) -> None:
    """Says what became of it."""
    if not scope.may(request.user, Deed.WAIVE, bill.community_id):
        raise PermissionDenied
    do = {"waive": _waive, "take_back": _take_back}.get(request.POST.get("do", ""))
    if do is None:
        raise PermissionDenied
    try:
        asked = do(request, bill)
    except ReasonMissing:
        messages.error(request, _("Please give a reason"))
    except NoAmount:
        messages.error(request, _("This is not an amount"))
    except NothingToWaive as error:
        left = Money(error.left_minor, bill.currency).display(of_page())
        messages.error(request, _("There is only %(left)s to be waived") % {"left": left})
    except (BillNotOpen, WaiverEnded):
        messages.error(request, _("This bill is not open any more, or it was done already"))
    except BillLeased:
        messages.error(
            request, _("A payment of this bill is being confirmed; try again when its end is known")
        )
    else:
        said = _("Done") if asked is None else _("It waits for another person to approve it")
        messages.success(request, said)


def _waive(request: HttpRequest, bill: Bill) -> Request | None:
    what, typed = request.POST.get("what", ""), request.POST.get("amount", "").strip()
    amount = minor_of(typed, bill.currency) if typed else None
    reason = request.POST.get("reason", "")
    return waiver_approval.waive(request.user, bill, Wish(what, amount), reason, timezone.now())


def _take_back(request: HttpRequest, bill: Bill) -> Request | None:
    key = request.POST.get("waiver", "")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        raise PermissionDenied
    waiver = BillWaiver.objects.select_related("bill__community").filter(bill=bill, pk=key).first()
    if waiver is None:
        raise PermissionDenied
    reason = request.POST.get("reason", "")
    return waiver_approval.take_back(request.user, waiver, reason, timezone.now())
