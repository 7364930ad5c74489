"""Days and times in forms of the back office: the browser's own fields, with its pickers."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import DATETIME_CLASSES

_STYLE = " ".join([*DATETIME_CLASSES, "max-w-2xl"])
SAID_BELOW = forms.Script("staff/fields.js", defer=True)


class Day(forms.DateInput):
    """What is in it is said below in the page's language: a browser shows it in its own."""

    input_type = "date"

    class Media:
        js = (SAID_BELOW,)

    def __init__(self) -> None:
        said = {"data-form": _("year-month-day, as 2026-12-31")}
        super().__init__({"class": _STYLE, **said}, format="%Y-%m-%d")


class TimeOfDay(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__({"class": _STYLE, "step": "1"}, format="%H:%M:%S")


class DayAndTime(forms.SplitDateTimeWidget):
    """Two fields, of which the form's own label is none: each says what it is of."""

    def __init__(self, of: Any) -> None:
        super().__init__()
        self.widgets = [Day(), TimeOfDay()]
        for widget, part in zip(self.widgets, (_("Date"), _("Time of day")), strict=True):
            widget.attrs["aria-label"] = format_lazy("{}: {}", of, part)
