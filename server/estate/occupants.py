"""Who lives in or owns which unit from when until when, who pays, contacts, vehicles.

Rows are ended, never deleted: who lived somewhere is what bills of that time hang on.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from server.estate.tenancy import OfCommunity

PLATE_LENGTH_MAX = 12


def ends_after_it_begins(name: str, begins: str = "since") -> models.CheckConstraint:
    """A row without an end, or without a known beginning, is in order."""
    return models.CheckConstraint(
        condition=Q(until__isnull=True)
        | Q(**{f"{begins}__isnull": True})
        | Q(until__gte=F(begins)),
        name=name,
    )


class Occupancy(OfCommunity):
    """A resident in a unit, as owner or tenant, from ``since`` to ``until``, both days included.

    Without ``since`` it is older than the records; without ``until`` it goes on. ``pays``: this person
    pays the unit's bills from ``pays_from`` (else from the beginning) as long as the occupancy lasts;
    who pays of several is said by ``server.estate.occupancy``.
    """

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        TENANT = "tenant", _("Tenant")
        FAMILY = "family", _("Family")

    community = models.ForeignKey(
        "estate.Community", models.PROTECT, verbose_name=_("Community"), related_name="occupancies"
    )
    unit = models.ForeignKey(
        "estate.Unit", models.PROTECT, verbose_name=_("Unit"), related_name="occupancies"
    )
    resident = models.ForeignKey(
        "estate.Resident", models.PROTECT, verbose_name=_("Resident"), related_name="occupancies"
    )
    role = models.CharField(_("Role"), max_length=10, choices=Role.choices, default=Role.OWNER)
    since = models.DateField(_("Since"), null=True, blank=True)
    until = models.DateField(_("Last day"), null=True, blank=True)
    pays = models.BooleanField(_("Pays"), default=True)
    pays_from = models.DateField(_("Pays from"), null=True, blank=True)

    class Meta:
        verbose_name = _("Occupancy")
        verbose_name_plural = _("Occupancies")
        ordering = ["community", "unit", "pk"]
        constraints = [
            ends_after_it_begins("occupancy_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(pays=True) | Q(pays_from__isnull=True),
                name="occupancy_pays_from_when_it_pays",
            ),
            models.UniqueConstraint(
                fields=["unit", "resident", "role"],
                condition=Q(until__isnull=True),
                name="occupancy_goes_on_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.resident}"


class Contact(OfCommunity):
    """A way to reach a resident beside the phone number, and whether they agreed to be reached by it.

    What is needed to perform the contract (bills, reminders) needs no consent; anything else asks
    ``consent_on`` and stops at ``withdrawn_on``.
    """

    class Kind(models.TextChoices):
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("E-mail")
        WECHAT = "wechat", _("WeChat message")
        POST = "post", _("Postal address")

    community = models.ForeignKey(
        "estate.Community", models.PROTECT, verbose_name=_("Community"), related_name="contacts"
    )
    resident = models.ForeignKey(
        "estate.Resident", models.PROTECT, verbose_name=_("Resident"), related_name="contacts"
    )
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices)
    value = models.CharField(_("Number or address"), max_length=200)
    consent_on = models.DateField(_("Agreed on"), null=True, blank=True)
    withdrawn_on = models.DateField(_("Withdrawn on"), null=True, blank=True)

    class Meta:
        verbose_name = _("Contact")
        verbose_name_plural = _("Contacts")
        ordering = ["community", "resident", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "kind", "value"], name="contact_once_a_resident"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True)
                | Q(consent_on__isnull=False, withdrawn_on__gte=F("consent_on")),
                name="contact_withdrawn_after_consent",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def may_be_written_to(self) -> bool:
        """Of anything beside bills and reminders."""
        return self.consent_on is not None and self.withdrawn_on is None


class Vehicle(OfCommunity):
    """A vehicle that a unit keeps here, by its plate, from ``since`` to ``until``, both days included.
    ``owner``: whose it is, where that is known. A vehicle that changes hands is another row."""

    class Kind(models.TextChoices):
        CAR = "car", _("Car")
        MOTORCYCLE = "motorcycle", _("Motorcycle")
        E_BIKE = "e_bike", _("Electric bicycle")
        OTHER = "other", pgettext_lazy("kind of vehicle", "Other")

    community = models.ForeignKey(
        "estate.Community", models.PROTECT, verbose_name=_("Community"), related_name="vehicles"
    )
    unit = models.ForeignKey(
        "estate.Unit", models.PROTECT, verbose_name=_("Unit"), related_name="vehicles"
    )
    owner = models.ForeignKey(
        "estate.Resident",
        models.PROTECT,
        verbose_name=_("Owner of the vehicle"),
        related_name="vehicles",
        null=True,
        blank=True,
    )
    plate = models.CharField(_("Plate"), max_length=PLATE_LENGTH_MAX)
    kind = models.CharField(
        _("Kind of vehicle"), max_length=10, choices=Kind.choices, default=Kind.CAR
    )
    since = models.DateField(_("Since"), null=True, blank=True)
    until = models.DateField(_("Last day"), null=True, blank=True)

    class Meta:
        verbose_name = _("Vehicle")
        verbose_name_plural = _("Vehicles")
        ordering = ["community", "plate"]
        constraints = [
            ends_after_it_begins("vehicle_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["community", "plate"],
                condition=Q(until__isnull=True),
                name="vehicle_plate_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.plate
