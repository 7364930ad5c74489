"""What the server keeps of what kiosks say: heartbeats, and nonces that may not come again."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from contract.heartbeat import Heartbeat
from contract.http_signature import WINDOW
from server.fleet.models import HeartbeatRecord, Kiosk, UsedNonce
from server.storable import storable

HISTORY_KEPT = timedelta(days=2)
NONCES_KEPT = 3 * WINDOW  # a signature is fresh for WINDOW either way; then its age refuses it
PRUNE_EVERY = 50  # rows; old ones leave a few at a time, without a job of their own


def record_heartbeat(kiosk: Kiosk, heartbeat: Heartbeat, *, now: datetime) -> None:
    """Keeps the newest heartbeat on the kiosk and all of the last days in its history."""
    body = storable(heartbeat.model_dump(mode="json"))
    with transaction.atomic():
        Kiosk.objects.filter(pk=kiosk.pk).update(heard_at=now, heartbeat=body)
        record = HeartbeatRecord.objects.create(
            community_id=kiosk.community_id, kiosk=kiosk, received_at=now, body=body
        )
        if record.pk % PRUNE_EVERY == 0:
            HeartbeatRecord.objects.filter(received_at__lt=now - HISTORY_KEPT).delete()
    kiosk.heard_at, kiosk.heartbeat = now, body


def use_nonce(key_id: str, nonce: str, *, now: datetime) -> bool:
    """True when the nonce is new for this key; False for a replay. Safe against a race."""
    try:
        with transaction.atomic():
            row = UsedNonce.objects.create(key_id=key_id, nonce=nonce, seen_at=now)
    except IntegrityError:
        return False
    if row.pk % PRUNE_EVERY == 0:
        UsedNonce.objects.filter(seen_at__lt=now - NONCES_KEPT).delete()
    return True
