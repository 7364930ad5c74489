"""How often a kiosk has looked units up, minute by minute: the limit holds across all workers."""

from django.db import models


class LookupWindow(models.Model):
    """One kiosk's lookups in one minute; ``misses`` found no unit or a wrong second factor."""

    kiosk_id = models.CharField(max_length=36)
    minute = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)
    misses = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kiosk_id", "minute"], name="lookup_window_once")
        ]

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.minute:%H:%M}"
