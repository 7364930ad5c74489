"""When a community's kiosks serve residents. Rows are ended, never changed or deleted.

``kiosk_code`` empty: for every kiosk of the community that has no row of its own of that kind.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.estate.fields import BilingualField, amount_field
from server.estate.models import Community
from server.estate.tenancy import OfCommunity


class _OfKiosks(OfCommunity):
    kiosk_code = models.CharField(_("Kiosk code"), max_length=8, blank=True)
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)

    class Meta:
        abstract = True


class OpenHours(_OfKiosks):
    """Hours of every week in which residents are served. ``weekdays``: digits, 1 is Monday; hours past
    midnight as in ``contract.week_hours``."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="open_hours"
    )
    weekdays = models.CharField(_("Weekdays"), max_length=7)
    starts = models.TimeField(_("From"))
    ends = models.TimeField(_("Until"))

    class Meta:
        verbose_name = _("Opening hours")
        verbose_name_plural = _("Opening hours")
        ordering = ["community", "kiosk_code", "starts", "pk"]

    def __str__(self) -> str:
        return f"{self.weekdays} {self.starts:%H:%M}"


class OpenDays(_OfKiosks):
    """Holidays and other days on which the hours of the week do not hold; without hours: closed."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="open_days"
    )
    first_day = models.DateField(_("First day"))
    last_day = models.DateField(_("Last day"))
    starts = models.TimeField(_("From"), null=True, blank=True)
    ends = models.TimeField(_("Until"), null=True, blank=True)

    class Meta:
        verbose_name = _("Days with other hours")
        verbose_name_plural = _("Days with other hours")
        ordering = ["community", "kiosk_code", "first_day", "pk"]

    def __str__(self) -> str:
        return str(self.first_day)


class NightRules(_OfKiosks):
    """What holds every night. ``max_minor``: the most of one payment; nought: as by day."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="night_rules"
    )
    starts = models.TimeField(_("From"))
    ends = models.TimeField(_("Until"))
    cards = models.BooleanField(_("Cards are taken"), default=True)
    max_minor = amount_field(_("Largest payment at night"), 0, _("Nought: as by day"))

    class Meta:
        verbose_name = _("Rules of the night")
        verbose_name_plural = _("Rules of the night")
        ordering = ["community", "kiosk_code", "pk"]

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}"


class PlannedOutage(OfCommunity):
    """From ``begins`` until ``ends`` the community's kiosks serve nobody. ``told_from``: when kiosks
    begin to tell it."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="outages"
    )
    begins = models.DateTimeField(_("Begins"))
    ends = models.DateTimeField(_("Ends"), db_index=True)
    told_from = models.DateTimeField(_("Told from"))
    words = BilingualField(_("Words for residents"), zh_max=60, en_max=100)
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Planned outage")
        verbose_name_plural = _("Planned outages")
        ordering = ["begins", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("begins")), name="outage_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"{self.begins:%Y-%m-%d %H:%M}"
