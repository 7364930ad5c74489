"""A sign of life of a kiosk and its answer: how often, from when on a kiosk is silent, what is told."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime

from contract.message import Message
from contract.messages import Count, Flow, Method
from contract.remote_acts import OutOfService
from contract.stop_reason import Presence, StopReason

INTERVAL_S = 30.0  # between two heartbeats of a kiosk
LATE_S = 90.0  # without one for longer, the kiosk is silent: three in a row are missing


class ConditionReport(Message):
    level: Literal["ok", "warning", "error"]
    code: str
    staff: dict[str, str] = {}
    remedy: dict[str, str] = {}


class DeviceReport(Message):
    role: str  # scanner, card_terminal, printer, touch, keypad, headset_jack, kiosk
    driver: str
    model: str = ""
    simulated: bool = False
    level: Literal["ok", "warning", "error"]
    conditions: list[ConditionReport] = []


class Heartbeat(Message):
    at: datetime
    software: str
    uptime_s: Count
    state: Literal["idle", "in_session", "out_of_order"]
    offers: list[Method]
    flows: list[Flow] = []
    devices: list[DeviceReport]
    journal_last: Count
    journal_acknowledged: Count
    open_payments: Count
    config_version: str
    presence: Presence | None = None  # None while a start cannot be recorded
    # The server's time in the last answer to this start of the kiosk: a server that was heard from it
    # earlier only came back with an older backup.
    answered_at: AwareDatetime | None = None


class HeartbeatAnswer(Message):
    """``journal_received``: every entry up to this sequence is on the server. Less than was acknowledged
    means that the server was restored from an older backup: the kiosk sends again what is missing.
    ``out_of_service`` goes with SWITCHED_OFF; ``acts_wait``: staff asked for something (remote_acts)."""

    server_time: datetime
    config_version: str
    stopped: StopReason | None = None
    journal_received: int | None = None
    out_of_service: OutOfService | None = None
    acts_wait: bool = False
