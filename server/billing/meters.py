"""Meters and what they showed: of one unit, or shared by an entrance, a building or a community."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from server.billing.periods import PeriodField, is_period
from server.estate.models import Building, Community, Unit
from server.estate.tenancy import OfCommunity

NOT_NEGATIVE = MinValueValidator(Decimal(0))


class MeterScope(models.TextChoices):
    """Whose use a meter counts. A unit's own is charged by ``per_meter``, the others by ``shared``."""

    UNIT = "unit", _("Unit")
    ENTRANCE = "entrance", _("Entrance")
    BUILDING = "building", _("Building")
    COMMUNITY = "community", _("Community")


class Utility(models.TextChoices):
    """What is counted, which says in what: kWh of electricity and heat, m³ of water and gas."""

    ELECTRICITY = "electricity", _("Electricity")
    WATER = "water", _("Water")
    GAS = "gas", _("Gas")
    HEAT = "heat", _("Heat")


class Meter(OfCommunity):
    """A meter: what it counts is charged under one fee item.

    ``digits``: those before the point, after which the counter begins again at nought; None when it
    never does. ``first_counter``: what it showed when it was put in, for the first period. After
    ``removed_on`` it is read no more.
    """

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="meters"
    )
    fee_item = models.ForeignKey(
        "billing.FeeItem", models.PROTECT, verbose_name=_("Fee item"), related_name="meters"
    )
    scope = models.CharField(
        _("Scope"), max_length=10, choices=MeterScope.choices, default=MeterScope.ENTRANCE
    )
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        verbose_name=_("Unit"),
        related_name="meters",
        null=True,
        blank=True,
    )
    building = models.ForeignKey(
        Building,
        models.PROTECT,
        verbose_name=_("Building"),
        related_name="meters",
        null=True,
        blank=True,
    )
    entrance = models.CharField(_("Entrance"), max_length=8, blank=True)
    code = models.CharField(_("Meter number"), max_length=30)
    utility = models.CharField(
        _("Utility"), max_length=12, choices=Utility.choices, default=Utility.ELECTRICITY
    )
    multiplier = models.DecimalField(
        _("Multiplier"),
        max_digits=8,
        decimal_places=3,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.001"))],
    )
    digits = models.PositiveSmallIntegerField(
        _("Digits of the counter"),
        null=True,
        blank=True,
        validators=[MinValueValidator(3), MaxValueValidator(9)],
    )
    first_counter = models.DecimalField(
        _("Counter when put in"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[NOT_NEGATIVE],
    )
    installed_on = models.DateField(_("Put in on"), null=True, blank=True)
    removed_on = models.DateField(_("Taken out on"), null=True, blank=True)

    class Meta:
        verbose_name = _("Meter")
        verbose_name_plural = _("Meters")
        ordering = ["community", "code"]
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="meter_code_once"),
            models.CheckConstraint(
                condition=Q(scope="unit", unit__isnull=False, building__isnull=True, entrance="")
                | Q(scope="entrance", unit__isnull=True, building__isnull=False)
                | Q(scope="building", unit__isnull=True, building__isnull=False, entrance="")
                | Q(scope="community", unit__isnull=True, building__isnull=True, entrance=""),
                name="meter_is_where_its_scope_says",
            ),
            models.CheckConstraint(condition=Q(multiplier__gt=0), name="meter_multiplies"),
        ]

    def __str__(self) -> str:
        return self.code


class FormerMeterUnit(OfCommunity):
    """Whose own a meter was until a day, the last of a month; since then it is another unit's."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    meter = models.ForeignKey(
        Meter, models.PROTECT, verbose_name=_("Meter"), related_name="former_units"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("Unit"), related_name="former_meters"
    )
    until = models.DateField(_("Last day"))

    class Meta:
        verbose_name = _("Former unit of a meter")
        verbose_name_plural = _("Former units of meters")
        ordering = ["meter", "until"]
        constraints = [
            models.UniqueConstraint(fields=["meter", "until"], name="former_meter_unit_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.meter} {self.unit}"


class MeterReading(OfCommunity):
    """A meter's counter at the end of a period (YYYY-MM).

    ``rolled_over``: since the reading before it went past its last digit once. ``old_final`` and
    ``new_first``: the meter was replaced within the period, what the old one showed at its end and
    the new one at its beginning. ``estimated``: nobody read it, a rule put it here. ``in_review``:
    it jumped so far that staff must look before anything is charged by it.
    """

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="meter_readings"
    )
    meter = models.ForeignKey(
        Meter, models.PROTECT, verbose_name=_("Meter"), related_name="readings"
    )
    period = PeriodField(_("Period"))
    counter = models.DecimalField(
        _("Counter"), max_digits=12, decimal_places=2, validators=[NOT_NEGATIVE]
    )
    read_on = models.DateField(_("Read on"))
    rolled_over = models.BooleanField(_("Went past its last digit"), default=False)
    old_final = models.DecimalField(
        _("Last counter of the replaced meter"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[NOT_NEGATIVE],
    )
    new_first = models.DecimalField(
        _("First counter of the new meter"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[NOT_NEGATIVE],
    )
    estimated = models.BooleanField(_("Estimated"), default=False)
    in_review = models.BooleanField(_("To be looked at"), default=False)

    class Meta:
        verbose_name = _("Meter reading")
        verbose_name_plural = _("Meter readings")
        ordering = ["meter", "period"]
        constraints = [
            models.UniqueConstraint(fields=["meter", "period"], name="meter_read_once_a_period"),
            models.CheckConstraint(
                condition=Q(counter__gte=0), name="meter_counter_is_not_negative"
            ),
            models.CheckConstraint(
                condition=is_period("period"), name="meter_reading_has_a_period"
            ),
            models.CheckConstraint(
                condition=Q(old_final__isnull=True, new_first__isnull=True)
                | Q(old_final__gte=0, new_first__gte=0, rolled_over=False),
                name="replaced_meter_has_both_counters",
            ),
        ]
        indexes = [models.Index(fields=["community", "period"], name="meter_reading_by_period")]

    def __str__(self) -> str:
        return f"{self.meter} {self.period} {self.counter}"

    def clean(self) -> None:
        """A counter runs forward only: bills could not be made of one that went back."""
        super().clean()
        if (self.old_final is None) != (self.new_first is None):
            raise ValidationError(
                gettext(
                    "A replaced meter needs both: the old one's last and the new one's first counter"
                )
            )
        if self.meter_id is None or self.counter is None or not self.period:
            return
        if self.rolled_over and self.meter.digits is None:
            raise ValidationError(
                gettext("This meter has no number of digits, so it cannot go past them")
            )
        others = MeterReading.objects.filter(meter=self.meter_id).exclude(pk=self.pk)
        before = others.filter(period__lt=self.period).order_by("-period").first()
        after = others.filter(period__gt=self.period).order_by("period").first()
        for first, second in ((before, self), (self, after)):
            if first is not None and second is not None:
                _check_forward(first, second, self)


def _check_forward(first: MeterReading, second: MeterReading, shown: MeterReading) -> None:
    """Raises ValidationError, said of the other one than ``shown``, when the counter went back."""
    if second.new_first is not None and second.old_final is not None:
        back = second.old_final < first.counter or second.counter < second.new_first
    else:
        back = second.counter < first.counter and not second.rolled_over
    if not back:
        return
    other = first if second is shown else second
    words = (
        gettext("Less than the reading of %(period)s: %(counter)s")
        if other is first
        else gettext("More than the reading of %(period)s: %(counter)s")
    )
    raise ValidationError(words % {"period": other.period, "counter": other.counter})
