"""What the server keeps of what kiosks say: heartbeats, what they said last, and nonces that may not come
again."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from contract.heartbeat import Heartbeat
from contract.http_signature import WINDOW
from server.fleet.models import HeartbeatRecord, Kiosk, UsedNonce
from server.storable import storable

HISTORY_KEPT = timedelta(days=2)
NONCES_KEPT = 3 * WINDOW  # a signature is fresh for WINDOW either way; then its age refuses it
PRUNE_EVERY = 50  # rows; old ones leave a few at a time, without a job of their own
_OF_ITSELF = ("state", "software", "open_payments", "journal_last", "journal_acknowledged")


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


def lost_since(kiosk: Kiosk, heartbeat: Heartbeat) -> datetime | None:
    """Of a server that came back with an earlier backup: up to when it knows everything, at least. None
    where nothing says that it did. ``kiosk`` is as it was before this heartbeat is recorded.

    It shows by what the kiosk was answered: a heartbeat later than the last one that is known here, or
    that more of its journal is safe here than there is. No answer leaves before that is committed.
    """
    last_known = kiosk.heard_at or kiosk.enrolled_at
    if last_known is None:
        return None
    answered = heartbeat.answered_at is not None and heartbeat.answered_at > last_known
    lacks = heartbeat.journal_acknowledged > kiosk.journal_sequence
    return last_known if answered or lacks else None


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


def last_word(kiosk_id: str) -> dict[str, Any]:
    """As JSON: when it was heard, up to where its journal came, and its card terminal's state."""
    kiosk = Kiosk.objects.filter(pk=kiosk_id).first()
    if kiosk is None:
        return {}
    beat = kiosk.heartbeat or {}
    said: dict[str, Any] = {
        "code": kiosk.code,
        "heard_at": kiosk.heard_at.isoformat() if kiosk.heard_at else "",
        "stopped": kiosk.stopped,
        "journal_received": kiosk.journal_sequence,
        **{name: beat.get(name) for name in _OF_ITSELF},
    }
    for device in beat.get("devices", []):
        if device.get("role") == "card_terminal":
            conditions = [c.get("code") for c in device.get("conditions", [])]
            said["card_terminal"] = {"level": device.get("level"), "conditions": conditions}
    return {name: value for name, value in said.items() if value not in ("", None)}
