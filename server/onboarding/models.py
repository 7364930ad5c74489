"""Excel files that staff have sent: what is to be done with each, and what was found."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from server.estate.models import Community
from server.estate.tenancy import OfCommunity


class FileState(models.TextChoices):
    CHECKING = "checking", pgettext_lazy("file", "Being checked")
    IN_ORDER = "in_order", pgettext_lazy("file", "In order")
    WRONG = "wrong", pgettext_lazy("file", "With mistakes")
    IMPORTING = "importing", pgettext_lazy("file", "Being imported")
    IMPORTED = "imported", pgettext_lazy("file", "Imported")
    STOPPED = "stopped", pgettext_lazy("file", "Stopped")
    GONE = "gone", pgettext_lazy("file", "Deleted after a day")


AT_WORK = (FileState.CHECKING, FileState.IMPORTING)


class EstateFile(OfCommunity):
    """One file of one person (``account``); the file itself and its mistakes, which hold residents' data,
    wait among the uploads under ``token``. ``counts``: rows created, changed, unchanged by kind, as
    ``Report.counts``. IMPORTED is written by the transaction that imports, and by nothing else."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="estate_files"
    )
    name = models.CharField(_("File"), max_length=120)
    token = models.CharField(_("Token"), max_length=32, unique=True)
    account = models.BigIntegerField(_("Account"))
    sent_by = models.CharField(_("Sent by"), max_length=150)
    sent_at = models.DateTimeField(_("Sent at"))
    state = models.CharField(
        _("State"), max_length=10, choices=FileState.choices, default=FileState.CHECKING
    )
    counts = models.JSONField(_("Figures"), default=dict, blank=True)
    problem_count = models.PositiveIntegerField(_("Mistakes"), default=0)
    ignored_sheets = models.JSONField(_("Sheets not looked at"), default=list, blank=True)

    class Meta:
        verbose_name = _("Excel file of an estate")
        verbose_name_plural = _("Excel files of estates")
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def at_work(self) -> bool:
        return self.state in AT_WORK
