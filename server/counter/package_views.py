"""The page of a unit's packages: what it has, month by month; selling one; ending one."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.business_day import business_day
from contract.money import Money
from contract.plain_text import whole_number
from server.billing import approval, closing
from server.billing.leases import BillLeased, BillNotOpen
from server.billing.packages import listing, pricing
from server.billing.packages.ending import can_be_cut, cut_by
from server.billing.packages.models import PackageOffer, PackageSale
from server.billing.packages.refusal import PackageImpossible
from server.billing.packages.returning import CODE, give_back, left_of, usual_first
from server.billing.packages.selling import sell_by
from server.billing.periods import period_of_text
from server.billing.voiding import void_by
from server.estate.models import Unit
from server.fleet.views import staff_only
from server.language import of_page
from server.staff import approvals, people, scope
from server.staff.audit import ReasonMissing
from server.staff.models import Request
from server.staff.roles import Area, Deed


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def packages_page(request: HttpRequest, unit: int) -> HttpResponse:
    """Not found, for a unit of a community whose bills the person may not see. ``?offer=&first=`` shows
    what that would cost."""
    rows = Unit.objects.select_related("community", "building")
    found = scope.visible(request.user, rows).filter(pk=unit).first()
    if found is None or not scope.within(scope.sees(request.user, Area.BILLS), found.community_id):
        raise Http404
    if request.method == "POST":
        _act(request, found)
        return redirect("unit_packages", unit=found.pk)
    return render(request, "counter/packages.html", _context(request, found))


def _context(request: HttpRequest, unit: Unit) -> dict[str, Any]:
    today = _today(unit)
    may = scope.may(request.user, Deed.SELL_PACKAGE, unit.community_id)
    waiting = Request.objects.filter(
        community=unit.community_id, kind=CODE, state=Request.State.OPEN
    )
    first = request.GET.get("first", "") or listing.first_free(unit, today)
    context = {
        "unit": unit,
        "may": may and unit.ends is None,
        "may_end": may,
        "may_void": scope.may(request.user, Deed.VOID_BILL, unit.community_id),
        "offers": listing.on_sale(unit.community, unit, today),
        "asked": request.GET.get("offer", ""),
        "first": first[:10],
        "sold": [_sold(one, today) for one in listing.of_unit(unit)],
        "waiting": [one for one in waiting if one.details.get("unit_pk") == unit.pk],
        "prices": may and scope.may(request.user, Deed.CHANGE_TARIFF, unit.community_id),
    }
    if context["asked"] and context["may"]:
        context |= _quoted(unit, context["asked"], first, today)
    return context


def _quoted(unit: Unit, offer: str, first: str, today: date) -> dict[str, Any]:
    """What the offer would cost, or why it cannot be had."""
    found = _offer(unit, offer)
    try:
        if found is None:
            raise PackageImpossible(_("This package is not on offer"))
        quote = pricing.quote(unit, found, period_of_text(first), today)
    except PackageImpossible as error:
        return {"refused": error.text}
    except ValueError:
        return {"refused": _("Write the period as year and month, e.g. 2026-11")}
    currency = unit.community.currency
    rows = [
        (item.item, _money(sum(item.full), currency), _money(item.price_minor, currency))
        for item in quote.items
    ]
    return {
        "quote": quote,
        "quoted_items": rows,
        "price": _money(quote.price_minor, currency),
        "saved": _money(quote.full_minor - quote.price_minor, currency),
    }


def _sold(one: listing.Sold, today: date) -> dict[str, Any]:
    bill, first = one.sale.bill, usual_first(today)
    found = {
        "one": one,
        "sale": one.sale,
        "bill": bill,
        "price": _money(bill.amount_minor, bill.currency),
        "returned": _money(one.sale.returned_minor, bill.currency)
        if one.sale.returned_minor
        else "",
        "cut": can_be_cut(one.sale) if one.open else False,
        "first": max(first, one.ahead[0]) if one.ahead else "",
    }
    if one.ahead:
        back = left_of(one.sale, found["first"]).back_minor
        found["back"] = _money(back, bill.currency)
    return found


def _act(request: HttpRequest, unit: Unit) -> None:
    """Says what became of it."""
    do = _ACTS.get(request.POST.get("do", ""))
    if do is None:
        raise PermissionDenied
    try:
        messages.success(request, do(request, unit))
    except ReasonMissing:
        messages.error(request, _("Please give a reason"))
    except PackageImpossible as error:
        messages.error(request, error.text)
    except BillNotOpen:
        messages.error(request, _("This bill is not open any more, or it was done already"))
    except BillLeased:
        messages.error(
            request, _("A payment of this bill is being confirmed; try again when its end is known")
        )
    except ValueError:
        messages.error(request, _("Write the period as year and month, e.g. 2026-11"))


def _sell(request: HttpRequest, unit: Unit) -> str:
    _needs(request, unit, Deed.SELL_PACKAGE)
    offer = _offer(unit, request.POST.get("offer", ""))
    if offer is None or unit.ends is not None:
        raise PackageImpossible(_("This package is not on offer"))
    first, now = period_of_text(request.POST.get("first", "")), timezone.now()
    sale = sell_by(people.of(request.user), unit, offer, first, today=_today(unit), at=now)
    said = _("Sold: the bill %(number)s is to be paid until %(day)s, at the kiosk or here")
    return said % {"number": sale.bill.number, "day": sale.bill.due.isoformat()}


def _give_back(request: HttpRequest, unit: Unit) -> str:
    _needs(request, unit, Deed.SELL_PACKAGE)
    first, reason = period_of_text(request.POST.get("first", "")), request.POST.get("reason", "")
    asked = give_back(request.user, _sale(request, unit), first, reason, timezone.now())
    return _("Done") if asked is None else _("It waits for another person to approve it")


def _void(request: HttpRequest, unit: Unit) -> str:
    """A package that nobody wants to pay; above the person's limit another approves."""
    _needs(request, unit, Deed.VOID_BILL)
    bill, now = _sale(request, unit).bill, timezone.now()
    reason, user = request.POST.get("reason", ""), request.user
    with transaction.atomic():
        if closing.take_alone(user, approval.CODE, bill, bill.amount_minor, now):
            void_by(people.of(user), bill, reason, at=now)
            return _("Done")
    values = (bill.number, bill.amount_minor, bill.currency, reason, now)
    approvals.ask(user, approval.CODE, bill.community_id, *values)
    return _("It waits for another person to approve it")


