"""Acts that staff ask of kiosks: who asked, why, until when it holds, how it stands and how it ended.

Nothing is deleted: what was asked stays with its result. ``number`` grows by kiosk and is given out once.
"""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from contract.remote_acts import ActKind
from server.estate.models import Community
from server.estate.tenancy import OfCommunity
from server.fleet.models import Kiosk
from server.staff.roles import Role

KINDS = [
    (ActKind.OUT_OF_SERVICE.value, _("Out of service")),
    (ActKind.BACK_IN_SERVICE.value, _("Back in service")),
    (ActKind.MESSAGE.value, _("Message on the screen")),
    (ActKind.RESTART.value, _("Restart the program")),
    (ActKind.REBOOT.value, _("Restart the machine")),
    (ActKind.SELF_TEST.value, _("Self-test")),
    (ActKind.TEST_PAGE.value, _("Print a test page")),
    (ActKind.NEW_ROLL.value, _("New paper roll")),
    (ActKind.BIN_EMPTIED.value, _("Receipt bin emptied")),
    (ActKind.PICTURE.value, _("Picture of the screen")),
    (ActKind.LOGS.value, _("Log of the program")),
    (ActKind.SETTINGS.value, _("Settings")),
    (ActKind.NEW_KEY.value, _("Another key")),
]


class State(models.TextChoices):
    """Those from DONE on are ends; an act that was cancelled or ran out may turn out to have been begun
    before."""

    ASKED = "asked", _("Not fetched yet")
    TAKEN = "taken", _("Fetched")
    WAITS = "waits", _("Waits for a resident or a payment")
    BEGUN = "begun", _("Begun")
    DONE = "done", _("Carried out")
    FAILED = "failed", _("Did not work")
    IN_DOUBT = "in_doubt", _("Begun, its end is not known")
    REFUSED = "refused", _("Refused by the kiosk")
    EXPIRED = "expired", _("Ran out")
    CANCELLED = "cancelled", _("Called off")


NOT_BEGUN = (State.ASKED, State.TAKEN, State.WAITS)
OPEN = (*NOT_BEGUN, State.BEGUN)


class ActKey(models.Model):
    """The public half of a key that signs acts; each but the first is signed by the one before it. The
    private half is a file in the data folder."""

    position = models.PositiveIntegerField(_("Place in the chain"), unique=True)
    public_key = models.CharField(_("Public key"), max_length=43, unique=True)
    signature = models.CharField(_("Signature of the key before"), max_length=86, blank=True)
    made_at = models.DateTimeField(_("Key made at"))

    class Meta:
        verbose_name = _("Key of acts")
        verbose_name_plural = _("Keys of acts")
        ordering = ["position"]

    def __str__(self) -> str:
        return self.public_key


class ActCount(OfCommunity):
    """The highest number of an act that a kiosk was sent, or told of: a server that was restored from a
    backup does not give it out again."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    kiosk = models.OneToOneField(
        Kiosk, models.PROTECT, verbose_name=_("Kiosk"), related_name="act_count"
    )
    last = models.PositiveBigIntegerField(_("Highest number"), default=0)

    class Meta:
        verbose_name = _("Count of acts")
        verbose_name_plural = _("Counts of acts")

    def __str__(self) -> str:
        return f"{self.kiosk} {self.last}"


class RemoteAct(OfCommunity):
    """One act for one kiosk. ``wish``: asked for several kiosks at once, they share it. ``code``:
    stable, why it failed or was refused. ``role``: by which the person could ask; empty for the company's
    own account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="remote_acts"
    )
    kiosk = models.ForeignKey(
        Kiosk, models.PROTECT, verbose_name=_("Kiosk"), related_name="remote_acts"
    )
    number = models.PositiveBigIntegerField(_("Number of the act"))
    wish = models.UUIDField(_("Asked together"))
    kind = models.CharField(_("Act"), max_length=20, choices=KINDS)
    parameters = models.JSONField(_("What exactly"), default=dict, blank=True)
    asked_by = models.CharField(_("Asked by"), max_length=150)
    role = models.CharField(_("In the role of"), max_length=20, choices=Role.choices, blank=True)
    reason = models.CharField(_("Reason"), max_length=300)
    asked_at = models.DateTimeField(_("Asked at"))
    not_after = models.DateTimeField(_("Holds until"))
    state = models.CharField(
        _("State"), max_length=10, choices=State.choices, default=State.ASKED.value
    )
    state_at = models.DateTimeField(_("In this state since"))
    taken_at = models.DateTimeField(_("Fetched at"), null=True, blank=True)
    code = models.CharField(_("Result"), max_length=60, blank=True)
    findings = models.JSONField(_("Findings"), default=list, blank=True)
    cancelled_by = models.CharField(_("Called off by"), max_length=150, blank=True)
    cancel_reason = models.CharField(_("Why called off"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("Act from afar")
        verbose_name_plural = _("Acts from afar")
        ordering = ["-asked_at", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["kiosk", "number"], name="act_number_once"),
            models.UniqueConstraint(fields=["kiosk", "wish"], name="act_wish_once"),
        ]
        indexes = [
            models.Index(
                fields=["kiosk", "number"],
                condition=models.Q(state__in=[state.value for state in OPEN]),
                name="act_open",
            ),
            models.Index(fields=["community", "-asked_at"], name="act_by_community"),
        ]

    def __str__(self) -> str:
        return f"{self.kiosk} {self.kind} {self.number}"


class ActAttachment(OfCommunity):
    """A picture of the screen, or lines of the log."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    act = models.OneToOneField(
        RemoteAct, models.PROTECT, verbose_name=_("Act from afar"), related_name="attachment"
    )
    kind = models.CharField(_("Kind"), max_length=20)
    content = models.BinaryField(_("Content of the attachment"))

    class Meta:
        verbose_name = _("Attachment of an act")
        verbose_name_plural = _("Attachments of acts")

    def __str__(self) -> str:
        return f"{self.act} {self.kind}"


class KioskGroup(OfCommunity):
    """Kiosks of a community that are asked together, under a name: a ring, a building."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="kiosk_groups"
    )
    name = models.CharField(_("Name"), max_length=40)

    class Meta:
        verbose_name = _("Group of kiosks")
        verbose_name_plural = _("Groups of kiosks")
        ordering = ["community", "name"]
        constraints = [
            models.UniqueConstraint(fields=["community", "name"], name="kiosk_group_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(OfCommunity):
    """A kiosk is in a group from the time that it was put there until it was taken out."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    group = models.ForeignKey(
        KioskGroup, models.PROTECT, verbose_name=_("Group of kiosks"), related_name="members"
    )
    kiosk = models.ForeignKey(
        Kiosk, models.PROTECT, verbose_name=_("Kiosk"), related_name="group_members"
    )
    ended_at = models.DateTimeField(_("Taken out at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Kiosk of a group")
        verbose_name_plural = _("Kiosks of a group")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "kiosk"],
                condition=models.Q(ended_at=None),
                name="kiosk_once_in_group",
            )
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.kiosk}"
