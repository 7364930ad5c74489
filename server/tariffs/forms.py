"""A new price as it is typed: rate or steps, from when, and why."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from server.billing.fees import FeeItem, Tariff, rule_choices, steps_of
from server.billing.rules.item import TariffFacts
from server.billing.steps_field import StepsFormField
from server.staff.audit import REASON_MAX

_RATE = {"required": False, "min_value": Decimal(0), "max_digits": 12, "decimal_places": 4}


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TariffForm(forms.Form):
    """``rate`` in major units; or steps."""

    rule = forms.ChoiceField(label=_("Rule"), choices=rule_choices)
    rate = forms.DecimalField(label=_("Rate"), localize=False, **_RATE)
    valid_from = forms.DateField(label=_("Valid from"), widget=_Day())
    steps = StepsFormField(label=_("Steps"), required=False)
    over_year = forms.BooleanField(label=_("Steps over a year, not a month"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=REASON_MAX)

    def __init__(self, item: FeeItem, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._item = item
        for field in self.fields.values():
            if isinstance(field, forms.DecimalField):
                field.widget.attrs["inputmode"] = "decimal"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if not cleaned["steps"] and cleaned["rate"] is None:
            self.add_error("rate", _("Give a rate, or steps"))
        elif cleaned["steps"] and cleaned["rate"] is not None:
            self.add_error("rate", _("Give a rate or steps, not both"))
        else:
            self._check()
        return cleaned

    def _check(self) -> None:
        day = self.cleaned_data["valid_from"]
        if self._item.tariffs.filter(valid_from=day).exists():
            self.add_error("valid_from", _("Another tariff of this item begins on that day"))
            return
        try:
            self.tariff().full_clean(validate_unique=False, validate_constraints=False)
        except ValidationError as wrong:
            for field, said in wrong.message_dict.items():
                self.add_error(field if field in self.fields else None, said)

    def tariff(self) -> Tariff:
        """As it would be kept, not yet written."""
        said = self.cleaned_data
        return Tariff(
            community_id=self._item.community_id,
            fee_item=self._item,
            rule=said["rule"],
            rate=said["rate"] or Decimal(0),
            valid_from=said["valid_from"],
            steps=said["steps"],
            steps_over_year=bool(said["over_year"] and said["steps"]),
        )

    def facts(self) -> TariffFacts:
        row = self.tariff()
        return TariffFacts(
            row.rule, row.valid_from, row.rate, steps_of(row.steps), row.steps_over_year
        )
