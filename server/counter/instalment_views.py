"""The pages of instalments: a unit's, where they are agreed; all of them; one with how far it is paid."""

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from contract.business_day import business_day
from contract.money import Money, sign
from server.billing.amounts import open_minor, terms_of
from server.billing.instalments import approval
from server.billing.instalments.ending import end_by
from server.billing.instalments.models import InstalmentAgreement
from server.billing.instalments.plan import COUNT_MAX, InstalmentsImpossible, Plan, Terms
from server.billing.instalments.progress import Progress, going_on, missed, progress
from server.billing.leases import BillLeased, BillNotOpen, key_of, may_be_paid
from server.billing.models import Bill, BillKind, BillState
from server.billing.typed_money import NoAmount, minor_of
from server.estate.models import Unit
from server.fleet.views import staff_only
from server.language import of_page
from server.staff import people, scope
from server.staff.audit import REASON_MAX, ReasonMissing
from server.staff.models import Request
from server.staff.roles import Area, Deed

A_PAGE = 50


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class InstalmentsForm(forms.Form):
    """The days: the first one, and the same day of each month that follows."""

    bills = forms.MultipleChoiceField(
        label=gettext_lazy("Bills"), widget=forms.CheckboxSelectMultiple
    )
    count = forms.IntegerField(
        label=gettext_lazy("How many instalments"), min_value=2, max_value=COUNT_MAX
    )
    first = forms.DateField(label=gettext_lazy("First day"), widget=_Day())
    late_fee = forms.ChoiceField(
        label=gettext_lazy("Late fee until the agreement"),
        choices=InstalmentAgreement.LateFee.choices,
    )
    grows = forms.BooleanField(
        label=gettext_lazy("Late fee on what is not paid in time"), required=False
    )
    agreed_by = forms.CharField(label=gettext_lazy("Who agreed"), max_length=80)
    agreed_on = forms.DateField(label=gettext_lazy("Agreed on"), widget=_Day())
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=REASON_MAX)

    def __init__(self, bills: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["bills"]
        choices.choices = bills

    def terms(self) -> Terms:
        """Of a form that is valid."""
        said = self.cleaned_data
        return Terms(
            bills=tuple(said["bills"]),
            dues=monthly(said["first"], said["count"]),
            agreed_by=" ".join(said["agreed_by"].split()),
            agreed_on=said["agreed_on"],
            late_fee=said["late_fee"],
            grows=said["grows"],
        )


def monthly(first: date, count: int) -> tuple[date, ...]:
    """The same day of each month; the last one of a month that has no such day."""
    days = []
    for place in range(count):
        year, month = divmod(first.year * 12 + first.month - 1 + place, 12)
        day = first.day
        while True:
            try:
                days.append(date(year, month + 1, day))
                break
            except ValueError:
                day -= 1
    return tuple(days)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def unit_instalments(request: HttpRequest, unit: int) -> HttpResponse:
    """Not found, for a unit of a community whose bills the person may not see."""
    rows = Unit.objects.select_related("community", "building")
    found = scope.visible(request.user, rows).filter(pk=unit).first()
    if found is None or not scope.within(scope.sees(request.user, Area.BILLS), found.community_id):
        raise Http404
    may = scope.may(request.user, Deed.AGREE_INSTALMENTS, found.community_id)
    today = _today(found)
    choices = _choices(found, today)
    form = InstalmentsForm(
        choices,
        request.POST or None,
        initial={"bills": [key for key, _ in choices], "count": 3, "grows": True}
        | {"agreed_on": today, "first": monthly(today, 2)[1]},
    )
    seen: Plan | None = None
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        if form.is_valid():
            done, seen = _asked(request, found, form, today)
            if done:
                return redirect(done)
    return render(request, "counter/unit_instalments.html", _context(found, form, seen, may, today))


def _asked(
    request: HttpRequest, unit: Unit, form: InstalmentsForm, today: date
) -> tuple[str, Plan | None]:
    """Where to go on once it is agreed or asked for, or what it would come to."""
    terms, now = form.terms(), timezone.now()
    seen: Plan | None = None
    try:
        seen = approval.preview(unit, terms, today)
        terms = _with_amounts(request, terms, seen, unit.community.currency)
        if request.POST.get("do") != "agree":
            return "", approval.preview(unit, terms, today)
        made = approval.agree(request.user, unit, terms, form.cleaned_data["reason"], now)
    except NoAmount:
        form.add_error(None, _("This is not an amount"))
    except ReasonMissing:
        form.add_error("reason", _("Please give a reason"))
    except InstalmentsImpossible as error:
        form.add_error(None, error.text)
    except BillNotOpen:
        form.add_error("bills", _("This bill is not open any more, or it was done already"))
    except BillLeased:
        said = _("A payment of this bill is being confirmed; try again when its end is known")
        form.add_error("bills", said)
    else:
        if isinstance(made, Request):
            messages.warning(request, _("It waits for another person to approve it"))
            return request.path, None
        messages.success(request, _("Agreed: the bills are instalments now"))
        return made.get_absolute_url(), None
    return "", seen


def plan_key(terms: Terms, seen: Plan) -> str:
    """Of what amounts were typed for: other bills, parts or sums make it another."""
    said = [*terms.bills, len(terms.dues), terms.late_fee, sum(seen.totals)]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def _with_amounts(request: HttpRequest, terms: Terms, seen: Plan, currency: str) -> Terms:
    """The terms with the amounts that were typed, where they are not the equal ones. Raises NoAmount, and
    InstalmentsImpossible where somebody agrees to amounts that were of something else."""
    key = request.POST.get("amounts_of", "")
    if key and key != plan_key(terms, seen) and request.POST.get("do") == "agree":
        said = _("What is owed, or in how many parts, is another by now; look at the amounts again")
        raise InstalmentsImpossible(said)
    if key != plan_key(terms, seen):
        return terms
    typed = request.POST.getlist("amount")[:COUNT_MAX]
    amounts = tuple(minor_of(text, currency) for text in typed)
    return terms if list(amounts) == seen.totals else replace(terms, amounts=amounts)


def _choices(unit: Unit, today: date) -> list[tuple[str, str]]:
    """Open bills that can be split: none that may be paid already."""
    rows = Bill.objects.filter(unit=unit, state=BillState.OPEN).exclude(kind=BillKind.PACKAGE)
    rows = rows.exclude(instalment__agreement__ended_at=None, kind=BillKind.INSTALMENT)
    held, terms = may_be_paid([unit.pk]), terms_of(unit.community_id)
    return [
        (bill.number, f"{bill.heading} · {_money(open_minor(bill, today, terms), bill.currency)}")
        for bill in rows.order_by("period", "pk")
        if key_of(bill) not in held
    ]


def _context(
    unit: Unit, form: InstalmentsForm, seen: Plan | None, may: bool, today: date
) -> dict[str, Any]:
    waiting = Request.objects.filter(
        community=unit.community_id,
        kind=approval.CODE,
        subject=str(unit.pk),
        state=Request.State.OPEN,
    )
    mine = InstalmentAgreement.objects.filter(unit=unit).select_related("unit__community")
    context = {
        "unit": unit,
        "form": form,
        "may": may and bool(form.fields["bills"].choices),  # type: ignore[attr-defined]
        "waiting": waiting,
        "agreements": [_shown(one) for one in progress(list(mine), timezone.now())],
    }
    if seen is not None:
        currency = unit.community.currency
        dues = form.terms().dues
        key = plan_key(form.terms(), seen)
        plain = [str(Money(minor, currency).decimal) for minor in seen.totals]
        typed = form.data.getlist("amount") if form.data.get("amounts_of") == key else plain  # type: ignore[union-attr]
        context |= {
            "seen": seen,
            "key": key,
            "dues": list(zip(dues, typed if len(typed) == len(dues) else plain, strict=True)),
            "sign": sign(currency, of_page()),
            "principal": _money(seen.principal_minor, currency),
            "late_fee": _money(seen.late_fee_minor, currency) if seen.late_fee_minor else "",
            "total": _money(sum(seen.totals), currency),
        }
    return context


@staff_only
@never_cache
@require_GET
def agreements(request: HttpRequest) -> HttpResponse:
    """Those of the communities whose bills the person may see: with ``?which=missed`` those of which a
    day has passed, with ``all`` those that are over as well."""
    mine = InstalmentAgreement.objects.filter(
        community__in=scope.communities(request.user, Area.BILLS)
    ).select_related("unit__community")
    which = request.GET.get("which", "")
    now = timezone.now()
    rows = {"missed": missed(mine, now), "all": mine}.get(which, going_on(mine))
    page = Paginator(rows.order_by("-made_at", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "agreements": [_shown(one) for one in progress(list(page.object_list), now)],
        "which": which,
        "missed": missed(mine, now).count(),
    }
    return render(request, "counter/instalments.html", context)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def agreement(request: HttpRequest, agreement: int) -> HttpResponse:
    """Not found, for one of a community whose bills the person may not see."""
    rows = InstalmentAgreement.objects.select_related("unit__community", "rest")
    found = scope.visible(request.user, rows).filter(pk=agreement).first()
    if found is None:
        raise Http404
    may = scope.may(request.user, Deed.AGREE_INSTALMENTS, found.community_id)
    today = _today(found.unit)
    if request.method == "POST":
        if not may or request.POST.get("do") != "end":
            raise PermissionDenied
        _end(request, found, today)
        return redirect(found)
    [stands] = progress([found], timezone.now())
    currency = found.unit.community.currency
    first = stands.parts[0].bill if stands.parts else None
    context = {
        "shown": _shown(stands),
        "one": found,
        "unit": found.unit,
        "parts": [
            (part, _money(part.bill.amount_minor, currency), _money(part.owed_minor, currency))
            for part in stands.parts
        ],
        "sources": [row.old for row in first.replaces.select_related("old")] if first else [],
        "late_fee": _money(found.late_fee_minor, currency) if found.late_fee_minor else "",
        "may": may and found.ended_at is None and stands.next is not None,
    }
    return render(request, "counter/agreement.html", context)


def _end(request: HttpRequest, one: InstalmentAgreement, today: date) -> None:
    reason = request.POST.get("reason", "")
    try:
        rest = end_by(people.of(request.user), one, reason, today=today, at=timezone.now())
    except ReasonMissing:
        messages.error(request, _("Please give a reason"))
    except InstalmentsImpossible as error:
        messages.error(request, error.text)
    except BillLeased:
        messages.error(
            request, _("A payment of this bill is being confirmed; try again when its end is known")
        )
    else:
        said = _("Ended: what is left is the bill %(number)s")
        messages.success(request, said % {"number": rest.number})


def _shown(stands: Progress) -> dict[str, Any]:
    one = stands.agreement
    currency = one.unit.community.currency
    return {
        "stands": stands,
        "one": one,
        "unit": one.unit,
        "total": _money(stands.total_minor, currency),
        "owed": _money(stands.owed_minor, currency),
        "count": len(stands.parts),
        "percent": round(100 * stands.paid / len(stands.parts)) if stands.parts else 0,
    }


def _today(unit: Unit) -> date:
    return business_day(timezone.now(), unit.community.time_zone)


def _money(minor: int, currency: str) -> str:
    return Money(minor, currency).display(of_page())
