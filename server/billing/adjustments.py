"""What is charged or let off besides the tariffs: costs to share, weights, one-off charges, discounts,
waivers."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from server.billing.periods import PeriodField, is_period, period_of
from server.estate.fields import BilingualField
from server.estate.models import Building, Community, Unit
from server.estate.tenancy import OfCommunity
from server.language import chosen

POSITIVE = MinValueValidator(1)
PERCENT = [MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal(100))]


class SharedCost(OfCommunity):
    """A cost of one period that units share, as it was on the company's own bill. Minor units.

    Without a building the whole community shares it; without an entrance, unless ``of_entrance``, the
    whole building.
    """

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="shared_costs"
    )
    fee_item = models.ForeignKey(
        "billing.FeeItem", models.PROTECT, verbose_name=_("Fee item"), related_name="shared_costs"
    )
    period = PeriodField(_("Period"))
    building = models.ForeignKey(
        Building,
        models.PROTECT,
        verbose_name=_("Building"),
        related_name="shared_costs",
        null=True,
        blank=True,
    )
    of_entrance = models.BooleanField(_("Of one entrance only"), default=False)
    entrance = models.CharField(_("Entrance"), max_length=8, blank=True)
    amount_minor = models.BigIntegerField(_("Amount"), validators=[POSITIVE])
    note = BilingualField(_("Note"), zh_max=40, en_max=60, blank=True)

    class Meta:
        verbose_name = _("Shared cost")
        verbose_name_plural = _("Shared costs")
        ordering = ["community", "-period", "fee_item", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="shared_cost_is_something"
            ),
            models.CheckConstraint(condition=is_period("period"), name="shared_cost_has_a_period"),
            models.CheckConstraint(
                condition=Q(of_entrance=False, entrance="")
                | Q(of_entrance=True, building__isnull=False),
                name="shared_cost_is_of_a_place",
            ),
        ]
        indexes = [models.Index(fields=["community", "period"], name="shared_cost_by_period")]

    def __str__(self) -> str:
        return f"{self.fee_item} {self.period}"


class UnitWeight(OfCommunity):
    """How much of a shared item's cost a unit bears where it is split by weights, from the first day of
    a month on. The newest that has begun holds; one by which bills were made stays."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="unit_weights"
    )
    fee_item = models.ForeignKey(
        "billing.FeeItem", models.PROTECT, verbose_name=_("Fee item"), related_name="unit_weights"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("Unit"), related_name="fee_weights"
    )
    weight = models.DecimalField(
        _("Weight"), max_digits=10, decimal_places=4, validators=[MinValueValidator(Decimal(0))]
    )
    valid_from = models.DateField(
        _("Valid from"), help_text=_("The first day of a month: 2026-11-01")
    )

    class Meta:
        verbose_name = _("Weight of a unit")
        verbose_name_plural = _("Weights of units")
        ordering = ["community", "fee_item", "unit", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["fee_item", "unit", "valid_from"], name="unit_weight_begins_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_from__day=1), name="unit_weight_begins_with_a_month"
            ),
            models.CheckConstraint(condition=Q(weight__gte=0), name="unit_weight_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.weight}"

    def clean(self) -> None:
        super().clean()
        if self.valid_from is None or self.unit_id is None or self.fee_item_id is None:
            return
        if self.valid_from.day != 1:
            raise ValidationError(
                {"valid_from": gettext("A weight holds from the first day of a month")}
            )
        stored = type(self).objects.filter(pk=self.pk).first() if self.pk else None
        own = ("weight", "valid_from", "unit_id", "fee_item_id")
        if stored is not None and all(getattr(stored, n) == getattr(self, n) for n in own):
            return
        for row in filter(None, (stored, self)):
            if (period := row.billed_in()) is not None:
                said = gettext(
                    "Bills of %(period)s were made by it; let another weight begin later"
                )
                raise ValidationError({"valid_from": said % {"period": period}})

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        if (period := self.billed_in()) is not None:
            said = gettext("Bills of %(period)s were made by it; let another weight begin later")
            raise ValidationError(said % {"period": period})
        return super().delete(*args, **kwargs)

    def billed_in(self) -> str | None:
        """The last month whose bills were reckoned with this weight, or would be by another one from its
        day on. A unit's first weight takes nobody's place."""
        others = type(self).objects.filter(fee_item=self.fee_item_id, unit=self.unit_id)
        earlier = others.filter(valid_from__lt=self.valid_from).exclude(pk=self.pk)
        if self.pk is None and not earlier.exists():
            return None
        later = others.filter(valid_from__gt=self.valid_from).exclude(pk=self.pk)
        end = later.order_by("valid_from").values_list("valid_from", flat=True).first()
        lines = apps.get_model("billing", "BillLine").objects.filter(
            fee_item=self.fee_item_id,
            bill__kind="month",
            bill__period__gte=period_of(self.valid_from),
        )
        if end is not None:
            lines = lines.filter(bill__period__lt=period_of(end))
        periods = lines.exclude(bill__state="void").values_list("bill__period", flat=True)
        return periods.order_by("-bill__period").first()


def weights_on(item: int, units: Any, last: date) -> dict[str, Decimal]:
    """By unit code, the weights that hold on a day, of these units that have one."""
    rows = UnitWeight.objects.filter(fee_item=item, unit__in=units, valid_from__lte=last)
    return dict(rows.order_by("valid_from").values_list("unit__code", "weight"))


class OneOffCharge(OfCommunity):
    """Charged once to one unit, with its first bill from ``period`` on. ``bill``: the one that charges
    it; empty again when that bill is voided."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="one_off_charges"
    )
    fee_item = models.ForeignKey(
        "billing.FeeItem",
        models.PROTECT,
        verbose_name=_("Fee item"),
        related_name="one_off_charges",
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("Unit"), related_name="one_off_charges"
    )
    period = PeriodField(_("Period"))
    amount_minor = models.BigIntegerField(_("Amount"), validators=[POSITIVE])
    note = BilingualField(_("Note"), zh_max=60, en_max=80)
    bill = models.ForeignKey(
        "billing.Bill",
        models.PROTECT,
        verbose_name=_("Bill"),
        related_name="one_off_charges",
        null=True,
        blank=True,
        editable=False,
    )

    class Meta:
        verbose_name = _("One-off charge")
        verbose_name_plural = _("One-off charges")
        ordering = ["community", "unit", "period", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="one_off_is_something"),
            models.CheckConstraint(condition=is_period("period"), name="one_off_has_a_period"),
        ]
        indexes = [
            models.Index(fields=["community", "bill", "period"], name="one_off_to_be_billed")
        ]

    def __str__(self) -> str:
        return f"{self.unit} {chosen(self.note)}"


class Discount(OfCommunity):
    """So many percent off for the days from ``begins`` to ``ends``, of one fee item or of all of them;
    ``proof`` says what was shown."""

    class Kind(models.TextChoices):
        VACANT = "vacant", _("Vacant")
        ELDERS = "elders", _("Elders")
        STAFF = "staff", _("Staff")
        OTHER = "other", _("Other")

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="discounts"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("Unit"), related_name="discounts")
    fee_item = models.ForeignKey(
        "billing.FeeItem",
        models.PROTECT,
        verbose_name=_("Fee item"),
        related_name="discounts",
        null=True,
        blank=True,
    )
    kind = models.CharField(_("Kind of discount"), max_length=8, choices=Kind.choices)
    percent = models.DecimalField(
        _("Percent off"), max_digits=5, decimal_places=2, validators=PERCENT
    )
    begins = models.DateField(_("First day"))
    ends = models.DateField(_("Last day"), null=True, blank=True)
    proof = models.CharField(_("Proof"), max_length=120)

    class Meta:
        verbose_name = _("Discount")
        verbose_name_plural = _("Discounts")
        ordering = ["community", "unit", "begins", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=100), name="discount_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=models.F("begins")),
                name="discount_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} -{self.percent}%"


class Waiver(OfCommunity):
    """What a unit need not pay of a period's bill: of one fee item all or so much (minor units), or the
    whole bill. Only what has been approved takes effect."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="waivers"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("Unit"), related_name="waivers")
    period = PeriodField(_("Period"))
    fee_item = models.ForeignKey(
        "billing.FeeItem",
        models.PROTECT,
        verbose_name=_("Fee item"),
        related_name="waivers",
        null=True,
        blank=True,
    )
    amount_minor = models.BigIntegerField(
        _("Amount (minor units)"), null=True, blank=True, validators=[POSITIVE]
    )
    reason = models.CharField(_("Reason"), max_length=300)
    approved = models.BooleanField(_("Approved"), default=False)
    made_at = models.DateTimeField(_("Made at"))

    class Meta:
        verbose_name = _("Waiver")
        verbose_name_plural = _("Waivers")
        ordering = ["community", "unit", "period", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__isnull=True)
                | Q(amount_minor__gt=0, fee_item__isnull=False),
                name="waiver_of_a_bill_is_of_all_of_it",
            ),
            models.CheckConstraint(condition=is_period("period"), name="waiver_has_a_period"),
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_has_a_reason"),
        ]
        indexes = [models.Index(fields=["community", "period"], name="waiver_by_period")]

    def __str__(self) -> str:
        return f"{self.unit} {self.period}"
