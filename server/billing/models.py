"""What units owe: fee items, tariffs, meters, bills with their lines. Amounts in minor units.

A bill's amounts are never edited once it is issued; it is paid, or voided and issued anew.
"""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from server.billing.adjustments import Discount, OneOffCharge, SharedCost, UnitWeight, Waiver
from server.billing.bill_waivers import BillWaiver
from server.billing.closing import ClosedPeriod
from server.billing.credit_moves import CreditAgreement, CreditMove
from server.billing.fees import FeeItem, Tariff
from server.billing.instalments.models import Instalment, InstalmentAgreement
from server.billing.meters import Meter, MeterReading
from server.billing.packages.models import PackageMonth, PackageOffer, PackageSale
from server.billing.paper_layout import PaperLayout, PaperNote
from server.billing.periods import PeriodField, is_period
from server.billing.reading_photos import ReadingPhoto
from server.estate.fields import BilingualField
from server.estate.models import Community, Unit
from server.estate.tenancy import OfCommunity
from server.language import chosen

__all__ = [  # the models of this app that have files of their own
    "BillWaiver",
    "ClosedPeriod",
    "CreditAgreement",
    "CreditMove",
    "Discount",
    "FeeItem",
    "Instalment",
    "InstalmentAgreement",
    "Meter",
    "MeterReading",
    "OneOffCharge",
    "PackageMonth",
    "PackageOffer",
    "PackageSale",
    "PaperLayout",
    "PaperNote",
    "ReadingPhoto",
    "SharedCost",
    "Tariff",
    "UnitWeight",
    "Waiver",
]

NOT_NEGATIVE = MinValueValidator(Decimal(0))
A_SHARE = [NOT_NEGATIVE, MaxValueValidator(Decimal(1))]


class LateFeePolicy(OfCommunity):
    """A late fee, per day after the days of grace, as a share of what was due, up to a cap."""

    community = models.OneToOneField(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="late_fee_policy"
    )
    daily_rate = models.DecimalField(
        _("Daily rate"), max_digits=7, decimal_places=6, validators=A_SHARE
    )
    grace_days = models.PositiveSmallIntegerField(_("Days of grace"), default=0)
    cap = models.DecimalField(
        _("Cap (share of amount)"), max_digits=5, decimal_places=4, validators=A_SHARE
    )

    class Meta:
        verbose_name = _("Late fee policy")
        verbose_name_plural = _("Late fee policies")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(daily_rate__range=(0, 1), cap__range=(0, 1)),
                name="late_fee_is_a_share",
            )
        ]

    def __str__(self) -> str:
        return gettext("%(rate)s a day") % {"rate": f"{self.daily_rate.normalize():f}"}


class BillState(models.TextChoices):
    OPEN = "open", _("Open")
    PAID = "paid", _("Paid")
    WAIVED = "waived", _("Waived in full")
    VOID = "void", _("Void")


class BillKind(models.TextChoices):
    MONTH = "month", _("Bill of a month")
    PACKAGE = "package", _("Package of months")
    INSTALMENT = "instalment", _("Instalment")
    REST = "rest", _("Rest of instalments")
    PART = "part", _("Part of a bill")


