"""What staff choose before bills are made: community, period, fee items, due date."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from server.billing.fees import FeeItem, charged
from server.billing.periods import period_of_text
from server.estate.models import Community
from server.staff import scope
from server.staff.audit import REASON_MAX
from server.staff.roles import Deed


class ChoiceForm(forms.Form):
    """``items``: all of the community's when none is chosen."""

    community = forms.ModelChoiceField(Community.objects.none(), label=_("Community"))
    period = forms.CharField(
        label=_("Period"), max_length=10, widget=forms.TextInput({"type": "month"})
    )
    items = forms.ModelMultipleChoiceField(
        FeeItem.objects.none(),
        label=_("Fee items"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        to_field_name="code",
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = scope.communities(user, Deed.RUN_BILLS)
        self.fields["community"].queryset = mine  # type: ignore[attr-defined]
        chosen = str(self.data.get("community", "")) if self.is_bound else ""
        if chosen.isascii() and chosen.isdigit() and len(chosen) < 18:
            of = charged(mine.filter(pk=int(chosen)))
            self.fields["items"].queryset = of  # type: ignore[attr-defined]

    def clean_period(self) -> str:
        try:
            return period_of_text(self.cleaned_data["period"])
        except ValueError as wrong:
            raise ValidationError(
                gettext("Write the period as year and month, e.g. 2026-11")
            ) from wrong

    @property
    def codes(self) -> list[str] | None:
        """Of the chosen items; None for all."""
        chosen = [item.code for item in self.cleaned_data["items"]]
        of_all = charged(self.cleaned_data["community"]).count()
        return None if len(chosen) in (0, of_all) else sorted(chosen)


class StartForm(ChoiceForm):
    due = forms.DateField(label=_("Due"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    reason = forms.CharField(label=_("Reason"), max_length=REASON_MAX)
