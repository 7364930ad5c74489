"""The world of payments with WeChat and Alipay on phones, a clock that tests set, and a bill's code."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from contract.business_day import business_day
from server.billing import credit
from server.billing.signing import bill_url, create_key
from server.payments.channels import registry
from server.payments.channels.interface import EndAnswer, Ending, Order
from server.payments.models import PaymentOrder
from server.staff.people import Person
from tests.server.payments import world as worlds
from tests.server.payments.world import NOW, TODAY, FakeChannel, World

HIDDEN = re.compile(r'<input type="hidden" name="(payment_id|bill|credit)" value="([^"]*)">')


@dataclass
class Clock:
    now: datetime = NOW

    def passes(self, **time: float) -> datetime:
        self.now += timedelta(**time)
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    told = Clock()
    monkeypatch.setattr(timezone, "now", lambda: told.now)
    return told


class AlipaysPage(FakeChannel):
    """As Alipay: nothing is there before the payer is on its page, and closing needs that it is."""

    def create(self, order: Order) -> str:
        assert order.browser is not None
        self.created += 1
        self.amounts[order.out_trade_no] = order.amount_minor
        return f"https://openapi.alipay.com/gateway.do?out_trade_no={order.out_trade_no}"

    def close(self, out_trade_no: str) -> EndAnswer:
        if out_trade_no not in self.orders:
            return EndAnswer(Ending.NOT_THERE, self.query(out_trade_no))
        return super().close(out_trade_no)

    def reverse(self, out_trade_no: str) -> EndAnswer:
        raise AssertionError("a page's order is closed: a reversal would return what is paid")


@pytest.fixture
def alipay() -> FakeChannel:
    return AlipaysPage(name="alipay", closes_unscanned=False)


@pytest.fixture
def world(db, clock, alipay, monkeypatch) -> World:
    made = worlds.make()
    made.community.company_zh, made.community.company_en = "湖畔物业", "Lakeside Estates"
    made.community.save()
    create_key(made.community, now=NOW)
    channels = {"wechat": made.channel, "alipay": alipay}
    monkeypatch.setattr(registry, "channel", channels.get)
    monkeypatch.setattr(registry, "on_phones", lambda: ["wechat", "alipay"])
    monkeypatch.setattr(registry, "simulated", lambda: ["wechat", "alipay"])
    return made


@dataclass
class Phone:
    """A browser that has scanned a bill. ``pay`` sends the form of the page it last looked at."""

    client: Client
    address: str
    shown: str = ""

    def look(self, query: str = "", status: int = 200, **headers: str) -> str:
        answer = self.client.get(self.address + query, headers=headers)
        assert answer.status_code == status
        self.shown = answer.content.decode()
        return self.shown

    def form(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in HIDDEN.findall(self.shown):
            found.setdefault(name, []).append(value)
        return found

    def pay(self, method: str = "wechat", **changes: object):
        return self.client.post(f"{self.address}/pay", {**self.form(), "method": method, **changes})


@pytest.fixture
def phone(world) -> Phone:
    return scans(world)


def scans(world: World, number: int = 0) -> Phone:
    bill = world.bills[number]
    today = business_day(timezone.now(), world.community.time_zone)
    return Phone(Client(), "/b/" + bill_url(bill, today).rpartition("/b/")[2])


def newest() -> PaymentOrder:
    return PaymentOrder.objects.order_by("-pk")[0]


def put_in(world, minor: int) -> None:
    how = {"key": str(UUID(int=99)), "note": "", "today": TODAY, "at": NOW}
    credit.deposit_by(Person("clerk"), world.unit, minor, "cash", **how)
