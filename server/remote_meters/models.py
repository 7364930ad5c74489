"""The keys of providers of remote meters. The key itself is not kept, only what it is known again by."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.estate.models import Community
from server.estate.tenancy import OfCommunity


class MeterKey(OfCommunity):
    """A provider may send readings of a community's meters. ``digest``: SHA-256 of the key, in hex."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="meter_keys"
    )
    provider = models.CharField(_("Provider of remote meters"), max_length=60)
    digest = models.CharField(_("Digest of the key"), max_length=64, unique=True)
    made_at = models.DateTimeField(_("Key made at"))
    revoked_at = models.DateTimeField(_("Key revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Key of remote meters")
        verbose_name_plural = _("Keys of remote meters")
        ordering = ["community", "provider", "pk"]

    def __str__(self) -> str:
        return self.provider
