"""The form in which staff say what a new community is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contract.numberings import NUMBERINGS
from server.estate.models import Community
from server.language import chosen
from server.onboarding.communities import numbering_of


def _numberings() -> list[tuple[str, str]]:
    """Each usual way by what its codes are made of, with codes as examples."""
    return [
        (name, f"{' / '.join(chosen(kind.form) for kind in way.kinds)} ({', '.join(examples)})")
        for name, (way, examples) in NUMBERINGS.items()
    ]


class CommunityForm(forms.ModelForm):
    """What a community needs on its first day; the rest stands in the back office."""

    ways = forms.ChoiceField(label=_("How units are named"), choices=_numberings)

    class Meta:
        model = Community
        fields = (
            "code",
            "name_zh",
            "name_en",
            "company_zh",
            "company_en",
            "office_phone",
            "office_hours_zh",
            "office_hours_en",
            "currency",
            "time_zone",
            "second_factor",
            "test",
        )

    def settings(self) -> dict[str, Any]:
        """As ``create_community`` takes them; of a form that is valid."""
        values = dict(self.cleaned_data)
        numbering = numbering_of(values.pop("ways"))
        return {**values, "numbering": numbering}
