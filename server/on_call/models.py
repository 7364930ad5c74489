"""Who is on call and how they are reached; by which rules they are told; what became of each message."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from server.alerts.models import Alert
from server.estate.models import Community
from server.estate.tenancy import OfCommunity
from server.gateways.outcome import in_words

LEVELS = (1, 2, 3)
MINUTES_MAX = 7 * 24 * 60


class Way(models.TextChoices):
    MAIL = "mail", _("Mail")
    CHAT = "chat", _("Chat robot or webhook")
    SMS = "sms", _("Text message")
    CALL = "call", _("Call by phone")


class Language(models.TextChoices):
    ZH = "zh", _("Chinese")
    EN = "en", _("English")


class Level(models.IntegerChoices):
    FIRST = 1, _("First on call")
    SECOND = 2, _("Second on call")
    THIRD = 3, _("Third on call")


class PersonAddress(models.Model):
    """Where a person wants to be told. ``sealed``: the address, which may be a secret, encrypted; nobody
    is shown more of it than ``shown``."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("Person"),
        related_name="alert_addresses",
    )
    way = models.CharField(_("Way"), max_length=8, choices=Way.choices)
    sealed = models.TextField(_("Address, sealed"))
    shown = models.CharField(_("Address"), max_length=80)
    language = models.CharField(
        _("Language"), max_length=2, choices=Language.choices, default=Language.ZH
    )
    added_at = models.DateTimeField(_("Added at"))
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Address for alerts")
        verbose_name_plural = _("Addresses for alerts")
        ordering = ["person", "pk"]

    def __str__(self) -> str:
        return self.shown


class Shift(OfCommunity):
    """Hours of every week in which a person is on call. ``weekdays``: digits, 1 is Monday. Hours that end
    at or before they start go on into the next day; the same twice: the whole day."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="shifts"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("Person"), related_name="+"
    )
    level = models.PositiveSmallIntegerField(_("Who is told when"), choices=Level.choices)
    weekdays = models.CharField(_("Weekdays"), max_length=7)
    starts = models.TimeField(_("From"))
    ends = models.TimeField(_("Until"))
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Hours on call")
        verbose_name_plural = _("Hours on call")
        ordering = ["community", "level", "starts", "pk"]

    def __str__(self) -> str:
        return f"{self.person} {self.weekdays} {self.starts:%H:%M}"


class Substitution(OfCommunity):
    """On these days the level's weekly hours do not hold; who is named is on call instead, or nobody."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="substitutions"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("Person"),
        related_name="+",
        null=True,
        blank=True,
    )
    level = models.PositiveSmallIntegerField(_("Who is told when"), choices=Level.choices)
    first_day = models.DateField(_("First day"))
    last_day = models.DateField(_("Last day"))
    starts = models.TimeField(_("From"))
    ends = models.TimeField(_("Until"))
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Holiday or replacement")
        verbose_name_plural = _("Holidays and replacements")
        ordering = ["community", "first_day", "level", "pk"]

    def __str__(self) -> str:
        return f"{self.first_day} {self.person or ''}".strip()


def _minutes(name: object, **more: object) -> models.PositiveIntegerField:
    limit = MaxValueValidator(MINUTES_MAX)
    return models.PositiveIntegerField(name, validators=[limit], **more)  # type: ignore[arg-type]


class CalendarLink(models.Model):
    """An address of the hours that a person is on call, for a calendar. ``digest``: of the secret in it,
    which is shown once. One is open at a time."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("Person"), related_name="+"
    )
    digest = models.CharField(_("Digest"), max_length=64, unique=True)
    language = models.CharField(_("Language"), max_length=2, choices=Language.choices)
    made_at = models.DateTimeField(_("Added at"))
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Calendar address")
        verbose_name_plural = _("Calendar addresses")
        ordering = ["person", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(ended_at=None),
                name="calendar_link_open_once",
            )
        ]

    def __str__(self) -> str:
        return str(self.person)


class Rule(OfCommunity):
    """When who is told of one kind of alert, or of a group of kinds. Minutes after it was raised; empty:
    not at all."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="alert_rules"
    )
    kind = models.CharField(_("Kind"), max_length=40)
    first_after = _minutes(_("First told after minutes"), null=True, blank=True)
    second_after = _minutes(_("Second told after minutes"), null=True, blank=True)
    third_after = _minutes(_("Third told after minutes"), null=True, blank=True)
    repeat_after = _minutes(_("Repeated every so many minutes"), null=True, blank=True)
    changed_at = models.DateTimeField(_("Changed at"))

    class Meta:
        verbose_name = _("Rule of alerts")
        verbose_name_plural = _("Rules of alerts")
        ordering = ["community", "kind"]
        constraints = [models.UniqueConstraint(fields=["community", "kind"], name="rule_once")]

    def __str__(self) -> str:
        return self.kind


