"""Roll-outs of releases, by community, and each kiosk's try of a release. Nothing is deleted."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from contract.releases import ALL, CANARY, TENTH
from server.estate.models import Community
from server.estate.tenancy import OfCommunity
from server.fleet.models import Kiosk
from server.remote_acts.models import KioskGroup
from server.staff.roles import Role

RINGS = [(CANARY, _("Canaries")), (TENTH, _("One in ten")), (ALL, _("All"))]


class State(models.TextChoices):
    """Of a community one that has not ended at most."""

    RUNNING = "running", _("Under way")
    STOPPED = "stopped", _("Halted")
    ENDED = "ended", _("Replaced by a later one")


class Rollout(OfCommunity):
    """``attempt`` grows when kiosks that went back are to try again. ``counts_from``: failures from then
    on count. ``stopped_by`` is empty where it stopped by itself; ``figures`` then says why."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="rollouts"
    )
    version = models.CharField(_("Release"), max_length=24)
    attempt = models.PositiveIntegerField(_("Try"), default=1)
    ring = models.CharField(_("Ring"), max_length=10, choices=RINGS, default=CANARY)
    canaries = models.ForeignKey(
        KioskGroup,
        models.PROTECT,
        verbose_name=_("Group of canaries"),
        related_name="+",
        null=True,
        blank=True,
    )
    state = models.CharField(
        _("State"), max_length=10, choices=State.choices, default=State.RUNNING.value
    )
    begun_by = models.CharField(_("Who began it"), max_length=150)
    role = models.CharField(_("By the role of"), max_length=20, choices=Role.choices, blank=True)
    reason = models.CharField(_("Reason"), max_length=300)
    begun_at = models.DateTimeField(_("Begun at"))
    changed_at = models.DateTimeField(_("Last changed"))
    counts_from = models.DateTimeField(_("Failures count from"))
    stopped_by = models.CharField(_("Stopped by"), max_length=150, blank=True)
    stop_reason = models.CharField(_("Why stopped"), max_length=300, blank=True)
    figures = models.JSONField(_("Figures when it stopped"), default=dict, blank=True)

    class Meta:
        verbose_name = _("Roll-out")
        verbose_name_plural = _("Roll-outs")
        ordering = ["-begun_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["community"],
                condition=~models.Q(state=State.ENDED.value),
                name="rollout_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.community}"


class UpdateTry(OfCommunity):
    """What a kiosk told of one try of a release: ``state`` and ``code`` as its updater calls them.
    ``changed_over_at``: it runs the release since, on trial or for good; ``ill``: why it is taken for a
    failure though it did not go back."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    kiosk = models.ForeignKey(
        Kiosk, models.PROTECT, verbose_name=_("Kiosk"), related_name="update_tries"
    )
    version = models.CharField(_("Release"), max_length=24)
    attempt = models.PositiveIntegerField(_("Try"))
    state = models.CharField(_("State"), max_length=40)
    code = models.CharField(_("Why so"), max_length=40, blank=True)
    begun_at = models.DateTimeField(_("Begun at"))
    state_at = models.DateTimeField(_("So since"))
    changed_over_at = models.DateTimeField(_("Changed over at"), null=True, blank=True)
    ill = models.CharField(_("Ill since the change"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("Try of a release")
        verbose_name_plural = _("Tries of releases")
        ordering = ["-state_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kiosk", "version", "attempt"], name="update_try_once")
        ]
        indexes = [models.Index(fields=["version", "state_at"], name="update_try_by_version")]

    def __str__(self) -> str:
        return f"{self.kiosk} {self.version} {self.state}"