class Bill(models.Model):
    """One unit, one period. ``amount_minor`` is the sum of its lines, without late fee.

    Of a month a unit has one bill. Those of another kind have a ``title``; the period is the first month
    of a package, the month in which an instalment or a rest is due, and that of the bill of which it is a
    part. On ``late_free_minor`` of the amount no late fee ever grows.

    ``late_fee_minor`` is nought while open (it grows by the day, see ``server.billing.amounts``) and
    frozen when paid; ``paid_on`` is there exactly when the state is PAID. ``waived_minor`` of the
    amount and ``late_fee_waived_minor`` of the late fee need not be paid; with ``no_late_fee`` none
    grows.
    """

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="bills"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("Unit"), related_name="bills")
    number = models.CharField(_("Bill number"), max_length=40, unique=True)
    period = PeriodField(_("Period"))
    kind = models.CharField(
        _("Kind of bill"),
        max_length=10,
        choices=BillKind.choices,
        default=BillKind.MONTH,
        db_default=BillKind.MONTH.value,
    )
    title = BilingualField(_("Title"), zh_max=60, en_max=90, blank=True)
    issued_on = models.DateField(_("Issued on"))
    due = models.DateField(_("Due"))
    currency = models.CharField(_("Currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("Amount (minor units)"))
    late_free_minor = models.BigIntegerField(
        _("Without late fee (minor units)"), default=0, db_default=0
    )
    late_fee_minor = models.BigIntegerField(_("Late fee (minor units)"), default=0)
    waived_minor = models.BigIntegerField(_("Waived (minor units)"), default=0, db_default=0)
    late_fee_waived_minor = models.BigIntegerField(
        _("Late fee waived (minor units)"), default=0, db_default=0
    )
    no_late_fee = models.BooleanField(_("No late fee"), default=False, db_default=False)
    state = models.CharField(
        _("State"), max_length=10, choices=BillState.choices, default=BillState.OPEN
    )
    paid_on = models.DateField(_("Paid on"), null=True, blank=True)

    class Meta:
        verbose_name = _("Bill")
        verbose_name_plural = _("Bills")
        ordering = ["community", "unit", "period"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "period"],
                condition=~models.Q(state="void") & models.Q(kind="month"),
                name="bill_once_a_period",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gte=0, late_fee_minor__gte=0),
                name="bill_is_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    late_free_minor__gte=0, late_free_minor__lte=models.F("amount_minor")
                ),
                name="bill_is_late_free_by_a_part",
            ),
            models.CheckConstraint(condition=is_period("period"), name="bill_has_a_period"),
            models.CheckConstraint(
                condition=models.Q(
                    waived_minor__gte=0,
                    waived_minor__lte=models.F("amount_minor"),
                    late_fee_waived_minor__gte=0,
                ),
                name="bill_waives_no_more_than_it_is",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="waived")
                | models.Q(waived_minor=models.F("amount_minor")),
                name="bill_waived_in_full_owes_nothing",
            ),
            models.CheckConstraint(
                condition=models.Q(state="paid", paid_on__isnull=False)
                | (~models.Q(state="paid") & models.Q(paid_on__isnull=True, late_fee_minor=0)),
                name="bill_paid_on_when_paid",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "state", "unit"], name="bill_open_by_unit"),
            models.Index(fields=["community", "period"], name="bill_by_period"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def heading(self) -> str:
        """What it is called on pages: its title in their language, else its month."""
        return chosen(self.title) if self.title_zh else self.period

    @property
    def in_its_place(self) -> models.QuerySet["Bill"]:
        """The bills that stand for it since it was voided, as its page names them."""
        return Bill.objects.filter(replaces__old=self).order_by("pk")

    def get_absolute_url(self) -> str:
        """Of its page for staff: the back office and its search lead there."""
        return f"/staff/bills/{self.number}/"


class BillLine(models.Model):
    """One fee item of a bill, with everything needed to explain it.

    ``explanation`` holds ``contract.messages.ExplainRow`` as JSON.
    """

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="bill_lines"
    )
    bill = models.ForeignKey(Bill, models.PROTECT, verbose_name=_("Bill"), related_name="lines")
    fee_item = models.ForeignKey(
        FeeItem, models.PROTECT, verbose_name=_("Fee item"), related_name="+"
    )
    position = models.PositiveSmallIntegerField(_("Position"))
    amount_minor = models.BigIntegerField(_("Amount (minor units)"))
    quantity = models.CharField(_("Quantity"), max_length=20)
    quantity_unit = BilingualField(_("Unit of quantity"), zh_max=20, en_max=30)
    rate = models.CharField(_("Rate"), max_length=20)
    note = BilingualField(_("Note"), zh_max=120, en_max=160, blank=True)
    explanation = models.JSONField(_("Explanation"), default=list, blank=True)

    class Meta:
        verbose_name = _("Bill line")
        verbose_name_plural = _("Bill lines")
        ordering = ["bill", "position"]
        constraints = [
            models.UniqueConstraint(fields=["bill", "position"], name="bill_line_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.fee_item} {self.amount_minor}"


LINE_VALUES = (  # of a line, in this order, for ``bulk_insert.insert_values``
    *("community_id", "bill_id", "fee_item_id", "position"),
    *("amount_minor", "quantity", "quantity_unit_zh", "quantity_unit_en", "rate"),
    *("note_zh", "note_en", "explanation"),
)


class BillDebtor(OfCommunity):
    """Whose debt a bill is by what was agreed when people moved (``server.billing.debtors``)."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    bill = models.OneToOneField(
        Bill, models.PROTECT, verbose_name=_("Bill"), related_name="agreed_debtor"
    )
    resident = models.ForeignKey(
        "estate.Resident", models.PROTECT, verbose_name=_("Resident"), related_name="debts"
    )
    agreed_at = models.DateTimeField(_("Agreed at"))

    class Meta:
        verbose_name = _("Debtor of a bill")
        verbose_name_plural = _("Debtors of bills")

    def __str__(self) -> str:
        return f"{self.bill}"


class BillLease(models.Model):
    """A bill held by a payment whose end is not known (``server.billing.leases``): nobody pays it twice.

    A card that was taken while the server was away may hold a bill that another payment holds.
    """

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    bill = models.ForeignKey(Bill, models.PROTECT, verbose_name=_("Bill"), related_name="leases")
    payment_id = models.CharField(_("Payment"), max_length=36, db_index=True)
    since = models.DateTimeField(_("Held by a payment since"))

    class Meta:
        verbose_name = _("Bill hold")
        verbose_name_plural = _("Bill holds")
        constraints = [
            models.UniqueConstraint(fields=["bill", "payment_id"], name="payment_holds_a_bill_once")
        ]

    def __str__(self) -> str:
        return f"{self.bill} -> {self.payment_id}"


class BillReplacement(OfCommunity):
    """``new`` asks for what ``old`` asked for before it was voided. Rows are only ever added; of each new
    bill there is one for all that it stands for, however many steps ago."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    old = models.ForeignKey(
        Bill, models.PROTECT, verbose_name=_("Voided bill"), related_name="replaced_by"
    )
    new = models.ForeignKey(
        Bill, models.PROTECT, verbose_name=_("New bill"), related_name="replaces"
    )

    class Meta:
        verbose_name = _("Replacement of a bill")
        verbose_name_plural = _("Replacements of bills")
        constraints = [
            models.UniqueConstraint(fields=["old", "new"], name="bill_replaces_another_once")
        ]

    def __str__(self) -> str:
        return f"{self.old} -> {self.new}"


class Allocation(models.Model):
    """What one payment did to one bill. ``amount_minor`` includes ``late_fee_minor``."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="allocations"
    )
    bill = models.ForeignKey(
        Bill, models.PROTECT, verbose_name=_("Bill"), related_name="allocations"
    )
    payment_id = models.CharField(_("Payment"), max_length=36, db_index=True)
    amount_minor = models.BigIntegerField(_("Amount (minor units)"))
    late_fee_minor = models.BigIntegerField(_("Late fee (minor units)"), default=0)
    allocated_on = models.DateField(_("Allocated on"))
    undone = models.BooleanField(_("Undone"), default=False)

    class Meta:
        verbose_name = _("Allocation")
        verbose_name_plural = _("Allocations")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["bill"],
                condition=models.Q(undone=False),
                name="bill_is_paid_by_one_payment",
            ),
            models.UniqueConstraint(
                fields=["bill", "payment_id"], name="payment_allocates_a_bill_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} -> {self.bill}"


class BillSigningKey(models.Model):
    """The public half of a key that signs bill codes; the private half is a file (see signing)."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="bill_signing_keys"
    )
    key_id = models.CharField(_("Key id"), max_length=8, unique=True)
    public_key = models.CharField(_("Public key"), max_length=43)
    not_after = models.DateField(_("Not after"))
    created_at = models.DateTimeField(_("Created at"))

    class Meta:
        verbose_name = _("Bill signing key")
        verbose_name_plural = _("Bill signing keys")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.key_id
