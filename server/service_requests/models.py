"""Service requests: a resident's matter with all that was said about it, topics with their due times, and
to whom they go. Nothing is deleted but photos, after their time."""

import uuid

from django.contrib.auth import get_user_model
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from contract.messages import Text
from server.estate.fields import BilingualField
from server.estate.models import Building, Community, Unit
from server.estate.tenancy import OfCommunity
from server.language import chosen

WORDS_MAX, PHOTOS_A_WORD = 1_000, 3
PHRASES_MAX, PHRASE_MAX = 6, 60  # of a topic, and characters of each


class Kind(models.TextChoices):
    REPAIR = "repair", _("Repair")
    COMPLAINT = "complaint", _("Complaint")
    QUESTION = "question", _("Question")
    PRAISE = "praise", _("Praise")
    INVOICE = "invoice", _("Tax invoice")


class Priority(models.IntegerChoices):
    URGENT = 1, _("Urgent")
    USUAL = 2, _("Usual")
    LATER = 3, _("Can wait")


class State(models.TextChoices):
    """ANSWERED: staff have said what there is to say, and the resident may say that it is not settled.
    CLOSED: nothing more is to be done; it may be opened again. JOINED: it goes on in another."""

    NEW = "new", _("Taken in")
    IN_HAND = "in_hand", _("In hand")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")
    JOINED = "joined", _("Joined to another")


class Origin(models.TextChoices):
    PHONE = "phone", _("By phone page")
    KIOSK = "kiosk", _("At a kiosk")
    DESK = "desk", _("At the desk")


WAITING = (State.NEW, State.IN_HAND)  # for staff


class Vote(models.IntegerChoices):
    GOOD = 3, _("Satisfied")
    SO_SO = 2, _("So-so")
    BAD = 1, _("Not satisfied")


class Topic(OfCommunity):
    """What it may be about. ``goes_to``: whose it becomes when it comes in; nobody's where empty.
    ``phrases``: what is usually said of it, a line each, to be chosen at a kiosk instead of typing."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="service_topics"
    )
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices)
    name = BilingualField(_("Topic"), zh_max=20, en_max=40)
    priority = models.PositiveSmallIntegerField(
        _("Priority"), choices=Priority.choices, default=Priority.USUAL.value
    )
    answer_hours = models.PositiveSmallIntegerField(
        _("To be answered within, hours"),
        default=48,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 60)],
    )
    goes_to = models.ForeignKey(
        get_user_model(), models.PROTECT, verbose_name=_("Goes to"), null=True, blank=True
    )
    phrases = BilingualField(_("Usual words, a line each"), blank=True)
    retired_at = models.DateTimeField(_("No longer offered since"), null=True, blank=True)

    class Meta:
        verbose_name = _("Topic of service requests")
        verbose_name_plural = _("Topics of service requests")
        ordering = ["community", "priority", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "kind", "name_zh"],
                condition=models.Q(retired_at=None),
                name="service_topic_once",
            )
        ]

    def __str__(self) -> str:
        return chosen(self.name)

    def usual_words(self) -> list[Text]:
        """Line by line, as far as both languages go."""
        zh, en = (text.splitlines() for text in (self.phrases.zh, self.phrases.en))
        pairs = [(one.strip(), other.strip()) for one, other in zip(zh, en, strict=False)]
        return [Text(zh=one, en=other) for one, other in pairs if one and other][:PHRASES_MAX]


class Route(OfCommunity):
    """In this building, a topic goes to somebody else."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    topic = models.ForeignKey(
        Topic, models.PROTECT, verbose_name=_("Topic of service requests"), related_name="routes"
    )
    building = models.ForeignKey(
        Building, models.PROTECT, verbose_name=_("Building"), related_name="+"
    )
    goes_to = models.ForeignKey(
        get_user_model(), models.PROTECT, verbose_name=_("Goes to"), related_name="+"
    )
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Route of service requests")
        verbose_name_plural = _("Routes of service requests")
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "building"],
                condition=models.Q(ended_at=None),
                name="service_route_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.building}"


