"""What a sweep would find to do."""

from datetime import datetime

from django.db import connection

from server.payments import timing


def turns_due(at: datetime) -> set[str]:
    """By name, the turns of a sweep that would find anything to do: asked in one question, because it is
    asked so often."""
    now, old = at.replace(tzinfo=None), (at - timing.UNKNOWN_ALERT_AFTER).replace(tzinfo=None)
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [now, now, old])
        return {name for (name,) in cursor.fetchall()}


_DUE = """
SELECT DISTINCT 'orders-' || method FROM payments_paymentorder WHERE next_poll_at <= %s
UNION ALL SELECT DISTINCT 'refunds-' || o.method FROM payments_refund r
  JOIN payments_paymentorder o ON o.id = r.order_id WHERE r.next_poll_at <= %s
UNION ALL SELECT 'notifications' WHERE EXISTS (
  SELECT 1 FROM payments_unmatchednotification WHERE matched_at IS NULL)
UNION ALL SELECT 'alerts' WHERE EXISTS (
  SELECT 1 FROM alerts_alert WHERE kind = 'unknown_for_long' AND resolved_at IS NULL)
  OR EXISTS (SELECT 1 FROM payments_paymentorder
    WHERE state IN ('created', 'pending', 'unknown') AND received_at < %s)
"""
