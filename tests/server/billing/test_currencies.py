"""Each currency with its own decimals, sign and rounding: rules, explanations, bills, pages, paper."""

from datetime import date
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.test import Client

from contract.messages import Method
from server.api import kiosk_config
from server.billing import bill_pdf
from server.billing.models import Bill, Tariff
from server.billing.signing import bill_url
from server.estate.models import Community
from server.fleet.models import Kiosk
from server.payments.channels import alipay, registry, wechat
from server.payments.channels.interface import ChannelUnavailable, Order
from tests.server.village import NOW, TODAY, bill_of, create_village, issue

pytestmark = pytest.mark.django_db

# Currency, rate for each m² of 118.60 m², what that comes to as shown and in minor units.
CASES = [
    ("CNY", "2.80", "￥332.08", 33_208, "￥2.80"),
    ("TWD", "60", "NT$7,116.00", 711_600, "NT$60.00"),
    ("HKD", "15.5", "HK$1,838.30", 183_830, "HK$15.50"),
    ("USD", "1.05", "US$124.53", 12_453, "US$1.05"),
    ("JPY", "280.5", "JP￥33,267", 33_267, "JP￥280.5"),
    ("KRW", "1500", "KRW177,900", 177_900, "KRW1500"),
    ("KWD", "0.1234", "KWD14.635", 14_635, "KWD0.1234"),
]


def village_in(currency: str, rate: str) -> Community:
    village = create_village(currency=currency)
    village.fee_items.exclude(code="property").update(ends_on=date(2020, 1, 1))
    Tariff.objects.filter(community=village).update(rate=Decimal(rate))
    issue(village, due=date(2026, 11, 30))
    return village


@pytest.mark.parametrize(("currency", "rate", "shown", "minor", "price"), CASES)
def test_a_bill_of_each_currency(
    client: Client, currency: str, rate: str, shown: str, minor: int, price: str
):
    bill = bill_of(village_in(currency, rate))
    assert (bill.amount_minor, bill.currency) == (minor, currency)
    told = str([line.explanation for line in bill.lines.all()])
    assert shown in told and price in told
    if currency != "CNY":
        assert "'￥" not in told and "元" not in told
    url = bill_url(bill, TODAY)
    assert shown in client.get(url[url.index("/b/") :]).content.decode()
    paper = render_to_string("billing/bill.html", bill_pdf._words(bill, TODAY))
    assert shown in paper
    assert bill_pdf.render(Bill.objects.get(pk=bill.pk), TODAY).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("currency", "rate", "cost", "minor"),
    [("JPY", "30.25", "JP￥35,907", 35_907), ("KWD", "0.0105", "KWD12.464", 12_464)],
)
def test_shared_electricity_rounds_to_the_currencys_own_unit(
    currency: str, rate: str, cost: str, minor: int
):
    """1,187 kWh over the two units of the entrance; the shares add up to the rounded cost."""
    village = create_village(currency=currency)
    Tariff.objects.filter(fee_item__code="electricity").update(rate=Decimal(rate))
    issue(village)
    lines = [
        line
        for unit in ("1-1-101", "1-1-102")
        for line in bill_of(village, unit).lines.filter(fee_item__code="electricity")
    ]
    assert sum(line.amount_minor for line in lines) == minor
    assert cost in str(lines[0].explanation)


def kiosk_of(village: Community) -> Kiosk:
    return Kiosk.objects.create(
        community=village, code="K03", location_zh="大堂", location_en="Lobby"
    )


@pytest.mark.parametrize(
    ("currency", "offered"),
    [("CNY", {Method.WECHAT, Method.ALIPAY, Method.CARD}), ("HKD", {Method.CARD})],
)
def test_a_channel_that_cannot_take_the_currency_is_not_offered(
    monkeypatch: pytest.MonkeyPatch, currency: str, offered: set[Method]
):
    monkeypatch.setattr(registry, "configured", lambda: ["wechat", "alipay"])
    monkeypatch.setattr(registry, "charging_phones", lambda: ["wechat"])
    config = kiosk_config.config_of(kiosk_of(create_village(currency=currency)), NOW)
    assert set(config.methods) == offered
    assert bool(config.payment_codes) == (currency == "CNY")


@pytest.mark.parametrize("channel", [wechat.WeChatChannel, alipay.AlipayChannel])
def test_a_channel_never_takes_another_currencys_amount_for_its_own(channel: type):
    order = Order("1", 33_208, "HKD", "Bill", NOW)
    blind = channel.__new__(channel)
    blind._table = type("Table", (), {"seller_id": ""})
    for ask in (blind.create, lambda o: blind.charge(o, "134567890123456789")):
        with pytest.raises(ChannelUnavailable, match="CNY only"):
            ask(order)