class Handling(OfCommunity):
    """How people deal with one alert. ``level``: up to which it was escalated; ``round``: how often
    somebody was told; ``due_at``: when to look at it next, None when nothing is to be told any more."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    alert = models.OneToOneField(
        Alert, models.PROTECT, verbose_name=_("Alert"), related_name="handling"
    )
    level = models.PositiveSmallIntegerField(_("Escalated up to"), default=0)
    round = models.PositiveIntegerField(_("Rounds of messages"), default=0)
    told_at = models.DateTimeField(_("Last told at"), null=True, blank=True)
    due_at = models.DateTimeField(_("Due at"), null=True, blank=True, db_index=True)
    nobody = models.BooleanField(_("Nobody was on call"), default=False)
    acknowledged_by = models.CharField(_("Acknowledged by"), max_length=150, blank=True)
    acknowledged_at = models.DateTimeField(_("Acknowledged at"), null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("Assigned to"),
        related_name="+",
        null=True,
        blank=True,
    )
    silenced_by = models.CharField(_("Silenced by"), max_length=150, blank=True)
    silenced_until = models.DateTimeField(_("Silenced until"), null=True, blank=True)
    silence_reason = models.CharField(_("Reason"), max_length=300, blank=True)
    end_told = models.BooleanField(_("Its end was told"), default=False)

    class Meta:
        verbose_name = _("Handling of an alert")
        verbose_name_plural = _("Handling of alerts")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["alert"], condition=models.Q(end_told=False), name="handling_not_over"
            )
        ]

    def __str__(self) -> str:
        return str(self.alert)


class Comment(OfCommunity):
    """What a person wrote beside an alert. It is neither changed nor deleted."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    alert = models.ForeignKey(
        Alert, models.PROTECT, verbose_name=_("Alert"), related_name="comments"
    )
    person_name = models.CharField(_("Person"), max_length=150)
    text = models.CharField(_("Comment"), max_length=500)
    at = models.DateTimeField(_("Time"))

    class Meta:
        verbose_name = _("Comment on an alert")
        verbose_name_plural = _("Comments on alerts")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:40]


class MessageState(models.TextChoices):
    WAITING = "waiting", _("Waits to be sent")
    SENDING = "sending", _("Not known whether it went out")
    SENT = "sent", _("Handed over")
    DELIVERED = "delivered", _("Arrived on the phone")
    REFUSED = "refused", _("Message refused")
    FAILED = "failed", _("Could not be sent")
    DROPPED = "dropped", _("Not needed any more")


class Purpose(models.TextChoices):
    TOLD = "told", pgettext_lazy("message", "First message")
    ESCALATED = "escalated", pgettext_lazy("message", "Escalated")
    REPEATED = "repeated", pgettext_lazy("message", "Repeated")
    ASSIGNED = "assigned", pgettext_lazy("message", "Assigned")
    ENDED = "ended", pgettext_lazy("message", "Ended")


OF_THE_RULE = (Purpose.TOLD, Purpose.ESCALATED, Purpose.REPEATED)


class Message(OfCommunity):
    """One message of an alert to one address, once for each ``round``. SENDING is written before it is
    handed over: whoever finds it later cannot know whether it went out, so it is never sent again by
    itself. ``answer``: what the other side said, without the address."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    alert = models.ForeignKey(
        Alert, models.PROTECT, verbose_name=_("Alert"), related_name="messages"
    )
    address = models.ForeignKey(
        PersonAddress, models.PROTECT, verbose_name=_("Address"), related_name="+"
    )
    person_name = models.CharField(_("Person"), max_length=150)
    purpose = models.CharField(_("Purpose"), max_length=10, choices=Purpose.choices)
    round = models.PositiveIntegerField(_("Round"))
    text = models.TextField(_("Text of the message"))
    state = models.CharField(
        _("State"), max_length=10, choices=MessageState.choices, default=MessageState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("Attempts"), default=0)
    made_at = models.DateTimeField(_("Message made at"))
    due_at = models.DateTimeField(_("Due at"))
    changed_at = models.DateTimeField(_("Changed at"))
    answer = models.CharField(_("What the other side said"), max_length=200, blank=True)
    receipt = models.CharField(_("Receipt number"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("Message of an alert")
        verbose_name_plural = _("Messages of alerts")
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "round", "purpose", "address"], name="told_once_a_round"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state="waiting"),
                name="alert_message_to_send",
            ),
            models.Index(fields=["address", "changed_at"], name="alert_message_of_address"),
        ]

    @property
    def said(self) -> str:
        """``answer`` as it is shown."""
        return in_words(self.answer)

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.get_state_display()}"


NOT_REACHED = (MessageState.REFUSED, MessageState.FAILED)


def with_last_state(addresses: models.QuerySet[PersonAddress]) -> models.QuerySet[PersonAddress]:
    """Each with ``failing``: whether the last message to it did not get there."""
    tried = Message.objects.filter(address=models.OuterRef("pk")).exclude(
        state__in=[MessageState.WAITING, MessageState.DROPPED]
    )
    last = models.Subquery(tried.order_by("-changed_at", "-pk").values("state")[:1])
    found = models.Q(last_state__in=NOT_REACHED)
    return addresses.annotate(last_state=last).annotate(
        failing=models.Case(models.When(found, then=True), default=False)
    )


class AddressTry(models.Model):
    """A test message that a person had sent to an own address: it counts as the others of the hour."""

    address = models.ForeignKey(
        PersonAddress, models.PROTECT, verbose_name=_("Address"), related_name="+"
    )
    at = models.DateTimeField(_("Time"))

    class Meta:
        verbose_name = _("Test of an address")
        verbose_name_plural = _("Tests of addresses")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["address", "at"], name="alert_address_try")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class Turn(models.Model):
    """Who of many workers does something now: nobody else does it before ``until``."""

    name = models.CharField(_("Name"), max_length=40, unique=True)
    until = models.DateTimeField(_("Until"))

    class Meta:
        verbose_name = _("Turn")
        verbose_name_plural = _("Turns")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OutsidePing(models.Model):
    """How the address outside was reached that calls for help when this server falls silent. One row."""

    tried_at = models.DateTimeField(_("Tried at"))
    reached_at = models.DateTimeField(_("Reached at"), null=True, blank=True)
    failing_since = models.DateTimeField(_("Not reached since"), null=True, blank=True)
    said = models.CharField(_("What went wrong"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("Call to the watcher outside")
        verbose_name_plural = _("Calls to the watcher outside")

    def __str__(self) -> str:
        return f"{self.tried_at:%Y-%m-%d %H:%M}"
