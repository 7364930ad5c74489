"""A kiosk of a run: everything that ``bootstrap.start`` puts together, on a simulated machine."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.enrolment import JournalPosition
from contract.journal_hash import public_key_text
from contract.lifecycle import Fact
from contract.messages import Method, PaymentRecord, PaymentState
from contract.remote_acts import Act
from device_drivers.card_terminals.interface import CardRequest
from device_drivers.printers.interface import Document
from kiosk import bootstrap
from kiosk.bootstrap import Running
from kiosk.central import identity as identity_file
from kiosk.central.identity import Identity
from kiosk.core.events import Tapped
from kiosk.core.model import Action, Screen, Session
from kiosk.core.payment import apply_fact
from kiosk.health.voice_inputs import VoiceInputs
from kiosk.journal.continuation import continue_journal
from kiosk.journal.journal import Journal, JournalUnavailable
from kiosk.runtime.devices import Devices
from kiosk.settings import Device, Payments, Server, Settings
from tests.simulation import estate
from tests.simulation.acts_from_afar import Witnessed
from tests.simulation.central import SimulatedServer
from tests.simulation.devices import SimulatedPrinter, SimulatedScanner
from tests.simulation.disk import Disk
from tests.simulation.faults import Faults
from tests.simulation.line import Line, SimulatedClient
from tests.simulation.patches import Seams
from tests.simulation.scheduler import Process, Scheduler
from tests.simulation.terminal import SimulatedTerminal
from tests.simulation.threads import wall

DOWN_FOR_S = (2.0, 60.0)
OFF_FOR_S = (60.0, 900.0)
CLOSING_S = 1.5
CLOCK_JUMP_S = (-864_000.0, 864_000.0)


@dataclass(frozen=True)
class Witness:
    """Who hears what a kiosk does: that its terminal is about to be asked (for a payment id), what its
    screen shows, and each paper that came out."""

    asks: Callable[["SimulatedKiosk", str], None]
    shows: Callable[[str, Session], None]
    prints: Callable[[Document], None]


class SimulatedKiosk:
    """``process`` is its present life; disk, terminal and printer outlive it."""

    def __init__(
        self,
        number: int,
        kiosk_id: str,
        code: str,
        folder: Path,
        scheduler: Scheduler,
        faults: Faults,
        server: SimulatedServer,
        witness: Witness,
    ) -> None:
        self.code, self.kiosk_id = code, kiosk_id
        self.scheduler, self.faults, self._witness = scheduler, faults, witness
        self.disk = Disk(folder, faults.seed, self.step, lambda: faults.strikes("disk_full"))
        self.line = Line(scheduler, faults, server)
        self.terminal = SimulatedTerminal(
            scheduler,
            faults,
            10 + 100 * number,
            lambda request: witness.asks(self, request.payment_id),
            self._acknowledged,
        )
        self.printer = SimulatedPrinter(scheduler, faults, witness.prints)
        self._scanner_simulated, self._devices_forgotten = True, False
        self.scanner = SimulatedScanner()
        self.settings = Settings(
            data_dir=folder / "data",
            server=Server(url="https://server.example.com", timeout_s=8.0),
            payments=Payments(
                offline_card_limit_minor=1_000_000,
                offline_bills_max_age_h=(faults.theme.copy_minutes or 24 * 60) / 60,
            ),
            scanner=Device(driver="simulated"),
            card_terminal=Device(driver="simulated"),
            printer=Device(driver="simulated"),
        )
        first = Identity(
            kiosk_id,
            code,
            "lakeside",
            Ed25519PrivateKey.from_private_bytes(estate.private_key(UUID(kiosk_id))),
            public_key_text(estate.ACT_KEY.public_key()),
        )
        identity_file.save(self.settings.data_dir, first)
        self.running: Running | None = None
        self.process = Process(code)
        self.lives, self.clock_was_off, self.acts = 0, False, Witnessed(code)
        self.earlier: dict[str, PaymentRecord] = {}  # what disks said that are not here any more
        self.forgotten: set[str] = set()  # of those, orders that the server ends without this kiosk
        self._begin: JournalPosition | None = None
        self._settles: dict[str, Fact] = {}  # what staff want to write down at the next start
        self._starts_after(0.0)

    @property
    def identity(self) -> Identity:
        """As it stands on the disk."""
        return identity_file.load(self.settings.data_dir)

    def client(self, me: Identity) -> SimulatedClient:
        return SimulatedClient(self.line, me, self.step)

    @property
    def devices(self) -> Devices:
        self.scanner = SimulatedScanner(self._scanner_simulated)
        return Devices(self.scanner, self.terminal, self.printer, VoiceInputs(None))

    def is_real_but_for(self, roles: set[str]) -> None:
        """Which of its devices call themselves simulated, whatever they are in this world."""
        self._scanner_simulated, self._devices_forgotten = "scanner" in roles, bool(roles)
        self.terminal.simulated = "card_terminal" in roles
        self.printer.simulated = "printer" in roles

    @property
    def rests(self) -> bool:
        """At its start; or, where simulated devices leave nothing to offer, saying so."""
        if self.session is None:
            return False
        shown = self.session.visit.screen
        return shown is Screen.ATTRACT or (self._devices_forgotten and shown is Screen.OUT_OF_ORDER)

    @property
    def session(self) -> Session | None:
        """What is on the screen; None while it is down."""
        return self.running.engine.session if self.running else None

    @property
    def journal(self) -> Journal:
        assert self.running is not None
        return self.running.engine._journal

    @property
    def at_its_terminal(self) -> bool:
        """It still waits for the terminal's last word, whatever is on the screen."""
        desk = self.running.kiosk._hands.desk if self.running else None
        return desk is not None and bool(desk._asking)

    def _acknowledged(self, request: CardRequest) -> None:
        """The terminal forgets nothing that it was not told to: so it is told only what is on disk."""
        states = {r.payment_id: r.state for r in self.journal._payments("WHERE 1 = 1", ())}
        if states.get(request.payment_id) is not PaymentState.APPROVED:
            Seams.unexpected.append(f"{self.code} acknowledges an approval that is not on disk")

    def taps(self, action: Action, value: str = "") -> None:
        if self.running is not None:
            self.running.kiosk.post(Tapped(action, value))

    def scans(self, code: str) -> None:
        """Somebody holds a phone to the scanner."""
        if self.running is not None:
            self.scanner.sees(code)

    def step(self, what: str) -> None:
        """A place between two effects: the kiosk may die here."""
        if self.scheduler.process is not self.process:
            return
        if self.faults.strikes("kiosk_killed"):
            self.dies(power_cut=False)
        elif self.faults.strikes("kiosk_power_cut"):
            self.dies(power_cut=True)

    def dies(self, power_cut: bool, for_s: tuple[float, float] = DOWN_FOR_S) -> None:
        dead, self.running = self.process, None
        dead.alive = False
        self.disk.dies(power_cut)
        self._starts_after(self.scheduler.random.uniform(*for_s))
        self.scheduler.kill(dead)

    def does(self, act: Act) -> None:
        """What staff asked from afar, now."""
        Seams.unexpected.extend(self.acts.wrong(act, self.session))
        self.step("before an act")

    def closes(self) -> None:
        """The window, so that the kiosk starts anew."""
        process = self.process

        def ends() -> None:
            if self.process is process and process.alive:
                self.dies(power_cut=False)

        self.scheduler.spawn(ends, self.scheduler.world, f"{self.code} ends", CLOSING_S)

    def does_not_leave(self) -> None:
        Seams.unexpected.append(f"{self.code} was asked to end, and had to be ended")

    def switched_off(self) -> None:
        """By somebody of the office, at the wall; and on again when it suits them."""
        self.dies(power_cut=True, for_s=OFF_FOR_S)

    def records(self) -> dict[str, PaymentRecord]:
        """Each payment as this kiosk told of it last, on whatever disk."""
        here = self.journal._payments("WHERE 1 = 1", ())
        return self.earlier | {record.payment_id: record for record in here}

    def replaced(self, enrol: Callable[[], JournalPosition], terminal_too: bool) -> None:
        """By another one that is enrolled in its place: its disk is empty. ``enrol`` answers where its
        journal goes on."""
        self.earlier = self.records()
        for record in self.earlier.values():
            if record.method is not Method.CARD and not record.state.final:
                self.forgotten.add(record.payment_id)
        self._begin, me = enrol(), self.identity
        self.line.machine += 1
        self.dies(power_cut=True, for_s=OFF_FOR_S)
        self.disk.replaced()
        for left in self.settings.data_dir.iterdir():
            left.unlink()
        identity_file.save(self.settings.data_dir, me)
        if terminal_too:
            self.terminal.replaced()

    def is_settled(self, ends: dict[str, Fact]) -> None:
        """``lobbypay journal settle``: by staff, who stop the kiosk for it."""
        self._settles = ends
        self.dies(power_cut=False)

    def _prepares(self) -> None:
        """What is done to the journal while the kiosk stands still."""
        folder, seal = self.disk.path.parent, self.identity.seal
        if self._begin is not None and not self.disk.path.exists():
            continue_journal(folder, self._begin, seal, wall)
        self._begin = None
        if self._settles:
            journal = Journal(self.disk.path, wall, seal=seal)
            for record in journal.unfinished():
                end = self._settles.get(record.payment_id)
                ended = apply_fact(record, end, wall(), reason="staff") if end else None
                if ended is not None:
                    journal.append_payment(ended)
            journal.close()
            self._settles = {}

    def _starts_after(self, pause: float) -> None:
        offset = self.process.clock_offset_s
        self.process = Process(self.code)
        self.process.clock_offset_s = offset
        if self.faults.strikes("clock_jump"):
            self.process.clock_offset_s = self.scheduler.random.uniform(*CLOCK_JUMP_S)
            self.clock_was_off = True
        self.scheduler.spawn(self._start, self.process, f"{self.code} starts", pause)

    def _start(self) -> None:
        self.lives += 1
        while True:
            try:
                self._prepares()
                running = bootstrap.start(self.settings, Path("kiosk.toml"))
            except JournalUnavailable:
                self.scheduler.sleep(10.0)
                continue
            self._is_up(running)
            return

    def _is_up(self, running: Running) -> None:
        self.running, running.window.close = running, self.closes
        running.engine.watch(lambda: self._witness.shows(self.code, running.engine.session))
