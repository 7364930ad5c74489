"""The address of the channel's page, which lives a few minutes, and many looks at one payment's page."""

import pytest

from contract.messages import Method, PaymentState
from server.payments.channels.interface import ChannelUnavailable, OrderState, OutcomeUnknown
from server.payments.initiation import start
from tests.server.payments.world import NOW
from tests.server.phone.conftest import newest
from tests.server.phone.test_paying import states, tells


@pytest.fixture
def pages(world, monkeypatch) -> list[str]:
    """The addresses that WeChat Pay gave for its page, each another."""
    given: list[str] = []

    def create(order) -> str:
        assert order.browser is not None
        if world.channel.fails:
            raise world.channel.fails.pop(0)
        world.channel._make(order)
        given.append(f"https://wx.tenpay.com/?prepay_id={len(given)}")
        return given[-1]

    monkeypatch.setattr(world.channel, "create", create)
    return given


def test_an_old_address_is_not_offered_and_a_new_one_is_of_the_same_order(
    world, phone, clock, pages
):
    phone.look()
    address = phone.pay()["Location"]
    clock.passes(minutes=3, seconds=59)
    assert pages[0] in phone.client.get(address).content.decode()
    clock.passes(seconds=1)
    page = phone.client.get(address).content.decode()
    assert pages[0] not in page and f'href="{address}/open"' in page
    answer = phone.client.get(f"{address}/open")
    assert answer["Location"] == pages[1] and answer["Referrer-Policy"] == "origin"
    order = newest()
    assert (order.life, order.code_url) == (PaymentState.PENDING, pages[0])
    assert list(world.channel.orders) == [order.out_trade_no]
    tells(world.channel, order)
    assert states(world) == ["paid", "paid"]


@pytest.mark.parametrize("failure", [ChannelUnavailable("away"), OutcomeUnknown("no answer")])
def test_where_no_new_address_comes_the_payment_stands_as_it_was(
    world, phone, clock, pages, failure
):
    phone.look()
    address = phone.pay()["Location"]
    clock.passes(minutes=5)
    world.channel.fails = [failure]
    assert phone.client.get(f"{address}/open")["Location"] == address
    assert newest().life is PaymentState.PENDING
    page = phone.client.get(address).content.decode()
    assert f'href="{address}/open"' in page and "付款页面打不开" in page


@pytest.mark.parametrize("minutes", [10, 30])
def test_no_address_is_asked_for_once_the_orders_time_is_over(phone, clock, pages, minutes):
    phone.look()
    address = phone.pay()["Location"]
    clock.passes(minutes=minutes)
    assert phone.client.get(f"{address}/open")["Location"] == address
    assert len(pages) == 1


def test_no_address_is_asked_for_a_kiosks_payment(world, phone, pages):
    order = start(world.caller, world.request(1, Method.CARD), NOW)
    assert phone.client.get(f"/p/{order.payment_id}/open").status_code == 404


def test_of_many_looks_at_once_one_asks_the_channel(world, phone, clock, monkeypatch):
    phone.look()
    address = phone.pay()["Location"]
    clock.passes(seconds=4)
    asked: list[str] = []

    def query(number: str) -> OrderState:
        asked.append(number)
        if len(asked) < 5:  # as others look while the channel takes its time
            assert "尚未付款" in phone.client.get(address).content.decode()
        return world.channel.orders[number]

    monkeypatch.setattr(world.channel, "query", query)
    phone.client.get(address)
    assert len(asked) == 1
    clock.passes(seconds=4)
    phone.client.get(address)
    assert len(asked) == 2
