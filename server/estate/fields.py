"""Fields of a community that are checked against a table: time zone, currency, numbering of units.

What people usually mistake for such a name is named; blanks and capitals are put right. A row cannot be
saved with another value, by a form or without one.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from babel.numbers import get_currency_name
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from pydantic import ValidationError as PydanticError

from contract.business_day import ZoneUnknown, zone_name, zone_names
from contract.currency import EXPONENTS, CurrencyUnknown, currency_code
from contract.plain_text import clean_name
from contract.unit_code import DEFAULT, Numbering
from server.estate.numbering_form import NumberingFormField

Choices = list[tuple[str, str]]


def zone_choices() -> Choices:
    return [(name, name) for name in zone_names()]


@cache
def currency_choices() -> Choices:
    """``CNY 人民币 Chinese Yuan``."""
    return [
        (
            code,
            f"{code} {get_currency_name(code, locale='zh_CN')} {get_currency_name(code, locale='en')}",
        )
        for code in sorted(EXPONENTS)
    ]


def _meant(what: str, error: ZoneUnknown | CurrencyUnknown) -> ValidationError:
    shown = error.name[:40]
    zh, en = what.split(" ", 1)
    if error.suggestion:
        return ValidationError(
            f"“{shown}”不是{zh}，请改为 {error.suggestion} Not a {en}; choose {error.suggestion}"
        )
    return ValidationError(f"“{shown}”不是{zh}，请从列表中选择 Not a {en}; choose one of the list")


class _NamedChoice(forms.TypedChoiceField):
    """Puts the spelling right, or names the mistake, before it looks for the choice."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return self.coerce(text) if text else text


class _NamedField(models.CharField):
    """A text that ``_named`` takes; ``_what`` is what it is called in messages."""

    _what: str

    def _named(self, text: str) -> str:
        raise TypeError("a field of no table")

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return text
        try:
            return self._named(text)
        except (ZoneUnknown, CurrencyUnknown) as unknown:
            raise _meant(self._what, unknown) from unknown

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Raises ValidationError: rows are made without forms, too."""
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{**kwargs, "choices_form_class": _NamedChoice})

    def deconstruct(self) -> Any:
        """The tables are no part of the schema: they change with the system's zones."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("choices", None)
        return name, path, args, kwargs


def _with(choices: Callable[[], Choices], kwargs: dict[str, Any]) -> dict[str, Any]:
    return {"choices": choices, **kwargs}


class TimeZoneField(_NamedField):
    """A zone of the time zone database, e.g. Asia/Shanghai."""

    _what = "时区 time zone"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **_with(zone_choices, kwargs))

    def _named(self, text: str) -> str:
        return zone_name(text)


class CurrencyField(_NamedField):
    """Three letters of ISO 4217, e.g. CNY."""

    _what = "币种 currency"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **_with(currency_choices, kwargs))

    def _named(self, text: str) -> str:
        return currency_code(text)


class PersonNameField(models.CharField):
    """A name as ``clean_name`` keeps it, however the row is made."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return clean_name(text) if text else text

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> Any:
        """A text column like any other."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def default_numbering() -> dict[str, Any]:
    return DEFAULT.model_dump()


class NumberingField(models.JSONField):
    """``contract.unit_code.Numbering`` as JSON; what is wrong in it is named by its place."""

    def formfield(self, **kwargs: Any) -> Any:
        """A form of its own; the back office has no other widget for it."""
        kwargs.pop("widget", None)
        own = {"form_class": NumberingFormField, "show_hidden_initial": False}
        return models.Field.formfield(self, **{**kwargs, **own})

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        value = super().clean(value, model_instance)
        try:
            return Numbering.model_validate(value).model_dump()
        except PydanticError as wrong:
            problems = [
                ".".join(map(str, p["loc"])) + ": " + str(p["msg"]) for p in wrong.errors()[:5]
            ]
            raise ValidationError(["编号规则有误 Not a numbering", *problems]) from wrong
