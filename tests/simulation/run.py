"""One run: two kiosks, a server, two channels, two terminals, residents and faults, all from one seed."""

import gc
import random
import tempfile
import traceback
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from contract.messages import Method, PaymentRecord
from kiosk.central import sync
from kiosk.central.sync import NOT_KNOWN
from kiosk.core.model import Session
from kiosk.runtime import engine
from server.estate.models import Community, LateSuccess
from server.payments.models import PaymentOrder
from tests.simulation import (
    acts_from_afar,
    charges,
    coverage,
    estate,
    invariants,
    promises,
    questions_asked,
    restores,
    unexpected_entries,
)
from tests.simulation.alterations import Alterer
from tests.simulation.bill_phones import BillPhones
from tests.simulation.central import SimulatedServer
from tests.simulation.channel import SimulatedChannel
from tests.simulation.clerks import Clerks
from tests.simulation.doors import Doors
from tests.simulation.due import turns_due
from tests.simulation.faults import Faults, forgotten_devices
from tests.simulation.foreign import ForeignKiosk
from tests.simulation.hours import Hours
from tests.simulation.lobby import SimulatedKiosk, Witness
from tests.simulation.outages import Outages
from tests.simulation.patches import Seams
from tests.simulation.promises import Promises
from tests.simulation.replacements import Replacements
from tests.simulation.residents import Residents
from tests.simulation.scheduler import Scheduler
from tests.simulation.threads import START, World, wall
from tests.simulation.watch import Watch

BUSY_S_MAX = 1800.0
COPIES_EVERY_S = sync.BILLS_S
LONG_PARTITION_S = (200.0, 700.0)
REST_S_MAX = 3600.0
REST_STEP_S = 20.0
TICK_S, TICK_AT_REST_S = 1.0, 5.0


@dataclass
class Result:
    """``problems`` is empty when every invariant held. ``trace`` is a digest of all that happened."""

    seed: int
    problems: list[str]
    struck: list[tuple[str, int]]
    outcomes: Counter[str] = field(default_factory=Counter)
    simulated_s: float = 0.0
    trace: str = ""


