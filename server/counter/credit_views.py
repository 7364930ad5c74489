"""The page of a unit's credit: deposits at the counter, credit used for bills, credit paid out, and the
agreement by which each billing run uses it. Each deposit has a receipt."""

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from contract.business_day import business_day
from contract.money import Money, sign
from server.billing import credit, credit_approval, credit_receipt
from server.billing.amounts import open_minor, terms_of
from server.billing.credit_moves import CreditMove
from server.billing.credit_reserve import reserved_minor
from server.billing.leases import BillLeased, BillNotOpen
from server.billing.merged_units import paid_with
from server.billing.models import Bill, BillState, FeeItem
from server.billing.typed_money import NoAmount, minor_of
from server.billing.unit_accounts import credit_minor
from server.counter import credit_movements
from server.estate.models import Unit
from server.fleet.views import staff_only
from server.language import of_page
from server.staff import people, scope
from server.staff.audit import ReasonMissing
from server.staff.models import Request
from server.staff.roles import Area, Deed

_NAME_MAX, _NOTE_MAX = 80, 120


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def credit_page(request: HttpRequest, unit: int) -> HttpResponse:
    """Not found, for a unit of a community whose bills the person may not see."""
    rows = scope.visible(request.user, Unit.objects.select_related("community"))
    found = rows.filter(pk=unit).first()
    if found is None or not scope.within(scope.sees(request.user, Area.BILLS), found.community_id):
        raise Http404
    if request.method == "POST":
        _act(request, found)
        return redirect("unit_credit", unit=unit)
    return render(request, "counter/credit.html", _facts(request, found))


