"""Questions that come again and again, and each answer to them that there ever was. Nothing is deleted:
an answer is replaced by a newer one that another person approved."""

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.translation import gettext_lazy as _

from server.billing.fees import FeeItem
from server.estate.fields import BilingualField
from server.estate.models import Community
from server.estate.tenancy import OfCommunity

ANSWER_MAX = 800  # characters in each language: it has room in an answer to a resident


class Situation(models.TextChoices):
    FEES = "fees", _("Fees and bills")
    PAYING = "paying", _("Paying and receipts")
    REPAIR = "repair", _("Repairs")
    COMPLAINT = "complaint", _("Complaints")
    OTHER = "other", _("Anything else")


class StandardQuestion(OfCommunity):
    """``fee_item``: it is about this one only. ``own_figures``: a resident reads beside the answer what
    the bill itself says, compared with the one before."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="standard_questions"
    )
    situation = models.CharField(_("Situation"), max_length=10, choices=Situation.choices)
    fee_item = models.ForeignKey(
        FeeItem, models.PROTECT, verbose_name=_("Fee item"), null=True, blank=True, related_name="+"
    )
    own_figures = models.BooleanField(_("With the bill's own figures"), default=False)
    retired_at = models.DateTimeField(_("No longer used since"), null=True, blank=True)

    class Meta:
        verbose_name = _("Standard question")
        verbose_name_plural = _("Standard questions")
        ordering = ["community", "situation", "pk"]

    def __str__(self) -> str:
        return f"{self.situation} {self.pk}"


class StandardAnswer(OfCommunity):
    """One version. The newest that is approved holds; ``rule``: by what it is so, for staff."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    question = models.ForeignKey(
        StandardQuestion,
        models.PROTECT,
        verbose_name=_("Standard question"),
        related_name="versions",
    )
    number = models.PositiveSmallIntegerField(_("Version"))
    asks = BilingualField(_("Question in words"), zh_max=60, en_max=120)
    answer = BilingualField(_("Answer"), zh_max=ANSWER_MAX, en_max=ANSWER_MAX)
    rule = BilingualField(_("Rule behind it"), zh_max=300, en_max=300, blank=True)
    for_residents = models.BooleanField(_("Shown to residents"), default=False)
    drafted_by = models.CharField(_("Drafted by"), max_length=150)
    drafted_at = models.DateTimeField(_("Drafted at"))
    approved_at = models.DateTimeField(_("Approved at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Standard answer")
        verbose_name_plural = _("Standard answers")
        ordering = ["question", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["question", "number"], name="standard_answer_once")
        ]

    def __str__(self) -> str:
        return f"{self.question_id}.{self.number}"


class AnswerUse(OfCommunity):
    """It was said to a resident. ``waited_s``: so long had the request waited for its first answer."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    answer = models.ForeignKey(
        StandardAnswer, models.PROTECT, verbose_name=_("Standard answer"), related_name="uses"
    )
    request_number = models.CharField(_("Number of the request"), max_length=12)
    by = models.ForeignKey(get_user_model(), models.PROTECT, verbose_name=_("By"), related_name="+")
    at = models.DateTimeField(_("At"))
    waited_s = models.PositiveIntegerField(_("Waited, s"))
    changed = models.BooleanField(_("In other words"), default=False)

    class Meta:
        verbose_name = _("Use of a standard answer")
        verbose_name_plural = _("Uses of standard answers")
        ordering = ["-at"]
        indexes = [models.Index(fields=["community", "at"], name="answer_use_by_time")]

    def __str__(self) -> str:
        return f"{self.answer} {self.request_number}"
