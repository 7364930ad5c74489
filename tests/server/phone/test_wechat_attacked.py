"""What goes wrong beside a payment in WeChat's own window, and what strangers try: tabs beside each
other, a payment given up meanwhile, a link from somebody else, a page that waits where it was refused."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from contract.messages import PaymentState
from server.billing.models import BillLease
from server.gateways import official_account
from server.payments.sweeper import sweep
from server.phone import limits
from tests.server.payments.channels.conftest import lines, own_day
from tests.server.phone.conftest import newest, scans
from tests.server.phone.test_in_wechat import (
    AGENT,
    at_wechat,
    books_are_true,
    line,
    page,
    phone,
    through_wechat,
    world,
)

__all__ = ["books_are_true", "line", "lines", "own_day", "phone", "world"]
WECOM = "Mozilla/5.0 (iPhone) AppleWebKit/605 wxwork/4.1.22 MicroMessenger/7.0.1 Language/zh"
IN_MINI_PROGRAM = "Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/8.0.49 miniProgram/wx1"


def test_two_tabs_beside_each_other_begin_one_order(world, phone):
    """The later tab's state is the one that is known; the earlier one spoils nothing for it."""
    where = phone.pay()["Location"]
    first, second = at_wechat(phone.client, where), at_wechat(phone.client, where)
    assert phone.client.get(f"{first.path}?{first.query}").status_code == 409
    assert phone.client.get(f"{second.path}?{second.query}").status_code == 302
    assert newest().life is PaymentState.PENDING


def test_a_page_that_was_refused_looks_at_the_payments_own(world, phone):
    """Its address has WeChat's code in it, and each look at it would count as a payment begun."""
    where = phone.pay()["Location"]
    refused = phone.client.get(f"{where}?state=x&code={'0' * 32}")
    assert refused.status_code == 409
    shown, own = refused.content.decode(), where.removesuffix("/wechat")
    assert f'data-address="{own}"' in shown and f'content="5; url={own}"' in shown


def test_given_up_while_wechat_is_asked_who_pays_no_channel_is_asked(
    world, phone, line, monkeypatch
):
    where = phone.pay()["Location"]
    back = at_wechat(phone.client, where)
    named = official_account.openid_of

    def meanwhile(account, code):
        Client().post(where.removesuffix("wechat") + "cancel")
        return named(account, code)

    monkeypatch.setattr(official_account, "openid_of", meanwhile)
    phone.client.get(f"{back.path}?{back.query}")
    assert not newest().code_url and line.books(newest()) is None


def test_given_up_before_anybody_said_who_pays_it_is_paid_elsewhere_at_once(world, phone, line):
    """WeChat Pay has no such order, and nobody was shown how to pay one."""
    where = phone.pay()["Location"]
    back = at_wechat(phone.client, where)
    phone.client.post(where.removesuffix("wechat") + "cancel")
    assert newest().life is PaymentState.CANCELLED and not BillLease.objects.exists()
    returned = phone.client.get(f"{back.path}?{back.query}")
    assert returned["Location"] == where.removesuffix("/wechat")
    browser = scans(world)
    browser.look()
    assert browser.pay().status_code == 302 and newest().life is PaymentState.PENDING


@pytest.mark.parametrize("question", ["arrives first", "arrives last"])
def test_given_up_while_its_channel_is_asked_nothing_is_shown_to_pay_with(
    world, phone, line, monkeypatch, question
):
    where = phone.pay()["Location"]
    own, back = where.removesuffix("/wechat"), at_wechat(phone.client, where)
    create = world.channel.create

    def slow(order):
        told = create(order) if question == "arrives first" else ""
        Client().post(f"{own}/cancel")
        return told or create(order)

    monkeypatch.setattr(world.channel, "create", slow)
    phone.client.get(f"{back.path}?{back.query}")
    assert "data-wechat-call" not in page(phone.client, own)
    sweep(timezone.now() + timedelta(minutes=1))
    assert newest().life is PaymentState.CANCELLED and not BillLease.objects.exists()
    assert question == "arrives last" or line.books(newest())["state"] == "closed"


def test_a_payment_in_the_window_counts_as_one_that_is_begun(world, phone, monkeypatch):
    """Not as three: many phones share an address of their network."""
    monkeypatch.setattr(limits, "BEGUN_A_MINUTE", 1)
    monkeypatch.setattr(limits, "NAMED_A_MINUTE", 2)
    where = phone.pay()["Location"]
    assert through_wechat(phone.client, where).status_code == 302
    assert newest().life is PaymentState.PENDING
    monkeypatch.setattr(limits, "BEGUN_A_MINUTE", 9)
    phone.client.post(where.removesuffix("wechat") + "cancel")
    phone.look()
    assert phone.client.get(phone.pay()["Location"]).status_code == 429


def test_the_window_opens_by_itself_only_for_whom_began_it(world, phone):
    """A link from somebody else leads to a page that says whose bills they are, not to a sheet to pay."""
    address = phone.pay()["Location"]
    friend = Client(headers=AGENT)
    page_of_payment = through_wechat(friend, address)["Location"].partition("#")[0]
    shown = page(friend, page_of_payment)
    assert "data-wechat-call" in shown and "data-at-once" not in shown
    assert "data-at-once" in page(phone.client, page_of_payment)


@pytest.mark.parametrize("agent", [WECOM, IN_MINI_PROGRAM])
def test_windows_that_only_look_like_wechats_are_asked_to_open_a_browser(world, agent):
    other = scans(world)
    other.client = Client(headers={"user-agent": agent})
    assert 'value="wechat"' not in other.look() and "在浏览器打开" in other.shown
    assert other.pay().status_code == 409
