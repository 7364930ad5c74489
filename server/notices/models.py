"""Community news that kiosks show while nobody pays."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.estate.fields import BilingualField
from server.estate.models import Community
from server.estate.tenancy import OfCommunity
from server.language import chosen


class Notice(OfCommunity):
    """Shown from ``show_from`` to ``show_until``, both days included."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="notices"
    )
    title = BilingualField(_("Title"), zh_max=60, en_max=100)
    body = BilingualField(_("Body"))
    show_from = models.DateField(_("Shown from"))
    show_until = models.DateField(_("Shown until"))

    class Meta:
        verbose_name = _("Notice")
        verbose_name_plural = _("Notices")
        ordering = ["community", "-show_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(show_until__gte=models.F("show_from")),
                name="notice_ends_after_it_begins",
                violation_error_message=_("It ends before it begins"),
            )
        ]

    def __str__(self) -> str:
        return chosen(self.title)
