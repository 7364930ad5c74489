"""Fields of its own: texts in both languages, and those that are checked against a table.

What people usually mistake for such a name is named; blanks and capitals are put right. A row cannot be
saved with another value, by a form or without one.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from babel.numbers import get_currency_name
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError as PydanticError

from contract.business_day import ZoneUnknown, zone_name, zone_names
from contract.currency import EXPONENTS, CurrencyUnknown, currency_code
from contract.messages import Text
from contract.plain_text import clean_name
from contract.unit_code import DEFAULT, PART_LENGTH_MAX, Numbering
from server.estate.numbering_form import NumberingFormField
from server.language import chosen

Choices = list[tuple[str, str]]


def amount_field(name: Any, default: int, help_text: Any) -> models.BigIntegerField:
    """Minor units, none below nought."""
    checks = [MinValueValidator(0)]
    return models.BigIntegerField(name, default=default, validators=checks, help_text=help_text)


def zone_choices() -> Choices:
    return [(name, name) for name in zone_names()]


@cache
def currency_choices() -> Choices:
    """``CNY Chinese Yuan``, each in the language of the page."""
    return [(code, _currency(code)) for code in sorted(EXPONENTS)]


def _currency_name(code: str) -> str:
    locale = chosen(Text(zh="zh_CN", en="en"))
    return f"{code} {get_currency_name(code, locale=locale)}"


_currency = lazy(_currency_name, str)


class _NamedChoice(forms.TypedChoiceField):
    """Puts the spelling right, or names the mistake, before it looks for the choice."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return self.coerce(text) if text else text


class _NamedField(models.CharField):
    """A text that ``_named`` takes. The messages say what is not one: ``name`` was typed, and
    ``suggestion`` is what may be meant."""

    _not_one: Any
    _meant: Any

    def _named(self, text: str) -> str:
        raise TypeError("a field of no table")

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return text
        try:
            return self._named(text)
        except (ZoneUnknown, CurrencyUnknown) as unknown:
            said = self._meant if unknown.suggestion else self._not_one
            words = {"name": unknown.name[:40], "suggestion": unknown.suggestion}
            raise ValidationError(said, params=words) from unknown

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

    _not_one = _("“%(name)s” is no time zone; choose one of the list")
    _meant = _("“%(name)s” is no time zone; choose %(suggestion)s")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **_with(zone_choices, kwargs))

    def _named(self, text: str) -> str:
        return zone_name(text)


class CurrencyField(_NamedField):
    """Three letters of ISO 4217, e.g. CNY."""

    _not_one = _("“%(name)s” is no currency; choose one of the list")
    _meant = _("“%(name)s” is no currency; choose %(suggestion)s")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **_with(currency_choices, kwargs))

    def _named(self, text: str) -> str:
        return currency_code(text)


def _labelled(label: Any, language: str) -> str:
    said = {
        "zh": gettext("%(label)s (Chinese)"),
        "en": gettext("%(label)s (English)"),
    }[language]
    return said % {"label": label}


_label = lazy(_labelled, str)


class BilingualField(property):
    """A text that staff type in both languages: two columns, ``name_zh`` and ``name_en``, and on each row
    ``name``, the ``Text`` of them. Lines of at most ``zh_max`` and ``en_max`` characters; paragraphs when
    neither is given. A row may be made with the ``Text``: Django sets a model's properties, too."""

    def __init__(
        self,
        label: Any,
        *,
        zh_max: int | None = None,
        en_max: int | None = None,
        blank: bool = False,
    ) -> None:
        super().__init__(self._read, self._write)
        self.label = label
        self._columns = {
            language: _column(_label(label, language), longest, blank)
            for language, longest in (("zh", zh_max), ("en", en_max))
        }

    def contribute_to_class(self, model: type[models.Model], name: str) -> None:
        """Django calls it for each attribute of a model that has it."""
        self._name = name
        for language, column in self._columns.items():
            column.contribute_to_class(model, f"{name}_{language}")
        setattr(model, name, self)

    def _read(self, row: models.Model) -> Text:
        return Text(zh=getattr(row, f"{self._name}_zh"), en=getattr(row, f"{self._name}_en"))

    def _write(self, row: models.Model, text: Text) -> None:
        setattr(row, f"{self._name}_zh", text.zh)
        setattr(row, f"{self._name}_en", text.en)


def _column(label: Any, longest: int | None, blank: bool) -> models.Field:
    if longest is None:
        return models.TextField(label, blank=blank)
    return models.CharField(label, max_length=longest, blank=blank)


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


class NaturalKeyField(models.CharField):
    """By which rows are listed in the order that people count in: 1-1-101 before 1-1-1001. Made of the
    column ``of`` whenever the row is written whole."""

    def __init__(self, *args: Any, of: str = "code", **kwargs: Any) -> None:
        self._of = of
        kwargs = {"max_length": 255, "editable": False, "default": "", "db_default": ""} | kwargs
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = natural_key(getattr(model_instance, self._of))
        setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> Any:
        """A text column like any other."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def natural_key(code: str) -> str:
    """Each run of figures as wide as the longest that a code has, so that texts compare as numbers do."""
    return re.sub("[0-9]+", lambda run: run[0].zfill(PART_LENGTH_MAX), code or "")


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
            raise ValidationError([_("Not a numbering"), *problems]) from wrong
