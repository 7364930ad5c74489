"""Staff at a real kiosk: in by the hidden touch and the PIN; a page, and a payment that comes back."""

import pytest

from lobbypay.demo.house import STAFF_PIN

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
COMMUNITY_NAME = (250, 130)


def test_staff_try_the_printer_and_the_terminal_and_residents_can_pay_again(lobby):
    house, glass = lobby.house, lobby.glass
    glass.wait_for("attract", for_s=60)
    known, printed = len(house.transactions()), len(house.receipts())
    glass.display.hold(*COMMUNITY_NAME, 5.6)
    glass.wait_for("staff_pin")
    for digit in STAFF_PIN:
        glass.tap("digit", digit)
    glass.tap("next")
    glass.wait_for("staff")
    glass.wait("the devices", lambda s: {"打印机", "刷卡机", "扫码器"} <= set(s["texts"]), 30)
    glass.tap("staff_test", "page")
    glass.wait("the page", lambda s: any("打印好了" in t for t in s["texts"]), 60)
    lobby.wait_until("paper", lambda: len(house.receipts()) == printed + 1)
    glass.tap("staff_test", "payment")
    glass.wait("the money back", lambda s: any("并已撤销" in t for t in s["texts"]), 90)
    trial = house.transactions()[known:]
    assert [(t["amount_minor"], t["state"]) for t in trial] == [(1, "reversed")]
    glass.tap("end")
    glass.wait_for("attract")
    glass.wait("cards again", lambda s: any("银行卡" in t for t in s["texts"]), 60)
    lobby.to_method(lobby.unit(1)[0])
    glass.tap("method", "card")
    glass.wait_for("paid", for_s=90)
    glass.tap("done")
    glass.wait_for("attract")
