"""Money whose end nobody knows while the line is gone, and what is forgotten when nobody touches: by
touches on the real window."""

import pytest

from contract.messages import PaymentState
from kiosk.texts.catalogue import say
from lobbypay.demo.display import Display, Glass
from lobbypay.demo.house import House
from lobbypay.demo.processes import Processes
from tests.journeys.conftest import lobby_by_touches

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def house_with_line(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house-with-line")
    display = Display(None, (1080, 1920))
    with Processes(folder / "logs") as processes:
        house = House(folder, processes, display.name, card_delay_s=0.3, with_line=True)
        house.start()
        yield house, Glass(display, house.probe)
    display.close()


@pytest.fixture
def open_lobby(house_with_line):
    return lobby_by_touches(*house_with_line)


def pays_by_phone_into_the_dark(lobby) -> str:
    """From "how to pay": the code is shown, the line goes, the phone pays all the same. Its reference."""
    code_url = lobby.to_the_code("wechat")
    lobby.house.control("line", "cut", {})
    lobby.house.phone("wechat", "pay", code_url)
    lobby.says("paying.line_down")
    lobby.glass.tap("have_paid")
    seen = lobby.glass.wait_for("unknown")
    assert any(say("zh_CN", "unknown.body_line") in text for text in seen["texts"])
    reference = lobby.last_payment().reference
    assert reference in seen["texts"]
    return reference


def leaves_one_of_two_bills_in_doubt(lobby) -> tuple[str, str, str, str]:
    """The unit, the bill that was paid while the line was gone, the one that was not, and the payment."""
    glass = lobby.glass
    unit, (mine, later) = lobby.unit(2)
    lobby.names(unit)
    glass.tap("toggle_bill", later)
    glass.tap("pay")
    glass.wait_for("method")
    reference = pays_by_phone_into_the_dark(lobby)
    glass.tap("understood")
    glass.wait_for("attract")
    return unit, mine, later, reference


def test_paid_while_the_line_is_gone_and_found_again_by_the_unit(open_lobby):
    lobby, glass = open_lobby, open_lobby.glass
    unit, mine, later, reference = leaves_one_of_two_bills_in_doubt(lobby)
    lobby.says("attract.unconfirmed", references=reference)

    lobby.names(unit)
    seen = lobby.says("bills.waiting_confirming", reference=reference)
    touchable = {w["value"] for w in seen["widgets"] if w["action"] == "toggle_bill"}
    assert touchable == {later}, "what may be paid already cannot be chosen"
    glass.tap("view_result", mine)
    glass.wait_for("unknown")
    lobby.house.control("line", "mend", {})
    glass.wait_for("paid", for_s=90)
    seen = lobby.says("paid.title")
    assert reference in seen["texts"]
    assert lobby.takes_paper().stat().st_size > 1000
    glass.tap("back")
    seen = glass.wait_for("bills")
    assert [w["value"] for w in seen["widgets"] if w["action"] == "toggle_bill"] == [later]
    lobby.paid_once(*lobby.payment_ends(PaymentState.APPROVED))


def test_confirmed_while_nobody_looked_leads_to_its_receipt(open_lobby):
    """Whoever comes back finds what is still due, and the receipt of what was paid; no bill of nought."""
    lobby, glass = open_lobby, open_lobby.glass
    unit, mine, later, reference = leaves_one_of_two_bills_in_doubt(lobby)
    lobby.house.control("line", "mend", {})
    paid = lobby.payment_ends(PaymentState.APPROVED)
    glass.wait("nothing more is open", lambda s: reference not in " ".join(s["texts"]), 60)

    lobby.names(unit)
    seen = glass.wait_for("bills")
    assert [w["value"] for w in seen["widgets"] if w["action"] == "toggle_bill"] == [later]
    assert not any(text.lstrip("￥¥ ") == "0.00" for text in seen["texts"])
    glass.tap("reprint")
    glass.wait_for("paid")
    seen = lobby.says("paid.title")
    assert reference in seen["texts"] and mine
    assert lobby.takes_paper().stat().st_size > 1000
    lobby.paid_once(*paid)


def test_what_a_household_owes_is_shaded_then_gone(open_lobby):
    lobby, glass = open_lobby, open_lobby.glass
    unit, _ = lobby.unit(2)
    lobby.names(unit)
    shown = [text for text in glass.look()["texts"] if "￥" in text or "栋" in text]
    assert len(shown) >= 3
    seen = glass.wait("the shade", lambda s: s["covered"], 45)
    assert {w["action"] for w in seen["widgets"]} == {"more_time", "end"}
    assert not set(shown) & set(seen["texts"])
    seen = glass.wait_for("attract", for_s=30)
    assert not set(shown) & set(seen["texts"])
    glass.tap("keypad")
    seen = glass.wait_for("identify")
    assert not any("栋" in text and "1" in text for text in seen["texts"]), "nothing is filled in"
