"""What phones do at the same moment: WeChat's window beside a browser and a kiosk, two returns from
WeChat, giving up beside going on, votes. Each thread has a connection of its own."""

import random
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from contract.messages import PaymentState
from server.billing.models import BillLease
from server.payments import inquiry
from server.payments.initiation import start
from server.payments.models import PaymentOrder
from server.payments.sweeper import sweep
from server.payments.verification import verify_books
from server.satisfaction.models import PhoneVote
from server.service_requests.models import Kind, ServiceRequest, Topic
from tests.server.payments.channels.conftest import lines, own_day
from tests.server.payments.world import NOW
from tests.server.phone.conftest import newest, scans
from tests.server.phone.test_in_wechat import (
    AGENT,
    at_wechat,
    begins,
    line,
    page,
    touches,
    world,
)
from tests.server.simultaneous import together

__all__ = ["line", "lines", "own_day", "world"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time"),
]


def in_wechat(world):
    phone = scans(world)
    phone.client = Client(headers=AGENT)
    phone.look()
    return phone


def test_window_browser_and_kiosk_at_once_hold_the_bills_once(world):
    for turn in range(3):
        phones = [in_wechat(world), in_wechat(world), scans(world)]
        phones[2].look()
        request = world.request(50 + turn)
        works = [*(one.pay for one in phones), lambda told=request: start(world.caller, told, NOW)]
        random.Random(turn).shuffle(works)
        ends = together(*works)
        assert len(set(BillLease.objects.values_list("payment_id", flat=True))) == 1, ends
        assert not [end for end in ends if getattr(end, "status_code", 0) >= 500]
        for order in PaymentOrder.objects.exclude(state="cancelled"):
            inquiry.cancel(order, NOW)
        assert not BillLease.objects.exists()
    assert verify_books() == []


def test_two_returns_from_wechat_at_once_are_one_order(world, line):
    phone, other = in_wechat(world), Client(headers=AGENT)
    where = phone.pay()["Location"]
    backs = [(one, at_wechat(one, where)) for one in (phone.client, other)]
    ends = together(*(partial(one.get, f"{back.path}?{back.query}") for one, back in backs))
    assert [end.status_code for end in ends] == [302, 302], ends
    assert newest().life is PaymentState.PENDING and newest().code_url.startswith("prepay_id=")
    assert touches(line, newest()) == "ok"


def test_giving_up_beside_coming_back_leaves_nothing_to_pay_with(world, line):
    for _ in range(3):
        phone = in_wechat(world)
        where = phone.pay()["Location"]
        own, back = where.removesuffix("/wechat"), at_wechat(phone.client, where)
        ends = together(
            partial(phone.client.get, f"{back.path}?{back.query}"),
            partial(Client().post, f"{own}/cancel"),
        )
        assert [end.status_code for end in ends] == [302, 302], ends
        assert "data-wechat-call" not in page(phone.client, own)
        sweep(timezone.now() + timedelta(minutes=2))
        assert newest().life is PaymentState.CANCELLED and not BillLease.objects.exists()
    assert verify_books() == []


def test_votes_and_numbers_at_once_are_one_each(world, line):
    Topic.objects.create(
        community=world.community, kind=Kind.QUESTION, name_zh="费用", name_en="Fees"
    )
    phone = in_wechat(world)
    own = begins(phone)
    touches(line, newest())
    sweep(timezone.now() + timedelta(minutes=2))
    for told in ({"vote": 1}, {"do": "call_back", "phone": "13911112222"}):
        ends = together(*[partial(Client().post, f"{own}/vote", told)] * 5)
        assert {end.status_code for end in ends} == {302}, ends
    assert PhoneVote.objects.count() == 1 and ServiceRequest.objects.count() == 1
