"""The whole house as real processes: window, server, channels, devices. One house for all journeys."""

import contextlib
import time
from pathlib import Path

import pytest

from contract.messages import PaymentState
from kiosk.texts.catalogue import say
from lobbypay.demo.agreement import kiosk_payments, server_payments
from lobbypay.demo.display import Display, Glass, NeverSeen
from lobbypay.demo.house import House
from lobbypay.demo.processes import Processes

WAITS_FOR_CARD = ("0A", "present_card")  # as the simulated terminals say it
WAYS_OUT = ("done", "end", "understood", "cancel_payment", "back")  # of a visit, the shortest first
LEFT_WITHIN = 12  # touches


class Lobby:
    """A house, the glass in front of it, and what each side believes."""

    def __init__(self, house: House, glass: Glass) -> None:
        self.house, self.glass = house, glass
        self._used: list[str] = []

    def unit(self, bills: int) -> tuple[str, list[str]]:
        """A unit nobody has paid for yet in these journeys, with so many open bills."""
        unit, numbers = self.house.unit_with_bills(bills, but_not=self.house.scanned_unit)
        return unit, numbers

    def restart_kiosk(self) -> None:
        """As systemd would."""
        kiosk = self.house.running["kiosk"]
        if kiosk.alive:
            self.house.processes.end(kiosk)
        self.house.start_kiosk()

    def kill_kiosk(self) -> None:
        self.house.running["kiosk"].kill()

    def names(self, unit: str, screen: str = "bills") -> None:
        """From the attract screen to what the unit owes."""
        glass = self.glass
        glass.wait_for("attract", for_s=60)
        glass.tap("keypad")
        glass.wait_for("identify")
        glass.type_unit(unit)
        glass.tap("next")
        glass.wait_for(screen)

    def to_method(self, unit: str) -> None:
        """From the attract screen to "how to pay", with all bills of the unit."""
        self.names(unit)
        self.glass.tap("pay")
        self.glass.wait_for("method")

    def to_the_code(self, channel: str) -> str:
        """From "how to pay" until the channel's code is on the screen; gives what it says."""
        self.glass.tap("method", channel)
        self.glass.wait_for("paying_qr")
        self.wait_until("the code", lambda: self.last_payment().state is PaymentState.PENDING)
        number = self.last_payment().payment_id.replace("-", "")
        return self.house.channel_orders(channel)[number]["code_url"]

    def says(self, id: str, for_s: float = 60.0, **values: object) -> dict:
        """Until the sentence of the Chinese catalogue stands on the screen, alone or among others."""
        words = say("zh_CN", id, **values)
        there = lambda seen: any(words in text for text in seen["texts"])  # noqa: E731
        return self.glass.wait(f"{id}: {words}", there, for_s)

    def offered(self) -> set[str]:
        """The ways to pay that can be touched now."""
        seen = self.glass.look()
        return {w["value"] for w in seen["widgets"] if w["action"] == "method" and w["enabled"]}

    def takes_paper(self, action: str = "print") -> Path:
        """Touches it and waits for what the printer cuts."""
        before = self.house.receipts()
        self.glass.tap(action)
        self.wait_until("paper", lambda: len(self.house.receipts()) > len(before))
        return self.house.receipts()[len(before)]

    def leaves(self) -> None:
        """Whatever is on the screen, to the start by touches. Raises NeverSeen where none leads there."""
        for _ in range(LEFT_WITHIN):
            seen = self.glass.wait("a settled screen", lambda seen: True)
            if seen["screen"] == "attract":
                return
            there = {w["action"] for w in seen["widgets"] if w["enabled"]}
            way = next((action for action in WAYS_OUT if action in there), None)
            if way is None:
                time.sleep(1.0)
            else:
                with contextlib.suppress(NeverSeen):  # the screen may go by itself meanwhile
                    self.glass.tap(way, for_s=3)
        raise NeverSeen(f"no way out of {self.glass.look()['screen']}")

    def to_the_terminal(self) -> None:
        """From "how to pay" until the terminal waits for a card."""
        self.house.control("terminal", "config", {"wait_for_card": True})
        self.glass.tap("method", "card")
        self.wait_until("the terminal", lambda: self.terminal_state()["display"] in WAITS_FOR_CARD)
        self.glass.wait_for("paying_card")

    def terminal_ends(self, key: str) -> None:
        """Somebody puts in a card or presses stop, and the terminal comes to its end."""
        self.house.control("terminal", "press", {"key": key})
        self.wait_until("the terminal's end", lambda: not self.terminal_state()["in_progress"])

    def terminal_state(self):
        return self.house.control("terminal", "state")

    def last_payment(self):
        return list(kiosk_payments(self.house.journal).values())[-1]

    def wait_until(self, what: str, true, for_s: float = 60.0):
        end = time.monotonic() + for_s
        while time.monotonic() < end:
            if found := true():
                return found
            time.sleep(0.2)
        raise AssertionError(f"not within {for_s:.0f} s: {what}")

    def payment_ends(self, state: PaymentState, for_s: float = 60.0):
        """Kiosk and server agree on the last payment's end."""

        def ended():
            record = self.last_payment()
            order = server_payments(self.house.server_db).get(record.payment_id)
            return record.state is state and order and order["state"] == state and (record, order)

        return self.wait_until(f"{state} on both sides", ended, for_s)

    def paid_once(self, record, order) -> None:
        """The channel took it once, the bills are settled, and the books balance."""
        amount = record.amount_minor
        assert order["captured_minor"] == amount
        assert order["credited_minor"] == 0
        assert sum(order["settled"].values()) == amount
        if record.card:
            taken = [t for t in self.house.transactions() if t["state"] == "approved"]
            mine = [t for t in taken if t["receipt_no"] == record.card.receipt_no]
            assert [t["amount_minor"] for t in mine] == [amount]
        self.books_balance()

    def books_balance(self) -> None:
        assert "0 problems" in self.house.server_command("verify-ledger")


@pytest.fixture(scope="package")
def house_and_glass(tmp_path_factory):
    """Ends with the journeys: an idle window draws, and would slow down every test after them."""
    folder = tmp_path_factory.mktemp("house")
    display = Display(None, (1080, 1920))
    with Processes(folder / "logs") as processes:
        house = House(folder, processes, display.name, card_delay_s=0.3)
        house.start()
        yield house, Glass(display, house.probe)
    display.close()


@pytest.fixture
def lobby(house_and_glass):
    return ready_lobby(*house_and_glass)


def lobby_by_touches(house: House, glass: Glass) -> Lobby:
    """As ``ready_lobby``, with the kiosk that runs already where touches bring it to its start."""
    found = Lobby(house, glass)
    mend(house)
    with contextlib.suppress(NeverSeen, OSError):
        found.leaves()
        return found
    return ready_lobby(house, glass)


def mend(house: House) -> None:
    """Nothing outside the kiosk fails any more."""
    if not house.running["server"].alive:
        house.start_server()
    if "line" in house.running:
        house.control("line", "mend", {})
    for device in ("terminal", "printer"):
        house.control(device, "clear", {})
    house.control("terminal", "config", {"wait_for_card": False})
    house.show_nothing()


def ready_lobby(house: House, glass: Glass) -> Lobby:
    """Everything is up and idle again, whatever the journey before did."""
    found = Lobby(house, glass)
    mend(house)
    found.restart_kiosk()
    glass.wait_for("attract", "paid", for_s=90)
    if glass.look()["screen"] == "paid":
        glass.tap("done")
        glass.wait_for("attract")
    return found
