"""Steps of a price as rows that staff fill in: the use up to which a rate holds, and the rate.

Rows left blank are not there; the last step has no end. Without a script the form has the rows that are
filled and some blank ones; ``staff/steps.js`` adds and removes rows.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.template.loader import render_to_string
from django.utils.translation import gettext
from unfold.widgets import BASE_INPUT_CLASSES

STEPS_MAX = 9
BLANK_ROWS = 3
Row = tuple[str, str]  # up to, rate; as typed


class StepsWidget(forms.Widget):
    """``input_class``: of the fields, where a page's own style needs one."""

    class Media:
        js = (forms.Script("staff/steps.js", defer=True),)

    def __init__(self, input_class: str = "") -> None:
        super().__init__()
        self.input_class = input_class

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-0-up_to" if id_ else id_

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Row]:
        def typed(row: int, part: str) -> str:
            return str(data.get(f"{name}-{row}-{part}", "")).replace("\0", " ").strip()

        return [(typed(row, "up_to"), typed(row, "rate")) for row in range(STEPS_MAX)]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}-0-rate" not in data

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> str:
        rows = [["" if part is None else str(part) for part in row] for row in value or ()]
        filled = max((at for at, row in enumerate(rows, 1) if any(row)), default=0)
        shown = [*rows[:filled], *[["", ""]] * BLANK_ROWS][:STEPS_MAX]
        context = {
            "name": name,
            "id": (attrs or {}).get("id", f"id_{name}"),
            "rows": shown,
            "most": STEPS_MAX,
            "input_class": self.input_class,
        }
        return render_to_string("billing/steps.html", context)


class StepsFormField(forms.Field):
    """Its value is the steps as a tariff keeps them: pairs [up to, rate] of texts."""

    widget = StepsWidget

    def to_python(self, value: Any) -> list[list[str | None]]:
        up_to = forms.DecimalField(
            required=False, min_value=Decimal("0.01"), max_digits=12, decimal_places=2
        )
        rate = forms.DecimalField(
            required=False, min_value=Decimal(0), max_digits=12, decimal_places=4
        )
        steps: list[list[str | None]] = []
        wrong: list[str] = []
        for place, row in enumerate(value or (), 1):
            try:
                end, price = up_to.clean(row[0]), rate.clean(row[1])
            except ValidationError as said:
                wrong += [_at(place, message) for message in said.messages]
                continue
            if price is None and end is not None:
                wrong.append(_at(place, gettext("give its rate")))
            if price is not None:
                steps.append([None if end is None else f"{end.normalize():f}", f"{price}"])
        if wrong:
            raise ValidationError(wrong)
        return steps

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return _plain(initial) != _plain(self.to_python(data))
        except ValidationError:
            return True


class StepsField(models.JSONField):
    """A column of steps, typed as rows in the back office."""

    def formfield(self, **kwargs: Any) -> Any:
        kwargs.pop("widget", None)  # the back office has no other for it
        own = {
            "form_class": StepsFormField,
            "widget": StepsWidget(" ".join(BASE_INPUT_CLASSES)),
            "show_hidden_initial": False,
        }
        return models.Field.formfield(self, **{**kwargs, **own})

    def deconstruct(self) -> Any:
        """A column of JSON like any other."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


def _at(place: int, what: str) -> str:
    return gettext("Step %(place)s: %(what)s") % {"place": place, "what": what}


def _plain(steps: Any) -> list[tuple[Any, ...]]:
    return [
        tuple(None if part is None else Decimal(str(part)) for part in step) for step in steps or ()
    ]
