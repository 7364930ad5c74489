"""What a kiosk said of itself when it was last heard, for alerts about its payments."""

from typing import Any

from server.fleet.models import Kiosk

_OF_ITSELF = ("state", "software", "open_payments", "journal_last", "journal_acknowledged")


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
