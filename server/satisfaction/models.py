"""Votes after paying on phones. Those of kiosks come counted, with their days."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.estate.models import Community
from server.estate.tenancy import OfCommunity
from server.payments.models import PaymentOrder
from server.service_requests.models import ServiceRequest, Vote


class PhoneVote(OfCommunity):
    """How it was to pay, by one touch; never changed. ``request``: what became of a low one where a
    number was left. Nobody is shown whose it is: the payment is there so that each has one vote."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    order = models.OneToOneField(
        PaymentOrder, models.PROTECT, verbose_name=_("Payment order"), related_name="phone_vote"
    )
    vote = models.PositiveSmallIntegerField(_("Vote"), choices=Vote.choices)
    voted_at = models.DateTimeField(_("Voted at"))
    request = models.OneToOneField(
        ServiceRequest,
        models.PROTECT,
        verbose_name=_("Service request"),
        related_name="of_payment_vote",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = _("Vote after paying on a phone")
        verbose_name_plural = _("Votes after paying on phones")
        indexes = [models.Index(fields=["community", "voted_at"], name="phone_vote_by_day")]

    def __str__(self) -> str:
        return f"{self.vote}"
