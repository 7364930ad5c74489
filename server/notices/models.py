"""Community news: what kiosks show while nobody pays, and what units read on their phones."""

import hmac
import re
from typing import Self

from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from server.estate.fields import BilingualField
from server.estate.models import Building, Community, Unit
from server.estate.tenancy import OfCommunity
from server.language import chosen

_KEY = re.compile(r"([1-9][0-9]{0,8})(?:-([0-9a-f]{20}))?")
BODY_MAX = 1500  # characters in each language: so much is read in full at a kiosk


class Notice(OfCommunity):
    """Shown from ``show_from`` to ``show_until``, both days included, unless it was taken down before.

    ``kinds``: of units that it is for (``Unit.Kind``); none: all kinds. ``places``: buildings that it is
    for; none: all of them. ``version`` grows with every change.
    """

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="notices"
    )
    title = BilingualField(_("Title"), zh_max=60, en_max=100)
    body = BilingualField(_("Body"))
    show_from = models.DateField(_("Shown from"))
    show_until = models.DateField(_("Shown until"))
    kinds = models.JSONField(_("Kinds of unit"), default=list, blank=True)
    version = models.PositiveIntegerField(_("Version"), default=1)
    taken_down_at = models.DateTimeField(_("Taken down at"), null=True, blank=True)

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

    def get_absolute_url(self) -> str:
        """Of its page for staff."""
        return f"/staff/notices/{self.pk}/"

    @property
    def buildings(self) -> list[Building]:
        """Those that it is for, in order; none: all."""
        found = [place.building for place in self.places.all()]  # type: ignore[attr-defined]
        return sorted(found, key=lambda building: building.natural_key)

    @property
    def key(self) -> str:
        """Of its page for phones, and its id at kiosks. What is not for everybody cannot be guessed."""
        everybodys = not self.kinds and not self.buildings
        return str(self.pk) if everybodys else f"{self.pk}-{self._seal}"

    @property
    def _seal(self) -> str:
        place = f"{self.community_id} {self.pk}"
        return salted_hmac("lobbypay notice", place, algorithm="sha256").hexdigest()[:20]

    @classmethod
    def by_key(cls, key: str) -> Self | None:
        """None also for the bare number of one that is not for everybody."""
        parts = _KEY.fullmatch(key)
        rows = cls.objects.select_related("community").prefetch_related("places__building")
        one = rows.filter(pk=int(parts[1])).first() if parts else None
        if one is None or parts is None or key == one.key:
            return one
        known = parts[2] is not None and hmac.compare_digest(parts[2], one._seal)
        return one if known else None

    @property
    def kind_names(self) -> list[str]:
        return [str(kind.label) for kind in Unit.Kind if kind.value in self.kinds]


class NoticePlace(OfCommunity):
    """A building that a notice is for."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    notice = models.ForeignKey(
        Notice, models.CASCADE, verbose_name=_("Notice"), related_name="places"
    )
    building = models.ForeignKey(
        Building, models.PROTECT, verbose_name=_("Building"), related_name="+"
    )

    class Meta:
        verbose_name = _("Building of a notice")
        verbose_name_plural = _("Buildings of notices")
        ordering = ["notice", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "building"], name="notice_place_once")
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.building_id}"
