"""Acts of kiosks that are not heard run out all the same, and what was begun and never ended is named."""

from datetime import datetime, timedelta

from server.remote_acts.models import NOT_BEGUN, RemoteAct, State

WORD_COMES = timedelta(hours=24)  # a kiosk whose line is down tells the end of what it began later


def end_overdue(now: datetime) -> None:
    late = RemoteAct.objects.filter(not_after__lte=now)
    late.filter(state__in=NOT_BEGUN).update(state=State.EXPIRED.value, state_at=now)
    begun = late.filter(state=State.BEGUN.value, state_at__lte=now - WORD_COMES)
    begun.update(state=State.IN_DOUBT.value, state_at=now, code="no_word")
