"""Amounts of money in the back office: kept in minor units (fen, cents), typed and shown in whole ones
(yuan), in the currency of the row's community."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.admin import display
from django.db.models import BigIntegerField, Field, Model
from django.forms import DecimalField
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from contract.currency import EXPONENTS
from contract.money import Money
from contract.plain_text import whole_number
from server.language import of_page

DIGITS_MAX = 15
_USUAL = "CNY"


class AmountField(DecimalField):
    """Takes ``120.50`` and gives 12050 minor units; never rounds."""

    def __init__(self, *, currency: str, **named: Any) -> None:
        self.currency = currency
        exponent = EXPONENTS[currency]
        named.setdefault("widget", UnfoldAdminDecimalFieldWidget)
        super().__init__(max_digits=DIGITS_MAX, decimal_places=exponent, **named)
        self.label = f"{self.label} ({currency})"

    def prepare_value(self, value: Any) -> Any:
        """Kept ones as they are typed; what was typed already stays."""
        return str(Money(value, self.currency).decimal) if type(value) is int else value

    def clean(self, value: Any) -> Any:
        major: Decimal | None = super().clean(value)
        return None if major is None else int(major.scaleb(EXPONENTS[self.currency]))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def is_amount(field: Field[Any, Any]) -> bool:
    return isinstance(field, BigIntegerField) and field.name.endswith("_minor")


def form_field(column: Field[Any, Any], currency: str) -> AmountField:
    """For a column in minor units; what is allowed in it, the column itself checks."""
    return AmountField(
        currency=currency,
        label=column.verbose_name,
        help_text=column.help_text,
        required=not column.blank,
        initial=column.default if column.has_default() else None,
    )


def currency_at(request: HttpRequest, model: type[Model]) -> str:
    """Of the row that the page is about; of a new one that of its community, as far as it is chosen."""
    where = request.resolver_match
    key = where.kwargs.get("object_id") if where else None
    row = model._default_manager.filter(pk=whole_number(key)).first() if key else None
    if row is not None:
        return currency_of(row)
    typed = request.POST.get("currency", "")
    if typed in EXPONENTS:
        return typed
    pk = getattr(request, "community_id", None) or whole_number(request.POST.get("community", ""))
    community = apps.get_model("estate", "Community")._default_manager.filter(pk=pk or 0).first()
    return community.currency if community else _USUAL


def currency_of(row: Any) -> str:
    """Its own, else that of the bill or order that it belongs to, else its community's."""
    for holder in (row, getattr(row, "bill", None), getattr(row, "order", None)):
        if holder is not None and (own := getattr(holder, "currency", "")):
            return own
    return row.community.currency


def column(name: str, label: Any) -> Callable[[Any], str]:
    """For lists of the back office: a column in minor units, with its sign."""

    @display(description=label, ordering=name)
    def shown(row: Any) -> str:
        minor = getattr(row, name)
        return "" if minor is None else Money(minor, currency_of(row)).display(of_page())

    shown.__name__ = name.removesuffix("_minor")
    return shown