class Simulation:
    def __init__(self, seed: int, folder: Path, faults: Faults) -> None:
        self.seed, self.faults = seed, faults
        self.scheduler = World.scheduler = Scheduler(seed)
        self._ids = random.Random(f"ids {seed}")
        self.promises, self.real = Promises(self._true_time), False
        Seams.unexpected = []
        engine.TICK_S = TICK_S
        sync.BILLS_S = COPIES_EVERY_S if faults.theme.copy_minutes is None else 60.0
        Seams.new_id, keys = self._new_id, random.Random(f"keys {seed}")
        Seams.new_key = lambda: keys.randbytes(32)
        Seams.backoff = random.Random(f"backoff {seed}")
        self.server = SimulatedServer(self.scheduler, faults)
        Seams.server_step = lambda what: self.server.step(what)
        Seams.server_commits = lambda really: self.server.commits(really)
        self.channels = {
            method: SimulatedChannel(
                method.value,
                self.scheduler,
                faults,
                lambda what: self.server.step(what),
                lambda name, number, state: self.server.heard(name, number, state),
                lambda order: Seams.unexpected.extend(charges.at_channel(self, order)),
                Seams.unexpected.append,
            )
            for method in (Method.WECHAT, Method.ALIPAY)
        }
        self.outages = Outages(self.channels, self.scheduler, faults, self.server.restarts)
        for channel in self.channels.values():
            channel.server_forgets = lambda: bool(self.server.lost)
        Seams.channel = self.outages.channel
        Seams.order_made = lambda order: Seams.unexpected.extend(
            (*charges.at_server(self, order), *self.hours.at_server(order))
        )
        self.kiosks: list[SimulatedKiosk] = []
        self.server.kiosks_know_more = lambda: any(restores.knows_more(k) for k in self.kiosks)
        Seams.kiosk = self._kiosk_of_process
        if random.Random(f"policy {seed}").random() < faults.theme.credits:
            Community.objects.update(late_success=LateSuccess.CREDIT)
        for number, code in enumerate(estate.KIOSK_CODES):
            self.kiosks.append(
                SimulatedKiosk(
                    number,
                    str(estate.KIOSK_IDS[number]),
                    code,
                    folder / code,
                    self.scheduler,
                    faults,
                    self.server,
                    Witness(
                        self._asks_terminal,
                        self._shows,
                        self.promises.paper,
                    ),
                )
            )
        forgotten = forgotten_devices(seed)
        if forgotten is not None:
            self._is_real(forgotten)
        self.residents = [Residents(k, self.channels, self.scheduler, faults) for k in self.kiosks]
        self.clerks, self.foreign = Clerks(self, faults), ForeignKiosk(self, faults)
        self.alterer, self.replacements = Alterer(self, faults), Replacements(self, faults)
        self.bill_phones = BillPhones(self, faults)
        self.doors, self.hours = Doors(self, faults), Hours(self, faults)
        self._busy = [*self.residents, self.foreign, self.bill_phones]
        self.scheduler.spawn(Watch(self).goes_on, self.scheduler.world, "watch")
        self.scheduler.spawn(self._weather, self.scheduler.world, "weather")

    def _is_real(self, forgotten: set[str]) -> None:
        """A real community; at one of its kiosks somebody forgot simulated devices."""
        Community.objects.update(test=False)
        self.real = True
        for kiosk, roles in zip(self.kiosks, (set[str](), forgotten), strict=True):
            kiosk.is_real_but_for(roles)
        for channel in self.channels.values():
            channel.simulated = False

    def _asks_terminal(self, kiosk: SimulatedKiosk, payment_id: str) -> None:
        if self.real and kiosk.terminal.simulated:
            Seams.unexpected.append(f"{kiosk.code} asks a simulated terminal in a real community")
        Seams.unexpected.extend(charges.at_terminal(self, kiosk, payment_id))

    def _shows(self, code: str, session: Session) -> None:
        self.promises.screen(code, session)
        self.doors.shown(code, session)
        self.hours.shown(code, session)
        if session.lobby.stopped == NOT_KNOWN:
            Seams.unexpected.append(f"{code} believes that the server does not know its key")

    def _true_time(self) -> datetime:
        return START + timedelta(seconds=self.scheduler.now)

    def let_go(self, payment: PaymentOrder | PaymentRecord) -> bool:
        """Whether staff took the bills of an open payment into their own hands."""
        return payment.payment_id in self.clerks.let_go

    def _new_id(self) -> str:
        digits = f"{self._ids.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-7{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"

    def _kiosk_of_process(self) -> SimulatedKiosk:
        process = self.scheduler.process
        return next(k for k in self.kiosks if k.process is process)

    def _weather(self) -> None:
        """Lines break and clocks jump whatever anybody does."""
        while True:
            self.scheduler.sleep(20.0)
            self.outages.begin()
            self.alterer.tries()
            self.replacements.happen()
            if self.faults.strikes("backup_restored"):
                self.server.goes_back()
            for kiosk in self.kiosks:
                if self.faults.strikes("partition"):
                    kiosk.line.breaks()
                if self.faults.strikes("partition_long"):
                    kiosk.line.breaks(LONG_PARTITION_S)
                if self.faults.strikes("clock_jump"):
                    kiosk.process.clock_offset_s += self.scheduler.random.uniform(-86400, 86400)
                    kiosk.clock_was_off = True

    def run(self) -> Result:
        self.scheduler.run(
            BUSY_S_MAX,
            lambda: bool(Seams.unexpected) or all(r.done for r in self._busy),
        )
        self.faults.quiet = True
        engine.TICK_S = TICK_AT_REST_S
        for kiosk in self.kiosks:
            kiosk.process.clock_offset_s = 0.0
        end = self.scheduler.now + REST_S_MAX
        while not (Seams.unexpected or self._at_rest()) and self.scheduler.now < end:
            self.scheduler.run(self.scheduler.now + REST_STEP_S)
        with coverage.not_counting():
            problems = list(Seams.unexpected) or [
                *invariants.problems(self),
                *invariants.late_fees(),
                *promises.broken(self),
                *unexpected_entries.problems(self),
                *questions_asked.problems(self),
                *acts_from_afar.wrong(self),
            ]
            problems = problems or [*self._never_rests(), *self.alterer.problems()]
        outcomes = invariants.outcomes(self)
        self.scheduler.notes(repr((sorted(outcomes.items()), self.scheduler.now)))
        self.scheduler.notes(repr(self.faults.struck))
        return Result(
            self.seed,
            problems,
            self.faults.struck,
            outcomes,
            self.scheduler.now,
            self.scheduler.trace,
        )

    def _never_rests(self) -> list[str]:
        """An hour after the last fault nobody has anything to do any more."""
        if self._at_rest():
            return []
        watched = PaymentOrder.objects.filter(next_poll_at__isnull=False, held_minor=0)
        names = sorted(watched.values_list("reference", flat=True))
        return [f"it does not come to rest; looked at are {', '.join(names) or 'no orders'}"]

    def _at_rest(self) -> bool:
        """Everybody up and at the start, nothing on its way."""
        for kiosk in self.kiosks:
            session = kiosk.session
            if session is None or not kiosk.rests:
                return False
            if kiosk.at_its_terminal or not session.lobby.terminal_known:
                return False
            journal = kiosk.journal
            if session.lobby.unresolved or journal.acknowledged() < journal.last_sequence:
                return False
            if restores.knows_more(kiosk):  # and will hear so with its next heartbeat
                return False
        if not self.foreign.at_rest or self.clerks.desk.has_work or acts_from_afar.open_ones(self):
            return False
        settled = invariants.nothing_open() and invariants.nothing_watched()
        settled = settled and not turns_due(wall()) - {"notifications"}
        return settled and all(c.notifications.all_told for c in self.channels.values())

    def close(self) -> None:
        """Ends everybody where they stand."""
        self.scheduler.close()
        for kiosk in self.kiosks:
            if kiosk.disk._connection is not None:
                kiosk.disk._connection.close()
            if kiosk.running is not None:
                kiosk.running.kiosk._hands.lookups._copy._db.close()


def run(seed: int, first_state: bytes, only: frozenset[tuple[str, int]] | None = None) -> Result:
    """Runs a seed. ``only`` leaves all faults away but these."""
    estate.restore(first_state)
    gc.collect()
    gc.disable()  # memory is swept between runs: never in the middle of one
    faults = Faults.of_seed(seed, only)
    with tempfile.TemporaryDirectory(prefix="lobbypay-run-", dir=_fast_folder()) as folder:
        simulation = Simulation(seed, Path(folder), faults)
        try:
            return simulation.run()
        except Exception:
            return Result(seed, [f"broke off: {traceback.format_exc()}"], faults.struck)
        finally:
            simulation.close()


def _fast_folder() -> str | None:
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() else None
