"""The kiosks: who they are, when they were last heard, what they said. Holds no secret of a kiosk."""

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from contract.journal_hash import GENESIS
from contract.messages import KIOSK_CODE_PATTERN
from contract.stop_reason import StopReason
from server.estate.fields import BilingualField
from server.estate.models import Building, Community
from server.estate.tenancy import OfCommunity
from server.ledger.guards import check_stays

STOP_REASONS = [
    (StopReason.TWIN.value, _("Two machines with one identity")),
    (StopReason.BEHIND.value, _("Started from an old disk image")),
    (StopReason.FORKED.value, _("Its journal contradicts what was received")),
    (StopReason.DAMAGED.value, _("Its journal lost entries")),
    (StopReason.NOT_SIGNED.value, _("Its journal is not signed by it")),
]


# The beginning of every receipt number, see contract.messages.Reference.
KIOSK_CODE = RegexValidator(
    rf"^{KIOSK_CODE_PATTERN}\Z",
    _("2 to 8 capital letters and digits, a letter first, e.g. K03"),
)


class Condition(models.TextChoices):
    """The worst of what a kiosk said of itself in its newest heartbeat."""

    UNKNOWN = "", _("Not known")
    WELL = "well", _("Everything works")
    ATTENTION = "attention", _("Something is needed soon")
    FAULT = "fault", _("A device is out of order")
    CLOSED = "closed", _("Closed by its hours")
    NO_MONEY = "no_money", _("Nobody can pay there")
    STILL = "still", _("Its screen stands still")


