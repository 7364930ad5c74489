"""A resident alone with the kiosk: help on every screen, paper that does not come, the unit's credit, a
card terminal that says nothing. All by touches on the real window."""

import sqlite3
import urllib.request
from contextlib import closing

import pytest

from contract.messages import Method, PaymentState
from kiosk.texts.catalogue import say
from lobbypay.demo.agreement import server_payments
from lobbypay.demo.desk.back_office import sign_in
from server.sample_data.bills import WITH_CREDIT
from tests.journeys.conftest import lobby_by_touches

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
CALL_BACK_AT = "13855501234"
SHIFTED_MAX = 12  # pixels: the picture of an empty lobby stands a little elsewhere each minute
DIRECTIONS = "help.step1"  # how paying works, said only where nothing was begun


@pytest.fixture
def open_lobby(house_and_glass):
    return lobby_by_touches(*house_and_glass)


def helped(lobby, screen: str, about: str) -> tuple[float, float]:
    """Asks for help, reads what it says of this screen, and comes back to it. Where its button is."""
    seen = lobby.glass.wait_for(screen)
    boxes = [
        w["box"] for w in seen["widgets"] if w["action"] == "help"
    ]  # services leads there, too
    x, y, width, height = max(boxes, key=lambda box: box[1])
    lobby.glass.tap("help")
    lobby.glass.wait_for("help")
    seen = lobby.says(about)
    assert "0571-5555-01" in " ".join(seen["texts"]), "whom to call at this hour"
    if about != DIRECTIONS:
        assert not any(say("zh_CN", DIRECTIONS) in text for text in seen["texts"])
    lobby.glass.tap("back")
    lobby.glass.wait_for(screen)
    return x + width / 2, y + height / 2


def asks_for_a_call(lobby) -> None:
    """From any screen: help, the number, and that it was taken; then back to where one was."""
    glass = lobby.glass
    screen = glass.look()["screen"]
    glass.tap("help")
    glass.wait_for("help")
    glass.tap("call_back")
    glass.wait_for("callback")
    for digit in CALL_BACK_AT:
        glass.tap("digit", digit)
    glass.tap("next")
    lobby.says("callback.taken")
    glass.tap("back")
    glass.wait_for("help")
    glass.tap("back")
    glass.wait_for(screen)


