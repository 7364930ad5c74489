"""What residents are to be told, by which terms, with whose consent, and what became of each message."""

from datetime import time

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from server.estate.models import Community, Resident, Unit
from server.estate.tenancy import OfCommunity
from server.gateways.outcome import in_words


class Kind(models.TextChoices):
    BILL = "bill", _("New bill")
    PAID = "paid", _("Payment received")
    ANSWERED = "answered", _("Request answered")
    OUTAGE = "outage", _("Kiosks closed for a while")


class Way(models.TextChoices):
    SMS = "sms", _("Text message")
    MAIL = "mail", _("Mail")
    WECHAT = "wechat", _("WeChat")


class Language(models.TextChoices):
    ZH = "zh", _("Chinese")
    EN = "en", _("English")


class Provider(models.TextChoices):
    ALIYUN = "aliyun", _("Alibaba Cloud")
    TENCENT = "tencent", _("Tencent Cloud")


class MessageTerms(OfCommunity):
    """What a community tells its residents, and how. Nothing is told of a community without them.

    Nothing leaves from ``quiet_from`` until ``quiet_until`` by the community's clocks. ``secret``: of the
    account with the provider, sealed. ``templates``: the provider's codes, by ``kind-language``.

    ``wechat_...``: of the WeChat official account; ``wechat_token`` is what its events are signed with.
    ``wechat_templates``: by ``kind-language`` the template's id, then the names of its fields in the
    order of our values.
    """

    community = models.OneToOneField(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="message_terms"
    )
    kinds = models.JSONField(_("What is told"), default=list)
    ways = models.JSONField(_("Ways"), default=list)
    quiet_from = models.TimeField(_("Quiet from"), default=time(20))
    quiet_until = models.TimeField(_("Quiet until"), default=time(9))
    per_day = models.PositiveSmallIntegerField(
        _("Messages to one person a day"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )
    language = models.CharField(
        _("Language where nobody said"),
        max_length=2,
        choices=Language.choices,
        default=Language.ZH,
    )
    provider = models.CharField(
        _("Provider of text messages"), max_length=8, choices=Provider.choices, blank=True
    )
    key_id = models.CharField(_("Id of the access key"), max_length=80, blank=True)
    secret = models.TextField(_("Secret, sealed"), blank=True)
    sign_name = models.CharField(_("Approved signature"), max_length=40, blank=True)
    app_id = models.CharField(_("Id of the application"), max_length=20, blank=True)
    templates = models.JSONField(_("Codes of templates"), default=dict)
    wechat_appid = models.CharField(_("AppID of the official account"), max_length=32, blank=True)
    wechat_secret = models.TextField(_("AppSecret, sealed"), blank=True)
    wechat_token = models.TextField(_("Token of events, sealed"), blank=True)
    wechat_templates = models.JSONField(_("Templates of the official account"), default=dict)

    class Meta:
        verbose_name = _("Terms of messages to residents")
        verbose_name_plural = _("Terms of messages to residents")

    def __str__(self) -> str:
        return f"{self.community}"


class Consent(OfCommunity):
    """One step of a person's agreement to one way: the newest counts. ``by``: the member of staff who
    wrote it down, empty where the resident did so on the phone page. Rows are only added."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked, no answer yet")
        GIVEN = "given", _("Agreed")
        WITHDRAWN = "withdrawn", _("Does not want it")

    class How(models.TextChoices):
        DESK = "desk", _("At the desk")
        CALL = "call", _("By telephone")
        PAPER = "paper", _("On paper")
        PAGE = "page", _("On the phone page")

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    resident = models.ForeignKey(
        Resident, models.PROTECT, verbose_name=_("Resident"), related_name="message_consents"
    )
    way = models.CharField(_("Way"), max_length=8, choices=Way.choices)
    state = models.CharField(pgettext_lazy("consent", "Consent"), max_length=10, choices=State)
    how = models.CharField(_("Said how"), max_length=8, choices=How.choices)
    at = models.DateTimeField(_("At"))
    by = models.CharField(_("Written down by"), max_length=150, blank=True)
    reason = models.CharField(_("Reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("Consent to messages")
        verbose_name_plural = _("Consents to messages")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["resident", "way", "-at"], name="consent_of_resident")]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.get_state_display()}"


class MessageWish(OfCommunity):
    """In which language, and by which way first, a person is told."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    resident = models.OneToOneField(
        Resident, models.PROTECT, verbose_name=_("Resident"), related_name="message_wish"
    )
    language = models.CharField(_("Language"), max_length=2, choices=Language.choices)
    way = models.CharField(_("Way"), max_length=8, choices=Way.choices)

    class Meta:
        verbose_name = _("Wish about messages")
        verbose_name_plural = _("Wishes about messages")

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.get_language_display()}"


