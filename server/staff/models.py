"""What people of the property company did: one row for each act, written once and never changed."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from server.estate.models import Community


class ActsStand(Exception):
    """Somebody tried to change or delete what a person did. A new act says what is true now."""


class Acts(models.QuerySet["Act"]):
    """Refuses the statements that would rewrite history; the database refuses them too."""

    def update(self, **fields: Any) -> NoReturn:
        raise ActsStand("acts are not changed")

    def delete(self) -> NoReturn:
        raise ActsStand("acts are not deleted")


class Act(models.Model):
    """Who did what to which subject, when and why.

    ``person_name`` is the name at the time of the act; ``person`` is empty for a name without an
    account. (``subject_kind``, ``subject_id``) names what it was done to, for instance ("payment", its
    id); ``before`` and ``after`` hold what it changed, as JSON.
    """

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("User account"),
        related_name="acts",
        null=True,
        blank=True,
    )
    person_name = models.CharField(_("Person"), max_length=150)
    act = models.CharField(_("Act"), max_length=40)
    subject_kind = models.CharField(_("Subject"), max_length=20)
    subject_id = models.CharField(_("Id"), max_length=80)
    reason = models.CharField(_("Reason"), max_length=300)
    at = models.DateTimeField(_("Time"))
    before = models.JSONField(_("Before"), default=dict)
    after = models.JSONField(_("After"), default=dict)

    class Meta:
        verbose_name = _("Staff act")
        verbose_name_plural = _("Staff acts")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="act_by_subject")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(person_name="") & ~models.Q(reason=""),
                name="act_has_person_and_reason",
            )
        ]

    objects = Acts.as_manager()

    def __str__(self) -> str:
        return f"{self.person_name}: {self.act} {self.subject_kind} {self.subject_id}"

    def save(self, *args: Any, **named: Any) -> None:
        if not self._state.adding:
            raise ActsStand("acts are not changed")
        super().save(*args, **named)

    def delete(self, *args: Any, **named: Any) -> NoReturn:
        raise ActsStand("acts are not deleted")
