"""Rounds of training and their cases. Nothing here is of a real unit, bill or resident, and nothing of it
reaches the books."""

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.translation import gettext_lazy as _

from server.estate.models import Community
from server.estate.tenancy import OfCommunity
from server.standard_answers.models import StandardAnswer


class TrainingRound(OfCommunity):
    """What one person was asked in one go. ``points`` of ``points_max`` once it is ``ended_at``."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    person = models.ForeignKey(
        get_user_model(), models.PROTECT, verbose_name=_("Person"), related_name="+"
    )
    begun_at = models.DateTimeField(_("Begun at"))
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)
    points = models.PositiveSmallIntegerField(_("Points"), default=0)
    points_max = models.PositiveSmallIntegerField(_("Points at most"), default=0)

    class Meta:
        verbose_name = _("Round of training")
        verbose_name_plural = _("Rounds of training")
        ordering = ["-begun_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "person"],
                condition=models.Q(ended_at=None),
                name="training_round_open_once",
            )
        ]
        indexes = [models.Index(fields=["community", "person"], name="training_by_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.begun_at:%Y-%m-%d}"

    @property
    def percent(self) -> int:
        return round(100 * self.points / self.points_max) if self.points_max else 0


class TrainingCase(OfCommunity):
    """One question. ``tells``, each of ``answers`` and of ``rules`` are texts in both languages, as
    ``{"zh", "en"}``; ``right`` and ``right_rule`` are places in those lists, ``given`` and
    ``given_rule`` what was chosen. ``about``: the standard answer that it asks for; none: of figures.
    """

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    round = models.ForeignKey(
        TrainingRound, models.PROTECT, verbose_name=_("Round of training"), related_name="cases"
    )
    position = models.PositiveSmallIntegerField(_("Number of the case"))
    kind = models.CharField(_("Kind"), max_length=20)
    about = models.ForeignKey(
        StandardAnswer,
        models.PROTECT,
        verbose_name=_("Standard answer"),
        related_name="+",
        null=True,
        blank=True,
    )
    tells = models.JSONField(_("What is asked"))
    answers = models.JSONField(_("Answers to choose from"))
    rules = models.JSONField(_("Rules to choose from"), default=list)
    right = models.PositiveSmallIntegerField(_("Right answer"))
    right_rule = models.PositiveSmallIntegerField(_("Right rule"), null=True, blank=True)
    given = models.PositiveSmallIntegerField(_("Answer given"), null=True, blank=True)
    given_rule = models.PositiveSmallIntegerField(_("Rule given"), null=True, blank=True)
    answered_at = models.DateTimeField(_("Answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Case of training")
        verbose_name_plural = _("Cases of training")
        ordering = ["round", "position"]
        constraints = [
            models.UniqueConstraint(fields=["round", "position"], name="training_case_once")
        ]

    def __str__(self) -> str:
        return f"{self.round_id}.{self.position}"

    @property
    def points(self) -> int:
        """One for the answer, one for the rule, where one was asked for."""
        return int(self.given == self.right) + int(
            self.right_rule is not None and self.given_rule == self.right_rule
        )

    @property
    def points_max(self) -> int:
        return 1 if self.right_rule is None else 2
