"""The month that a bill or a reading is for, ``YYYY-MM``, however it is typed."""

import re
import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

models.CharField.register_lookup(Length, "length")
_TYPED = re.compile(r"(20[0-9]{2})\s*[-/.\u5e74]?\s*(0?[1-9]|1[0-2])\s*\u6708?", re.ASCII)


def period_of_text(text: str) -> str:
    """``2026-11`` of 2026-11, 2026/11, 2026.1, 202611, and with the Chinese signs for year and month.
    Raises ValueError."""
    match = _TYPED.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None or (match[2] == match[0][4:] and len(match[2]) == 1):
        raise ValueError(text)
    return f"{match[1]}-{int(match[2]):02d}"


def is_written_period(text: str) -> bool:
    """Whether it is a period as it is kept."""
    try:
        return period_of_text(text) == text
    except ValueError:
        return False


def period_of(day: date) -> str:
    return f"{day:%Y-%m}"


def previous_period(period: str) -> str:
    year, month = int(period[:4]), int(period[5:])
    return f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02d}"


def next_period(period: str) -> str:
    year, month = int(period[:4]), int(period[5:])
    return f"{year + 1}-01" if month == 12 else f"{year}-{month + 1:02d}"


def periods_from(first: str, count: int) -> list[str]:
    """``count`` months, of which ``first`` is the first."""
    found = [first]
    while len(found) < count:
        found.append(next_period(found[-1]))
    return found


def is_period(column: str) -> models.Q:
    """What the database can say of it without regular expressions, which SQLite has none of."""
    return models.Q(
        **{f"{column}__length": 7, f"{column}__gte": "2000-01", f"{column}__lte": "2099-12"}
    )


class PeriodField(models.CharField):
    """Kept as ``YYYY-MM``; other spellings are put right. No row is saved with anything else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "max_length": 7})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return text
        try:
            return period_of_text(text)
        except ValueError as wrong:
            raise ValidationError(_("Write the period as year and month, e.g. 2026-11")) from wrong

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def get_prep_value(self, value: Any) -> Any:
        """Whoever looks for what is no period finds nothing."""
        return None if value is None else str(value)

    def formfield(self, **kwargs: Any) -> Any:
        """A month, in the browser's own field where it has one; longer spellings fit into it, too."""
        field = super().formfield(**{**kwargs, "max_length": None})
        if isinstance(field.widget, forms.TextInput):
            field.widget.input_type = "month"
            field.widget.attrs["data-form"] = _("year-month, as 2026-12")
        return field
