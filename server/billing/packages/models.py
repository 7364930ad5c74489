"""Packages as they are kept: what is offered, what was sold, and each month that a sale covers."""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from server.billing.fees import FeeItem, no_kinds
from server.billing.periods import PeriodField, is_period
from server.estate.fields import BilingualField
from server.estate.models import Community, Unit
from server.estate.tenancy import OfCommunity
from server.language import chosen

MONTHS_MAX = 24
_MONTHS = [MinValueValidator(1), MaxValueValidator(MONTHS_MAX)]
# What can be known months ahead: nothing that is counted, shared, or charged once.
RULES_AHEAD = frozenset({"per_area", "fixed", "per_space", "per_vehicle"})


class PackageOffer(OfCommunity):
    """``months_given`` months of some fee items for the price of the first ``months_paid`` of them.

    ``item_codes``: which items; ``unit_kinds``: kinds of units that may have it, empty for all. It is
    sold from ``on_sale_from`` to ``on_sale_until``, both days included. ``leaving``: what goes back to
    whoever leaves early. An offer is ended, not changed, once it was sold.
    """

    class Who(models.TextChoices):
        ALL = "all", _("Everybody")
        NO_DEBT = "no_debt", _("Who owes nothing that is overdue")

    class Leaving(models.TextChoices):
        FULL_PRICE = "full_price", _("Months that were used cost their full price")
        IN_PROPORTION = "in_proportion", _("The months that are left, in proportion")

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="package_offers"
    )
    name = BilingualField(_("Name"), zh_max=40, en_max=60)
    months_given = models.PositiveSmallIntegerField(_("Months given"), validators=_MONTHS)
    months_paid = models.PositiveSmallIntegerField(_("Months paid"), validators=_MONTHS)
    item_codes = models.JSONField(_("Fee items"), default=no_kinds)
    unit_kinds = models.JSONField(_("Kinds of units"), default=no_kinds, blank=True)
    who = models.CharField(_("Who may have it"), max_length=8, choices=Who.choices, default=Who.ALL)
    leaving = models.CharField(
        _("Who leaves early"), max_length=14, choices=Leaving.choices, default=Leaving.FULL_PRICE
    )
    on_sale_from = models.DateField(_("Sold from"))
    on_sale_until = models.DateField(_("Sold until"), null=True, blank=True)

    class Meta:
        verbose_name = _("Package on offer")
        verbose_name_plural = _("Packages on offer")
        ordering = ["community", "-on_sale_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    months_paid__gte=1,
                    months_paid__lte=F("months_given"),
                    months_given__lte=MONTHS_MAX,
                ),
                name="package_gives_what_is_paid",
            ),
            models.CheckConstraint(
                condition=Q(on_sale_until=None) | Q(on_sale_until__gte=F("on_sale_from")),
                name="package_is_sold_until_later",
            ),
        ]

    def __str__(self) -> str:
        return chosen(self.name)

    def clean(self) -> None:
        super().clean()
        if self.months_paid and self.months_given and self.months_paid > self.months_given:
            said = gettext("At least as many months are given as are paid")
            raise ValidationError({"months_given": said})
        codes = self.item_codes if isinstance(self.item_codes, list) else []
        known = set(
            FeeItem.objects.filter(community=self.community_id, code__in=codes).values_list(
                "code", flat=True
            )
        )
        if not codes or set(codes) - known:
            raise ValidationError({"item_codes": gettext("Choose the fee items")})
        if self.on_sale_until and self.on_sale_until < self.on_sale_from:
            raise ValidationError({"on_sale_until": gettext("It ends before it begins")})

    def item_codes_told(self) -> str:
        """The names of its items."""
        rows = FeeItem.objects.filter(community=self.community_id, code__in=self.item_codes)
        return ", ".join(chosen(item.name) for item in rows)

    def unit_kinds_told(self) -> str:
        return ", ".join(str(Unit.Kind(kind).label) for kind in self.unit_kinds)

    def on_sale(self, day: date) -> bool:
        return self.on_sale_from <= day and (
            self.on_sale_until is None or day <= self.on_sale_until
        )


class PackageSale(OfCommunity):
    """A package that a unit was sold, as it was offered then. Whether it is paid, its bill says.

    ``ended_at``: what was left of it went back to the unit, ``returned_minor``, or its bill was voided.
    """

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="package_sales"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("Unit"), related_name="package_sales"
    )
    offer = models.ForeignKey(
        PackageOffer, models.PROTECT, verbose_name=_("Package on offer"), related_name="sales"
    )
    bill = models.OneToOneField(
        "billing.Bill", models.PROTECT, verbose_name=_("Bill"), related_name="package_sale"
    )
    leaving = models.CharField(
        _("Who leaves early"), max_length=14, choices=PackageOffer.Leaving.choices
    )
    sold_by_name = models.CharField(_("Sold by"), max_length=150)
    sold_at = models.DateTimeField(_("Sold at"))
    returned_minor = models.BigIntegerField(_("Went back (minor units)"), default=0)
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Package that was sold")
        verbose_name_plural = _("Packages that were sold")
        ordering = ["unit", "-sold_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(returned_minor=0) | Q(returned_minor__gt=0, ended_at__isnull=False),
                name="package_goes_back_at_its_end",
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.bill}"

    def get_absolute_url(self) -> str:
        return f"/staff/units/{self.unit_id}/packages/"


class PackageMonth(OfCommunity):
    """One month of one fee item that a sale covers. ``full_minor``: what the month would have cost;
    ``amount_minor``: its share of the price. ``used_at``: when the month was billed, and the share became
    income. ``given_up``: the sale ended before."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    sale = models.ForeignKey(
        PackageSale, models.PROTECT, verbose_name=_("Package that was sold"), related_name="months"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("Unit"), related_name="package_months"
    )
    fee_item = models.ForeignKey(
        FeeItem, models.PROTECT, verbose_name=_("Fee item"), related_name="+"
    )
    period = PeriodField(_("Period"))
    full_minor = models.BigIntegerField(_("Full price (minor units)"))
    amount_minor = models.BigIntegerField(_("Share of the price (minor units)"))
    used_at = models.DateTimeField(_("Used at"), null=True, blank=True)
    given_up = models.BooleanField(_("Given up"), default=False, db_default=False)

    class Meta:
        verbose_name = _("Month of a package")
        verbose_name_plural = _("Months of packages")
        ordering = ["sale", "period", "fee_item"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "fee_item", "period"],
                condition=Q(given_up=False),
                name="package_month_is_covered_once",
            ),
            models.CheckConstraint(condition=is_period("period"), name="package_month_is_one"),
            models.CheckConstraint(
                condition=Q(full_minor__gte=0, amount_minor__gte=0),
                name="package_month_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(given_up=False) | Q(used_at=None),
                name="package_month_is_used_or_given_up",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "period", "unit"], name="package_month_of_period")
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.period}"
