"""What the page behind a bill's code shows, to whom, and what nobody gets out of it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from contract.messages import Method, PaymentState
from server.estate.models import Community, Resident
from server.estate.occupancy import move_in, move_out
from server.payments import phone_orders
from server.payments.channels import registry
from server.payments.channels.interface import ChannelUnavailable
from server.payments.initiation import start
from server.payments.models import PaymentOrder
from server.phone import limits
from tests.server.pages import foreign
from tests.server.payments import world as worlds
from tests.server.payments.world import NOW, TODAY
from tests.server.phone.conftest import newest, put_in, scans

WECHAT = "Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/8.0.49"
ALIPAYS = "Mozilla/5.0 (Linux; Android 13) AliApp(AP/10.6) AlipayClient/10.6"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_units_open_bills_with_how_each_line_comes_about(world, phone, language):
    names = ("WeChat Pay", "Lakeside Garden")
    shown = phone.look(**{"accept-language": language})
    assert foreign(shown, language, *names) == []
    assert ("What it is for" if language == "en" else "费用明细") in shown
    for bill in world.bills:
        assert bill.number in shown
    assert "664.16" in shown and "118.60" in shown
    assert "王" not in shown and "Wang" not in shown


def test_the_page_has_no_script_of_others_and_a_policy(world, phone):
    answer = phone.client.get(phone.address)
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    assert answer.content.decode().count("<script") == 1
    assert "http" not in answer.content.decode().split("<main>")[1]


def test_a_community_may_leave_paying_to_its_kiosks(world, phone):
    phone.look()
    form = phone.form()
    Community.objects.update(phone_pays=False)
    assert phone.pay(**form).status_code == 409
    shown = phone.look()
    assert "payment_id" not in shown and "大堂" in shown and "应缴金额" in shown
    assert not PaymentOrder.objects.exists()


def test_a_community_that_leaves_paying_to_its_kiosks_uses_no_credit_either(world, phone):
    put_in(world, 70_000)
    phone.look("?chosen=1&credit=1&" + "&".join(f"bill={b.number}" for b in world.bills))
    Community.objects.update(phone_pays=False)
    assert phone.pay("credit").status_code == 409
    assert not PaymentOrder.objects.exists()


def test_after_a_refusal_the_choice_goes_on(world, phone):
    """The browser shows the address to which the form was sent."""
    phone.look()
    Community.objects.update(phone_pays=False)
    phone.pay()
    Community.objects.update(phone_pays=True)
    phone.look()
    shown = phone.pay(credit="5").content.decode()
    assert f'action="{phone.address}"' in shown
    assert phone.client.get(f"{phone.address}/pay")["Location"] == phone.address


@pytest.mark.parametrize("path", ["go", "cancel"])
def test_looking_at_where_a_form_is_sent_does_nothing(world, phone, path):
    phone.look()
    address = phone.pay()["Location"]
    assert phone.client.get(f"{address}/{path}")["Location"] == address
    assert not newest().cancel_wanted and newest().life is PaymentState.PENDING


def test_wechats_page_hears_from_whom_it_is_opened_but_not_which_payment(world, phone):
    """WeChat Pay, H5 pay: a page that is opened without a Referer is refused."""
    phone.look()
    shown = phone.client.get(phone.pay()["Location"]).content.decode()
    link = next(line for line in shown.splitlines() if newest().code_url in line)
    assert 'referrerpolicy="origin"' in link and "noreferrer" not in link


def test_a_channel_whose_contract_has_no_page_is_not_offered(world, phone, monkeypatch):
    monkeypatch.setattr(registry, "on_phones", lambda: ["alipay"])
    shown = phone.look()
    assert 'value="alipay"' in shown and 'value="wechat"' not in shown
    assert phone.pay("wechat").status_code == 409
    assert phone.pay("card").status_code == 409


def test_play_money_is_for_test_communities(world):
    assert phone_orders.offered(world.community) == [Method.WECHAT, Method.ALIPAY]
    for real in ({"test": False}, {"test": True, "currency": "HKD"}):
        assert phone_orders.offered(Community(phone_pays=True, **real)) == []


@pytest.mark.parametrize(("agent", "ways"), [(WECHAT, []), (ALIPAYS, ["alipay"])])
def test_in_the_window_of_an_app_only_what_works_there_is_offered(world, phone, agent, ways):
    shown = phone.look(**{"user-agent": agent})
    assert [w for w in ("wechat", "alipay") if f'value="{w}"' in shown] == ways
    assert ("在浏览器打开" in shown) is (agent == WECHAT)


# --- another unit's ---


def test_another_units_bills_are_not_paid_or_seen(world, phone):
    neighbour = worlds.unit(world.community, "1202")
    [theirs] = worlds.bills(neighbour, "2026-10")
    shown = phone.look(f"?chosen=1&bill={theirs.number}")
    assert theirs.number not in shown and "3-2-1202" not in shown
    phone.look()
    assert phone.pay(bill=[f"{theirs.number}:33208"]).status_code == 409
    assert not PaymentOrder.objects.exists()


def test_a_code_of_somebody_who_moved_out_opens_its_own_bill_only(world, phone):
    stranger = Resident.objects.create(community=world.community, name="陈新", phone="13900001201")
    [lives_there] = world.unit.occupancies.all()
    move_out(lives_there, TODAY - timedelta(days=1))
    move_in(world.unit, stranger, since=TODAY)
    shown = phone.look()
    assert world.bills[0].number in shown and world.bills[1].number not in shown
    bills = [f"{b.number}:33208" for b in world.bills]
    assert phone.pay(bill=bills).status_code == 409
    assert phone.pay("credit").status_code == 409
    assert phone.pay(bill=bills[:1]).status_code == 302
    assert newest().amount_minor == 33208


@pytest.mark.parametrize(
    "spoiled", [lambda a: a[:-4] + "AAAA", lambda a: "/b/xyz", lambda a: a[:20] + "B" + a[21:]]
)
def test_a_code_that_is_not_signed_opens_nothing(world, phone, spoiled):
    phone.look()
    phone.address = spoiled(phone.address)
    assert phone.pay().status_code == 404
    assert not PaymentOrder.objects.exists()


def test_guessing_codes_ends_soon(world, phone, clock):
    guesser = Client()
    answers = [
        guesser.get(f"/b/{uuid4().hex}").status_code for _ in range(limits.MISSES_A_MINUTE + 2)
    ]
    assert answers[-1] == 429 and answers[0] == 404
    assert Client().get("/b/xyz", REMOTE_ADDR="10.1.1.1").status_code == 404
    clock.passes(minutes=1)
    assert guesser.get("/b/xyz").status_code == 404


def test_who_guesses_keeps_nobody_of_the_same_network_from_paying(world, phone):
    guesser = Client()
    for _ in range(max(limits.MISSES_A_MINUTE, limits.BEGUN_A_MINUTE) + 2):
        guesser.get(f"/b/{uuid4().hex}")
        guesser.post(f"/b/{uuid4().hex}/pay")
    phone.look()
    assert phone.pay().status_code == 302


def test_payments_begun_again_and_again_hold_a_unit_not_for_ever(world, phone, clock):
    for _ in range(8):
        phone.look()
        address = phone.pay()["Location"]
        phone.client.post(f"{address}/cancel")
    phone.look()
    answer = phone.pay()
    assert answer.status_code == 409 and "太多" in answer.content.decode()
    clock.passes(minutes=31)
    phone.look()
    assert phone.pay().status_code == 302


def test_a_channel_that_was_away_shuts_nobody_out_when_it_is_back(world, phone):
    world.channel.fails = [ChannelUnavailable("away")] * 9
    for _ in range(9):
        phone.look()
        assert phone.pay().status_code == 409
    phone.look()
    assert phone.pay().status_code == 302


def test_after_a_refusal_no_more_is_chosen_than_before(world, phone):
    put_in(world, 20_000)
    phone.look(f"?chosen=1&credit=1&bill={world.bills[1].number}")
    before = phone.form()
    world.channel.fails = [ChannelUnavailable("away")]
    phone.shown = phone.pay().content.decode()
    assert before["credit"] == ["20000"]
    assert {**phone.form(), "payment_id": ""} == {**before, "payment_id": ""}
    assert phone.form()["payment_id"] != before["payment_id"]
    phone.pay()
    assert (newest().amount_minor, newest().credit_minor) == (13_208, 20_000)


def test_a_payment_is_ended_by_its_own_page_only(world, phone):
    """Of an order that a kiosk made nobody's phone ends anything; an unknown one is not found."""
    order = start(world.caller, world.request(), NOW)
    for path in ("cancel", "go"):
        assert Client().post(f"/p/{order.payment_id}/{path}").status_code == 404
        assert Client().post(f"/p/{uuid4()}/{path}").status_code == 404
    order.refresh_from_db()
    assert not order.cancel_wanted


