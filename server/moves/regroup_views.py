"""The pages on which units are merged and one is split."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django import forms
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
from server.billing.unit_accounts import UnitNotFound, credit_minor, find_unit
from server.estate import occupancy
from server.estate.models import Unit
from server.fleet.views import staff_only
from server.language import of_page
from server.moves.moving import here, meters_of
from server.moves.regroup_approval import regroup
from server.moves.regroup_checks import RegroupImpossible, first_day
from server.moves.regroup_forms import MergeForm, SplitForm
from server.moves.regrouping import Merge, Split
from server.staff import scope
from server.staff.audit import ReasonMissing
from server.staff.models import Request
from server.staff.roles import Deed

OTHERS_MAX = 10


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def merge_page(request: HttpRequest, unit: int) -> HttpResponse:
    """First asks with which units (``others``: their codes), then shows what hangs on them."""
    found = _unit(request, unit)
    today = business_day(timezone.now(), found.community.time_zone)
    typed = request.POST.get("others") or request.GET.get("others", "")
    others, unknown = _named(found, typed)
    for code in unknown:
        messages.error(request, _("There is no other unit %(code)s") % {"code": code})
    if not others or unknown:
        return render(request, "moves/merge.html", {"unit": found, "typed": typed})
    units = [found, *others]
    form = MergeForm(
        request.POST or None,
        people=[row for one in units for row in here(one, today)],
        initial={
            "day": first_day(today),
            "code": found.code,
            "area_m2": sum(one.area_m2 for one in units),
        },
    )
    if request.method == "POST" and form.is_valid():
        done = _done(request, found, form, lambda: form.asked(others))
        if done is not None:
            return done
    context = {"unit": found, "form": form, "others": others, "typed": typed}
    return render(request, "moves/merge.html", context | {"owed": _owed(request, units, today)})


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def split_page(request: HttpRequest, unit: int) -> HttpResponse:
    found = _unit(request, unit)
    today = business_day(timezone.now(), found.community.time_zone)
    people, payer = list(here(found, today)), occupancy.payer(found, today)
    form = SplitForm(
        request.POST or None,
        people=people,
        kept={
            "meters": [
                (str(m.pk), f"{m.code} · {m.get_utility_display()}") for m in meters_of(found)
            ],
            "spaces": [(str(s.pk), s.code) for s in found.parking_spaces.all()],
            "vehicles": [(str(v.pk), v.plate) for v in found.vehicles.filter(until=None)],
        },
        initial={
            "day": first_day(today),
            "people": [str(one.resident_id) for one in people],
            "payer": str(payer.pk) if payer else "",
        },
    )
    if request.method == "POST" and form.is_valid():
        currency = found.community.currency
        done = _done(request, found, form, lambda: form.asked(currency))
        if done is not None:
            return done
    context = {"unit": found, "form": form, "owed": _owed(request, [found], today)}
    return render(request, "moves/split.html", context)


def _unit(request: HttpRequest, pk: int) -> Unit:
    rows = Unit.objects.select_related("community", "building")
    found = scope.visible(request.user, rows).filter(pk=pk).first()
    if found is None:
        raise Http404
    if not scope.may(request.user, Deed.REGROUP_UNITS, found.community_id):
        raise PermissionDenied
    return found


def _named(unit: Unit, typed: str) -> tuple[list[Unit], list[str]]:
    """Other units of the community by their codes, and codes that name none."""
    found: dict[int, Unit] = {}
    unknown = []
    for code in re.split(r"[\s,;\uff0c\u3001\uff1b]+", typed.strip())[:OTHERS_MAX]:
        try:
            other = find_unit(unit.community, code) if code else unit
        except UnitNotFound:
            unknown.append(code)
            continue
        if other.pk != unit.pk:
            found[other.pk] = other
        elif code:
            unknown.append(code)
    return list(found.values()), unknown


def _done(
    request: HttpRequest, unit: Unit, form: forms.Form, asked: Callable[[], Merge | Split]
) -> HttpResponse | None:
    """None where it cannot be; the form then says why."""
    try:
        result = regroup(
            request.user, unit, asked(), form.cleaned_data["reason"], at=timezone.now()
        )
    except ReasonMissing:
        form.add_error("reason", _("Please give a reason"))
        return None
    except RegroupImpossible as impossible:
        form.add_error(None, impossible.said)
        return None
    if isinstance(result, Request):
        messages.success(request, _("It waits for another person to approve it"))
        return redirect("requests")
    messages.success(request, _("It is recorded"))
    return redirect(result.get_absolute_url())


def _owed(request: HttpRequest, units: Sequence[Unit], today: date) -> list[dict[str, Any]]:
    """What each owes and by whom, and what it has; nothing for who may not look at residents' debts."""
    community = units[0].community
    bills = list(Bill.objects.filter(unit__in=units, state=BillState.OPEN))
    owing, terms = debtors(bills), terms_of(community.pk)

    def money(minor: int) -> str:
        return Money(minor, community.currency).display(of_page())

    rows = []
    for unit in units:
        own = [bill for bill in bills if bill.unit_id == unit.pk]
        names = {owing[bill.pk].masked_name for bill in own if bill.pk in owing}
        rows.append(
            {
                "unit": unit,
                "owed": money(sum(open_minor(bill, today, terms) for bill in own)),
                "bills": len(own),
                "debtors": sorted(names),
                "credit": money(credit_minor(unit)),
                "meters": [meter.code for meter in meters_of(unit)],
                "spaces": [space.code for space in unit.parking_spaces.all()],
                "vehicles": [v.plate for v in unit.vehicles.filter(until=None)],
            }
        )
    return rows