def read_by_staff(house, path: str) -> str:
    """A staff page as whoever sits at the desk reads it."""
    session = sign_in(house, ["collector"])["collector"]
    request = urllib.request.Request(
        house.server_url + path, headers={"Cookie": f"sessionid={session}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


def test_help_is_in_one_corner_and_fits_the_screen_and_a_call_reaches_staff(open_lobby):
    lobby, glass, house = open_lobby, open_lobby.glass, open_lobby.house
    unit, numbers = lobby.unit(2)
    corners = [helped(lobby, "attract", DIRECTIONS)]
    glass.tap("services")
    corners.append(helped(lobby, "services", DIRECTIONS))
    glass.tap("back")
    glass.wait_for("attract")
    glass.tap("scan")
    corners.append(helped(lobby, "scan", "help.about_scan"))
    glass.tap("keypad")
    corners.append(helped(lobby, "identify", "help.about_identify"))
    glass.type_unit(unit)
    glass.tap("next")
    corners.append(helped(lobby, "bills", "help.about_bills"))
    glass.tap("explain", numbers[0])
    corners.append(helped(lobby, "explain", "help.about_bills"))
    glass.tap("understood")
    glass.wait_for("bills")
    glass.tap("pay")
    corners.append(helped(lobby, "method", "help.about_method"))
    code_url = lobby.to_the_code("alipay")
    corners.append(helped(lobby, "paying_qr", "help.about_paying"))
    asks_for_a_call(lobby)
    house.phone("alipay", "pay", code_url)
    corners.append(helped(lobby, "paid", "help.about_paid"))
    for axis in zip(*corners, strict=True):
        assert max(axis) - min(axis) <= SHIFTED_MAX, corners
    page = read_by_staff(house, "/staff/open-questions/")
    assert "138****1234" in page and CALL_BACK_AT not in page
    with closing(sqlite3.connect(f"file:{house.server_db}?mode=ro", uri=True)) as db:
        asked = db.execute(
            "SELECT kiosk_code, details FROM alerts_alert WHERE kind = 'callback_wanted'"
        ).fetchall()
    assert [kiosk for kiosk, _ in asked] == ["K03"]
    assert "paying_qr" in asked[0][1] and CALL_BACK_AT in asked[0][1]


def test_paper_that_does_not_come_and_comes_later(open_lobby):
    lobby, glass, house = open_lobby, open_lobby.glass, open_lobby.house
    unit, _ = lobby.unit(1)
    lobby.to_method(unit)
    glass.tap("method", "card")
    glass.wait_for("paid", for_s=60)
    reference = lobby.last_payment().reference
    house.control("printer", "fault", {"name": "paper_out_midway", "after_dots": 240})
    papers = len(house.receipts())
    glass.tap("print")
    seen = lobby.says("paid.not_printed_paper")
    assert say("zh_CN", "paid.without_phone") in seen["texts"]
    assert reference in glass.look()["texts"], "the receipt's number stands there to be noted"
    glass.tap("phone")
    glass.wait_for("receipt_phone")
    glass.tap("back")
    glass.wait_for("paid")
    house.control("printer", "clear", {})
    glass.wait("paper again", lambda s: _can(s, "print") or _printed(s), 60)
    if not _printed(glass.look()):
        glass.tap("print")
    lobby.says("message.printed")
    assert len(house.receipts()) > papers
    glass.tap("done")
    lobby.names(unit, "nothing_due")
    assert lobby.takes_paper("reprint").stat().st_size > 1000
    lobby.paid_once(*lobby.payment_ends(PaymentState.APPROVED))


def _can(seen: dict, action: str) -> bool:
    return any(w["action"] == action and w["enabled"] for w in seen["widgets"])


def _printed(seen: dict) -> bool:
    return say("zh_CN", "message.printed") in seen["texts"]


def test_credit_is_paid_in_and_used_where_it_covers(open_lobby):
    lobby, glass, house = open_lobby, open_lobby.glass, open_lobby.house
    lobby.names(WITH_CREDIT)
    assert not _can(glass.look(), "use_credit"), "it does not cover the bill"
    glass.tap("top_up")
    glass.wait_for("top_up")
    glass.tap("top_up", "1000")
    glass.tap("pay")
    glass.wait_for("method")
    house.phone("wechat", "pay", lobby.to_the_code("wechat"))
    glass.wait_for("paid", for_s=60)
    glass.tap("done")
    record, order = lobby.payment_ends(PaymentState.APPROVED)
    assert (record.top_up, record.amount_minor, order["captured_minor"]) == (True, 100_000, 100_000)
    lobby.names(WITH_CREDIT)
    lobby.says("bills.credit", amount="￥1,056.00")
    glass.tap("use_credit")
    glass.wait_for("credit")
    lobby.says("credit.left")
    glass.tap("use_credit")
    glass.wait_for("paid", for_s=60)
    assert lobby.takes_paper().stat().st_size > 1000
    glass.tap("done")
    record, order = lobby.payment_ends(PaymentState.APPROVED)
    assert sum(order["settled"].values()) == record.amount_minor
    lobby.books_balance()
    lobby.names(WITH_CREDIT, "nothing_due")


def test_a_part_of_a_bill_is_paid_and_the_rest_stays_due(open_lobby):
    lobby, glass, house = open_lobby, open_lobby.glass, open_lobby.house
    unit, (mine,) = lobby.unit(1)
    lobby.names(unit)
    glass.tap("part")
    glass.wait_for("part")
    glass.tap("part", "100")
    glass.tap("pay")
    glass.wait_for("method")
    house.phone("wechat", "pay", lobby.to_the_code("wechat"))
    glass.wait_for("paid", for_s=60)
    assert lobby.takes_paper().stat().st_size > 1000
    glass.tap("done")
    record, order = lobby.payment_ends(PaymentState.APPROVED)
    assert (record.in_part, record.amount_minor) == (True, 10_000)
    lobby.paid_once(record, order)
    lobby.names(unit)
    [rest] = [w["value"] for w in glass.look()["widgets"] if w["action"] == "toggle_bill"]
    assert rest != mine
    due = record.bills[0].amount_minor - record.amount_minor
    assert any(f"{due / 100:,.2f}" in text for text in glass.look()["texts"])
    assert rest in read_by_staff(house, f"/staff/bills/{mine}/"), "the old bill leads to the rest"
    lobby.leaves()


def cards_again(lobby) -> None:
    """The start screen offers them within a minute, with nobody doing anything."""
    gone = say("zh_CN", "attract.no_card")
    seen = lobby.glass.wait("cards", lambda s: not any(gone in text for text in s["texts"]), 60)
    assert any("银行卡" in text for text in seen["texts"])


def untaken(lobby) -> bool:
    """Whether kiosk and server agree that the last payment ended without money: its bills are free."""
    record = lobby.last_payment()
    order = server_payments(lobby.house.server_db).get(record.payment_id)
    ends = (PaymentState.DECLINED, PaymentState.CANCELLED)
    return bool(order) and order["state"] == record.state and record.state in ends


def test_a_card_terminal_that_says_nothing(open_lobby):
    """It takes the command and shows no step: another way is open at once, and cards are back by
    themselves."""
    lobby, glass, house = open_lobby, open_lobby.glass, open_lobby.house
    unit, _ = lobby.unit(2)
    booked = len(house.transactions())
    lobby.to_method(unit)
    house.terminal("silent")
    glass.tap("method", "card")
    lobby.says("paying_card.silent")
    lobby.says("message.terminal_silent")
    glass.tap("back")
    glass.wait_for("method")
    assert {Method.WECHAT, Method.ALIPAY} <= lobby.offered(), "another way is open at once"
    lobby.leaves()
    cards_again(lobby)
    lobby.wait_until("both sides know that nothing was taken", lambda: untaken(lobby), 90)

    assert len(house.transactions()) == booked, "nothing was taken"
    lobby.to_method(unit)
    glass.tap("method", "card")
    glass.wait_for("paid", for_s=60)
    lobby.paid_once(*lobby.payment_ends(PaymentState.APPROVED))
