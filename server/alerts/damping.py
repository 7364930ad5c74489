"""What comes and goes within minutes is one alert: it is over when it has stayed away for a while."""

from datetime import datetime, timedelta

from server.alerts.models import Alert

QUIET = timedelta(minutes=5)  # so long it must be over before it has ended
QUIET_OFTEN, OFTEN = timedelta(minutes=15), 3  # where it came so often


def still_wrong(alert: Alert) -> None:
    """It is wrong now: again, or still. Nothing greater explains it any more."""
    row = Alert.objects.filter(pk=alert.pk, resolved_at=None)
    if alert.cured_at is not None:
        again = row.filter(cured_at=alert.cured_at)
        again.update(cured_at=None, times=alert.times + 1, part_of=None)
    elif alert.part_of_id is not None:
        row.update(part_of=None)


def seems_over(alert: Alert, now: datetime) -> None:
    """It is not wrong now. It ends as of when that began, once that has lasted."""
    row = Alert.objects.filter(pk=alert.pk, resolved_at=None, cured_at=alert.cured_at)
    if alert.cured_at is None:
        row.update(cured_at=now, part_of=None)
    elif now - alert.cured_at >= (QUIET_OFTEN if alert.times >= OFTEN else QUIET):
        row.update(resolved_at=alert.cured_at)
