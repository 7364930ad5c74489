"""Communities, buildings, units and who lives there. Every row names its community: the tenant key."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError as PydanticError

from contract import unit_code
from contract.currency import EXPONENTS
from contract.unit_code import DEFAULT, Numbering
from server.estate.fields import (
    BilingualField,
    CurrencyField,
    NaturalKeyField,
    NumberingField,
    PersonNameField,
    TimeZoneField,
    amount_field,
    default_numbering,
)
from server.estate.lifetimes import FormerArea
from server.estate.masking import mask_name
from server.estate.occupants import Contact, Occupancy, Vehicle, ends_after_it_begins
from server.estate.tenancy import OfCommunity
from server.language import chosen
from server.ledger.guards import check_stays

__all__ = [
    "Building",
    "Community",
    "Contact",
    "FormerArea",
    "FormerHolding",
    "FormerUnitCode",
    "LateSuccess",
    "Occupancy",
    "ParkingSpace",
    "Resident",
    "Unit",
    "Vehicle",
]

COMMUNITY_CODE = RegexValidator(
    r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
    _("Small letters, digits and hyphens only"),
)
PHONE = RegexValidator(r"^[0-9+][0-9 ()-]{3,18}[0-9]$", _("Not a phone number"))


class LateSuccess(models.TextChoices):
    """What becomes of money that arrives after its order was cancelled."""

    REFUND = "refund", _("Refund")
    CREDIT = "credit", _("Credit to the unit")


class Community(models.Model):
    """One managed estate, the tenant. ``test`` communities accept simulated money.

    ``code``, ``currency``, ``time_zone`` and ``test`` stay once there are bills or payments; the
    database sees to it (``server.estate.immutability``).
    """

    code = models.SlugField(_("Code"), max_length=20, unique=True, validators=[COMMUNITY_CODE])
    name = BilingualField(_("Name"), zh_max=60, en_max=80)
    currency = CurrencyField(_("Currency"), max_length=3, default="CNY")
    time_zone = TimeZoneField(_("Time zone"), max_length=40, default="Asia/Shanghai")
    test = models.BooleanField(_("Test community"), default=False)
    office_phone = models.CharField(_("Office phone"), max_length=30, blank=True)
    office_hours = BilingualField(_("Office hours"), zh_max=60, en_max=80, blank=True)
    office_opens = models.TimeField(_("Office opens"), null=True, blank=True)
    office_closes = models.TimeField(_("Office closes"), null=True, blank=True)
    duty_phone = models.CharField(
        _("Duty phone"),
        max_length=30,
        blank=True,
        help_text=_("Kiosks name it while the office is closed"),
    )
    company = BilingualField(_("Company"), zh_max=80, en_max=120, blank=True)
    second_factor = models.BooleanField(_("Ask for phone's last four"), default=True)
    top_up_max_minor = amount_field(
        *(_("Most credit paid in at a kiosk at once"), 500_000),
        _("Nought: nobody can pay in credit at a kiosk"),
    )
    part_min_minor = amount_field(
        _("Smallest part of a bill paid at a kiosk"), 0, _("Nought: bills are paid whole")
    )
    phone_pays = models.BooleanField(_("Bills paid on phones"), default=True, db_default=True)
    numbering = NumberingField(_("Numbering of units"), default=default_numbering)
    late_success = models.CharField(
        _("Late money"), max_length=10, choices=LateSuccess.choices, default=LateSuccess.REFUND
    )

    class Meta:
        verbose_name = _("Community")
        verbose_name_plural = _("Communities")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(currency__in=sorted(EXPONENTS)), name="community_currency_is_one"
            )
        ]

    def __str__(self) -> str:
        return chosen(self.name)

    def clean(self) -> None:
        check_stays(self, "code", "currency", "time_zone", "test")
        if self.pk is None:
            return
        numbering = self.unit_numbering
        for code in self.units.values_list("code", flat=True):
            if not numbering.read(code):
                raise ValidationError(
                    {
                        "numbering": gettext("Unit %(code)s would not fit this numbering")
                        % {"code": code}
                    }
                )

    @property
    def unit_numbering(self) -> Numbering:
        """How units are named; the usual way where what is stored cannot be read."""
        try:
            return Numbering.model_validate(self.numbering)
        except PydanticError:
            return DEFAULT


class Building(OfCommunity):
    """A house of the community."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="buildings"
    )
    code = models.CharField(_("Building code"), max_length=8)
    natural_key = NaturalKeyField(_("Order"))
    name = BilingualField(_("Name"), zh_max=40, en_max=60)

    class Meta:
        verbose_name = _("Building")
        verbose_name_plural = _("Buildings")
        ordering = ["community", "natural_key"]
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="building_code_once")
        ]

    def __str__(self) -> str:
        return chosen(self.name)