class RequestCount(OfCommunity):
    """The last number that a community gave."""

    community = models.OneToOneField(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="service_request_count"
    )
    last = models.PositiveIntegerField(_("Last number"), default=0)

    class Meta:
        verbose_name = _("Count of service requests")
        verbose_name_plural = _("Counts of service requests")

    def __str__(self) -> str:
        return f"{self.community} {self.last}"


class ServiceRequest(OfCommunity):
    """``page`` opens the resident's page, where whoever opens it speaks as the resident: it is told to
    nobody else, and to no staff, whose pages are by ``id``; ``number`` is for people. ``due_at``: by then
    it is to be answered. ``wish``: the form it was sent by, so that the same form is one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    page = models.UUIDField(_("Resident's page"), unique=True, default=uuid.uuid4, editable=False)
    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="service_requests"
    )
    number = models.CharField(_("Number of the request"), max_length=12)
    wish = models.UUIDField(_("Form"), unique=True)
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("Unit"), related_name="service_requests"
    )
    topic = models.ForeignKey(
        Topic, models.PROTECT, verbose_name=_("Topic of service requests"), related_name="requests"
    )
    origin = models.CharField(_("Came in"), max_length=10, choices=Origin.choices)
    kiosk_code = models.CharField(_("Kiosk"), max_length=8, blank=True)
    phone = models.CharField(_("Telephone"), max_length=20, blank=True)
    state = models.CharField(
        _("State"), max_length=10, choices=State.choices, default=State.NEW.value
    )
    priority = models.PositiveSmallIntegerField(_("Priority"), choices=Priority.choices)
    assignee = models.ForeignKey(
        get_user_model(), models.PROTECT, verbose_name=_("In hand of"), null=True, blank=True
    )
    opened_at = models.DateTimeField(_("Came in at"))
    due_at = models.DateTimeField(_("To be answered by"))
    answered_at = models.DateTimeField(_("First answered at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)
    opened_again = models.PositiveSmallIntegerField(_("Opened again"), default=0)
    joined_to = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("Goes on in"),
        null=True,
        blank=True,
        related_name="joined",
    )
    because_of = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("Because of a low vote on"),
        null=True,
        blank=True,
        related_name="call_backs",
    )
    vote = models.PositiveSmallIntegerField(_("Vote"), choices=Vote.choices, null=True, blank=True)
    voted_at = models.DateTimeField(_("Voted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Service request")
        verbose_name_plural = _("Service requests")
        ordering = ["priority", "due_at", "number"]
        constraints = [
            models.UniqueConstraint(fields=["community", "number"], name="service_number_once"),
            models.CheckConstraint(
                condition=models.Q(joined_to=None) ^ models.Q(state=State.JOINED.value),
                name="joined_request_names_another",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "state", "due_at"], name="service_by_state"),
            models.Index(fields=["unit", "-opened_at"], name="service_of_unit"),
            models.Index(fields=["topic", "-opened_at"], name="service_of_topic"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def waits(self) -> bool:
        """For staff."""
        return self.state in WAITING


class Word(OfCommunity):
    """Something that was said. ``by``: the person's name, empty for the resident; ``inside``: among staff
    only."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    request = models.ForeignKey(
        ServiceRequest, models.PROTECT, verbose_name=_("Service request"), related_name="words"
    )
    by = models.CharField(_("By"), max_length=150, blank=True)
    inside = models.BooleanField(_("Among staff only"), default=False)
    text = models.TextField(_("Words"), max_length=WORDS_MAX, blank=True)
    at = models.DateTimeField(_("At"))

    class Meta:
        verbose_name = _("Word of a service request")
        verbose_name_plural = _("Words of service requests")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.request} {self.at:%Y-%m-%d}"


class Photo(OfCommunity):
    """A photo that was sent with a word: pixels only, as JPEG."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    word = models.ForeignKey(
        Word, models.PROTECT, verbose_name=_("Word of a service request"), related_name="photos"
    )
    kept_at = models.DateTimeField(_("Kept at"), db_index=True)
    content = models.BinaryField(_("Content of the photo"))

    class Meta:
        verbose_name = _("Photo of a service request")
        verbose_name_plural = _("Photos of service requests")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.word}"
