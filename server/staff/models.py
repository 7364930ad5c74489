"""Who works where, and what they did: roles are ended and acts stand; neither is deleted, ever."""

from typing import Any, NoReturn

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from server.staff.roles import Role


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
    account; ``community`` is empty for what is the company's own. (``subject_kind``, ``subject_id``)
    names what it was done to, for instance ("payment", its id); ``before`` and ``after`` hold what
    it changed, as JSON.
    """

    community = models.ForeignKey(
        "estate.Community",
        models.PROTECT,
        verbose_name=_("Community"),
        related_name="+",
        null=True,
        blank=True,
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
    reason = models.CharField(_("Reason"), max_length=300, blank=True)
    at = models.DateTimeField(_("Time"))
    before = models.JSONField(_("Before"), default=dict)
    after = models.JSONField(_("After"), default=dict)

    class Meta:
        verbose_name = _("Staff act")
        verbose_name_plural = _("Staff acts")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="act_by_subject")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(person_name=""), name="act_has_a_person")
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


class RolesStand(Exception):
    """Somebody tried to delete a role, or to make it another one. It is ended, and a new one given."""


class Assignments(models.QuerySet["RoleAssignment"]):
    """Refuses to delete; ``update`` is for ending only."""

    def update(self, **fields: Any) -> int:
        if not fields.keys() <= {"ended_at", "ended_by", "ended_by_id"}:
            raise RolesStand("a role is ended, and another given")
        return super().update(**fields)

    def delete(self) -> NoReturn:
        raise RolesStand("roles are ended, not deleted")


class RoleAssignment(models.Model):
    """A person's role in one community, from ``given_at`` until ``ended_at``.

    ``given_by`` and ``ended_by`` are empty where the server's operator did it at the terminal. What a
    role allows: ``server.staff.roles``.
    """

    community = models.ForeignKey(
        "estate.Community", models.PROTECT, verbose_name=_("Community"), related_name="roles"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("Person"), related_name="roles"
    )
    role = models.CharField(_("Staff role"), max_length=20, choices=Role.choices)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("Given by"),
        related_name="+",
        null=True,
        blank=True,
    )
    given_at = models.DateTimeField(_("Given at"))
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("Ended by"),
        related_name="+",
        null=True,
        blank=True,
    )
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Role of a person")
        verbose_name_plural = _("Roles of people")
        ordering = ["community", "person", "role", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "person", "role"],
                condition=models.Q(ended_at=None),
                name="role_is_held_once",
            )
        ]

    objects = Assignments.as_manager()

    def __str__(self) -> str:
        return f"{self.person} {self.get_role_display()}"

    def delete(self, *args: Any, **named: Any) -> NoReturn:
        raise RolesStand("roles are ended, not deleted")


class SignIn(models.Model):
    """A session of a person, as long as it lasts, and when and from where it was begun.
    ``session_key`` opens nothing once the session is over."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("Person"), related_name="sign_ins"
    )
    session_key = models.CharField(_("Session key"), max_length=40, db_index=True)
    address = models.CharField(_("Address"), max_length=45, blank=True)
    agent = models.CharField(_("Browser"), max_length=200, blank=True)
    at = models.DateTimeField(_("Time"))
    used_at = models.DateTimeField(_("Last used"))
    ended_at = models.DateTimeField(_("Signed out"), null=True, blank=True)

    class Meta:
        verbose_name = _("Sign-in")
        verbose_name_plural = _("Sign-ins")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.person} {self.at:%Y-%m-%d %H:%M}"


class Requests(models.QuerySet["Request"]):
    def delete(self) -> NoReturn:
        raise ActsStand("requests are not deleted")


