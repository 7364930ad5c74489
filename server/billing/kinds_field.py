"""A list of kinds, of units or of vehicles, that staff choose by ticking; it is kept as JSON."""

from typing import Any

from django import forms
from django.db import models


class KindsField(models.JSONField):
    """``kinds``: the choices of the form. Whether a list holds only these, the row's ``clean`` says."""

    def __init__(
        self, *args: Any, kinds: type[models.TextChoices] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._kinds = kinds

    def formfield(self, **kwargs: Any) -> Any:
        if self._kinds is None:
            raise TypeError(f"{self.name} says no kinds")
        kwargs.pop("widget", None)
        own: dict[str, Any] = {
            "form_class": forms.MultipleChoiceField,
            "choices": self._kinds.choices,
            "show_hidden_initial": False,
            "widget": forms.CheckboxSelectMultiple({"class": "kinds"}),
        }
        return models.Field.formfield(self, **{**kwargs, **own})

    def told(self, stored: Any) -> str:
        """In words, in the language of the page."""
        assert self._kinds is not None
        known = dict(self._kinds.choices)
        return ", ".join(str(known.get(kind, kind)) for kind in stored or ())

    def deconstruct(self) -> Any:
        """A column of JSON like any other."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