def test_forms_of_others_are_refused(world, phone):
    phone.look()
    strict = Client(enforce_csrf_checks=True)
    sent = strict.post(f"{phone.address}/pay", {**phone.form(), "method": "wechat"})
    assert sent.status_code == 403 and not PaymentOrder.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"payment_id": "1"},
        {"payment_id": ""},
        {"bill": ["202609000100001"]},
        {"bill": ["202609000100001:-1"]},
        {"bill": ["202609000100001:33208", "202609000100001:33208"]},
        {"bill": ["202609000100001:1"]},
        {"bill": ["202609000100001:999999999999999999999"]},
        {"bill": ["\x00:33208"]},
        {"bill": []},
        {"bill": ["x:1"] * 61},
        {"credit": "33208"},
        {"credit": "-5", "method": "credit"},
        {"method": "cash"},
    ],
)
def test_a_form_that_nobody_was_given_begins_nothing(world, phone, changes):
    phone.look()
    assert phone.pay(**{"method": "wechat", **changes}).status_code == 409
    assert world.channel.created == 0


def test_a_cookie_that_somebody_wrote_tells_nothing(world, phone):
    phone.look()
    address = phone.pay()["Location"]
    thief = scans(world)
    thief.client.cookies["lobbypay_payments"] = newest().payment_id
    assert address not in thief.look()
