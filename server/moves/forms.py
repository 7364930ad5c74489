"""What is asked when people move."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from server.billing.meters import Meter
from server.estate.models import PHONE, Occupancy
from server.staff.audit import REASON_MAX


class Day(forms.DateInput):
    """As browsers let a day be chosen."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class MoveForm(forms.Form):
    """With a counter for each meter of the unit, empty where nobody read."""

    day = forms.DateField(label=_("First day"), widget=Day())
    leaves = forms.MultipleChoiceField(
        label=_("Who leaves"), required=False, widget=forms.CheckboxSelectMultiple
    )
    name = forms.CharField(label=_("Full name"), max_length=60, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False, validators=[PHONE])
    role = forms.ChoiceField(label=_("As"), choices=Occupancy.Role.choices, required=False)
    pays = forms.BooleanField(label=_("Pays the bills"), required=False, initial=True)
    pays_from = forms.DateField(label=_("Pays from"), required=False, widget=Day())
    reason = forms.CharField(label=_("Reason"), max_length=REASON_MAX)

    def __init__(
        self, *args: Any, people: Iterable[Occupancy], meters: Iterable[Meter], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._meters = {meter.pk: meter for meter in meters}
        self.fields["leaves"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), f"{one.resident.masked_name} · {one.get_role_display()}")
            for one in people
        ]
        for key, meter in self._meters.items():
            self.fields[_field(key)] = forms.DecimalField(
                label=f"{meter.code} · {meter.get_utility_display()}",
                required=False,
                min_value=Decimal(0),
                max_digits=12,
                decimal_places=2,
                localize=False,
            )

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("name") and not cleaned.get("role"):
            self.add_error("role", _("Say whether as owner, tenant or family"))
        return cleaned

    def leaving(self) -> frozenset[int]:
        return frozenset(int(key) for key in self.cleaned_data["leaves"])

    def counters(self) -> dict[int, Decimal]:
        """Of those that were read."""
        typed = {key: self.cleaned_data.get(_field(key)) for key in self._meters}
        return {key: counter for key, counter in typed.items() if counter is not None}

    def counter_fields(self) -> Iterator[tuple[int, Any]]:
        for key in self._meters:
            yield key, self[_field(key)]


def _field(meter: int) -> str:
    return f"counter-{meter}"
