"""The whole kiosk: bills that it was paid for are never offered again before the server can know it."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.heartbeat import HeartbeatAnswer
from contract.messages import JournalAnswer, Method, OpenBills, PaymentState
from device_drivers.card_terminals.interface import CardResult, LastKnown, Outcome, TerminalSnapshot
from device_drivers.status import DeviceStatus
from kiosk import bootstrap
from kiosk.central import sync
from kiosk.central.client import ServerAway
from kiosk.central.identity import Identity, save
from kiosk.core.events import Tapped
from kiosk.core.model import Action, Screen
from kiosk.health.voice_inputs import VoiceInputs
from kiosk.runtime import lookups
from kiosk.runtime.devices import Devices
from kiosk.settings import Device, Server, Settings
from tests.device_drivers.waiting import wait_until
from tests.kiosk.core.story import account, bill, config

DUE = account(bill(9, 30000), bill(10, 33208))
APPROVED = CardResult(Outcome.APPROVED, "00", amount_minor=63208, receipt_no="0042")


class Central:
    """It tells what is due whenever the line is there, and takes the journal when ``listens``."""

    def __init__(self) -> None:
        self.line, self.listens, self.due = True, False, DUE
        self.heard: list[int] = []

    def _reached(self) -> None:
        if not self.line:
            raise ServerAway("no line")

    def config(self):
        self._reached()
        return config()

    def heartbeat(self, heartbeat):
        self._reached()
        return HeartbeatAnswer(server_time=datetime.now(UTC), config_version="1")

    def open_bills(self, cursor):
        self._reached()
        return OpenBills(accounts=[self.due], as_of=datetime.now(UTC))

    def look_up(self, lookup):
        self._reached()
        return self.due

    def payments_of(self, asked):
        raise ServerAway("what was paid is not told here")

    def acts(self, call):
        raise ServerAway("nothing is asked of kiosks here")

    def send_request(self, wish):
        raise ServerAway("requests are not taken here")

    def find_requests(self, asked):
        raise ServerAway("nothing is known of requests here")

    def post_tallies(self, tallies):
        raise ServerAway("days are not taken here")

    def post_journal(self, entries, presence=None):
        self._reached()
        if not self.listens and any(e.kind == "payment" for e in entries):
            raise ServerAway("it is slow")
        self.heard += [e.sequence for e in entries]
        return JournalAnswer(acknowledged=entries[-1].sequence)

    def start_payment(self, start):
        raise ServerAway("no line")


class Terminal:
    """Every card is good for the money."""

    def __init__(self) -> None:
        self.asked = 0

    def open(self): ...

    def close(self): ...

    def abort(self): ...

    def status(self):
        return DeviceStatus("test")

    probe = status

    def snapshot(self):
        return TerminalSnapshot(LastKnown("0041"))

    def authorise(self, request, observer):
        self.asked += 1
        assert observer.before_acknowledge(APPROVED)
        return APPROVED


class Printer:
    def open(self): ...

    def close(self): ...

    def status(self):
        return DeviceStatus("test")

    probe = status


class House:
    """The kiosk and what is around it. ``opens`` starts it, also again."""

    def __init__(self, folder) -> None:
        save(folder, Identity("id-3", "K03", "lakeside", Ed25519PrivateKey.generate()))
        self.central, self.terminal = Central(), Terminal()
        self.settings = Settings(
            data_dir=folder,
            server=Server(url="https://127.0.0.1:9", timeout_s=1.0),
            card_terminal=Device(driver="test"),
            printer=Device(driver="test"),
        )
        self.running: bootstrap.Running | None = None

    def opens(self) -> None:
        self.closes()
        self.running = bootstrap.start(self.settings, self.settings.data_dir / "kiosk.toml")

    def closes(self) -> None:
        if self.running is not None:
            self.running.close()
        self.running = None

    @property
    def session(self):
        assert self.running is not None
        return self.running.engine.session

    def ready(self, *, server: bool) -> None:
        """Somebody may come: the card is offered, with or without the server."""

        def is_ready() -> bool:
            lobby = self.session.lobby
            rests = self.session.visit.screen is Screen.ATTRACT
            return rests and lobby.server_reachable is server and lobby.terminal_known

        assert wait_until(is_ready, 30), self.session

    def taps(self, action: Action, value: str = "") -> None:
        assert self.running is not None
        assert self.running.engine.commit(Tapped(action, value), 5)

    def looks_up(self) -> Screen:
        self.taps(Action.KEYPAD)
        for digits in ("3", "2", "1201"):
            for digit in digits:
                self.taps(Action.DIGIT, digit)
            self.taps(Action.NEXT)
        assert wait_until(lambda: not self.session.visit.busy, 10)
        return self.session.visit.screen

    def pays_by_card(self) -> None:
        self.taps(Action.PAY)
        self.taps(Action.METHOD, Method.CARD)
        assert wait_until(lambda: self.session.visit.screen is Screen.PAID, 20), self.session.visit
        self.taps(Action.DONE)


@pytest.fixture
def house(tmp_path, monkeypatch):
    made = House(tmp_path)
    monkeypatch.setattr(bootstrap.CentralClient, "of", lambda *where: made.central)
    devices = Devices(None, made.terminal, Printer(), VoiceInputs(None))
    monkeypatch.setattr(bootstrap, "make_devices", lambda *where: devices)
    monkeypatch.setattr("kiosk.runtime.devices.TouchWatch", lambda *where, **more: Printer())
    monkeypatch.setattr(sync, "INTERVAL_S", 1.0)
    monkeypatch.setattr(lookups, "ANSWER_FOR_S", 0.1)
    monkeypatch.setattr(sync, "backoff_s", lambda *where, **more: 0.3)
    yield made
    made.closes()


def copied(house: House) -> bool:
    return house.running is not None and house.session.lobby.bills_cache_usable


@pytest.mark.timeout(180)
def test_a_card_is_charged_once_for_a_bill_whatever_the_line_does_and_over_a_restart(house):
    house.opens()
    house.ready(server=True)
    assert wait_until(lambda: copied(house), 20)
    house.central.line = False
    house.ready(server=False)
    assert house.looks_up() is Screen.BILLS
    house.pays_by_card()

    house.ready(server=False)
    assert house.looks_up() is Screen.NOTHING_DUE, "by its own copy"
    house.taps(Action.END)
    house.central.line = True  # but the journal is not delivered yet
    assert house.looks_up() is Screen.NOTHING_DUE, "by the server, which still says that it is due"
    house.taps(Action.END)
    for line in (True, False):
        house.central.line = line
        house.opens()
        assert wait_until(lambda: house.session.visit.screen is Screen.PAID, 30), "who paid is told"
        house.taps(Action.DONE)
        house.ready(server=line)
        assert house.looks_up() is Screen.NOTHING_DUE, "after a restart"
    house.taps(Action.END)

    house.central.line = house.central.listens = True
    running = house.running
    assert running is not None
    assert wait_until(lambda: running.journal.acknowledged() == running.journal.last_sequence, 30)
    house.ready(server=True)
    assert house.looks_up() is Screen.BILLS, "the server heard of it: now its word counts"
    assert house.terminal.asked == 1


@pytest.mark.timeout(120)
def test_the_copy_of_yesterday_takes_no_cards(house):
    house.settings = house.settings.model_copy(
        update={
            "payments": house.settings.payments.model_copy(
                update={"offline_bills_max_age_h": timedelta(seconds=8) / timedelta(hours=1)}
            )
        }
    )
    house.opens()
    house.ready(server=True)
    assert wait_until(lambda: copied(house), 20)
    house.central.line = False
    house.ready(server=False)
    assert wait_until(lambda: house.session.visit.screen is Screen.OUT_OF_ORDER, 30)
    house.opens()
    assert wait_until(lambda: not house.session.lobby.recovering, 30)
    assert house.session.visit.screen is Screen.OUT_OF_ORDER
    house.central.line = True
    house.ready(server=True)
    assert house.looks_up() is Screen.BILLS


@pytest.mark.timeout(120)
def test_a_payment_in_doubt_holds_its_bills_at_the_server_and_in_the_copy(house):
    from device_drivers.errors import OutcomeUnknown

    def silent(request, observer):
        house.terminal.asked += 1
        raise OutcomeUnknown("it fell silent")

    def still_silent(request, before):
        raise OutcomeUnknown("still")

    house.terminal.authorise, house.terminal.lookup = silent, still_silent
    house.opens()
    house.ready(server=True)
    assert wait_until(lambda: copied(house), 20)
    house.central.line = False
    house.ready(server=False)
    assert house.looks_up() is Screen.BILLS
    house.taps(Action.PAY)
    house.taps(Action.METHOD, Method.CARD)
    assert wait_until(lambda: house.session.visit.screen is Screen.UNKNOWN, 20)
    house.taps(Action.UNDERSTOOD)
    house.central.line = house.central.listens = True
    assert wait_until(lambda: house.session.visit.screen is Screen.ATTRACT, 30)
    assert house.looks_up() is Screen.BILLS
    assert (house.session.visit.selected, len(house.session.visit.waiting)) == ((), 2)
    house.taps(Action.VIEW_RESULT, house.session.visit.waiting[0].number)
    assert wait_until(lambda: house.session.visit.screen is Screen.UNKNOWN, 20)
    assert house.terminal.asked == 1
    assert [r.state for r in house.running.journal.unfinished()] == [PaymentState.UNKNOWN]