@staff_only
@never_cache
@require_GET
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """A move's receipt as PDF."""
    where = scope.sees(request.user, Area.BILLS)
    rows = CreditMove.objects.select_related("unit__community").filter(number=number)
    move = rows.first()
    if move is None or not scope.within(where, move.community_id):
        raise Http404
    answer = HttpResponse(credit_receipt.render(move), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{move.number}.pdf"'
    return answer


def _facts(request: HttpRequest, unit: Unit) -> dict[str, Any]:
    today = business_day(timezone.now(), unit.community.time_zone)
    terms, currency = terms_of(unit.community_id), unit.community.currency
    items = list(FeeItem.objects.filter(community=unit.community_id).order_by("position", "pk"))
    agreement = credit.agreement_of(unit)
    open_ones = Bill.objects.filter(unit__in=paid_with(unit, today), state=BillState.OPEN)
    bills = open_ones.select_related("unit").order_by("period", "pk")
    waiting = Request.objects.filter(
        community=unit.community_id,
        kind=credit_approval.CODE,
        subject=str(unit.pk),
        state=Request.State.OPEN,
    )
    return {
        "unit": unit,
        "credit": _money(credit_minor(unit), currency),
        "reserved": _money(reserved, currency) if (reserved := reserved_minor(unit)) else "",
        "some": credit_minor(unit) > 0,
        "sign": sign(currency, of_page()),
        "bills": [(bill, _money(open_minor(bill, today, terms), currency)) for bill in bills],
        "moves": credit_movements.of(unit),
        "agreement": agreement,
        "agreed_items": [item.name for item in items if item.code in agreement.item_codes]
        if agreement
        else [],
        "items": items if len(items) > 1 else [],
        "waiting": waiting,
        "may": scope.may(request.user, Deed.KEEP_CREDIT, unit.community_id),
        "hows": CreditMove.How.choices,
        "key": str(uuid.uuid4()),
        "today": today,
    }


def _act(request: HttpRequest, unit: Unit) -> None:
    """Says what became of it."""
    if not scope.may(request.user, Deed.KEEP_CREDIT, unit.community_id):
        raise PermissionDenied
    do = _ACTS.get(request.POST.get("do", ""))
    if do is None:
        raise PermissionDenied
    try:
        messages.success(request, do(request, unit))
    except ReasonMissing:
        messages.error(request, _("Please give a reason"))
    except NoAmount:
        messages.error(request, _("This is not an amount"))
    except credit.TooLittleCredit as error:
        left = _money(error.credit_minor, unit.community.currency)
        messages.error(request, _("There is only %(left)s of credit by now") % {"left": left})
    except BillNotOpen:
        messages.error(request, _("This bill is not open any more, or it was done already"))
    except BillLeased:
        messages.error(
            request, _("A payment of this bill is being confirmed; try again when its end is known")
        )
    except credit.KeyReused:
        messages.error(request, _("It was done already"))
    except ValueError:
        messages.error(request, _("Something is missing or not understood"))


def _deposit(request: HttpRequest, unit: Unit) -> str:
    now, typed = timezone.now(), request.POST.get("amount", "")
    amount = minor_of(typed, unit.community.currency)
    move = credit.deposit_by(
        people.of(request.user),
        unit,
        amount,
        _how(request),
        key=_key(request),
        note=_words(request, "note", _NOTE_MAX),
        today=_today(unit, now),
        at=now,
    )
    shown = _money(amount, unit.community.currency)
    return _("%(amount)s taken in, receipt %(number)s") % {"amount": shown, "number": move.number}


def _use(request: HttpRequest, unit: Unit) -> str:
    now = timezone.now()
    by, day, key = people.of(request.user), _today(unit, now), _key(request)
    units = paid_with(unit, day)
    chosen = Bill.objects.filter(unit__in=units, number__in=request.POST.getlist("bill"))
    if request.POST.getlist("bill"):
        credit.use_by(by, unit, list(chosen), key=key, today=day, at=now)
        return _("Done")
    items = _items(request)
    move = credit.use_oldest_first(by, unit, key=key, today=day, at=now, items=items)
    return _("Done") if move else _("The credit covers no open bill")


def _pay_out(request: HttpRequest, unit: Unit) -> str:
    now = timezone.now()
    done = credit_approval.pay_out(
        request.user,
        unit,
        minor_of(request.POST.get("amount", ""), unit.community.currency),
        _how(request),
        request.POST.get("reason", ""),
        key=_key(request),
        today=_today(unit, now),
        at=now,
    )
    waits = isinstance(done, Request)
    return _("It waits for another person to approve it") if waits else _("Done")


def _agree(request: HttpRequest, unit: Unit) -> str:
    who, day = _words(request, "agreed_by", _NAME_MAX), request.POST.get("agreed_on", "")
    if not who:
        raise ValueError(who)
    now = timezone.now()
    agreed_on, items = date.fromisoformat(day), _items(request)
    credit.agree_by(people.of(request.user), unit, who, agreed_on, now, items)
    return _("Done")


def _end_agreement(request: HttpRequest, unit: Unit) -> str:
    reason = request.POST.get("reason", "")
    credit.end_agreement_by(people.of(request.user), unit, reason, timezone.now())
    return _("Done")


_ACTS = {
    "deposit": _deposit,
    "use": _use,
    "pay_out": _pay_out,
    "agree": _agree,
    "end_agreement": _end_agreement,
}


def _how(request: HttpRequest) -> str:
    """Raises ValueError."""
    return CreditMove.How(request.POST.get("how", "")).value


def _items(request: HttpRequest) -> list[str]:
    """Codes of the fee items that were ticked; none for all."""
    return [code.replace("\0", "")[:30] for code in request.POST.getlist("item")]


def _key(request: HttpRequest) -> str:
    """Raises ValueError."""
    return str(uuid.UUID(request.POST.get("key", "")))


def _words(request: HttpRequest, name: str, most: int) -> str:
    return " ".join(request.POST.get(name, "").replace("\0", " ").split())[:most]


def _today(unit: Unit, now: Any) -> date:
    return business_day(now, unit.community.time_zone)


def _money(minor: int, currency: str) -> str:
    return Money(minor, currency).display(of_page())