def _cut(request: HttpRequest, unit: Unit) -> str:
    _needs(request, unit, Deed.VOID_BILL)
    reason, now = request.POST.get("reason", ""), timezone.now()
    sale, by = _sale(request, unit), people.of(request.user)
    new = cut_by(by, sale, reason, today=_today(unit), at=now)
    return _("Ended; the months used are on the bill %(number)s") % {"number": new.number}


_ACTS = {"sell": _sell, "give_back": _give_back, "void": _void, "cut": _cut}


def _needs(request: HttpRequest, unit: Unit, deed: Deed) -> None:
    if not scope.may(request.user, deed, unit.community_id):
        raise PermissionDenied


def _offer(unit: Unit, key: str) -> PackageOffer | None:
    rows = PackageOffer.objects.filter(community=unit.community_id).select_related("community")
    return rows.filter(pk=whole_number(key) or 0).first()


def _sale(request: HttpRequest, unit: Unit) -> PackageSale:
    rows = PackageSale.objects.select_related("bill__community", "unit__community")
    sale = rows.filter(unit=unit, pk=whole_number(request.POST.get("sale", "")) or 0).first()
    if sale is None:
        raise PermissionDenied
    return sale


def _today(unit: Unit) -> date:
    return business_day(timezone.now(), unit.community.time_zone)


def _money(minor: int, currency: str) -> str:
    return Money(minor, currency).display(of_page())
