"""What is charged: fee items, and their tariffs, each valid from a date."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from server.billing.kinds_field import KindsField
from server.billing.rules import item as rules
from server.billing.rules.registry import RULES
from server.billing.steps_field import STEPS_MAX, StepsField
from server.estate.fields import BilingualField
from server.estate.models import Community, ParkingSpace, Unit, Vehicle
from server.estate.tenancy import OfCommunity
from server.language import chosen
from server.ledger.guards import check_stays

NOT_NEGATIVE = MinValueValidator(Decimal(0))
NEVER_CHARGED = date(
    2000, 1, 1
)  # the last day of an item that no period charges; it needs no tariff


class Proration(models.TextChoices):
    DAYS = rules.Proration.DAYS.value, _("By days")
    WHOLE_MONTH = rules.Proration.WHOLE.value, _("Whole months: changes begin with the next one")
    HALF_MONTH = rules.Proration.HALVES.value, _("By half months")


class Rounding(models.TextChoices):
    CENT = rules.Rounding.CENT.value, _("To the cent")
    TENTH = rules.Rounding.TENTH.value, _("To a tenth, half upward")
    WHOLE = rules.Rounding.WHOLE.value, _("To a whole, half upward")
    TENTH_DOWN = rules.Rounding.TENTH_DOWN.value, _("Down to a tenth")
    WHOLE_DOWN = rules.Rounding.WHOLE_DOWN.value, _("Down to a whole")


class SplitBy(models.TextChoices):
    AREA = rules.SplitBy.AREA.value, _("By floor area")
    UNIT = rules.SplitBy.UNIT.value, _("Alike for each unit")
    USE = rules.SplitBy.USE.value, _("By the use of the units' own meters")
    WEIGHT = rules.SplitBy.WEIGHT.value, _("By weights")


_RULES = {
    "per_area": _("By floor area"),
    "fixed": _("Fixed for each unit"),
    "per_meter": _("By the unit's own meter"),
    "shared": _("Cost shared by an entrance, a building or the community"),
    "per_space": _("Fixed for each parking space"),
    "per_vehicle": _("Fixed for each vehicle"),
    "one_off": _("Charged once"),
    "percentage": _("Percentage of another fee item"),
}


def rule_choices() -> list[tuple[str, Any]]:
    return [(code, _RULES[code]) for code in RULES]


def no_kinds() -> list[str]:
    return []


class FeeItem(OfCommunity):
    """What is charged, e.g. property fee. Once billed, ``code`` stays: it names an account.

    ``unit_kinds``: the kinds of units that are charged, empty for all. ``base``: the item of which a
    percentage is charged. ``holding``: which parking spaces are charged, empty for all;
    ``vehicle_kinds``: which vehicles, likewise. ``ends_on``: the last day for which it is charged.
    ``minimum``: in major units.
    """

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="fee_items"
    )
    code = models.SlugField(_("Code"), max_length=30)
    name = BilingualField(_("Name"), zh_max=40, en_max=60)
    position = models.PositiveSmallIntegerField(_("Position"), default=0)
    proration = models.CharField(
        _("Parts of a month"),
        max_length=12,
        choices=Proration.choices,
        default=Proration.DAYS,
    )
    rounding = models.CharField(
        _("Rounding"), max_length=12, choices=Rounding.choices, default=Rounding.CENT
    )
    minimum = models.DecimalField(
        _("Minimum"), max_digits=12, decimal_places=2, default=Decimal(0), validators=[NOT_NEGATIVE]
    )
    unit_kinds = KindsField(
        _("Kinds of units"),
        kinds=Unit.Kind,
        default=no_kinds,
        blank=True,
        help_text=_("All where none is chosen"),
    )
    holding = models.CharField(
        _("Parking spaces charged"),
        max_length=10,
        choices=ParkingSpace.Holding.choices,
        blank=True,
        default="",
        help_text=_("Owned ones, let ones, or all where nothing is chosen"),
    )
    vehicle_kinds = KindsField(
        _("Kinds of vehicles"),
        kinds=Vehicle.Kind,
        default=no_kinds,
        blank=True,
        help_text=_("All where none is chosen"),
    )
    split_by = models.CharField(
        _("How shared cost is split"),
        max_length=8,
        choices=SplitBy.choices,
        default=SplitBy.AREA,
    )
    base = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("Percentage of"),
        related_name="parts",
        null=True,
        blank=True,
    )
    ends_on = models.DateField(_("Last day"), null=True, blank=True)

    class Meta:
        verbose_name = _("Fee item")
        verbose_name_plural = _("Fee items")
        ordering = ["community", "position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="fee_item_code_once"),
            models.CheckConstraint(
                condition=Q(minimum__gte=0), name="fee_item_minimum_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return chosen(self.name)

    def unit_kinds_told(self) -> str:
        return self._meta.get_field("unit_kinds").told(self.unit_kinds)

    def vehicle_kinds_told(self) -> str:
        return self._meta.get_field("vehicle_kinds").told(self.vehicle_kinds)

    def clean(self) -> None:
        super().clean()
        check_stays(self, "code", "community")
        _check_kinds(self, "unit_kinds", Unit.Kind.values, _("A list of kinds of units: %(kinds)s"))
        _check_kinds(
            self, "vehicle_kinds", Vehicle.Kind.values, _("A list of kinds of vehicles: %(kinds)s")
        )
        above, seen = self.base, {self.pk}
        while above is not None:
            if above.pk in seen and above.pk is not None:
                raise ValidationError({"base": gettext("An item cannot be a part of itself")})
            seen.add(above.pk)
            above = above.base


def _check_kinds(item: FeeItem, field: str, known: list[str], said: Any) -> None:
    kinds = getattr(item, field)
    if not isinstance(kinds, list) or any(kind not in known for kind in kinds):
        raise ValidationError({field: said % {"kinds": ", ".join(known)}})


def no_steps() -> list[Any]:
    return []


def charged(communities: Any) -> models.QuerySet[FeeItem]:
    """The items of a community, or of several, that a period can charge."""
    many = communities if isinstance(communities, models.QuerySet) else [communities]
    return FeeItem.objects.filter(community__in=many).exclude(ends_on=NEVER_CHARGED)


class Tariff(OfCommunity):
    """How much, from when, by which rule. The newest that has begun holds.

    ``rate``: major units for one quantity unit a month; percent for a percentage. ``steps``: for
    ``per_meter``, instead of the rate, pairs [up to, rate] as texts, the last one [null, rate].
    """

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="tariffs"
    )
    fee_item = models.ForeignKey(
        FeeItem, models.PROTECT, verbose_name=_("Fee item"), related_name="tariffs"
    )
    rule = models.CharField(_("Rule"), max_length=30, choices=rule_choices)
    rate = models.DecimalField(
        _("Rate (major units)"),
        max_digits=12,
        decimal_places=4,
        validators=[NOT_NEGATIVE],
        default=Decimal(0),
    )
    valid_from = models.DateField(_("Valid from"))
    steps = StepsField(
        _("Steps"),
        default=no_steps,
        blank=True,
        help_text=_("Instead of the rate, for the unit's own meter"),
    )
    steps_over_year = models.BooleanField(_("Steps over a year, not a month"), default=False)

    class Meta:
        verbose_name = _("Tariff")
        verbose_name_plural = _("Tariffs")
        ordering = ["community", "fee_item", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["fee_item", "valid_from"], name="tariff_begins_once"),
            models.CheckConstraint(condition=Q(rate__gte=0), name="tariff_rate_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.fee_item} {self.steps_told() or f'{self.rate.normalize():f}'}"

    def steps_told(self) -> str:
        return steps_told(self.steps)

    def clean(self) -> None:
        super().clean()
        try:
            steps_of(self.steps)
        except ValueError as wrong:
            raise ValidationError(
                {"steps": gettext("Steps rise, and only the last one has no end")}
            ) from wrong
        if self.steps and self.rule != "per_meter":
            raise ValidationError({"steps": gettext("Only a unit's own meter is charged by steps")})
        if self.rule == "percentage" and self.fee_item_id and self.fee_item.base_id is None:
            raise ValidationError(
                {"rule": gettext("Say first of which fee item it is a percentage")}
            )


def steps_told(stored: Any) -> str:
    """``180: 0.538; …: 0.888``: the rate up to each use."""
    return "; ".join(f"{up_to or '…'}: {rate}" for up_to, rate in stored or ())


def steps_of(stored: Any) -> tuple[rules.Step, ...]:
    """Steps as they are kept. Raises ValueError unless they rise and only the last one has no end."""
    if not isinstance(stored, list) or len(stored) > STEPS_MAX:
        raise ValueError(stored)
    try:
        steps = tuple(
            rules.Step(None if up_to is None else Decimal(str(up_to)), Decimal(str(rate)))
            for up_to, rate in stored
        )
    except (TypeError, InvalidOperation) as wrong:
        raise ValueError(stored) from wrong
    low = Decimal(0)
    for number, step in enumerate(steps, 1):
        last = number == len(steps)
        if not step.rate.is_finite() or step.rate < 0 or (step.up_to is None) != last:
            raise ValueError(stored)
        if step.up_to is not None:
            if not step.up_to.is_finite() or step.up_to <= low:
                raise ValueError(stored)
            low = step.up_to
    return steps