class Request(models.Model):
    """What one person asked for and another decides. What is asked stays as it was asked, what was
    decided as it was decided; the database refuses anything else.

    ``kind``: a key of ``approvals.KINDS``; ``subject`` names the row for it; ``details``: what else the
    act needs. FAILED: approved, but the act was not possible any more; ``outcome`` says why.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Waiting")
        APPROVED = "approved", _("Approved and done")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Not possible any more")
        EXPIRED = "expired", _("Not decided in time")

    community = models.ForeignKey(
        "estate.Community", models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    kind = models.CharField(_("Act"), max_length=20)
    subject = models.CharField(_("Subject"), max_length=80)
    amount_minor = models.BigIntegerField(_("Amount"))
    currency = models.CharField(_("Currency"), max_length=3)
    details = models.JSONField(_("Details"), default=dict)
    reason = models.CharField(_("Reason"), max_length=300)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("Person who asks"),
        related_name="+",
    )
    asked_by_name = models.CharField(_("Person who asks"), max_length=150)
    asked_at = models.DateTimeField(_("Time of asking"))
    expires_at = models.DateTimeField(_("Until"))
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("Decided by"),
        related_name="+",
        null=True,
        blank=True,
    )
    decided_by_name = models.CharField(_("Decided by"), max_length=150, blank=True)
    decided_at = models.DateTimeField(_("Decided at"), null=True, blank=True)
    decision_reason = models.CharField(_("Reason of the decision"), max_length=300, blank=True)
    outcome = models.CharField(_("Outcome"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("Request for approval")
        verbose_name_plural = _("Requests for approval")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "kind", "subject"],
                condition=models.Q(state="open"),
                name="asked_for_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("asked_by")) | models.Q(state="refused"),
                name="nobody_approves_own_request",
            ),
        ]

    objects = Requests.as_manager()

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    def delete(self, *args: Any, **named: Any) -> NoReturn:
        raise ActsStand("requests are not deleted")


class Limit(models.Model):
    """Up to how much a person of a role may do such acts alone in a community, all those of 24 hours
    together; above it another person approves."""

    class Of(models.TextChoices):
        VOID_BILL = "void_bill", _("Void a bill")
        WAIVE = "waive", _("Waive")
        RETURN_MONEY = "return_money", _("Return money by hand")
        PAY_OUT = "pay_out", _("Pay credit out")
        INSTALMENTS = "instalments", _("Agree to instalments")
        DISCOUNT = "discount", _("Give a discount")
        ONE_OFF = "one_off", _("Charge once")
        SHARED_COST = "shared_cost", _("Share a cost")

    community = models.ForeignKey(
        "estate.Community", models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    role = models.CharField(_("Staff role"), max_length=20, choices=Role.choices)
    kind = models.CharField(_("Act"), max_length=20, choices=Of.choices)
    amount_minor = models.BigIntegerField(
        _("Alone up to, all of 24 hours together"), validators=[MinValueValidator(0)]
    )

    class Meta:
        verbose_name = _("Limit without a second person")
        verbose_name_plural = _("Limits without a second person")
        ordering = ["community", "kind", "role"]
        constraints = [
            models.UniqueConstraint(fields=["community", "role", "kind"], name="limit_is_one"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gte=0), name="limit_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.get_kind_display()}"


class LimitUse(models.Model):
    """What a person did alone under a limit, in minor units: it counts against the limit for a day. The
    database refuses to change or delete it."""

    community = models.ForeignKey(
        "estate.Community", models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("Person"), related_name="+"
    )
    kind = models.CharField(_("Act"), max_length=20)
    amount_minor = models.BigIntegerField(_("Amount"))
    at = models.DateTimeField(_("Time"))

    class Meta:
        verbose_name = _("Use of a limit")
        verbose_name_plural = _("Uses of limits")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="limit_use_is_something"
            )
        ]
        indexes = [
            models.Index(fields=["person", "kind", "community", "at"], name="limit_use_of_the_day")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor}"


class MadePassword(models.Model):
    """The person's password was made by somebody else: there until an own one was chosen."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name=_("Person"),
        related_name="made_password",
        primary_key=True,
    )
    at = models.DateTimeField(_("Time"))

    class Meta:
        verbose_name = _("Password to be changed")
        verbose_name_plural = _("Passwords to be changed")

    def __str__(self) -> str:
        return str(self.person)


class ResetAsked(models.Model):
    """That a link for a new password was asked for, kept for a day to count by: from an address, and,
    with ``person``, for an account."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name=_("Person"),
        related_name="+",
        null=True,
        blank=True,
    )
    address = models.CharField(_("Address"), max_length=45)
    at = models.DateTimeField(_("Time"), db_index=True)

    class Meta:
        verbose_name = _("Link for a new password")
        verbose_name_plural = _("Links for new passwords")

    def __str__(self) -> str:
        return f"{self.address} {self.at:%Y-%m-%d %H:%M}"
