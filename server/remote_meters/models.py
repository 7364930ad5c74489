"""The keys of providers of remote meters, of which only what they are known again by is kept, and of
which meters was heard."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.estate.models import Community
from server.estate.tenancy import OfCommunity

SILENT_DAYS = 35  # who sends once a month has missed a month


class MeterKey(OfCommunity):
    """A provider may send readings of a community's meters. ``digest``: SHA-256 of the key, in hex.
    ``silent_days``: a meter that was heard before and is not for so long raises an alert."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="meter_keys"
    )
    provider = models.CharField(_("Provider of remote meters"), max_length=60)
    digest = models.CharField(_("Digest of the key"), max_length=64, unique=True)
    made_at = models.DateTimeField(_("Key made at"))
    silent_days = models.PositiveSmallIntegerField(_("Silent after days"), default=SILENT_DAYS)
    revoked_at = models.DateTimeField(_("Key revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Key of remote meters")
        verbose_name_plural = _("Keys of remote meters")
        ordering = ["community", "provider", "pk"]

    def __str__(self) -> str:
        return self.provider


class HeardMeter(OfCommunity):
    """When a provider last sent a reading of a meter, and why that one was ``refused``, in English; empty
    where it was not. ``meter`` is None for meters that are not known, of which the last is named."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="heard_meters"
    )
    provider = models.CharField(_("Provider of remote meters"), max_length=60)
    meter = models.ForeignKey(
        "billing.Meter",
        models.CASCADE,
        verbose_name=_("Meter"),
        related_name="heard",
        null=True,
        blank=True,
    )
    heard_at = models.DateTimeField(_("Heard at"))
    refusal = models.CharField(_("Why it was refused"), max_length=200, blank=True)
    unknown_code = models.CharField(_("Unknown meter"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("Heard meter")
        verbose_name_plural = _("Heard meters")
        ordering = ["community", "provider", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meter", "provider"],
                condition=models.Q(meter__isnull=False),
                name="meter_is_heard_once_a_provider",
            ),
            models.UniqueConstraint(
                fields=["community", "provider"],
                condition=models.Q(meter__isnull=True),
                name="unknown_meter_is_heard_once_a_provider",
            ),
        ]
        indexes = [models.Index(fields=["community", "heard_at"], name="heard_meter_by_time")]

    def __str__(self) -> str:
        return f"{self.provider} {self.meter or self.unknown_code}"
