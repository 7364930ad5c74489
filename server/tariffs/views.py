"""The pages of prices: the items of a community with their tariffs, and a new tariff with its preview."""

import hashlib
import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from contract.business_day import business_day
from contract.money import Money
from server.billing import opening
from server.billing.fees import FeeItem, Tariff, charged
from server.estate.models import Community
from server.fleet.views import staff_only
from server.language import chosen, of_page
from server.staff import audit, page_export, people, row_changes, scope
from server.staff.roles import Area
from server.tariffs.effect import Effect, billed_since, effect_of
from server.tariffs.forms import TariffForm


@staff_only
@never_cache
@require_GET
def prices(request: HttpRequest) -> HttpResponse:
    """Of one community, which is chosen where the person sees several."""
    mine = scope.communities(request.user, Area.FEES)
    asked = request.GET.get("community", "")
    known = asked.isascii() and asked.isdigit() and len(asked) < 18
    community = (mine.filter(pk=int(asked)).first() if known else None) or mine.first()
    items: list[Any] = []
    if community is not None:
        today = business_day(timezone.now(), community.time_zone)
        for item in charged(community).prefetch_related("tariffs"):
            tariffs = sorted(item.tariffs.all(), key=lambda one: one.valid_from, reverse=True)
            holds = next((one for one in tariffs if one.valid_from <= today), None)
            items.append(
                (item, [(one, one == holds, f"{one.rate.normalize():f}") for one in tariffs])
            )
    if community is not None and page_export.wanted(request):
        return page_export.answer(request, _table(community, items))
    context = {
        "community": community,
        "export_of": f"community={community.pk}" if community is not None else "",
        "others": [other for other in mine if other != community],
        "items": items,
        "may_change": community is not None
        and scope.may_change(request.user, Tariff, community.pk),
    }
    return render(request, "tariffs/prices.html", context)


def _table(community: Community, items: list[Any]) -> page_export.Table:
    """A row for each tariff; its steps, where it has some, one after the other."""
    heading = (_("Fee item"), _("Valid from"), _("Rule"), _("Rate"), _("Steps"), _("holds today"))
    rows = []
    for item, tariffs in items:
        for tariff, holds, rate in tariffs:
            steps, rule = tariff.steps_told(), tariff.get_rule_display()
            said = _("yes") if holds else ""
            rows.append((chosen(item.name), f"{tariff.valid_from}", rule, rate, steps, said))
    return page_export.Table("prices", [community.pk], heading, rows)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def new_tariff(request: HttpRequest, item: int) -> HttpResponse:
    """A form; its preview; and, with the very values that were previewed, the tariff. Not found, for an
    item of a community whose fees the person may not see."""
    rows = scope.visible(request.user, FeeItem).select_related("community")
    found = rows.filter(pk=item).first()
    if found is None:
        raise Http404
    if not scope.may_change(request.user, Tariff, found.community_id):
        raise PermissionDenied
    form = TariffForm(found, request.POST or None, initial=_last(found))
    effect, seen = None, ""
    if request.method == "POST" and form.is_valid():
        seen = _digest(form)
        if request.POST.get("do") == "save" and request.POST.get("seen") == seen:
            if _saved(request, form.tariff(), form.cleaned_data["reason"]):
                return redirect(f"/staff/prices/?community={found.community_id}")
        else:
            effect = effect_of(found, form.facts())
    context = {"item": found, "form": form, "seen": seen, "effect": effect}
    if effect is not None:
        context |= _told(found, effect, form)
    return render(request, "tariffs/new.html", context)


def _last(item: FeeItem) -> dict[str, Any]:
    """What the newest tariff says, to be changed."""
    row = item.tariffs.order_by("-valid_from").first()
    if row is None:
        return {}
    said: dict[str, Any] = {"rule": row.rule, "over_year": row.steps_over_year}
    if not row.steps:
        said["rate"] = f"{row.rate.normalize():f}"
    return said | {"steps": row.steps}


def _digest(form: TariffForm) -> str:
    row = form.tariff()
    values = [row.rule, str(row.rate), row.valid_from.isoformat(), row.steps, row.steps_over_year]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def _saved(request: HttpRequest, tariff: Tariff, reason: str) -> bool:
    """Saved, or, of what was billed before, asked for: another person approves it. False when neither."""
    before = tariff.fee_item.tariffs.filter(valid_from__lt=tariff.valid_from).first()
    try:
        if not scope.is_company(request.user) and opening.item_was_billed(tariff.fee_item_id):
            row_changes.ask_for(request.user, tariff, reason, at=timezone.now())
            messages.warning(request, _("It waits for another person to approve it"))
            return True
        with transaction.atomic():
            tariff.save()
            audit.record(
                tariff.community_id,
                people.of(request.user),
                "tariff_made",
                ("tariff", str(tariff.pk)),
                reason,
                timezone.now(),
                before=_shown(before) if before else None,
                after=_shown(tariff) | {"fee_item": tariff.fee_item.code},
            )
    except IntegrityError:  # somebody else was faster
        messages.error(request, _("Another tariff of this item begins on that day"))
        return False
    except audit.ReasonMissing:
        messages.error(request, _("Please give a reason"))
        return False
    messages.success(request, _("The tariff is saved"))
    return True


def _shown(tariff: Tariff) -> dict[str, Any]:
    return {
        "rule": tariff.rule,
        "rate": str(tariff.rate),
        "steps": tariff.steps,
        "valid_from": tariff.valid_from,
    }


def _told(item: FeeItem, effect: Effect, form: TariffForm) -> dict[str, Any]:
    def money(minor: int | None) -> str:
        return "" if minor is None else Money(minor, item.community.currency).display(of_page())

    def change(minor: int) -> str:
        return ("+" if minor > 0 else "") + money(minor)

    rows = [(one.unit, money(one.old), money(one.new), change(one.change)) for one in effect.rows]
    return {
        "rows": rows,
        "old": money(effect.old),
        "new": money(effect.new),
        "change": change(effect.new - effect.old),
        "percent": round((effect.new - effect.old) * 100 / effect.old, 1) if effect.old else None,
        "billed": billed_since(item, form.cleaned_data["valid_from"]),
    }
