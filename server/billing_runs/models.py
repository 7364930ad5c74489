"""Billing runs: how far each has come, what it made, and what was in its way. Amounts in minor units."""

from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from server.billing.periods import PeriodField, is_period
from server.billing_runs.preview_models import RunPreview
from server.billing_runs.schedule_models import DueRun, Schedule
from server.estate.fields import BilingualField
from server.estate.models import Community, Unit
from server.estate.tenancy import OfCommunity

__all__ = [
    "DueRun",
    "RunPreview",
    "Schedule",
]  # the models of this app that have a file of their own

DUE_MONTHS, DUE_DAY, ODD_PERCENT = 1, 31, Decimal(50)


class BillingTerms(OfCommunity):
    """When bills are due, and which of them staff should look at.

    Due on ``due_day`` (the last of the month where it has fewer days) of so many months after the
    period. A bill is odd when it differs from the one before by more than ``odd_percent``.
    """

    community = models.OneToOneField(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="billing_terms"
    )
    due_months = models.PositiveSmallIntegerField(
        _("Due so many months after the period"),
        default=DUE_MONTHS,
        validators=[MaxValueValidator(12)],
    )
    due_day = models.PositiveSmallIntegerField(
        _("Due on day"),
        default=DUE_DAY,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
    )
    odd_percent = models.DecimalField(
        _("Odd when it differs by more percent"),
        max_digits=6,
        decimal_places=2,
        default=ODD_PERCENT,
        validators=[MinValueValidator(Decimal(1))],
    )

    class Meta:
        verbose_name = _("Billing terms")
        verbose_name_plural = _("Billing terms")
        constraints = [
            models.CheckConstraint(
                condition=Q(due_months__lte=12, due_day__gte=1, due_day__lte=31, odd_percent__gt=0),
                name="billing_terms_name_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.community}"

    def due(self, period: str) -> date:
        """The day on which bills of the period are due."""
        months = int(period[:4]) * 12 + int(period[5:]) - 1 + self.due_months
        year, month = divmod(months, 12)
        return date(year, month + 1, min(self.due_day, monthrange(year, month + 1)[1]))


def terms_of(community: Community) -> BillingTerms:
    """Those of the community; the usual ones, not saved, when it has none."""
    return BillingTerms.objects.filter(community=community).first() or BillingTerms(
        community=community
    )


class RunState(models.TextChoices):
    OPEN = "open", _("Going on")
    DONE = "done", _("Finished")
    CANCELLED = "cancelled", _("Cancelled")


def nothing() -> dict[str, Any]:
    return {}


class BillingRun(OfCommunity):
    """One making of a period's bills. While it is OPEN any process may go on with it from ``position``,
    the last unit that is dealt with, which is written in the transaction that makes the bills.

    ``items``: codes of the fee items that are charged, null for all. ``of_units``: how many units there
    were at the beginning. ``by_item``: by code, [lines, minor units]. ``basis``: what shared costs were
    reckoned from, of the community ("") and of the building where the run stands, so that no half of
    either is charged from other figures than the other.
    """

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="billing_runs"
    )
    period = PeriodField(_("Period"))
    items = models.JSONField(_("Fee items"), null=True, blank=True)
    issued_on = models.DateField(_("Issued on"))
    due = models.DateField(_("Due"))
    state = models.CharField(
        _("State"), max_length=10, choices=RunState.choices, default=RunState.OPEN
    )
    cancel_asked = models.BooleanField(_("Cancellation asked for"), default=False)
    position = models.JSONField(_("How far it has come"), default=nothing, blank=True)
    of_units = models.PositiveIntegerField(_("Units of the community"), default=0)
    units = models.PositiveIntegerField(_("Units"), default=0)
    bills = models.PositiveIntegerField(_("Bills"), default=0)
    lines = models.PositiveIntegerField(_("Lines"), default=0)
    total_minor = models.BigIntegerField(_("Amount (minor units)"), default=0)
    by_item = models.JSONField(_("By fee item"), default=nothing, blank=True)
    basis = models.JSONField(_("Basis of shared costs"), default=nothing, blank=True)
    begun_by = models.CharField(_("Begun by"), max_length=150)
    begun_at = models.DateTimeField(_("Run begun at"))
    ended_at = models.DateTimeField(_("Run ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Billing run")
        verbose_name_plural = _("Billing runs")
        ordering = ["-begun_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "period"],
                condition=Q(state="open"),
                name="billing_run_goes_on_once",
            ),
            models.CheckConstraint(condition=is_period("period"), name="billing_run_has_a_period"),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True)
                | (~Q(state="open") & Q(ended_at__isnull=False)),
                name="billing_run_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.community} {self.period}"


class RunRemark(OfCommunity):
    """What a run has to say of one unit: why it got no bill (``blocks``), or what staff should look at.
    ``item``: the code of a fee item, empty for the whole bill."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    run = models.ForeignKey(
        BillingRun, models.CASCADE, verbose_name=_("Billing run"), related_name="remarks"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("Unit"), related_name="+", null=True, blank=True
    )
    item = models.CharField(_("Fee item"), max_length=30, blank=True)
    blocks = models.BooleanField(_("Blocks the bill"))
    code = models.CharField(_("Code"), max_length=30)
    reason = BilingualField(_("What it says"))

    class Meta:
        verbose_name = _("Remark of a billing run")
        verbose_name_plural = _("Remarks of billing runs")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.unit} {self.code}"
