"""What is asked when units are merged, and when one is split."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contract.currency import EXPONENTS
from server.estate.models import Occupancy, Unit
from server.moves.forms import Day
from server.moves.regrouping import Merge, Split
from server.staff.audit import REASON_MAX


def _area(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=Decimal("0.01"), max_digits=8, decimal_places=2, localize=False
    )


def _boxes(label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, required=False, widget=forms.CheckboxSelectMultiple
    )


class MergeForm(forms.Form):
    """``people``: who is in any of the units; one of them is to pay."""

    day = forms.DateField(label=_("From the first day of the month"), widget=Day())
    code = forms.CharField(label=_("Unit code afterwards"), max_length=35)
    area_m2 = _area(_("Area afterwards (m²)"))
    payer = forms.ChoiceField(label=_("Who pays"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=REASON_MAX)

    def __init__(self, *args: Any, people: Iterable[Occupancy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payer"].choices = _payers(people, _("as until now"))  # type: ignore[attr-defined]

    def asked(self, others: Iterable[Unit]) -> Merge:
        said = self.cleaned_data
        keys = tuple(unit.pk for unit in others)
        return Merge(said["day"], keys, said["area_m2"], said["code"], _key(said["payer"]))


class SplitForm(forms.Form):
    """``kept``: choices of what may go with the new unit, by field."""

    day = forms.DateField(label=_("From the first day of the month"), widget=Day())
    code = forms.CharField(label=_("Code of the new unit"), max_length=35)
    area_m2 = _area(_("Area of the new unit (m²)"))
    left_m2 = _area(_("Area that is left (m²)"))
    people = _boxes(_("Who is in the new unit"))
    payer = forms.ChoiceField(label=_("Who pays for the new unit"), required=False)
    meters = _boxes(_("Meters of the new unit"))
    spaces = _boxes(_("Parking spaces of the new unit"))
    vehicles = _boxes(_("Vehicles of the new unit"))
    credit = forms.DecimalField(
        label=_("Credit that goes with it"),
        required=False,
        min_value=Decimal(0),
        max_digits=13,
        decimal_places=2,
        localize=False,
    )
    reason = forms.CharField(label=_("Reason"), max_length=REASON_MAX)

    def __init__(
        self,
        *args: Any,
        people: Iterable[Occupancy],
        kept: dict[str, list[tuple[str, str]]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        rows = list(people)
        payers = _payers(rows, _("nobody is known yet"))
        self.fields["payer"].choices = payers  # type: ignore[attr-defined]
        self.fields["people"].choices = payers[1:]  # type: ignore[attr-defined]
        for name, choices in kept.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def boxes(self) -> list[Any]:
        """The fields with a choice of several."""
        return [self[name] for name in ("people", "meters", "spaces", "vehicles")]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("payer") and said["payer"] not in said.get("people", ()):
            self.add_error("payer", _("Who pays for the new unit is in it, too"))
        return said

    def asked(self, currency: str) -> Split:
        said = self.cleaned_data
        minor = int((said["credit"] or Decimal(0)).scaleb(EXPONENTS[currency]))

        def keys(name: str) -> tuple[int, ...]:
            return tuple(int(key) for key in said[name])

        return Split(
            said["day"],
            said["code"],
            said["area_m2"],
            said["left_m2"],
            keys("people"),
            _key(said["payer"]),
            keys("meters"),
            keys("spaces"),
            keys("vehicles"),
            minor,
        )


def _payers(people: Iterable[Occupancy], none: Any) -> list[tuple[str, Any]]:
    """Each resident once, after the choice of nobody in particular."""
    found = {
        str(one.resident_id): f"{one.resident.masked_name} · {one.get_role_display()}"
        for one in people
    }
    return [("", none), *found.items()]


def _key(chosen: str) -> int | None:
    return int(chosen) if chosen else None