class Unit(OfCommunity):
    """A home, shop or office: ``code`` is what residents type, e.g. 3-2-1201 (building, entrance, room).

    It may be corrected; the codes it had when bills were issued go on finding it
    (``server.estate.immutability``). ``begins``: the first day on which there is such a unit, ``ends``
    the first one on which there is none any more, both where units were merged or split; whoever asks
    for one that was merged gets ``merged_into`` from then on.
    """

    class Kind(models.TextChoices):
        HOME = "home", pgettext_lazy("kind of unit", "Home")
        SHOP = "shop", _("Shop")
        OFFICE = "office", _("Office")
        PARKING = "parking", _("Parking space")
        STORAGE = "storage", _("Storage")

    class State(models.TextChoices):
        OCCUPIED = "occupied", _("Occupied")
        VACANT = "vacant", _("Vacant")
        UNSOLD = "unsold", _("Unsold")
        DECORATED = "decorated", _("Being decorated")

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="units"
    )
    building = models.ForeignKey(
        Building, models.PROTECT, verbose_name=_("Building"), related_name="units"
    )
    entrance = models.CharField(_("Entrance"), max_length=8, blank=True)
    room = models.CharField(_("Room"), max_length=8)
    code = models.CharField(
        _("Unit code"),
        max_length=35,
        validators=[RegexValidator(unit_code.PATTERN)],
    )
    natural_key = NaturalKeyField(_("Order"))
    label = BilingualField(_("Label"), zh_max=60, en_max=80)
    area_m2 = models.DecimalField(
        _("Area (m²)"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)]
    )
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices, default=Kind.HOME)
    state = models.CharField(
        _("State"), max_length=10, choices=State.choices, default=State.OCCUPIED
    )
    begins = models.DateField(_("Exists from"), null=True, blank=True, editable=False)
    ends = models.DateField(_("Exists until before"), null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("Merged into"),
        related_name="merged",
        null=True,
        blank=True,
        editable=False,
    )
    split_from = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("Split from"),
        related_name="parts",
        null=True,
        blank=True,
        editable=False,
    )

    class Meta:
        verbose_name = _("Unit")
        verbose_name_plural = _("Units")
        ordering = ["community", "natural_key"]
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="unit_code_once"),
            models.CheckConstraint(
                condition=models.Q(area_m2__gte=0), name="unit_area_is_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(ends__isnull=True, merged_into__isnull=True)
                | models.Q(ends__isnull=False, merged_into__isnull=False),
                name="unit_that_ends_was_merged",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "natural_key"], name="unit_in_order"),
            models.Index(Upper("code"), name="unit_by_code"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        """Of its page for staff: the back office and its search lead there."""
        return f"/staff/units/{self.pk}/"

    @property
    def was_billed(self) -> bool:
        """Whether there is any bill of it."""
        return self.bills.exists()  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        check_stays(self, "community")
        self._check_code()
        former = FormerUnitCode.objects.filter(community=self.community_id, code__iexact=self.code)
        if former.exclude(unit=self.pk).exists():
            raise ValidationError({"code": TAKEN})

    def clean_fields(self, exclude: Any = None) -> None:
        """However the code is spelled, it is kept in one spelling."""
        self.code = unit_code.spelled(self.code or "") or self.code
        super().clean_fields(exclude)

    def _check_code(self) -> None:
        """It can be typed at the community's kiosks, and finds this unit only."""
        if self.community_id is None or not self.code:
            return
        numbering = self.community.unit_numbering
        if not numbering.read(self.code):
            forms = " / ".join(chosen(kind.form) for kind in numbering.kinds)
            refused = gettext("Not as units are named here: %(forms)s") % {"forms": forms}
            raise ValidationError({"code": refused})
        others = Unit.objects.filter(community=self.community_id).exclude(pk=self.pk)
        alike = [c for c in others.values_list("code", flat=True) if unit_code.same(c, self.code)]
        if alike:
            same = gettext("The same as %(code)s but for leading noughts or capitals")
            raise ValidationError({"code": same % {"code": alike[0]}})


TAKEN = _("Printed on bills of another unit, which had this code before; it is given to no other")


class FormerUnitCode(models.Model):
    """A code that a unit had when bills were issued to it. Written by the database itself."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("Unit"), related_name="former_codes"
    )
    code = models.CharField(_("Former code"), max_length=35)

    class Meta:
        verbose_name = _("Former code")
        verbose_name_plural = _("Former codes")
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="former_code_once")
        ]

    def __str__(self) -> str:
        return self.code


class Resident(OfCommunity):
    """A person, once for all their units (``Occupancy``). The whole name and phone stay on the
    server; a kiosk sees ``masked_name`` only."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="residents"
    )
    name = PersonNameField(_("Full name"), max_length=60)
    phone = models.CharField(_("Phone"), max_length=20, blank=True, validators=[PHONE])

    class Meta:
        verbose_name = _("Resident")
        verbose_name_plural = _("Residents")
        ordering = ["community", "pk"]
        indexes = [models.Index(fields=["community", "name"], name="resident_by_name")]

    def __str__(self) -> str:
        return self.masked_name

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)


