"""Staff have dealt with an alert. What is still open behind one is decided there, not by ending its
alert."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from server.alerts.models import Alert
from server.alerts.raising import FAULTS, forgotten
from server.payments import contradictions
from server.payments.decisions import outside_refund, unclear_return
from server.payments.decisions.refusal import NotPossible
from server.staff import audit
from server.staff.people import Person

# Each ends by itself, once what it is about has its end.
OF_A_QUESTION = (
    "unknown_for_long",
    "amount_differs",
    "refund_failed",
    outside_refund.KIND,
    unclear_return.KIND,
    contradictions.KIND,
    *FAULTS,
)


def resolve_alert(alert_id: int, person: Person, reason: str, at: datetime) -> Alert:
    """Raises NotPossible with ``ended`` or ``still_open``, audit.ReasonMissing, Alert.DoesNotExist.

    A contradicted decision may stand: whoever says so ends its alert.
    """
    with transaction.atomic():
        alert = Alert.objects.select_for_update().get(pk=alert_id)
        if alert.resolved_at is not None:
            raise NotPossible("ended", _("This alert was dealt with already"))
        if alert.kind in OF_A_QUESTION and alert.kind != contradictions.KIND:
            raise NotPossible(
                "still_open",
                _("What it is about is still open; it ends by itself with that"),
            )
        Alert.objects.filter(pk=alert_id).update(resolved_at=at, details=forgotten(alert))
        alert.resolved_at = at
        subject = {"kind": alert.kind, "subject": alert.subject, **_payment(alert)}
        audit.record(
            alert.community_id,
            person,
            "resolve_alert",
            ("alert", str(alert_id)),
            reason,
            at,
            before=subject,
        )
    return alert


def _payment(alert: Alert) -> dict[str, str]:
    payment_id = alert.details.get("payment_id")
    return {"payment_id": payment_id} if isinstance(payment_id, str) else {}
