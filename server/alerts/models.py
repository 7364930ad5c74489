"""Alerts: what staff must look at, whatever room it is about. It is named by a word, not by a row."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.estate.fields import BilingualField
from server.estate.models import Community
from server.language import chosen


class Alert(models.Model):
    """Something that staff must look at. One open alert for each (kind, subject).

    What comes and goes is one alert: ``cured_at`` is since when it seems to be over, ``times`` how often
    it came. ``seen_at``: since when somebody looks after it. ``part_of``: a greater one that explains it;
    nobody is told of it meanwhile.
    """

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="alerts"
    )
    kiosk_code = models.CharField(_("Kiosk"), max_length=8, blank=True)
    kind = models.CharField(_("Kind"), max_length=40)
    subject = models.CharField(_("Subject"), max_length=80)
    text = BilingualField(_("Text"), zh_max=200, en_max=300)
    details = models.JSONField(_("Details"), default=dict)
    raised_at = models.DateTimeField(_("Raised"))
    resolved_at = models.DateTimeField(_("Resolved"), null=True, blank=True)
    cured_at = models.DateTimeField(_("Seems to be over since"), null=True, blank=True)
    seen_at = models.DateTimeField(_("Somebody looks after it since"), null=True, blank=True)
    times = models.PositiveIntegerField(_("How often it came"), default=1)
    part_of = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("Part of"),
        related_name="parts",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = _("Alert")
        verbose_name_plural = _("Alerts")
        ordering = ["-raised_at"]
        indexes = [
            models.Index(
                fields=["resolved_at"],
                condition=models.Q(resolved_at__isnull=False),
                name="alert_by_its_end",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "kind", "subject"],
                condition=models.Q(resolved_at=None),
                name="alert_is_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{chosen(self.text)} {self.subject}"
