"""The page of a unit's waivers of months that are not billed yet."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.business_day import business_day
from contract.money import Money, sign
from server.billing import waiving_ahead
from server.billing.adjustments import Waiver
from server.billing.fees import charged
from server.billing.periods import next_period, period_of, period_of_text
from server.billing.typed_money import NoAmount, minor_of
from server.billing.waiving_ahead import Ahead, WaiverImpossible
from server.estate.models import Unit
from server.fleet.views import staff_only
from server.language import of_page
from server.staff import scope
from server.staff.audit import ReasonMissing
from server.staff.models import Request
from server.staff.roles import Area, Deed


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def ahead_page(request: HttpRequest, unit: int) -> HttpResponse:
    """Not found, for a unit of a community whose bills the person may not see."""
    rows = Unit.objects.select_related("community", "building")
    found = scope.visible(request.user, rows).filter(pk=unit).first()
    if found is None or not scope.within(scope.sees(request.user, Area.BILLS), found.community_id):
        raise Http404
    may = scope.may(request.user, Deed.WAIVE, found.community_id)
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        _act(request, found)
        return redirect("unit_waivers", unit=found.pk)
    return render(request, "counter/waivers.html", _context(found, may))


def _context(unit: Unit, may: bool) -> dict[str, Any]:
    today = business_day(timezone.now(), unit.community.time_zone)
    currency = unit.community.currency
    waiting = Request.objects.filter(
        community=unit.community_id,
        kind=waiving_ahead.CODE,
        state=Request.State.OPEN,
        subject__startswith=f"{unit.pk}:",
    )
    rows = [
        (
            row,
            Money(row.amount_minor, currency).display(of_page()) if row.amount_minor else "",
            free,
        )
        for row, free in waiving_ahead.of_unit(unit)
    ]
    return {
        "unit": unit,
        "may": may and unit.ends is None,
        "rows": rows,
        "waiting": waiting,
        "items": charged(unit.community),
        "period": next_period(period_of(today)),
        "months_max": waiving_ahead.MONTHS_MAX,
        "sign": sign(currency, of_page()),
    }


def _act(request: HttpRequest, unit: Unit) -> None:
    """Says what became of it."""
    do = {"waive": _waive, "take_back": _take_back}.get(request.POST.get("do", ""))
    if do is None:
        raise PermissionDenied
    try:
        asked = do(request, unit)
    except ReasonMissing:
        messages.error(request, _("Please give a reason"))
    except NoAmount:
        messages.error(request, _("This is not an amount"))
    except ValueError:
        messages.error(request, _("Write the period as year and month, e.g. 2026-11"))
    except WaiverImpossible as impossible:
        messages.error(request, impossible.text)
    else:
        said = _("Done") if asked is None else _("It waits for another person to approve it")
        messages.success(request, said)


def _waive(request: HttpRequest, unit: Unit) -> Request | None:
    typed, months = request.POST.get("amount", "").strip(), request.POST.get("months", "1")
    amount = minor_of(typed, unit.community.currency) if typed else None
    period = period_of_text(request.POST.get("period", ""))
    count = int(months) if months.isascii() and months.isdigit() and len(months) < 4 else 0
    wish = Ahead(period, count, request.POST.get("item", ""), amount)
    reason = request.POST.get("reason", "")
    return waiving_ahead.waive_ahead(request.user, unit, wish, reason, timezone.now())


def _take_back(request: HttpRequest, unit: Unit) -> Request | None:
    key = request.POST.get("waiver", "")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        raise PermissionDenied
    waiver = Waiver.objects.select_related("unit__community").filter(unit=unit, pk=key).first()
    if waiver is None:
        raise PermissionDenied
    reason = request.POST.get("reason", "")
    return waiving_ahead.take_back(request.user, waiver, reason, timezone.now())
