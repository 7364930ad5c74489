"""Communities, buildings, units and who lives there. Every row names its community: the tenant key."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from pydantic import ValidationError as PydanticError

from contract import unit_code
from contract.currency import EXPONENTS
from contract.messages import Text
from contract.unit_code import DEFAULT, Numbering
from server.estate.fields import (
    CurrencyField,
    NumberingField,
    PersonNameField,
    TimeZoneField,
    default_numbering,
)
from server.estate.masking import mask_name
from server.estate.occupants import Contact, Occupancy, Vehicle
from server.estate.tenancy import OfCommunity
from server.ledger.guards import check_stays

__all__ = [
    "Building",
    "Community",
    "Contact",
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
    "只用小写字母、数字和连字符 Small letters, digits and hyphens only",
)
PHONE = RegexValidator(
    r"^[0-9+][0-9 ()-]{3,18}[0-9]$", "电话号码只含数字、空格、括号和连字符 Not a phone number"
)


class LateSuccess(models.TextChoices):
    """What becomes of money that arrives after its order was cancelled."""

    REFUND = "refund", "退款 Refund"
    CREDIT = "credit", "转入预存 Credit to the unit"


class Community(models.Model):
    """小区: one managed estate, the tenant. ``test`` communities accept simulated money.

    ``code``, ``currency``, ``time_zone`` and ``test`` stay as they are once there are bills or
    payments; the database sees to it (``server.estate.immutability``).
    """

    code = models.SlugField("代码 Code", max_length=20, unique=True, validators=[COMMUNITY_CODE])
    name_zh = models.CharField("名称 Name (中文)", max_length=60)
    name_en = models.CharField("Name (English)", max_length=80)
    currency = CurrencyField("币种 Currency", max_length=3, default="CNY")
    time_zone = TimeZoneField("时区 Time zone", max_length=40, default="Asia/Shanghai")
    test = models.BooleanField("测试小区 Test community", default=False)
    office_phone = models.CharField("物业电话 Office phone", max_length=30)
    office_hours_zh = models.CharField("办公时间 Office hours (中文)", max_length=60, blank=True)
    office_hours_en = models.CharField("Office hours (English)", max_length=80, blank=True)
    company_zh = models.CharField("物业公司 Company (中文)", max_length=80, blank=True)
    company_en = models.CharField("Company (English)", max_length=120, blank=True)
    second_factor = models.BooleanField("查询需手机尾号 Ask for phone's last four", default=False)
    numbering = NumberingField("编号规则 Numbering of units", default=default_numbering)
    late_success = models.CharField(
        "迟到款项 Late money",
        max_length=10,
        choices=LateSuccess.choices,
        default=LateSuccess.REFUND,
    )

    class Meta:
        verbose_name = "小区 Community"
        verbose_name_plural = "小区 Communities"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(currency__in=sorted(EXPONENTS)), name="community_currency_is_one"
            )
        ]

    def __str__(self) -> str:
        return self.name_zh

    def clean(self) -> None:
        check_stays(self, "code", "currency", "time_zone", "test")
        if self.pk is None:
            return
        numbering = self.unit_numbering
        for code in self.units.values_list("code", flat=True):
            if not numbering.read(code):
                raise ValidationError(
                    {
                        "numbering": f"房屋 {code} 不合此规则 Unit {code} would not fit this numbering"
                    }
                )

    @property
    def unit_numbering(self) -> Numbering:
        """How units are named; the usual way where what is stored cannot be read."""
        try:
            return Numbering.model_validate(self.numbering)
        except PydanticError:
            return DEFAULT

    @property
    def name(self) -> Text:
        return Text(zh=self.name_zh, en=self.name_en)


class Building(OfCommunity):
    """楼栋."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name="小区 Community", related_name="buildings"
    )
    code = models.CharField("楼号 Code", max_length=8)
    name_zh = models.CharField("名称 Name (中文)", max_length=40)
    name_en = models.CharField("Name (English)", max_length=60)

    class Meta:
        verbose_name = "楼栋 Building"
        verbose_name_plural = "楼栋 Buildings"
        ordering = ["community", "code"]
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="building_code_once")
        ]

    def __str__(self) -> str:
        return self.name_zh


