"""The page on which people move into a unit, out of it, or another becomes its owner."""

from datetime import date
from decimal import Decimal
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
from contract.money import Money
from server.billing.amounts import open_minor, terms_of
from server.billing.debtors import debtors
from server.billing.models import Bill, BillState
from server.billing.packages.listing import months_ahead
from server.estate.models import Occupancy, Unit
from server.fleet.views import staff_only
from server.language import of_page
from server.moves.forms import MoveForm
from server.moves.moving import Arrival, Move, MoveImpossible, here, meters_of, move
from server.staff import people, scope
from server.staff.audit import ReasonMissing
from server.staff.roles import Area


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def move_page(request: HttpRequest, unit: int) -> HttpResponse:
    """Not found, for a unit of a community in which the person has nothing to do."""
    rows = Unit.objects.select_related("community", "building")
    found = scope.visible(request.user, rows).filter(pk=unit).first()
    if found is None:
        raise Http404
    if not scope.may_change(request.user, Occupancy, found.community_id):
        raise PermissionDenied
    today = business_day(timezone.now(), found.community.time_zone)
    sees_bills = scope.within(scope.sees(request.user, Area.BILLS), found.community_id)
    bills = _open_bills(found) if sees_bills else []
    form = MoveForm(
        request.POST or None,
        people=here(found, today),
        meters=meters_of(found),
        initial={"day": today},
    )
    if request.method == "POST" and form.is_valid() and _done(request, found, form, bills):
        return redirect(found.get_absolute_url())
    return render(request, "moves/move.html", _context(request, found, form, bills, today))


def _open_bills(unit: Unit) -> list[Bill]:
    rows = Bill.objects.filter(unit=unit, state=BillState.OPEN)
    return list(rows.order_by("period", "pk"))


def _done(request: HttpRequest, unit: Unit, form: MoveForm, bills: list[Bill]) -> bool:
    asked = form.cleaned_data
    arrival = None
    if asked["name"]:
        pays_from = asked["pays_from"] or asked["day"]
        arrival = Arrival(
            asked["name"], asked["phone"], asked["role"], pays_from if asked["pays"] else None
        )
    taken = {bill.pk for bill in bills if request.POST.get(f"owes-{bill.pk}") == "came"}
    wish = Move(asked["day"], form.leaving(), arrival, form.counters(), frozenset(taken))
    try:
        move(unit, wish, people.of(request.user), asked["reason"], at=timezone.now())
    except ReasonMissing:
        form.add_error("reason", _("Please give a reason"))
        return False
    except MoveImpossible as impossible:
        form.add_error(None, str(impossible.text) % impossible.values)
        return False
    messages.success(request, _("The move is recorded"))
    return True


def _context(
    request: HttpRequest, unit: Unit, form: MoveForm, bills: list[Bill], today: date
) -> dict[str, Any]:
    owing, terms = debtors(bills), terms_of(unit.community_id)
    rows = []
    for bill in bills:
        amount = Money(open_minor(bill, today, terms), bill.currency).display(of_page())
        debtor = owing[bill.pk].masked_name if bill.pk in owing else _("nobody is known")
        came = request.POST.get(f"owes-{bill.pk}") == "came"
        rows.append({"bill": bill, "amount": amount, "debtor": debtor, "came": came})
    last = {
        meter.pk: reading
        for meter in meters_of(unit)
        if (reading := meter.readings.order_by("-period").first())
    }
    counters = [(field, last.get(key)) for key, field in form.counter_fields()]
    return {
        "unit": unit,
        "form": form,
        "bills": rows,
        "packages": months_ahead(unit),
        "counters": counters,
        "zero": Decimal(0),
    }
