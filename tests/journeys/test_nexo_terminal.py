"""The kiosk pays with a terminal that speaks nexo, is killed in the middle, and knows all the same."""

import pytest

from contract.messages import CardData, PaymentState
from lobbypay.demo.agreement import kiosk_payments
from lobbypay.demo.display import Display, Glass
from lobbypay.demo.house import House
from lobbypay.demo.processes import Processes
from tests.journeys.conftest import ready_lobby

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def nexo_house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nexo-house")
    display = Display(None, (1080, 1920))
    with Processes(folder / "logs") as processes:
        house = House(folder, processes, display.name, card_delay_s=0.3, card_terminal="nexo")
        house.staff_password = "-starts-with-a-dash"
        house.start()
        yield house, Glass(display, house.probe)
    display.close()


@pytest.fixture
def lobby(nexo_house):
    return ready_lobby(*nexo_house)


def terminal_states(lobby, record):
    booked = lobby.house.transactions()
    return [t["state"] for t in booked if t["reference"] == record.payment_id]


def test_a_resident_pays_by_card_and_takes_the_receipt(lobby):
    unit, _ = lobby.unit(2)
    lobby.to_method(unit)
    lobby.to_the_terminal()
    lobby.terminal_ends("card")
    lobby.glass.wait_for("paid", for_s=60)
    before = lobby.house.receipts()
    lobby.glass.tap("print")
    lobby.wait_until("a receipt", lambda: len(lobby.house.receipts()) > len(before))
    record, order = lobby.payment_ends(PaymentState.APPROVED)
    lobby.paid_once(record, order)
    poi_id = lobby.house.running["terminal"].ready["poi_id"]
    assert record.terminal_before == CardData(terminal_id=poi_id)
    assert (record.card.terminal_id, record.card.masked_pan) == (poi_id, "559883****8074")
    told = (lobby.house.folder / "logs" / "kiosk.log").read_text()
    passphrase = (lobby.house.folder / "terminal-passphrase").read_text()
    assert passphrase not in told
    assert passphrase not in lobby.house.kiosk_config.read_text()


def test_killed_while_the_terminal_was_approving(lobby):
    unit, _ = lobby.unit(2)
    lobby.to_method(unit)
    lobby.to_the_terminal()
    lobby.kill_kiosk()
    lobby.terminal_ends("card")
    payments = len(kiosk_payments(lobby.house.journal))
    lobby.restart_kiosk()
    lobby.glass.wait_for("paid", for_s=90)
    record, order = lobby.payment_ends(PaymentState.APPROVED)
    assert len(kiosk_payments(lobby.house.journal)) == payments, "nothing was charged again"
    assert terminal_states(lobby, record) == ["approved"]
    lobby.paid_once(record, order)


def test_killed_before_anybody_came_with_a_card(lobby):
    unit, numbers = lobby.unit(2)
    lobby.to_method(unit)
    lobby.to_the_terminal()
    lobby.kill_kiosk()
    lobby.terminal_ends("stop")
    lobby.restart_kiosk()
    lobby.glass.wait_for("attract", for_s=90)
    record, order = lobby.payment_ends(PaymentState.CANCELLED)
    assert order["captured_minor"] == 0
    assert terminal_states(lobby, record) == []
    assert lobby.unit(2) == (unit, numbers), "its bills are open as before"


def test_the_resident_changes_their_mind(lobby):
    unit, _ = lobby.unit(2)
    lobby.to_method(unit)
    lobby.to_the_terminal()
    lobby.glass.tap("change_method")
    lobby.glass.wait_for("method", for_s=60)
    record, _ = lobby.payment_ends(PaymentState.CANCELLED)
    assert terminal_states(lobby, record) == []
