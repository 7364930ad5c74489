"""How a community's bills look on paper: its form, logo and texts, and the note of one month.

A bill that is printed is not kept as a picture: printed again, it has the look that holds then.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from contract.messages import Text
from server.billing import paper_logo
from server.billing.paper_forms import PaperForm
from server.billing.periods import PeriodField, is_period
from server.estate.fields import BilingualField
from server.estate.models import Community
from server.estate.tenancy import OfCommunity
from server.staff import audit
from server.staff.people import Person

TEXTS = ("address", "head", "pay", "foot")
COLUMNS = ("form", *(f"{name}_{language}" for name in TEXTS for language in ("zh", "en")))


class PaperLayout(OfCommunity):
    """``logo``: the name of its file, empty without one (``server.billing.paper_logo``). ``address``: of
    the whole community, as a letter has it; unit and recipient are added to it."""

    community = models.OneToOneField(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="paper_layout"
    )
    form = models.CharField(
        _("Form of the paper"), max_length=12, choices=PaperForm.choices, default=PaperForm.PLAIN
    )
    logo = models.CharField(_("Logo"), max_length=40, blank=True, editable=False)
    address = BilingualField(_("Address of the community"), zh_max=80, en_max=120, blank=True)
    head = BilingualField(_("Line below the name"), zh_max=80, en_max=120, blank=True)
    pay = BilingualField(_("Another way to pay"), zh_max=240, en_max=320, blank=True)
    foot = BilingualField(_("Text at the end"), zh_max=240, en_max=320, blank=True)

    class Meta:
        verbose_name = _("Layout of bill papers")
        verbose_name_plural = _("Layouts of bill papers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(form__in=PaperForm.values), name="paper_form_is_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.community}"


class PaperNote(OfCommunity):
    """What stands on all bills of one month."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    period = PeriodField(_("Period"))
    note = BilingualField(_("Note on the bills"), zh_max=240, en_max=320, blank=True)

    class Meta:
        verbose_name = _("Note on a month's bills")
        verbose_name_plural = _("Notes on a month's bills")
        constraints = [
            models.UniqueConstraint(fields=["community", "period"], name="paper_note_once"),
            models.CheckConstraint(condition=is_period("period"), name="paper_note_has_a_period"),
        ]

    def __str__(self) -> str:
        return f"{self.community} {self.period}"


@dataclass(frozen=True, slots=True)
class Look:
    """What makes a month's bills look as they do. ``logo``: a data URI, empty without one."""

    layout: PaperLayout
    note: Text
    logo: str

    @property
    def fingerprint(self) -> str:
        """Another one for another look."""
        said = [getattr(self.layout, column) for column in COLUMNS]
        whole = repr([said, self.layout.logo, self.note.zh, self.note.en])
        return hashlib.sha256(whole.encode()).hexdigest()[:10]


def layout_of(community: Community) -> PaperLayout:
    """The plain sheet where nobody has chosen."""
    found = PaperLayout.objects.filter(community=community).first()
    return found or PaperLayout(community=community)


def note_of(community: Community, period: str) -> Text:
    """Empty where there is none."""
    found = PaperNote.objects.filter(community=community, period=period).first()
    return found.note if found else Text(zh="", en="")


def look_of(community: Community, period: str) -> Look:
    layout = layout_of(community)
    return Look(layout, note_of(community, period), paper_logo.data_uri(layout))


def set_layout(layout: PaperLayout, said: dict[str, Any], person: Person, at: datetime) -> None:
    """``said``: form and texts by their columns. What changes is recorded; the same again is nothing."""
    before = {column: getattr(layout, column) for column in COLUMNS}
    after = {column: said[column] for column in COLUMNS}
    if layout.pk is not None and before == after:
        return
    for column, value in after.items():
        setattr(layout, column, value)
    layout.full_clean(exclude=["community"])
    changed = {column for column in COLUMNS if before[column] != after[column]}
    with transaction.atomic():
        layout.save()
        _noted(layout.community, "paper_layout_set", person, at, before, after, changed)


def set_note(community: Community, period: str, note: Text, person: Person, at: datetime) -> None:
    """As ``set_layout``, of the note of a month."""
    with transaction.atomic():
        row, _made = PaperNote.objects.select_for_update().get_or_create(
            community=community, period=period
        )
        before = {"note_zh": row.note_zh, "note_en": row.note_en}
        after = {"note_zh": note.zh, "note_en": note.en}
        if before == after:
            return
        row.note = note
        row.full_clean(exclude=["community"])
        row.save()
        period_said = {"period": period}
        audit.note(
            community.pk,
            person,
            "paper_note_set",
            ("period", period),
            at,
            before=before | period_said,
            after=after | period_said,
        )


def _noted(
    community: Community,
    act: str,
    person: Person,
    at: datetime,
    before: dict[str, Any],
    after: dict[str, Any],
    changed: set[str],
) -> None:
    audit.note(
        community.pk,
        person,
        act,
        ("community", community.code),
        at,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
