"""What is made public of a community, by versions. What is public is neither changed nor deleted."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from server.estate.fields import BilingualField
from server.estate.models import Community
from server.estate.tenancy import OfCommunity
from server.language import chosen


class Kind(models.TextChoices):
    STANDARDS = "standards", _("Fee standards")
    SERVICES = "services", _("Services")
    COMMON = "common", _("Income and expense of common areas")
    ENERGY = "energy", _("Shared energy and its split")
    REPAIR = "repair", _("Repair fund")


class Section(models.TextChoices):
    PLAIN = "", _("As it is")
    OPENING = "opening", _("Brought forward")
    INCOME = "income", pgettext_lazy("accounts", "Income")
    EXPENSE = "expense", pgettext_lazy("accounts", "Expense")


# Those whose rows are money in and out, with a balance.
OF_MONEY = (Kind.COMMON, Kind.REPAIR)


class State(models.TextChoices):
    """REPLACED: a later version of the same is public."""

    DRAFT = "draft", _("Draft")
    PUBLIC = "public", _("Public")
    REPLACED = "replaced", _("Replaced by a later version")
    WITHDRAWN = "withdrawn", _("Draft given up")


class Publication(OfCommunity):
    """``period``: what it is about, as 2026-Q3 or 2026-10-01. ``rows``: as ``rows.py`` beside
    it has them; those from the books with the marks of ``from_books.py``.
    ``paper``: the PDF for the notice board, made when it became public."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="publications"
    )
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices)
    period = models.CharField(_("Quarter or first day"), max_length=10)
    version = models.PositiveSmallIntegerField(_("Version"))
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.DRAFT)
    rows = models.JSONField(_("Rows"), default=list)
    note = BilingualField(_("Note"), zh_max=300, en_max=500, blank=True)
    drafted_by = models.CharField(_("Drafted by"), max_length=150)
    drafted_at = models.DateTimeField(_("Drafted at"))
    public_at = models.DateTimeField(_("Public since"), null=True, blank=True)
    paper = models.BinaryField(_("PDF for the notice board"), null=True, blank=True)

    class Meta:
        verbose_name = _("Publication")
        verbose_name_plural = _("Publications")
        ordering = ["community", "kind", "-period", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "kind", "period", "version"], name="publication_version_once"
            ),
            models.UniqueConstraint(
                fields=["community", "kind", "period"],
                condition=models.Q(state="draft"),
                name="publication_drafted_once",
            ),
            models.UniqueConstraint(
                fields=["community", "kind", "period"],
                condition=models.Q(state="public"),
                name="publication_public_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.period}"

    @property
    def heading(self) -> str:
        return f"{self.get_kind_display()} · {self.period}"

    @property
    def words(self) -> str:
        return chosen(self.note)
