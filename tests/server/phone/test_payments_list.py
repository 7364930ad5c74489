"""The unit's payments behind a bill's code: with their receipts, for its present payer only."""

from dataclasses import replace
from datetime import timedelta

from django.test import Client

from contract.messages import BillToPay, StartPayment
from server.estate.models import Occupancy, Resident
from server.estate.occupancy import move_in, move_out
from server.payments import notifications
from server.payments.channels.interface import Notification
from server.payments.initiation import start
from server.payments.models import PaymentOrder
from server.phone import payments_views
from server.phone.reading import Opened
from server.service_requests.models import Kind, Topic
from tests.server.pages import foreign
from tests.server.payments import world as worlds
from tests.server.payments.world import NOW, TODAY
from tests.server.phone.conftest import newest
from tests.server.phone.test_paying import tells


def at_kiosk(world, sent: StartPayment | None = None) -> PaymentOrder:
    order = start(world.caller, sent or world.request(7), NOW)
    tells(world.channel, order)
    return PaymentOrder.objects.get(pk=order.pk)


def listed(phone, query: str = "", **headers: str) -> str:
    answer = phone.client.get(f"{phone.address}/payments{query}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_stands_there_with_its_receipt_wherever_it_was_made(world, phone):
    assert f"{phone.address}/payments" in phone.look()
    assert "还没有本户的缴费记录" in listed(phone)
    order = at_kiosk(world)
    page = listed(phone)
    assert order.reference in page and f'href="/p/{order.payment_id}"' in page
    assert f"/p/{order.payment_id}/invoice" not in page, "nobody takes it"
    Topic.objects.create(community=world.community, kind=Kind.INVOICE, name_zh="开票", name_en="I")
    assert f'href="/p/{order.payment_id}/invoice"' in listed(phone)
    for language in ("zh", "en"):
        page = listed(phone, **{"accept-language": language})
        assert foreign(page, language, "Lakeside Garden", "WeChat Pay", order.reference) == []


def test_what_was_not_paid_is_not_there_and_what_went_back_is_said(world, phone):
    phone.look()
    phone.pay()
    assert newest().reference not in listed(phone)
    tells(world.channel, newest())
    PaymentOrder.objects.update(refunded_minor=1_00)
    page = listed(phone)
    assert newest().reference in page and "已退回 ￥1.00" in page


def test_another_units_are_not_there(world, phone):
    own = at_kiosk(world).reference
    assert own in listed(phone)
    neighbour = worlds.unit(world.community, "1202")
    PaymentOrder.objects.update(unit=neighbour)
    assert own not in listed(phone)


def test_the_next_payer_sees_nothing_of_the_one_before(world, phone, clock):
    own = at_kiosk(world).reference
    for occupancy in world.unit.occupancies.filter(until=None):
        move_out(occupancy, TODAY)
    newcomer = Resident.objects.create(community=world.community, name="陈")
    move_in(world.unit, newcomer, since=TODAY + timedelta(days=1))
    clock.passes(days=2)
    old = phone.client.get(f"{phone.address}/payments")
    assert old.status_code == 302, "the paper of the one before opens its own bill only"
    assert "/payments" not in phone.look()
    opened = Opened(world.bills[0], world.unit, [], 0)
    assert payments_views.of_unit(opened, clock.now) == []
    assert own not in phone.look()


def test_while_nobody_pays_what_was_paid_before_the_last_payer_is_not_there(world, phone, clock):
    """Nobody was known to pay then either."""
    Occupancy.objects.update(pays=False)
    at_kiosk(world, world.request(7, bills=1))
    opened = Opened(world.bills[0], world.unit, [], 0)
    assert len(payments_views.of_unit(opened, clock.now)) == 1
    tenant = Resident.objects.create(community=world.community, name="陈")
    bill = BillToPay(number=world.bills[1].number, amount_minor=33208)
    now = clock.passes(days=2)
    move_out(move_in(world.unit, tenant, since=now.date()), now.date())
    sent = world.request(8, bills=1).model_copy(update={"bills": [bill]})
    order = start(world.caller, sent, now)
    told = world.channel.pays(order.out_trade_no)
    notifications.take("wechat", Notification(order.out_trade_no, replace(told, paid_at=now)), now)
    assert PaymentOrder.objects.filter(captured_minor__gt=0).count() == 2
    assert payments_views.of_unit(opened, clock.passes(days=2)) == []
    old = phone.client.get(f"{phone.address}/payments")
    assert old.status_code == 302, "the paper is from before the last payer"


def test_many_are_turned_over_page_by_page(world, phone, monkeypatch):
    monkeypatch.setattr(payments_views, "A_PAGE", 1)
    first = at_kiosk(world, world.request(7, bills=1)).reference
    assert "page=1" not in listed(phone)
    bill = BillToPay(number=world.bills[1].number, amount_minor=33208)
    sent = world.request(8, bills=1)
    second = start(world.caller, sent.model_copy(update={"bills": [bill]}), NOW)
    tells(world.channel, second)
    page, older = listed(phone), listed(phone, "?page=1")
    assert second.reference in page and first not in page and "page=1" in page
    assert first in older and second.reference not in older and "page=0" in older
    assert Client().get(f"{phone.address}x/payments").status_code == 404