class Unit(OfCommunity):
    """房屋: ``code`` is what residents type, e.g. 3-2-1201 (building, entrance, room).

    It may be corrected; the codes it had when bills were issued go on finding it
    (``server.estate.immutability``).
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
        Community, models.PROTECT, verbose_name="小区 Community", related_name="units"
    )
    building = models.ForeignKey(
        Building, models.PROTECT, verbose_name="楼栋 Building", related_name="units"
    )
    entrance = models.CharField("单元 Entrance", max_length=8, blank=True)
    room = models.CharField("房号 Room", max_length=8)
    code = models.CharField(
        "房屋代码 Unit code",
        max_length=35,
        validators=[RegexValidator(unit_code.PATTERN)],
    )
    label_zh = models.CharField("名称 Label (中文)", max_length=60)
    label_en = models.CharField("Label (English)", max_length=80)
    area_m2 = models.DecimalField(
        "建筑面积 Area (m²)", max_digits=8, decimal_places=2, validators=[MinValueValidator(0)]
    )
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices, default=Kind.HOME)
    state = models.CharField(
        _("State"), max_length=10, choices=State.choices, default=State.OCCUPIED
    )

    class Meta:
        verbose_name = "房屋 Unit"
        verbose_name_plural = "房屋 Units"
        ordering = ["community", "code"]
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="unit_code_once"),
            models.CheckConstraint(
                condition=models.Q(area_m2__gte=0), name="unit_area_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.code

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
            forms = " / ".join(f"{kind.form.zh} {kind.form.en}" for kind in numbering.kinds)
            raise ValidationError(
                {"code": f"不合本小区的编号规则 Not as units are named here: {forms}"}
            )
        others = Unit.objects.filter(community=self.community_id).exclude(pk=self.pk)
        alike = [c for c in others.values_list("code", flat=True) if unit_code.same(c, self.code)]
        if alike:
            raise ValidationError(
                {"code": f"与 {alike[0]} 只差前导零或大小写 The same as {alike[0]} but for noughts"}
            )

    @property
    def label(self) -> Text:
        return Text(zh=self.label_zh, en=self.label_en)


TAKEN = (
    "这是另一套房屋用过的代码，印在它的账单上，不能给别的房屋"
    " Printed on bills of another unit, which had this code before; it is given to no other"
)


class FormerUnitCode(models.Model):
    """A code that a unit had when bills were issued to it. Written by the database itself."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name="小区 Community", related_name="+"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name="房屋 Unit", related_name="former_codes"
    )
    code = models.CharField("曾用代码 Former code", max_length=35)

    class Meta:
        verbose_name = "曾用代码 Former code"
        verbose_name_plural = "曾用代码 Former codes"
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="former_code_once")
        ]

    def __str__(self) -> str:
        return self.code


class Resident(OfCommunity):
    """住户: a person, once for all their units (``Occupancy``). The whole name and phone stay on the
    server; a kiosk sees ``masked_name`` only."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name="小区 Community", related_name="residents"
    )
    name = PersonNameField("姓名 Name", max_length=60)
    phone = models.CharField("电话 Phone", max_length=20, blank=True, validators=[PHONE])

    class Meta:
        verbose_name = "住户 Resident"
        verbose_name_plural = "住户 Residents"
        ordering = ["community", "pk"]
        indexes = [models.Index(fields=["community", "name"], name="resident_by_name")]

    def __str__(self) -> str:
        return self.masked_name

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)


class ParkingSpace(OfCommunity):
    """车位, owned by a unit, let to one, or free. ``since``: the first day of that, where it is known."""

    class Holding(models.TextChoices):
        OWNED = "owned", _("Owned")
        LET = "let", _("Let")

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name="小区 Community", related_name="parking_spaces"
    )
    code = models.CharField("车位号 Space", max_length=16)
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        verbose_name="房屋 Unit",
        related_name="parking_spaces",
        null=True,
        blank=True,
    )
    holding = models.CharField(
        _("Holding"), max_length=10, choices=Holding.choices, default=Holding.LET
    )
    since = models.DateField(_("Since"), null=True, blank=True)

    class Meta:
        verbose_name = "车位 Parking space"
        verbose_name_plural = "车位 Parking spaces"
        ordering = ["community", "code"]
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="parking_space_once")
        ]

    def __str__(self) -> str:
        return self.code
