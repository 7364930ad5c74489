"""Which units there are in which time, and what area they had then: units are merged and split."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from server.estate.tenancy import OfCommunity


class FormerArea(OfCommunity):
    """The area that a unit had until a day, the last of a month: bills of the time before units were
    merged or split are reckoned by it."""

    community = models.ForeignKey(
        "estate.Community", models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    unit = models.ForeignKey(
        "estate.Unit", models.PROTECT, verbose_name=_("Unit"), related_name="former_areas"
    )
    area_m2 = models.DecimalField(_("Area (m²)"), max_digits=8, decimal_places=2)
    until = models.DateField(_("Last day"))

    class Meta:
        verbose_name = _("Former area")
        verbose_name_plural = _("Former areas")
        ordering = ["unit", "until"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "until"], name="former_area_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.area_m2}"


def there(first: date, last: date, of: str = "") -> Q:
    """Units that exist on a day from ``first`` to ``last``. ``of``: the way to them, as ``unit__``."""
    begun = Q(**{f"{of}begins__isnull": True}) | Q(**{f"{of}begins__lte": last})
    return begun & (Q(**{f"{of}ends__isnull": True}) | Q(**{f"{of}ends__gt": first}))


def former_areas(units: Iterable[int], last: date) -> dict[int, Decimal]:
    """The area on ``last`` of those units, by key, whose area is another since."""
    rows = FormerArea.objects.filter(unit__in=units, until__gte=last).order_by("-until")
    return dict(rows.values_list("unit_id", "area_m2"))  # of several the earliest comes last
