"""Requests that were not answered in time are told, until they are answered. Telephone numbers go some
time after their request ended."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from server.alerts.models import Alert
from server.alerts.raising import SERVICE_OVERDUE, raise_alert
from server.service_requests.models import WAITING, ServiceRequest

AT_ONCE = 200  # alerts a minute
PHONES_KEPT = timedelta(days=180)


def watch(now: datetime) -> None:
    told_of = Alert.objects.filter(
        community=OuterRef("community"),
        kind=SERVICE_OVERDUE,
        subject=OuterRef("number"),
        resolved_at=None,
    )
    rows = ServiceRequest.objects.filter(~Exists(told_of), state__in=WAITING, due_at__lte=now)
    overdue = rows.select_related("topic", "unit").order_by("due_at")[:AT_ONCE]
    for request in overdue:
        told = {"unit": request.unit.code, "topic_zh": request.topic.name_zh}
        raise_alert(request.community_id, SERVICE_OVERDUE, request.number, now, **told)
    over = ServiceRequest.objects.filter(ended_at__lt=now - PHONES_KEPT).exclude(phone="")
    over.exclude(state__in=WAITING).update(phone="")
