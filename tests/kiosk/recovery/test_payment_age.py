"""How old a payment is, nobody says by a clock that may be wrong: money hangs on it."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.heartbeat import HeartbeatAnswer
from contract.lifecycle import Fact
from contract.messages import Method, PaymentState
from device_drivers.card_terminals.interface import CardRequest, TerminalSnapshot
from device_drivers.card_terminals.last_transaction import NEXO_FORGOTTEN
from device_drivers.errors import ProtocolError
from device_drivers.status import DeviceStatus
from kiosk import bootstrap
from kiosk.central.client import ServerAway
from kiosk.central.identity import Identity, save
from kiosk.clock import Clock
from kiosk.core.payment import apply_fact
from kiosk.health.voice_inputs import VoiceInputs
from kiosk.journal.journal import Journal, JournalUnavailable
from kiosk.journal.opening import open_journal
from kiosk.recovery.inquiry import age_of
from kiosk.runtime.devices import Devices
from kiosk.settings import Device, Server, Settings
from tests.device_drivers.waiting import wait_until
from tests.kiosk.core.story import Story, config

TRUE = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
CREATED = Story.paying(Method.CARD).payment.model_copy(
    update={"state": PaymentState.CREATED, "version": 1}
)


class Run:
    """One run of the kiosk, on a machine whose clock is wrong by so much."""

    def __init__(self, folder, at: datetime, off: timedelta) -> None:
        self.at, self._began, self._woke = at, at, at + off
        self.clock = Clock(lambda: self._woke, lambda: (self.at - self._began).total_seconds())
        self.journal = Journal(folder / "journal.sqlite3", self.clock.now)
        self.clock.not_before(self.journal.last_at())

    def hears_the_server(self) -> None:
        self.clock.synchronize(self.at)
        self.journal.note_clock_confirmed()

    def asks(self) -> None:
        asked = apply_fact(CREATED, Fact.SUBMITTED, self.clock.now())
        for record in (
            CREATED,
            asked,
            apply_fact(asked, Fact.UNANSWERED, self.clock.now(), reason="silent"),
        ):
            self.journal.append_payment(record)

    def says(self) -> timedelta | None:
        return age_of(CREATED, self.journal, self.clock)


@pytest.fixture
def start(tmp_path):
    @contextmanager
    def run(after: timedelta = timedelta(), *, off: timedelta = timedelta(), noted: bool = True):
        now = Run(tmp_path, TRUE + after, off)
        if noted:
            now.journal.note_start("1.0")
        yield now
        now.journal.close()

    return run


def test_days_without_power_are_not_taken_for_minutes(start):
    """A machine without a battery clock wakes up with the time at which it lost power."""
    with start() as kiosk:
        kiosk.hears_the_server()
        kiosk.asks()
    with start(timedelta(days=3), off=timedelta(days=-3, minutes=2)) as kiosk:
        assert kiosk.clock.trusted, "it is plausible, and wrong"
        assert kiosk.says() is None
        kiosk.hears_the_server()
        assert kiosk.says() == timedelta(days=3)
        kiosk.at += timedelta(days=1)  # the line is down, the time goes on
        assert kiosk.says() == timedelta(days=4)


@pytest.mark.parametrize("off", [timedelta(minutes=-20), timedelta(days=2)])
def test_an_age_is_known_whatever_the_machines_clock_says_once_the_server_was_heard(start, off):
    with start(off=off) as kiosk:
        kiosk.hears_the_server()
        kiosk.asks()
    with start(timedelta(minutes=5), off=off) as kiosk:
        kiosk.hears_the_server()
        assert kiosk.says() == timedelta(minutes=5)


def test_what_was_written_by_an_unconfirmed_clock_is_never_counted_from(start):
    """Two days ahead then, set right since: 60 hours would look like 12."""
    with start() as kiosk:
        kiosk.hears_the_server()
    with start(off=timedelta(days=2)) as kiosk:
        kiosk.asks()
        kiosk.hears_the_server()
        assert kiosk.says() is None
    with start(timedelta(hours=60)) as kiosk:
        kiosk.hears_the_server()
        assert kiosk.says() is None


def test_a_start_that_could_not_be_noted_is_noted_before_anything_is_paid(start):
    """Else its payments would stand behind the confirmation of the run before it."""
    with start() as kiosk:
        kiosk.hears_the_server()
    with start(off=timedelta(days=2), noted=False) as kiosk:
        kiosk.journal._db.execute("PRAGMA query_only = 1")
        with pytest.raises(JournalUnavailable):
            kiosk.journal.note_start("1.0")
        with pytest.raises(JournalUnavailable):
            kiosk.journal.check_writable()
        kiosk.journal._db.execute("PRAGMA query_only = 0")
        kiosk.journal.check_writable()
        kiosk.asks()
    with start(timedelta(hours=60)) as kiosk:
        kiosk.hears_the_server()
        assert kiosk.says() is None


def test_a_server_whose_time_went_back_proves_nothing(start):
    with start() as kiosk:
        kiosk.hears_the_server()
        kiosk.asks()
    with start(timedelta(hours=-2), off=timedelta(hours=3)) as kiosk:
        kiosk.hears_the_server()
        assert kiosk.says() is None


def test_a_payment_that_is_in_no_entry_has_no_age(start):
    with start() as kiosk:
        kiosk.hears_the_server()
        assert kiosk.says() is None


# --- the whole kiosk -----------------------------------------------------------------------------


class Central:
    """A server that is away, until it answers."""

    def __init__(self) -> None:
        self.answers = False

    def config(self):
        return config()

    def heartbeat(self, heartbeat):
        if not self.answers:
            raise ServerAway("no line")
        return HeartbeatAnswer(server_time=datetime.now(UTC), config_version="1")

    def __getattr__(self, name):
        def away(*asked, **more):
            raise ServerAway(name)

        return away


class Terminal:
    """One that knows no payment, and says so of those that it cannot have forgotten."""

    def __init__(self) -> None:
        self.ages: list[timedelta | None] = []

    def open(self): ...

    def close(self): ...

    def status(self):
        return DeviceStatus("forgetful")

    probe = status

    def snapshot(self):
        return TerminalSnapshot()

    def lookup(self, request: CardRequest, before):
        self.ages.append(request.age)
        if request.age is None:
            raise ProtocolError("nobody knows how old it is", NEXO_FORGOTTEN)


def notes(journal: Journal) -> list[str]:
    return [entry.body["what"] for entry in journal.after(0, 100) if "what" in entry.body]


def test_a_kiosk_decides_by_not_found_only_after_it_heard_the_server(tmp_path, monkeypatch):
    me = Identity("id-3", "K03", "lakeside", Ed25519PrivateKey.generate())
    save(tmp_path, me)
    journal = open_journal(tmp_path, me.seal, lambda: datetime.now(UTC) - timedelta(hours=3))
    journal.note_start("1.0")
    journal.note_clock_confirmed()
    asked = apply_fact(CREATED, Fact.SUBMITTED, TRUE)
    for record in (CREATED, asked, apply_fact(asked, Fact.UNANSWERED, TRUE, reason="silent")):
        journal.append_payment(record)
    journal.close()

    central, terminal = Central(), Terminal()
    monkeypatch.setattr(bootstrap.CentralClient, "of", lambda *where: central)
    devices = Devices(None, terminal, None, VoiceInputs(None))
    monkeypatch.setattr(bootstrap, "make_devices", lambda *where: devices)
    settings = Settings(
        data_dir=tmp_path,
        server=Server(url="https://127.0.0.1:9", timeout_s=1.0),
        card_terminal=Device(driver="forgetful"),
    )
    running = bootstrap.start(settings, tmp_path / "kiosk.toml")
    try:
        assert wait_until(lambda: len(terminal.ages) >= 2)
        assert set(terminal.ages) == {None}
        assert [r.state for r in running.journal.unfinished()] == [PaymentState.UNKNOWN]
        central.answers = True
        assert wait_until(lambda: not running.journal.unfinished(), 60)
        assert timedelta(hours=3) <= terminal.ages[-1] < timedelta(hours=4)
        ended = running.journal.payment(CREATED.payment_id)
        assert (ended.state, ended.reason) == (PaymentState.CANCELLED, "terminal_has_none")
        assert wait_until(lambda: notes(running.journal) == ["started", "clock_confirmed"] * 2)
    finally:
        running.close()
