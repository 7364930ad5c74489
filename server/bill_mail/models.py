"""Each message that carries a bill: to which address, and what became of it."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from server.billing.models import Bill
from server.estate.models import Community
from server.estate.tenancy import OfCommunity


class MailState(models.TextChoices):
    WAITING = "waiting", _("Waits to be sent")
    SENDING = "sending", _("Not known whether it went out")
    SENT = "sent", _("Handed to the mail server")
    REFUSED = "refused", _("Refused by the mail server")
    FAILED = "failed", _("Could not be sent")
    BOUNCED = "bounced", _("Came back")


class BillMail(OfCommunity):
    """One bill to one address, once. SENDING is written before the mail server is asked: whoever finds it
    later cannot know whether the message went out, so it is never sent again by itself. ``answer``: what
    the mail server said."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="bill_mails"
    )
    bill = models.ForeignKey(Bill, models.PROTECT, verbose_name=_("Bill"), related_name="mails")
    address = models.CharField(_("Mail address"), max_length=200)
    state = models.CharField(
        _("State"), max_length=10, choices=MailState.choices, default=MailState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("Attempts"), default=0)
    asked_by_name = models.CharField(_("Asked by"), max_length=150)
    asked_at = models.DateTimeField(_("Asked at"))
    changed_at = models.DateTimeField(_("Time"))
    answer = models.CharField(_("What the mail server said"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("Bill by e-mail")
        verbose_name_plural = _("Bills by e-mail")
        ordering = ["community", "bill", "pk"]
        constraints = [models.UniqueConstraint("bill", Lower("address"), name="bill_mailed_once")]
        indexes = [models.Index(fields=["community", "state"], name="bill_mail_by_state")]

    def __str__(self) -> str:
        return f"{self.bill} {self.get_state_display()}"
