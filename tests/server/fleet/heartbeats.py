"""Heartbeats for tests, as a kiosk would send them."""

from datetime import datetime
from typing import Any

from contract.heartbeat import Heartbeat
from server.fleet.models import Kiosk
from tests.server.village import create_village

PAPER_LOW = {
    "level": "warning",
    "code": "paper.near_end",
    "staff": {"zh": "纸快用完了", "en": "Paper is near its end"},
    "remedy": {"zh": "换一卷 80 毫米热敏纸", "en": "Put in a new 80 mm roll"},
}
UNREACHABLE = {
    "level": "error",
    "code": "unreachable",
    "staff": {"zh": "刷卡机连不上", "en": "The card terminal cannot be reached"},
    "remedy": {"zh": "检查电源和连接线", "en": "Check its power and cable"},
}


def kiosk(code: str = "K03", **fields: Any) -> Kiosk:
    from server.estate.models import Community

    village = Community.objects.filter(code="village").first() or create_village()
    values = {"location_zh": "3号楼大堂", "location_en": "Lobby", "public_key": "k" * 43}
    return Kiosk.objects.create(community=village, code=code, **(values | fields))


def device(role: str, *conditions: dict[str, Any], simulated: bool = False) -> dict[str, Any]:
    levels = [condition["level"] for condition in conditions]
    level = "error" if "error" in levels else "warning" if levels else "ok"
    return {
        "role": role,
        "driver": "escpos" if role == "printer" else "zvt",
        "simulated": simulated,
        "level": level,
        "conditions": list(conditions),
    }


def heartbeat(at: datetime, *devices: dict[str, Any], **fields: Any) -> Heartbeat:
    values: dict[str, Any] = {
        "at": at,
        "software": "0.1.0",
        "uptime_s": 60,
        "state": "idle",
        "offers": ["wechat"],
        "devices": list(devices),
        "journal_last": 0,
        "journal_acknowledged": 0,
        "open_payments": 0,
        "config_version": "1",
    }
    return Heartbeat.model_validate(values | fields)
