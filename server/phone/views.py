"""The page behind a bill's code: what is due and how it comes about, and the choice of what to pay."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from contract import messages
from contract.business_day import business_day
from contract.messages import Method
from contract.methods import METHODS
from contract.money import Money
from server.billing.amounts import paid_minor
from server.billing.models import Bill, BillState
from server.billing.rules.late_fee import days_late
from server.billing.unit_accounts import to_contract
from server.language import LANGUAGE_QUERY, of_page
from server.notices.publication import for_unit
from server.payments import payer_status, phone_orders
from server.phone import choice, limits, own_payments, wallets
from server.phone.reading import NotGood, Opened, open_code
from server.public_accounts import publishing
from server.resident_messages.consent import tells_residents
from server.service_requests.coming_in import offered as offered_topics
from server.service_requests.models import Kind
from server.staff.sign_in import address_of
from server.standard_answers import own_figures
from server.standard_answers.reading import beside_bill

BEGAN_SHOWN = 3  # of the payments that this browser began, the newest


def behind_a_code(
    view: Callable[[HttpRequest, str, Opened, datetime], HttpResponse],
) -> Callable[[HttpRequest, str], HttpResponse]:
    """For a page that a bill's code opens: 404 with the reason where the code is not good, 429 where the
    address asks too often, for this or for what the page does."""

    @wraps(view)
    def opens(request: HttpRequest, token: str) -> HttpResponse:
        now = timezone.now()
        try:
            return view(request, token, opened_by(request, token, now), now)
        except NotGood as no:
            return render(request, "phone/bill.html", {"refusal": no.why}, status=404)
        except limits.TooOften:
            return too_often(request)

    return opens


@never_cache
@require_safe
@behind_a_code
def bill_page(request: HttpRequest, token: str, opened: Opened, now: datetime) -> HttpResponse:
    """200 with the bill as it stands today."""
    return page(request, token, opened, now)


def opened_by(request: HttpRequest, token: str, now: datetime) -> Opened:
    """Raises NotGood and limits.TooOften. A good code is signed, so that nobody guesses one: it opens
    its page however many bad ones come from the same address, which may be a whole building's."""
    try:
        return open_code(token, now)
    except NotGood:
        limits.missed(address_of(request), now)
        raise


def too_often(request: HttpRequest) -> HttpResponse:
    answer = render(request, "phone/too_often.html", status=429)
    answer["Retry-After"] = "60"
    return answer


def page(
    request: HttpRequest,
    token: str,
    opened: Opened,
    now: datetime,
    said: str | Promise = "",
    status: int = 200,
) -> HttpResponse:
    """``said``: why what was just tried did not go."""
    bill, community = opened.bill, opened.bill.community
    today = business_day(now, community.time_zone)
    view = to_contract(bill, today)
    offered = phone_orders.offered(community)
    numbers, uses_credit = _asked(request)
    chosen = choice.choose(opened.bills, numbers, opened.credit_minor if uses_credit else 0)
    paid = bill.state == BillState.PAID
    began = own_payments.of_unit(request, opened.unit)
    topics = offered_topics(community)
    context: dict[str, Any] = {
        "said": said,
        "token": token,
        "bill": bill,
        "community": community,
        "amount": _money(paid_minor(bill) if paid else view.amount_minor, bill.currency),
        "held": view.held,
        "own": shown(view, of_unit=True),
        "days_late": days_late(bill.due, today) if bill.state == BillState.OPEN else 0,
        "asks": not opened.only_its_bill and bool(topics),
        "lists": not opened.only_its_bill,
        "invoices": any(topic.kind == Kind.INVOICE for topic in topics),
        "tells": tells_residents(community) and not opened.only_its_bill,
        "notices": [] if opened.only_its_bill else for_unit(opened.unit, today),
        "accounts": publishing.public(community).exists(),
        "answers": _answers(bill),
        "began": [(one, payer_status.status_of(one)) for one in began[:BEGAN_SHOWN]],
    }
    if offered and opened.bills:
        context |= {
            "pays": True,
            "bills": [
                (shown(one), one.number in {b.number for b in chosen.bills}) for one in opened.bills
            ],
            "choosable": bool(choice.payable(opened.bills)),
            "chosen": chosen,
            "total": _money(chosen.total_minor, community.currency),
            "from_credit": _money(chosen.from_credit, community.currency),
            "rest": _money(chosen.rest_minor, community.currency),
            "credit": _money(opened.credit_minor, community.currency)
            if opened.credit_minor
            else None,
            "uses_credit": uses_credit,
            "payment_id": str(uuid4()),
            "ways": [(m.value, METHODS[m]) for m in wallets.usable(offered, request)],
            "inside": wallets.inside(request),
            "only_in_wechat": not wallets.inside(request)
            and Method.WECHAT in offered
            and Method.WECHAT not in wallets.usable(offered, request),
        }
    answer = render(request, "phone/bill.html", context, status=status)
    if LANGUAGE_QUERY in request.GET:  # as a link asked: the pages after this one speak it too
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, get_language(), samesite="Lax")
    return answer


def _answers(bill: Bill) -> list[dict[str, Any]]:
    """What others ask too, with the bill's own figures where that is the answer."""
    items = bill.lines.values_list("fee_item", flat=True)
    standards = beside_bill(bill.community_id, items, for_residents=True)
    earlier = own_figures.before(bill) if any(s.question.own_figures for s in standards) else None
    changes = own_figures.differences(bill, earlier) if earlier else []
    return [
        {
            "standard": one,
            "earlier": earlier if one.question.own_figures else None,
            "changes": [(change, _told(change)) for change in changes if one.question.own_figures],
        }
        for one in standards
    ]


def _told(change: own_figures.Difference) -> str:
    before = _money(change.before.minor, change.currency) if change.before else _("new")
    now = _money(change.now.minor, change.currency) if change.now else _("no longer charged")
    return f"{before} → {now}"


def _asked(request: HttpRequest) -> tuple[list[str] | None, bool]:
    """The bills chosen, None where nobody has chosen yet, and whether the credit is used: by the address,
    or by the form that was just refused, so that nobody pays more the next time than they chose."""
    if request.method == "POST":
        told = request.POST.getlist(choice.CHOSEN)
        uses_credit = request.POST.get(choice.CREDIT, "0") != "0"
        return [one.rpartition(":")[0] for one in told], uses_credit
    asked = choice.ASKED in request.GET
    return request.GET.getlist(choice.CHOSEN) if asked else None, choice.CREDIT in request.GET


def shown(bill: messages.Bill, *, of_unit: bool = False) -> dict[str, Any]:
    """A bill with its lines, each with how it comes about. ``of_unit``: its unit is named elsewhere."""
    return {
        "bill": bill,
        "unit": None if of_unit else bill.unit_label,
        "amount": _money(bill.amount_minor, bill.currency),
        "late_fee": _money(bill.late_fee_minor, bill.currency) if bill.late_fee_minor else None,
        "lines": [
            {
                "line": line,
                "amount": _money(line.amount_minor, bill.currency),
                "history": [(month, _money(minor, bill.currency)) for month, minor in line.history],
            }
            for line in bill.lines
        ],
    }


def _money(minor: int, currency: str) -> str:
    return Money(minor, currency).display(of_page())
