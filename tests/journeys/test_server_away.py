"""The server is away at the start, in the middle, at the report: the truth is told, nothing is lost."""

import pytest

from contract.messages import PaymentState

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def said(lobby, word):
    return lobby.glass.wait(word, lambda s: any(word in t for t in s["texts"]), 60)


def reads_what_was_made_public(lobby):
    """Out of the kiosk's own copy, which is as old as it says."""
    glass = lobby.glass
    glass.tap("services")
    glass.wait_for("services")
    glass.tap("accounts")
    seen = glass.wait_for("accounts")
    _standards, common, *_ = [w["value"] for w in seen["widgets"] if w["action"] == "account"]
    glass.tap("account", common)
    seen = glass.wait_for("account")
    assert {"￥25,285.00", "￥14,100.00", "￥28,274.50"} <= set(seen["texts"])
    said(lobby, "网络断了。这是")
    lobby.leaves()


def test_away_at_the_start_cards_are_taken_and_reported_later(lobby):
    unit, _ = lobby.unit(2)
    lobby.house.stop("server")
    lobby.restart_kiosk()
    lobby.glass.wait_for("attract", for_s=90)
    reads_what_was_made_public(lobby)
    lobby.to_method(unit)
    seen = lobby.glass.look()
    enabled = {w["value"] for w in seen["widgets"] if w["action"] == "method" and w["enabled"]}
    assert enabled == {"card"}, "a QR code is not offered without the server"
    lobby.glass.tap("method", "card")
    lobby.glass.wait_for("paid", for_s=60)
    assert lobby.last_payment().offline
    lobby.house.start_server()
    record, order = lobby.payment_ends(PaymentState.APPROVED, for_s=90)
    assert order["offline"]
    lobby.paid_once(record, order)


def test_away_in_the_middle_nothing_is_claimed_and_the_end_is_found(lobby):
    unit, _ = lobby.unit(2)
    lobby.to_method(unit)
    lobby.glass.tap("method", "wechat")
    lobby.glass.wait_for("paying_qr")
    lobby.wait_until("the code", lambda: lobby.last_payment().state is PaymentState.PENDING)
    number = lobby.last_payment().payment_id.replace("-", "")
    lobby.house.stop("server")
    code_url = lobby.house.channel_orders("wechat")[number]["code_url"]
    lobby.house.phone("wechat", "pay", code_url)
    lobby.glass.tap("cancel_payment")
    lobby.glass.wait_for("unknown", for_s=60)
    said(lobby, "请不要再付一次")
    lobby.house.start_server()
    record, order = lobby.payment_ends(PaymentState.APPROVED, for_s=120)
    lobby.paid_once(record, order)


def test_away_when_a_payment_begins_the_resident_is_told_and_not_charged(lobby):
    unit, numbers = lobby.unit(2)
    lobby.to_method(unit)
    lobby.house.stop("server")
    lobby.glass.tap("method", "alipay")
    lobby.glass.wait_for("message", for_s=60)
    said(lobby, "没有扣款")
    lobby.house.start_server()
    _, order = lobby.payment_ends(PaymentState.CANCELLED, for_s=120)
    assert order["captured_minor"] == 0
    assert lobby.unit(2) == (unit, numbers)
