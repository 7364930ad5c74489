"""Agreements on instalments as they are kept. Whether they are held to, their bills say."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from server.estate.models import Community, Unit
from server.estate.tenancy import OfCommunity


class InstalmentAgreement(OfCommunity):
    """What a unit owed, ``principal_minor`` and ``late_fee_minor`` (minor units, as of ``made_at``), to
    be paid in parts. ``late_fee``: whether what had grown until then is owed; ``grows``: whether a late
    fee grows on a part that is not paid in time. In force until ``ended_at``; what was left then is
    ``rest``.
    """

    class LateFee(models.TextChoices):
        OWED = "owed", _("is owed with the instalments")
        LET_OFF = "let_off", _("is let off")

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="instalments"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("Unit"), related_name="instalments"
    )
    agreed_by = models.CharField(_("Who agreed"), max_length=80)
    agreed_on = models.DateField(_("Agreed on"))
    principal_minor = models.BigIntegerField(_("Amount (minor units)"))
    late_fee_minor = models.BigIntegerField(_("Late fee (minor units)"))
    late_fee = models.CharField(
        _("Late fee until the agreement"), max_length=8, choices=LateFee.choices
    )
    grows = models.BooleanField(_("Late fee on what is not paid in time"))
    reason = models.CharField(_("Reason"), max_length=300)
    made_by_name = models.CharField(_("Made by"), max_length=150)
    made_at = models.DateTimeField(_("Made at"))
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)
    rest = models.OneToOneField(
        "billing.Bill",
        models.PROTECT,
        verbose_name=_("Rest of instalments"),
        related_name="+",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = _("Agreement on instalments")
        verbose_name_plural = _("Agreements on instalments")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(principal_minor__gt=0, late_fee_minor__gte=0),
                name="instalments_are_of_something",
            ),
            models.CheckConstraint(
                condition=Q(rest=None) | Q(ended_at__isnull=False),
                name="instalments_leave_a_rest_at_their_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.agreed_on}"

    def get_absolute_url(self) -> str:
        return f"/staff/instalments/{self.pk}/"


class Instalment(OfCommunity):
    """One part of an agreement; when it is due and whether it is paid, its bill says."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    agreement = models.ForeignKey(
        InstalmentAgreement,
        models.PROTECT,
        verbose_name=_("Agreement on instalments"),
        related_name="parts",
    )
    number = models.PositiveSmallIntegerField(_("Number"))
    bill = models.OneToOneField(
        "billing.Bill", models.PROTECT, verbose_name=_("Bill"), related_name="instalment"
    )

    class Meta:
        verbose_name = _("Instalment")
        verbose_name_plural = _("Instalments")
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="instalment_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.agreement} {self.number}"
