"""Bills that are made every month by themselves, or prepared for somebody to confirm."""

from calendar import monthrange
from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from server.billing.periods import PeriodField, is_period
from server.estate.models import Community
from server.estate.tenancy import OfCommunity


class Schedule(OfCommunity):
    """Every month on ``day`` (the last of the month where it has fewer days), from ``since`` on, the
    bills of the month that is ``ahead`` months later. ``items``: codes of the fee items, null for all.
    ``automatic``: they are made at once if nothing is blocked; else somebody confirms them."""

    community = models.OneToOneField(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="billing_schedule"
    )
    day = models.PositiveSmallIntegerField(
        _("On day"), validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    ahead = models.SmallIntegerField(
        _("Of which month"), validators=[MinValueValidator(-1), MaxValueValidator(1)]
    )
    items = models.JSONField(_("Fee items"), null=True, blank=True)
    automatic = models.BooleanField(_("Made at once if nothing is blocked"), default=False)
    active = models.BooleanField(_("Active"), default=True)
    since = models.DateField(_("Since"))
    set_by = models.CharField(_("Set by"), max_length=150)

    class Meta:
        verbose_name = _("Monthly schedule")
        verbose_name_plural = _("Monthly schedules")
        constraints = [
            models.CheckConstraint(
                condition=Q(day__gte=1, day__lte=31, ahead__gte=-1, ahead__lte=1),
                name="billing_schedule_names_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.community}"

    def day_in(self, month: date) -> date:
        """Its day in the month of ``month``."""
        last = monthrange(month.year, month.month)[1]
        return month.replace(day=min(self.day, last))

    def period_on(self, day: date) -> str:
        """Whose bills are made on a day of its."""
        year, month = divmod(day.year * 12 + day.month - 1 + self.ahead, 12)
        return f"{year}-{month + 1:02d}"


class DueState(models.TextChoices):
    RECKONED = "reckoned", _("Being reckoned")
    WAITING = "waiting", _("To be confirmed")
    MADE = "made", _("Made")
    NOTHING = "nothing", _("Nothing to make")
    LEFT_OUT = "left_out", _("Left out")


UNDECIDED = (DueState.RECKONED, DueState.WAITING)  # until a run of the month is begun by whomever


class DueRun(OfCommunity):
    """One month of a schedule, once. ``figures``: what the preview said: units, bills, lines,
    total_minor, blocked."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="due_runs"
    )
    period = PeriodField(_("Period"))
    items = models.JSONField(_("Fee items"), null=True, blank=True)
    state = models.CharField(
        _("State"), max_length=10, choices=DueState.choices, default=DueState.RECKONED
    )
    figures = models.JSONField(_("Figures"), default=dict, blank=True)
    run = models.ForeignKey(
        "billing_runs.BillingRun",
        models.PROTECT,
        verbose_name=_("Billing run"),
        related_name="+",
        null=True,
        blank=True,
    )
    due_on = models.DateField(_("Due on"))

    class Meta:
        verbose_name = _("Month of a schedule")
        verbose_name_plural = _("Months of schedules")
        ordering = ["-period"]
        constraints = [
            models.UniqueConstraint(fields=["community", "period"], name="due_run_once"),
            models.CheckConstraint(condition=is_period("period"), name="due_run_has_a_period"),
        ]

    def __str__(self) -> str:
        return f"{self.community} {self.period}"