class ParkingSpace(OfCommunity):
    """A parking space, owned by a unit, let to one, or free. ``since``: the first day of that, where
    it is known; ``until``: the last one, where there is an end.

    Who holds it changes by another unit or holding with a later ``since``; the database itself then
    keeps the holding until then (``FormerHolding``). With the same ``since`` it is a correction.
    """

    class Holding(models.TextChoices):
        OWNED = "owned", _("Owned")
        LET = "let", _("Let")

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="parking_spaces"
    )
    code = models.CharField(_("Space number"), max_length=16)
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        verbose_name=_("Unit"),
        related_name="parking_spaces",
        null=True,
        blank=True,
    )
    holding = models.CharField(
        _("Holding"), max_length=10, choices=Holding.choices, default=Holding.LET
    )
    since = models.DateField(_("Since"), null=True, blank=True)
    until = models.DateField(_("Last day"), null=True, blank=True)

    class Meta:
        verbose_name = _("Parking space")
        verbose_name_plural = _("Parking spaces")
        ordering = ["community", "code"]
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="parking_space_once"),
            ends_after_it_begins("parking_space_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return self.code


class FormerHolding(OfCommunity):
    """Whose a parking space was, and how, from ``since`` (None: from before the records) to ``until``,
    both days included. Written by the database itself (``server.estate.immutability``)."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    space = models.ForeignKey(
        ParkingSpace, models.PROTECT, verbose_name=_("Parking space"), related_name="former"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("Unit"), related_name="former_holdings"
    )
    holding = models.CharField(_("Holding"), max_length=10, choices=ParkingSpace.Holding.choices)
    since = models.DateField(_("Since"), null=True, blank=True)
    until = models.DateField(_("Last day"))

    class Meta:
        verbose_name = _("Former holding")
        verbose_name_plural = _("Former holdings")
        ordering = ["space", "until"]

    def __str__(self) -> str:
        return f"{self.space} {self.unit}"
