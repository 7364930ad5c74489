"""A unit's credit by hand: money deposited at the counter, used for bills, paid out; and agreements by
which each billing run uses it. Rows of moves are only ever added."""

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from server.billing.fees import no_kinds
from server.estate.models import Community, Unit
from server.estate.tenancy import OfCommunity


class MoveStands(Exception):
    """Somebody tried to change or delete a move. Another one puts it right."""


class Moves(models.QuerySet["CreditMove"]):
    def update(self, **fields: Any) -> NoReturn:
        raise MoveStands("moves of credit are not changed")

    def delete(self) -> NoReturn:
        raise MoveStands("moves of credit are not deleted")


class CreditMove(OfCommunity):
    """Minor units that came into a unit's credit or left it. ``key`` is made by whoever asks, so that the
    same move comes once; ``number`` stands on its receipt. ``how``: cash or bank; empty for what was
    used, what units that were merged or split handed on, and what was left of a package."""

    class Kind(models.TextChoices):
        DEPOSIT = "deposit", _("Deposit")
        USED = "used", _("Used for bills")
        PAID_OUT = "paid_out", _("Paid out")
        MOVED_OUT = "moved_out", _("Moved to another unit")
        MOVED_IN = "moved_in", _("Moved from another unit")
        PACKAGE = "package", _("Left of a package")

    class How(models.TextChoices):
        CASH = "cash", _("Cash")
        BANK = "bank", _("Bank transfer")

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="credit_moves"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("Unit"), related_name="credit_moves"
    )
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices)
    number = models.CharField(_("Receipt number"), max_length=30, unique=True)
    key = models.CharField(_("Key"), max_length=36, unique=True)
    amount_minor = models.BigIntegerField(_("Amount (minor units)"))
    how = models.CharField(_("Way of paying"), max_length=4, choices=How.choices, blank=True)
    note = models.CharField(_("Note"), max_length=120, blank=True)
    person_name = models.CharField(_("Person"), max_length=150)
    day = models.DateField(_("Day"))
    at = models.DateTimeField(_("Time"))

    class Meta:
        verbose_name = _("Move of credit")
        verbose_name_plural = _("Moves of credit")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="credit_move_is_something"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["used", "moved_out", "moved_in", "package"], how="")
                | (Q(kind__in=["deposit", "paid_out"]) & ~Q(how="")),
                name="credit_move_says_how",
            ),
        ]
        indexes = [models.Index(fields=["unit", "at"], name="credit_move_by_unit")]

    objects = Moves.as_manager()

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Of its receipt."""
        return f"/staff/credit/{self.number}/"

    def delete(self, *args: Any, **named: Any) -> NoReturn:
        raise MoveStands("moves of credit are not deleted")


class CreditAgreement(OfCommunity):
    """Who agreed for the unit, and when, that each billing run uses its credit; until ``ended_at``.
    ``item_codes``: only for bills of nothing but these fee items; empty for all."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="credit_agreements"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("Unit"), related_name="credit_agreements"
    )
    agreed_by = models.CharField(_("Who agreed"), max_length=80)
    agreed_on = models.DateField(_("Agreed on"))
    item_codes = models.JSONField(_("Fee items"), default=no_kinds, blank=True)
    noted_by_name = models.CharField(_("Noted by"), max_length=150)
    noted_at = models.DateTimeField(_("Noted at"))
    ended_at = models.DateTimeField(_("Agreement ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Agreement to use credit")
        verbose_name_plural = _("Agreements to use credit")
        ordering = ["unit", "-noted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(ended_at=None), name="credit_agreement_is_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.agreed_by}"
