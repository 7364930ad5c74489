"""The kiosk is killed (SIGKILL) at the worst moments; after a restart every outcome is the true one."""

import pytest

from contract.messages import PaymentState
from lobbypay.demo.agreement import kiosk_payments

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_killed_after_approved_and_before_the_receipt(lobby):
    unit, _ = lobby.unit(2)
    lobby.to_method(unit)
    lobby.glass.tap("method", "card")
    lobby.glass.wait_for("paid", for_s=60)
    lobby.kill_kiosk()
    payments = len(kiosk_payments(lobby.house.journal))
    lobby.restart_kiosk()
    lobby.glass.wait_for("paid", for_s=90)
    before = lobby.house.receipts()
    lobby.glass.tap("print")
    lobby.wait_until("a receipt", lambda: len(lobby.house.receipts()) > len(before))
    record, order = lobby.payment_ends(PaymentState.APPROVED)
    assert len(kiosk_payments(lobby.house.journal)) == payments, "nothing was charged again"
    lobby.paid_once(record, order)


def test_killed_while_the_terminal_was_approving(lobby):
    unit, _ = lobby.unit(2)
    lobby.to_method(unit)
    lobby.house.terminal("drop_connection")  # the bank has approved, the answer is lost
    lobby.to_the_terminal()
    lobby.kill_kiosk()
    lobby.terminal_ends("card")
    lobby.restart_kiosk()
    lobby.glass.wait_for("paid", for_s=90)
    record, order = lobby.payment_ends(PaymentState.APPROVED)
    lobby.paid_once(record, order)


@pytest.mark.parametrize("what", ["declined", "nobody", "reversed"])
def test_killed_before_the_terminal_answered_and_nothing_was_taken(lobby, what):
    unit, numbers = lobby.unit(2)
    lobby.to_method(unit)
    if what == "declined":
        lobby.house.terminal("decline")
    lobby.to_the_terminal()
    lobby.kill_kiosk()
    lobby.terminal_ends("stop" if what == "nobody" else "card")
    lobby.restart_kiosk()
    lobby.glass.wait_for("attract", for_s=90)
    state = PaymentState.DECLINED if what == "declined" else PaymentState.CANCELLED
    _, order = lobby.payment_ends(state)
    assert order["captured_minor"] == 0
    assert [t["state"] for t in lobby.house.transactions()[-1:]] != ["approved"] or what == "nobody"
    assert lobby.unit(2) == (unit, numbers), "its bills are open as before"
    lobby.books_balance()


def test_killed_while_the_resident_pays_by_phone(lobby):
    unit, _ = lobby.unit(2)
    lobby.to_method(unit)
    lobby.glass.tap("method", "wechat")
    lobby.glass.wait_for("paying_qr")
    lobby.wait_until("the code", lambda: lobby.last_payment().state is PaymentState.PENDING)
    record = lobby.last_payment()
    lobby.kill_kiosk()
    orders = lobby.house.channel_orders("wechat")
    code_url = orders[record.payment_id.replace("-", "")]["code_url"]
    lobby.house.phone("wechat", "pay", code_url)
    lobby.restart_kiosk()
    lobby.glass.wait_for("paid", for_s=90)
    record, order = lobby.payment_ends(PaymentState.APPROVED)
    lobby.paid_once(record, order)


def test_killed_while_the_resident_walks_away_from_the_code(lobby):
    unit, _ = lobby.unit(2)
    lobby.to_method(unit)
    lobby.glass.tap("method", "alipay")
    lobby.glass.wait_for("paying_qr")
    lobby.wait_until("the code", lambda: lobby.last_payment().state is PaymentState.PENDING)
    lobby.kill_kiosk()
    lobby.restart_kiosk()
    lobby.glass.wait_for("attract", for_s=90)
    record, order = lobby.payment_ends(PaymentState.CANCELLED)
    assert order["captured_minor"] == 0
    number = record.payment_id.replace("-", "")
    assert lobby.house.channel_orders("alipay")[number]["state"] == "closed"
