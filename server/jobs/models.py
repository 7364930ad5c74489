"""Jobs: what is to be done in the background, for whom, and how far it has come."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from server.estate.models import Community
from server.estate.tenancy import OfCommunity


class JobState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("job", "Waiting")
    RUNNING = "running", pgettext_lazy("job", "At work")
    DONE = "done", pgettext_lazy("job", "Done")
    FAILED = "failed", pgettext_lazy("job", "Failed")
    CANCELLED = "cancelled", pgettext_lazy("job", "Cancelled")


UNFINISHED = (JobState.WAITING, JobState.RUNNING)


class WorkerSign(models.Model):
    """When a worker was last heard, whatever it is at."""

    name = models.CharField(_("Worker"), max_length=80, unique=True)  # of its machine
    at = models.DateTimeField(_("Last sign of life"))

    class Meta:
        verbose_name = _("Worker")
        verbose_name_plural = _("Workers")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M}"


class Job(OfCommunity):
    """One piece of work. ``kind`` names who does it (``server.jobs.handlers``), ``subject`` what it is
    about; of both together at most one is unfinished.

    ``beat_at`` is when somebody last worked at it: a job whose worker died is taken up again once that is
    long ago. ``problem``: why it failed, for staff; the details are in the server's log.
    """

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="jobs"
    )
    kind = models.CharField(_("Kind"), max_length=30)
    subject = models.CharField(_("Subject"), max_length=80)
    state = models.CharField(
        _("State"), max_length=10, choices=JobState.choices, default=JobState.WAITING
    )
    done = models.PositiveIntegerField(_("Done so far"), default=0)
    total = models.PositiveIntegerField(_("Of"), default=0)
    attempts = models.PositiveSmallIntegerField(_("Attempts"), default=0)
    cancel_asked = models.BooleanField(_("Cancellation asked for"), default=False)
    asked_by = models.CharField(_("Asked by"), max_length=150)
    asked_at = models.DateTimeField(_("Asked at"))
    beat_at = models.DateTimeField(_("Last sign of life"))
    ended_at = models.DateTimeField(_("Job ended at"), null=True, blank=True)
    problem = models.CharField(_("Problem"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("Job")
        verbose_name_plural = _("Jobs")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(state__in=["waiting", "running"]),
                name="job_is_unfinished_once",
            ),
        ]
        indexes = [models.Index(fields=["state", "beat_at"], name="job_by_last_sign")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def unfinished(self) -> bool:
        return self.state in UNFINISHED
