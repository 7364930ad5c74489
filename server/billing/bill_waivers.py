"""What was waived of bills that are issued: one row for each grant. It is ended, never changed."""

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from server.estate.models import Community
from server.estate.tenancy import OfCommunity


class WaiverStands(Exception):
    """Somebody tried to delete what was waived. It is taken back instead."""


class WaiverRows(models.QuerySet["BillWaiver"]):
    def delete(self) -> NoReturn:
        raise WaiverStands("a waiver is taken back, not deleted")


class BillWaiver(OfCommunity):
    """Minor units that need not be paid of one bill: of all its lines, of those of one fee item, or of
    its late fee. ``whole``: all there was; of a late fee, that none grows any more either.

    In force until ``ended_at``: taken back by two people, or its bill was voided.
    """

    class Of(models.TextChoices):
        BILL = "bill", _("Whole bill")
        ITEM = "item", _("One fee item")
        LATE_FEE = "late_fee", _("Late fee")

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="bill_waivers"
    )
    bill = models.ForeignKey(
        "billing.Bill", models.PROTECT, verbose_name=_("Bill"), related_name="waivers"
    )
    of = models.CharField(_("Of what"), max_length=10, choices=Of.choices)
    fee_item = models.ForeignKey(
        "billing.FeeItem",
        models.PROTECT,
        verbose_name=_("Fee item"),
        related_name="+",
        null=True,
        blank=True,
    )
    whole = models.BooleanField(_("All of it"))
    amount_minor = models.BigIntegerField(_("Amount (minor units)"))
    reason = models.CharField(_("Reason"), max_length=300)
    asked_by_name = models.CharField(_("Person who asks"), max_length=150)
    granted_at = models.DateTimeField(_("Granted at"))
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Waiver of an issued bill")
        verbose_name_plural = _("Waivers of issued bills")
        ordering = ["bill", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0) | Q(amount_minor=0, of="late_fee", whole=True),
                name="bill_waiver_is_something",
            ),
            models.CheckConstraint(
                condition=Q(of="item", fee_item__isnull=False)
                | (~Q(of="item") & Q(fee_item__isnull=True)),
                name="bill_waiver_names_its_item",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="bill_waiver_has_a_reason"),
        ]

    objects = WaiverRows.as_manager()

    def __str__(self) -> str:
        return f"{self.bill} -{self.amount_minor}"

    def delete(self, *args: Any, **named: Any) -> NoReturn:
        raise WaiverStands("a waiver is taken back, not deleted")

    @property
    def reference(self) -> str:
        """By which the books know it."""
        return f"{self.bill.number}:{self.pk}"
