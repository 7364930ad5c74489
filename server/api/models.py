"""What the API's workers share: how often a kiosk looked units up, and what its configuration was."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LookupWindow(models.Model):
    """One kiosk's lookups in one minute; ``misses`` found no unit or a wrong second factor. The limit
    holds across all workers."""

    kiosk_id = models.CharField(_("Kiosk id"), max_length=36)
    minute = models.DateTimeField(_("Minute"), db_index=True)
    count = models.PositiveIntegerField(_("Look-ups"), default=0)
    misses = models.PositiveIntegerField(_("Misses"), default=0)

    class Meta:
        verbose_name = _("Look-ups of a minute")
        verbose_name_plural = _("Look-ups of minutes")
        constraints = [
            models.UniqueConstraint(fields=["kiosk_id", "minute"], name="lookup_window_once")
        ]

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.minute:%H:%M}"


class ConfigDigest(models.Model):
    """Of the long part of a community's configuration (``server.api.config_digest``)."""

    community = models.OneToOneField(
        "estate.Community",
        models.CASCADE,
        primary_key=True,
        related_name="+",
        verbose_name=_("Community"),
    )
    stamp = models.CharField(_("Stamp"), max_length=120)  # business day, time of reading, SHA-256

    class Meta:
        verbose_name = _("Configuration's digest")
        verbose_name_plural = _("Configurations' digests")

    def __str__(self) -> str:
        return f"{self.community_id} {self.stamp}"
