"""The page of the packages of months that a community offers: a new one, and one that is sold no more."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.business_day import business_day
from contract.plain_text import whole_number
from server.billing import opening
from server.billing.fees import FeeItem, Tariff, charged
from server.billing.packages.models import MONTHS_MAX, RULES_AHEAD, PackageOffer
from server.estate.models import Community, Unit
from server.fleet.views import staff_only
from server.language import chosen
from server.staff import audit, people, row_changes, scope
from server.staff.audit import REASON_MAX, ReasonMissing
from server.staff.roles import Area


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _months(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=MONTHS_MAX)


class OfferForm(forms.Form):
    """``items``: those that can be known months ahead; ``unit_kinds``: all where none is chosen."""

    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=40)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=60)
    months_given = _months(gettext_lazy("Months given"))
    months_paid = _months(gettext_lazy("Months paid"))
    items = forms.MultipleChoiceField(
        label=gettext_lazy("Fee items"), widget=forms.CheckboxSelectMultiple
    )
    unit_kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of units; all where none is chosen"),
        required=False,
        choices=Unit.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    who = forms.ChoiceField(label=gettext_lazy("Who may have it"), choices=PackageOffer.Who.choices)
    leaving = forms.ChoiceField(
        label=gettext_lazy("Who leaves early"), choices=PackageOffer.Leaving.choices
    )
    on_sale_from = forms.DateField(label=gettext_lazy("Sold from"), widget=_Day())
    on_sale_until = forms.DateField(label=gettext_lazy("Sold until"), required=False, widget=_Day())
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=REASON_MAX)

    def __init__(self, community: Community, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._community = community
        choices: Any = self.fields["items"]
        choices.choices = [(item.code, chosen(item.name)) for item in _known_ahead(community)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            self.offer().full_clean()
        except ValidationError as wrong:
            for field, said in wrong.message_dict.items():
                self.add_error(field if field in self.fields else None, said)
        return cleaned

    def offer(self) -> PackageOffer:
        """As it would be kept, not yet written."""
        said = dict(self.cleaned_data)
        return PackageOffer(
            community=self._community,
            item_codes=said.pop("items"),
            **{name: value for name, value in said.items() if name != "reason"},
        )


def _known_ahead(community: Community) -> list[FeeItem]:
    """Items none of whose prices is of a rule that counts or shares."""
    rows = charged(community).prefetch_related("tariffs")
    return [
        item
        for item in rows
        if item.tariffs.all() and all(one.rule in RULES_AHEAD for one in item.tariffs.all())
    ]


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def package_offers(request: HttpRequest) -> HttpResponse:
    """Of one community, which is chosen where the person sees several."""
    mine = scope.communities(request.user, Area.FEES)
    asked = whole_number(request.GET.get("community", "")) or 0
    community = mine.filter(pk=asked).first() or mine.first()
    if community is None or (asked and community.pk != asked):
        raise Http404
    may = scope.may_change(request.user, Tariff, community.pk)
    today = business_day(timezone.now(), community.time_zone)
    form = OfferForm(community, initial={"on_sale_from": today})
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        if request.POST.get("do") == "end":
            _end(request, community, today)
            return redirect(f"{request.path}?community={community.pk}")
        form = OfferForm(community, request.POST)
        if form.is_valid():
            _saved(request, form.offer(), form.cleaned_data["reason"])
            return redirect(f"{request.path}?community={community.pk}")
    offers = PackageOffer.objects.filter(community=community)
    context = {
        "community": community,
        "others": [other for other in mine if other != community],
        "offers": [_shown(offer, today) for offer in offers],
        "form": form,
        "may_change": may,
    }
    return render(request, "tariffs/packages.html", context)


def _shown(offer: PackageOffer, today: date) -> dict[str, Any]:
    return {
        "offer": offer,
        "items": offer.item_codes_told(),
        "kinds": offer.unit_kinds_told(),
        "over": offer.on_sale_until is not None and offer.on_sale_until < today,
        "sold": offer.sales.count(),
    }


def _saved(request: HttpRequest, offer: PackageOffer, reason: str) -> None:
    """Saved, or, where one of its items was billed, asked for: it is a price as any other."""
    rows = FeeItem.objects.filter(community=offer.community_id, code__in=offer.item_codes)
    billed = any(opening.item_was_billed(item.pk) for item in rows)
    if billed and not scope.is_company(request.user):
        row_changes.ask_for(request.user, offer, reason, at=timezone.now())
        messages.warning(request, _("It waits for another person to approve it"))
        return
    with transaction.atomic():
        offer.save()
        after = row_changes.values_of(offer)
        subject, by = ("packageoffer", str(offer.pk)), people.of(request.user)
        now, where = timezone.now(), offer.community_id
        audit.record(where, by, "package_offered", subject, reason, now, after=after)
    messages.success(request, _("The package is on offer"))


def _end(request: HttpRequest, community: Community, today: date) -> None:
    """From today on it is sold no more; what was sold stays."""
    key, reason = whole_number(request.POST.get("offer", "")) or 0, request.POST.get("reason", "")
    with transaction.atomic():
        rows = PackageOffer.objects.select_for_update().filter(community=community, pk=key)
        offer = rows.first()
        if offer is None:
            raise PermissionDenied
        until = max(offer.on_sale_from, today - timedelta(days=1))
        if offer.on_sale_until is not None and offer.on_sale_until <= until:
            messages.error(request, _("It was done already"))
            return
        offer.on_sale_until = until
        offer.save(update_fields=["on_sale_until"])
        subject, by, now = ("packageoffer", str(key)), people.of(request.user), timezone.now()
        try:
            audit.record(community.pk, by, "package_offer_ended", subject, reason, now)
        except ReasonMissing:
            transaction.set_rollback(True)
            messages.error(request, _("Please give a reason"))
            return
    messages.success(request, _("Done"))
