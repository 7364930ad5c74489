"""What a billing run would make, reckoned in the background and looked at afterwards."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.billing.periods import PeriodField, is_period
from server.estate.models import Community
from server.estate.tenancy import OfCommunity


class RunPreview(OfCommunity):
    """``items``: codes of the fee items, null for all. ``figures``: as ``runs.Figures``, null until it is
    reckoned. ``groups``: what is to be said, by kind, with the first rows of each."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="run_previews"
    )
    period = PeriodField(_("Period"))
    items = models.JSONField(_("Fee items"), null=True, blank=True)
    of_units = models.PositiveIntegerField(_("Units of the community"), default=0)
    figures = models.JSONField(_("Figures"), null=True, blank=True)
    groups = models.JSONField(_("Remarks"), default=list, blank=True)
    blocked = models.PositiveIntegerField(_("Blocked"), default=0)
    asked_by = models.CharField(_("Asked by"), max_length=150)
    asked_at = models.DateTimeField(_("Asked at"))

    class Meta:
        verbose_name = _("Preview of a billing run")
        verbose_name_plural = _("Previews of billing runs")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=is_period("period"), name="run_preview_has_a_period")
        ]

    def __str__(self) -> str:
        return f"{self.community} {self.period}"
