"""A sign of life of a kiosk and its answer: how often, from when on a kiosk is silent, what is told."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contract.message import Message
from contract.messages import Count, Flow, Method
from contract.releases import UpdateReport, WantedRelease
from contract.remote_acts import OutOfService
from contract.stop_reason import Presence, StopReason

INTERVAL_S = 30.0  # between two heartbeats of a kiosk
LATE_S = 90.0  # without one for longer, the kiosk is silent: three in a row are missing
STILL_S = 60  # a screen that was not drawn for longer stands still: it is drawn every few seconds
Megabytes = Annotated[int, Field(ge=0, lt=2**40)]


class ConditionReport(Message):
    level: Literal["ok", "warning", "error"]
    code: str
    staff: dict[str, str] = {}
    remedy: dict[str, str] = {}


class DeviceReport(Message):
    role: str  # scanner, card_terminal, printer, touch, keypad, headset_jack, sensors, kiosk
    driver: str
    model: str = ""
    simulated: bool = False
    level: Literal["ok", "warning", "error"]
    conditions: list[ConditionReport] = []


class MachineReport(Message):
    """The computer in the kiosk; None: it does not say."""

    temperature_c: Annotated[int, Field(ge=-100, le=300)] | None = None
    cpu_percent: Annotated[int, Field(ge=0, le=100)] | None = None
    memory_free_mb: Megabytes | None = None
    memory_total_mb: Megabytes | None = None
    disk_free_mb: Megabytes | None = None
    disk_total_mb: Megabytes | None = None
    clock_offset_s: Annotated[int, Field(ge=-(2**40), le=2**40)] | None = None  # its own, less ours
    network: Literal["wired", "wireless", "none"] | None = None
    signal_dbm: Annotated[int, Field(ge=-200, le=100)] | None = None  # of a wireless one


class PaperReport(Message):
    """The roll that is in, as the kiosk knows its use. What is left is None where the roll's length is
    not set, and ``days_left`` until a whole day was seen."""

    used_mm: Count
    receipts_left: Count | None = None
    days_left: Annotated[float, Field(ge=0, le=100_000)] | None = None


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
    # What follows, older kiosks do not tell.
    closed: Literal["", "hours", "outage"] = ""  # nothing else is wrong: residents were told so
    answer_ms: Count | None = None  # from the last heartbeat to its answer
    drawn_s: Count | None = None  # since the screen was last drawn; None without a window
    turned_away: Count | None = None  # residents, ever since this kiosk counts (contract.day_tally)
    machine: MachineReport | None = None
    paper: PaperReport | None = None
    update: UpdateReport | None = None  # None: its machine has no updater


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
    wanted: WantedRelease | None = None  # the release that this kiosk should run; None: what runs
    key_old: bool = False  # it is time for another key (contract.key_change)