class Kiosk(OfCommunity):
    """A terminal in a lobby. ``id`` is the key id of its signatures; ``public_key`` is base64url, raw,
    once enrolled.

    ``code`` and ``community`` stay as they are once it has taken a payment. ``heartbeat`` is the
    newest ``contract.heartbeat.Heartbeat`` as JSON. ``journal_sequence`` and ``journal_hash`` say up to
    where its journal is safe here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="kiosks"
    )
    code = models.CharField(_("Kiosk code"), max_length=8, validators=[KIOSK_CODE])
    location = BilingualField(_("Location"), zh_max=60, en_max=80)
    building = models.ForeignKey(
        Building,
        models.PROTECT,
        verbose_name=_("Building"),
        related_name="+",
        null=True,
        blank=True,
        help_text=_("Where it stands; empty: nowhere in particular, such as a gate"),
    )
    floor = models.CharField(_("Floor"), max_length=10, blank=True)
    unit_start = models.CharField(
        _("How the unit codes of its building begin"),
        max_length=20,
        blank=True,
        help_text=_("For example 3, or 3-2: residents need not type it. Empty: they type all"),
    )
    active = models.BooleanField(_("Active"), default=True)
    public_key = models.CharField(_("Public key"), max_length=43, blank=True)
    enrolled_at = models.DateTimeField(_("Enrolled at"), null=True, blank=True)
    # Told by the kiosk itself, and in use from its first request on; empty: none waits.
    next_key = models.CharField(_("Next public key"), max_length=43, blank=True, default="")
    key_since = models.DateTimeField(_("Key in use since"), null=True, blank=True)
    # Signs the journal's entry after ``journal_sequence``, while that is a key before; else empty.
    journal_key = models.CharField(_("Key of the journal"), max_length=43, blank=True, default="")
    heard_at = models.DateTimeField(_("Last heard"), null=True, blank=True)
    heartbeat = models.JSONField(_("Heartbeat"), null=True, blank=True)
    journal_sequence = models.BigIntegerField(_("Journal sequence"), default=0)
    journal_hash = models.CharField(_("Journal hash"), max_length=64, default=GENESIS)
    # nothing of it arrived since
    journal_waits_since = models.DateTimeField(_("Journal waits since"), null=True, blank=True)
    # What the newest start of it told (see contract.stop_reason.Presence); begins anew at enrolment.
    boot = models.CharField(_("Boot"), max_length=32, blank=True)
    starts = models.BigIntegerField(_("Starts"), default=0)
    beat = models.BigIntegerField(_("Heartbeat number"), default=0)
    # the furthest journal position told
    told_sequence = models.BigIntegerField(_("Journal position told"), default=0)
    # the highest payment number told, ever
    number = models.BigIntegerField(_("Highest payment number"), default=0)
    # messages of an earlier start since the newest
    strays = models.PositiveIntegerField(_("Stray heartbeats"), default=0)
    stray_beat = models.BigIntegerField(_("Last stray heartbeat"), default=0)
    stopped = models.CharField(
        _("Stopped"), max_length=20, choices=STOP_REASONS, blank=True, default=""
    )
    stopped_at = models.DateTimeField(_("Stopped at"), null=True, blank=True)
    # Of the newest heartbeat, so that ten thousand kiosks are told apart without reading theirs.
    condition = models.CharField(
        _("Condition"), max_length=12, choices=Condition.choices, blank=True, default=""
    )
    condition_since = models.DateTimeField(_("Condition since"), null=True, blank=True)
    # How many residents it had turned away by then, ever since it counts; None: it does not count.
    turned_away_before = models.BigIntegerField(_("Turned away before"), null=True, blank=True)
    paper_days = models.FloatField(_("Days for which the paper lasts"), null=True, blank=True)
    software = models.CharField(_("Software"), max_length=40, blank=True)
    # The release that it should run, by which try, as a kiosk of which ring; empty: what it runs.
    wanted_version = models.CharField(_("Wanted release"), max_length=24, blank=True)
    wanted_attempt = models.PositiveIntegerField(_("Try of the wanted release"), default=0)
    wanted_ring = models.CharField(_("Ring of the kiosk"), max_length=10, blank=True)
    # Switched off on purpose: by whom, since when, and until when it is meant to be.
    off_by = models.CharField(_("Switched off by"), max_length=150, blank=True)
    off_since = models.DateTimeField(_("Switched off since"), null=True, blank=True)
    off_until = models.DateTimeField(
        _("Out of service until"),
        null=True,
        blank=True,
        help_text=_("Told to colleagues; it is not switched on by itself"),
    )

    class Meta:
        verbose_name = _("Kiosk")
        verbose_name_plural = _("Kiosks")
        ordering = ["community", "code"]
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="kiosk_code_once")
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        super().clean()
        check_stays(self, "code", "community")


class KioskDay(OfCommunity):
    """What a kiosk counted on a day of its community's calendar: ``hours`` is by the hour ("0" to "23")
    and name, as ``contract.day_tally`` calls them. ``source``: one machine, or one disk of it; what
    several tell of a day is added. Names nobody.
    """

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    kiosk = models.ForeignKey(Kiosk, models.PROTECT, verbose_name=_("Kiosk"), related_name="days")
    day = models.DateField(_("Day"))
    source = models.CharField(_("Source"), max_length=16)
    hours = models.JSONField(_("Hours"))
    counted = models.BigIntegerField(_("Sum of what was counted"))
    told_at = models.DateTimeField(_("Told at"), db_index=True)

    class Meta:
        verbose_name = _("Day of a kiosk")
        verbose_name_plural = _("Days of kiosks")
        ordering = ["-day", "kiosk"]
        constraints = [
            models.UniqueConstraint(fields=["kiosk", "day", "source"], name="kiosk_day_once")
        ]
        indexes = [models.Index(fields=["community", "day"], name="kiosk_day_by_day")]

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.day}"


class KioskAbout(models.Model):
    """What runs on a kiosk, as it told last: ``contract.day_tally.About`` as JSON. Apart from the kiosk,
    whose row is read and written with every heartbeat."""

    kiosk = models.OneToOneField(
        Kiosk, models.CASCADE, verbose_name=_("Kiosk"), related_name="about", primary_key=True
    )
    told = models.JSONField(_("Versions and settings"))
    told_at = models.DateTimeField(_("Told at"))

    class Meta:
        verbose_name = _("Versions and settings of a kiosk")
        verbose_name_plural = _("Versions and settings of kiosks")

    def __str__(self) -> str:
        return str(self.kiosk_id)


class RetiredKey(models.Model):
    """A public key that a kiosk had before it was enrolled again: who still signs with it is told so."""

    kiosk = models.ForeignKey(
        Kiosk, models.CASCADE, verbose_name=_("Kiosk"), related_name="retired_keys"
    )
    public_key = models.CharField(_("Public key"), max_length=43)
    retired_at = models.DateTimeField(_("Retired at"))

    class Meta:
        verbose_name = _("Retired key")
        verbose_name_plural = _("Retired keys")
        ordering = ["-retired_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kiosk} {self.retired_at:%Y-%m-%d %H:%M}"


class PairingCode(models.Model):
    """A code that enrols one kiosk, once, for a short time. Only its hash is kept."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    kiosk = models.ForeignKey(
        Kiosk, models.PROTECT, verbose_name=_("Kiosk"), related_name="pairing_codes"
    )
    code_hash = models.CharField(_("Hash of the code"), max_length=64, unique=True)
    expires_at = models.DateTimeField(_("Expires at"), db_index=True)
    used_at = models.DateTimeField(_("Used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Pairing code")
        verbose_name_plural = _("Pairing codes")
        ordering = ["-expires_at"]

    def __str__(self) -> str:
        return f"{self.kiosk} {self.expires_at:%Y-%m-%d %H:%M}"


class PairingWish(models.Model):
    """A machine that asks for an identity by its own key, and shows ``code``. Of no community until
    somebody says which kiosk it is. ``wrong``: codes that were typed in vain."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_key = models.CharField(_("Public key"), max_length=43, db_index=True)
    code = models.CharField(_("Code on its screen"), max_length=12)
    address = models.CharField(_("Asked from"), max_length=45)
    network = models.CharField(_("Network"), max_length=45, db_index=True)  # shares a limit
    asked_at = models.DateTimeField(_("Asked for a code at"), db_index=True)
    expires_at = models.DateTimeField(_("Expires at"), db_index=True)
    wrong = models.PositiveSmallIntegerField(_("Wrong codes"), default=0)
    kiosk = models.ForeignKey(
        Kiosk,
        models.PROTECT,
        verbose_name=_("Kiosk"),
        related_name="pairing_wishes",
        null=True,
        blank=True,
    )
    confirmed_by = models.CharField(_("Confirmed by"), max_length=150, blank=True)
    confirmed_at = models.DateTimeField(_("Confirmed at"), null=True, blank=True)
    used_at = models.DateTimeField(_("Used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Machine that asks to be paired")
        verbose_name_plural = _("Machines that ask to be paired")
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.code} {self.asked_at:%Y-%m-%d %H:%M}"


class UsedNonce(models.Model):
    """A nonce that one kiosk has used: the same signed request is refused when it comes again."""

    key_id = models.CharField(_("Key id"), max_length=64)
    nonce = models.CharField(_("Nonce"), max_length=64)
    seen_at = models.DateTimeField(_("Seen at"), db_index=True)

    class Meta:
        verbose_name = _("Used nonce")
        verbose_name_plural = _("Used nonces")
        constraints = [
            models.UniqueConstraint(fields=["key_id", "nonce"], name="nonce_is_used_once")
        ]

    def __str__(self) -> str:
        return f"{self.key_id} {self.nonce}"
