"""A payment's page: where the money is, what happened in order, and a way to what can be done."""

import pytest

from contract.lifecycle import Fact
from server.ledger.names import kind_name
from server.payment_page.timeline import timeline, transactions
from server.payments.initiation import start
from server.payments.models import PaymentOrder
from server.payments.transitions import apply_unpaid
from server.staff.roles import Role
from tests.server.open_questions import questions as lobby
from tests.server.pages import foreign, words_of
from tests.server.payments.world import NOW
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import create_village

pytestmark = pytest.mark.django_db


def page_of(order: PaymentOrder) -> str:
    return order.get_absolute_url()


def only_order() -> PaymentOrder:
    return PaymentOrder.objects.order_by("pk").select_related("community")[0]


def test_a_refund_that_does_not_go_through_is_told_and_led_on_from(world):
    lobby.refused_refund(world)
    order = only_order()
    page = signed_in(create_staff("company")).get(page_of(order)).content.decode()
    words = words_of(page)
    assert order.reference in words and "退款" in words
    refund = order.refunds.get()
    assert f"/staff/open-questions/#refund-{refund.refund_no}" in page
    assert "{" not in words, "no JSON"


def test_a_lost_card_payment_offers_what_can_be_decided(world):
    lobby.lost_card(world)
    order = only_order()
    page = signed_in(create_staff("company")).get(page_of(order)).content.decode()
    assert f"/staff/open-questions/#payment-{order.payment_id}" in page
    assert "按已付款入账" in words_of(page) or "入账" in words_of(page)


def test_each_event_stands_in_order_with_amounts_in_yuan(world):
    lobby.refused_refund(world)
    order = only_order()
    events = timeline(order, with_acts=True, books=True)
    assert [e.when for e in events] == sorted(e.when for e in events)
    assert {"渠道", "退款", "账簿", "服务器"} <= {event.who for event in events}
    words = words_of(signed_in(create_staff("company")).get(page_of(order)).content.decode())
    assert "￥" in words and all(kind_name(row.kind) in words for row in transactions(order))
    assert len(transactions(order)) >= 1


def test_who_sees_payments_but_not_books_or_log_gets_neither(world):
    lobby.refused_refund(world)
    order = only_order()
    collector = signed_in(create_person("collector", (world.community, Role.COLLECTOR)))
    page = words_of(collector.get(page_of(order)).content.decode())
    assert order.reference in page and "账簿" not in page
    bookkeeper = signed_in(create_person("bookkeeper", (world.community, Role.BOOKKEEPER)))
    assert "账簿记录" in words_of(bookkeeper.get(page_of(order)).content.decode())


def test_strangers_find_nothing(world):
    lobby.lost_card(world)
    order = only_order()
    stranger = create_person("stranger", (create_village("other"), Role.BOOKKEEPER))
    technician = create_person("technician", (world.community, Role.TECHNICIAN))
    for person in (stranger, technician):
        client = signed_in(person)
        assert client.get(page_of(order)).status_code == 404
        assert client.get(page_of(order) + "receipt.pdf").status_code == 404


@pytest.mark.parametrize("state", ["refused_refund", "lost_card"])
def test_each_has_a_receipt_on_paper(world, state: str):
    getattr(lobby, state)(world)
    client = signed_in(create_staff("company"))
    for order in PaymentOrder.objects.all():
        assert client.get(page_of(order) + "receipt.pdf").content.startswith(b"%PDF")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_speaks_one_language(world, language: str):
    lobby.refused_refund(world)
    client = signed_in(create_staff("company"))
    client.post("/i18n/setlang/", {"language": language})
    order = only_order()
    page = client.get(page_of(order)).content.decode()
    assert not foreign(page, language[:2], "LobbyPay")


def test_the_back_office_and_the_search_lead_there(world):
    lobby.lost_card(world)
    order, client = only_order(), signed_in(create_staff("company"))
    change = client.get(f"/admin/payments/paymentorder/{order.pk}/change/").content.decode()
    assert page_of(order) in change and "channel_responses" not in change
    assert page_of(order) in client.get(f"/staff/?q={order.reference}").content.decode()
    assert page_of(order) in client.get("/staff/open-questions/").content.decode()
    unit_page = client.get(f"/staff/units/{order.unit_id}/").content.decode()
    assert page_of(order) in unit_page


@pytest.mark.parametrize(
    ("code", "words"),
    [("never_shown", "未向任何人收款"), ("channel_unavailable", "支付渠道不可用")],
)
def test_why_the_server_ended_it_is_told_in_words(world, code, words):
    start(world.caller, world.request(), NOW)
    apply_unpaid(only_order().payment_id, Fact.CANCELLED, code, NOW)
    page = words_of(signed_in(create_staff("company")).get(page_of(only_order())).content.decode())
    assert code not in page and words in page
