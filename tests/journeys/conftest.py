"""The whole house as real processes: window, server, channels, devices. One house for all journeys."""

import time

import pytest

from contract.messages import PaymentState
from lobbypay.demo.agreement import kiosk_payments, server_payments
from lobbypay.demo.display import Display, Glass
from lobbypay.demo.house import House
from lobbypay.demo.processes import Processes

WAITS_FOR_CARD = ("0A", "present_card")  # as the simulated terminals say it


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

    def to_method(self, unit: str) -> None:
        """From the attract screen to "how to pay", with all bills of the unit."""
        glass = self.glass
        glass.wait_for("attract", for_s=60)
        glass.tap("keypad")
        glass.wait_for("identify")
        glass.type_unit(unit)
        glass.tap("next")
        glass.wait_for("bills")
        glass.tap("pay")
        glass.wait_for("method")

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


@pytest.fixture(scope="session")
def house_and_glass(tmp_path_factory):
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


def ready_lobby(house: House, glass: Glass) -> Lobby:
    """Everything is up and idle again, whatever the journey before did."""
    found = Lobby(house, glass)
    if not house.running["server"].alive:
        house.start_server()
    house.control("terminal", "config", {"wait_for_card": False})
    house.show_nothing()
    found.restart_kiosk()
    glass.wait_for("attract", "paid", for_s=90)
    if glass.look()["screen"] == "paid":
        glass.tap("done")
        glass.wait_for("attract")
    return found