class WeChatLink(OfCommunity):
    """Which user of the community's official account a resident is, said by themselves in WeChat.
    ``sealed``: the openid, empty since the resident wanted no more; ``appid``: of the account."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    resident = models.OneToOneField(
        Resident, models.PROTECT, verbose_name=_("Resident"), related_name="wechat_link"
    )
    appid = models.CharField(_("AppID of the official account"), max_length=32)
    sealed = models.TextField(_("Address, sealed"), blank=True)
    at = models.DateTimeField(_("At"))

    class Meta:
        verbose_name = _("Resident's WeChat")
        verbose_name_plural = _("Residents' WeChat")

    def __str__(self) -> str:
        return f"{self.resident_id}"


class AccessToken(OfCommunity):
    """The official account's access token, shared by all processes: by each that is asked for with force
    the one before ends. Who asks so holds ``renewing_until``: one process at a time for an account."""

    community = models.OneToOneField(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    appid = models.CharField(_("AppID of the official account"), max_length=32)
    sealed = models.TextField(_("Access token, sealed"), blank=True)
    good_until = models.DateTimeField(_("Good until"))
    renewing_until = models.DateTimeField(_("Being renewed until"), null=True, blank=True)

    class Meta:
        verbose_name = _("Access token of an official account")
        verbose_name_plural = _("Access tokens of official accounts")

    def __str__(self) -> str:
        return self.appid


class ProviderTrouble(OfCommunity):
    """How often a provider of messages, or WeChat's account, failed in a row for whoever asked; nought
    since it answered. ``provider``: the way, with the account where there are several."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    provider = models.CharField(_("Provider"), max_length=48)
    failures = models.PositiveIntegerField(_("Failures in a row"), default=0)
    last_at = models.DateTimeField(_("Last failed at"))
    said = models.CharField(_("Its answer"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("Trouble with a provider")
        verbose_name_plural = _("Troubles with providers")
        constraints = [
            models.UniqueConstraint(fields=["community", "provider"], name="provider_trouble_once")
        ]

    def __str__(self) -> str:
        return self.provider


class Happening(OfCommunity):
    """Something that residents are to be told, written in the transaction in which it happened.
    ``unit``: None where it is all units'. ``spread_at``: when its messages were made."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices)
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("Unit"), related_name="+", null=True, blank=True
    )
    subject = models.CharField(_("Subject"), max_length=80)
    at = models.DateTimeField(_("At"))
    spread_at = models.DateTimeField(_("Messages made at"), null=True, blank=True)

    class Meta:
        verbose_name = _("What is to be told")
        verbose_name_plural = _("What is to be told")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["community", "kind", "subject"], name="told_of_it_once")
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(spread_at=None), name="happening_to_spread"
            ),
            models.Index(fields=["spread_at"], name="happening_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}"


class State(models.TextChoices):
    WAITING = "waiting", _("Waits to be sent")
    SENDING = "sending", _("Not known whether it went out")
    SENT = "sent", _("Handed over")
    DELIVERED = "delivered", pgettext_lazy("resident", "Arrived")
    REFUSED = "refused", _("Message refused")
    FAILED = "failed", _("Could not be sent")
    DROPPED = "dropped", _("Not needed any more")


class ResidentMessage(OfCommunity):
    """One message of a happening to one person. SENDING is written before it is handed over: whoever
    finds it later cannot know whether it went out, so it is never sent again.

    ``sealed``: the number or address, until the message has ended; ``masked`` is all that stays to be
    seen of it, ``digest`` finds it again. ``values``: what stands in the template, all that is kept of
    the text. After ``useless_at`` it is dropped. ``ask_at``: when to ask whether it arrived.
    """

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="resident_messages"
    )
    happening = models.ForeignKey(
        Happening, models.PROTECT, verbose_name=_("What is to be told"), related_name="messages"
    )
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices)
    resident = models.ForeignKey(
        Resident,
        models.PROTECT,
        verbose_name=_("Resident"),
        related_name="messages",
        null=True,
        blank=True,
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("Unit"), related_name="+", null=True, blank=True
    )
    way = models.CharField(_("Way"), max_length=8, choices=Way.choices)
    language = models.CharField(_("Language"), max_length=2, choices=Language.choices)
    masked = models.CharField(_("Number or address"), max_length=80)
    digest = models.CharField(_("Digest of the address"), max_length=64)
    sealed = models.TextField(_("Address, sealed"), blank=True)
    values = models.JSONField(_("Values"), default=dict)
    state = models.CharField(
        _("State"), max_length=10, choices=State.choices, default=State.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("Attempts"), default=0)
    made_at = models.DateTimeField(_("Message made at"))
    due_at = models.DateTimeField(_("Due at"))
    useless_at = models.DateTimeField(_("Useless from"))
    changed_at = models.DateTimeField(_("Changed at"))
    sent_at = models.DateTimeField(_("Handed over at"), null=True, blank=True)
    ask_at = models.DateTimeField(_("Receipt asked for at"), null=True, blank=True)
    provider = models.CharField(_("Provider of text messages"), max_length=8, blank=True)
    receipt = models.CharField(_("Number at the provider"), max_length=64, blank=True)
    answer = models.CharField(_("What the other side said"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("Message to a resident")
        verbose_name_plural = _("Messages to residents")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["happening", "digest"], name="resident_told_once")
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(state="waiting"), name="message_to_send"
            ),
            models.Index(
                fields=["ask_at"], condition=models.Q(state="sent"), name="message_to_ask_for"
            ),
            models.Index(fields=["community", "-made_at"], name="message_of_community"),
            models.Index(fields=["unit", "-made_at"], name="message_of_unit"),
            models.Index(fields=["digest", "changed_at"], name="message_of_address"),
            models.Index(fields=["made_at"], name="message_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_state_display()}"

    @property
    def said(self) -> str:
        """``answer`` as it is shown."""
        return in_words(self.answer)
