"""What the kiosk says of itself every half minute, gathered from everybody who knows a part of it."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import structlog

from contract.heartbeat import DeviceReport, Heartbeat, MachineReport, PaperReport
from device_drivers.printers.memory import Memory
from kiosk.clock import Clock
from kiosk.core.capabilities import closed_but_well, offers
from kiosk.core.patience import RESTING
from kiosk.health.about import about
from kiosk.health.day_counts import DayCounts
from kiosk.health.kiosk_report import kiosk_report
from kiosk.health.machine import Machine, conditions_of
from kiosk.health.screen_watch import ScreenWatch
from kiosk.health.supervisor import Supervisors
from kiosk.health.updater import UpdaterFile
from kiosk.health.watchdog import uptime_s
from kiosk.journal.journal import Journal
from kiosk.recovery.inquiry import Recovery
from kiosk.recovery.test_payment import TrialPayments
from kiosk.runtime.engine import Engine
from kiosk.settings import Settings, printer_memory

log = structlog.get_logger("heartbeat")
T = TypeVar("T")


@dataclass(frozen=True)
class Health:
    """What is looked at beside the devices."""

    counts: DayCounts
    screen: ScreenWatch
    machine: Machine
    paper: Callable[[], PaperReport | None]
    updater: UpdaterFile


@dataclass(frozen=True)
class HeartbeatMaker:
    """``started``: monotonic seconds. What is extra never costs the heartbeat itself."""

    engine: Engine
    journal: Journal
    supervisors: Supervisors
    recovery: Recovery
    clock: Clock
    trials: TrialPayments
    started: float
    health: Health

    def __call__(self, config_version: str) -> Heartbeat:
        session = self.engine.session
        offered = offers(session.lobby)
        idle = session.visit.screen in RESTING
        closed = closed_but_well(session.lobby)
        away = not offered.in_order and not closed
        machine = _tried(self.health.machine.report)
        self.health.counts.flush()
        return Heartbeat(
            at=self.clock.now(),
            software=version("lobbypay"),
            uptime_s=uptime_s(self.started),
            state="out_of_order" if away else "idle" if idle else "in_session",
            closed=closed,
            offers=list(offered.methods),
            flows=list(offered.flows),
            devices=[*self.supervisors.reports, self._own(machine)],
            journal_last=self.journal.last_sequence,
            journal_acknowledged=self.journal.acknowledged(),
            open_payments=self.recovery.open_cases,
            config_version=config_version,
            drawn_s=self.health.screen.still_s,
            turned_away=self.health.counts.turned_away,
            machine=machine,
            paper=_tried(self.health.paper),
            update=_tried(self.health.updater.report),
        )

    def _own(self, machine: MachineReport | None) -> DeviceReport:
        return kiosk_report(
            recording=self.engine.session.lobby.recording,
            damaged=bool(self.journal.damaged),
            clock_off=self.clock.machine_is_off,
            trial_kept=self.trials.not_returned,
            machine=conditions_of(machine),
        )


def _tried(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except Exception:
        log.exception("not_told")
        return None


def health_of(settings: Settings, engine: Engine, clock: Clock) -> Health:
    """Counting begins with the next change of the session."""
    file = settings.data_dir / "day_counts.sqlite3"
    counts = DayCounts(file, clock.now, lambda: engine.session, about(settings))
    engine.watch(counts.see)
    machine = Machine(settings.data_dir, lambda: clock.machine_offset_s)
    updater = UpdaterFile(settings.updates.state if settings.updates else None)
    return Health(counts, ScreenWatch(), machine, lambda: paper_of(settings), updater)


def paper_of(settings: Settings) -> PaperReport | None:
    """As the printer's driver remembers it. None without a printer that counts."""
    file: Path = printer_memory(settings)
    if settings.printer is None or not file.exists():
        return None
    memory = Memory(file)
    used = int(memory.read().used_mm)
    length = settings.printer.own.get("roll_m", 0)
    if isinstance(length, bool) or not isinstance(length, int | float) or length <= 0:
        return PaperReport(used_mm=used)
    left = memory.forecast(1000 * length)
    days = None if left.days is None else round(min(left.days, 10_000), 1)
    return PaperReport(used_mm=used, receipts_left=left.receipts, days_left=days)
