"""A tax invoice asked for from a payment's page: checked field by field, one for one payment, and shown
to whoever asked and to nobody else."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from contract.business_day import business_day
from contract.messages import PaymentState
from contract.money import Money
from server.payments import transitions
from server.payments.initiation import start
from server.payments.models import PaymentOrder
from server.service_requests import handling, invoices
from server.service_requests.models import Kind, Origin, ServiceRequest, State, Topic
from tests.server.pages import foreign
from tests.server.payments.world import NOW
from tests.server.phone.conftest import newest
from tests.server.phone.test_paying import tells
from tests.server.staff_accounts import create_staff

TAX, TITLE = "91330106673959654P", "某某科技有限公司"
WIDE = "".join(chr(ord(character) + 0xFEE0) for character in TAX)


@pytest.fixture
def topic(world) -> Topic:
    return Topic.objects.create(
        community=world.community, kind=Kind.INVOICE, name_zh="开发票", name_en="Tax invoice"
    )


@pytest.fixture
def paid(world, phone, topic) -> str:
    """The page of a payment that a phone made."""
    phone.look()
    address = phone.pay()["Location"]
    tells(world.channel, newest())
    return address


@pytest.fixture
def clerk(world):
    return create_staff("clerk")


def form(**changes: str) -> dict[str, str]:
    usual = {"whom": "company", "title": TITLE, "tax_number": TAX, "wish": str(uuid4())}
    return usual | changes


def send(client: Client, paid: str, **changes: str):
    return client.post(f"{paid}/invoice", form(**changes))


def shown(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_is_asked_for_from_the_payments_page_and_stands_there(paid, phone, topic):
    assert f'href="{paid}/invoice"' in shown(phone.client, paid)
    sent = send(phone.client, paid, mail="buyer@example.com", phone="138 0000 1234")
    assert (sent.status_code, sent["Location"]) == (302, f"{paid}/invoice")
    one = ServiceRequest.objects.get()
    assert (one.topic, one.origin, one.phone) == (topic, Origin.PHONE, "13800001234")
    words = one.words.get().text
    assert f"发票抬头：{TITLE}（单位）" in words and f"税号：{TAX}" in words
    assert newest().reference in words and "￥" in words and "buyer@example.com" in words
    page = shown(phone.client, f"{paid}/invoice")
    assert one.number in page and TITLE in page and 'name="title"' not in page
    assert one.number in shown(phone.client, paid)


def test_a_payment_made_at_a_kiosk_is_invoiced_in_the_same_way(world, topic):
    order = start(world.caller, world.request(7), NOW)
    tells(world.channel, order)
    client = Client()
    sent = send(client, f"/p/{order.payment_id}", whom="person", title="Anna Schmidt")
    assert sent.status_code == 302
    words = ServiceRequest.objects.get().words.get().text
    assert "Anna Schmidt（个人）" in words and TAX not in words and order.reference in words


def test_pressed_twice_or_asked_again_it_is_one(paid, phone):
    once = form()
    for _ in range(2):
        assert phone.client.post(f"{paid}/invoice", once).status_code == 302
    assert send(phone.client, paid, title="Another").status_code == 302
    one = ServiceRequest.objects.get()
    assert "Another" not in one.words.get().text


def test_another_who_has_the_address_sees_nothing_of_it_and_may_ask(paid, phone):
    send(phone.client, paid, phone="13800001234")
    first, other = ServiceRequest.objects.get(), Client()
    page = shown(other, f"{paid}/invoice") + shown(other, paid)
    for secret in (TITLE, TAX, first.number, str(first.page), "1234"):
        assert secret not in page.replace(paid, "")
    assert "已有人为这笔缴费申请过发票" in page
    answer = send(other, paid, whom="person", title="Anna Schmidt")
    assert answer.status_code == 302
    assert TITLE not in (page := shown(other, f"{paid}/invoice")) and "Anna Schmidt" in page
    second = ServiceRequest.objects.exclude(pk=first.pk).get()
    assert invoices.of_same_payment(first) == [second]
    assert "Anna Schmidt" not in shown(phone.client, f"{paid}/invoice")


@pytest.mark.parametrize(
    ("change", "field", "zh", "en"),
    [
        ({"tax_number": TAX[:-1] + "X"}, "tax_number", "校验位不符", "check character"),
        ({"tax_number": TAX[:-1]}, "tax_number", "您填了 17 位", "these are 17"),
        ({"tax_number": ""}, "tax_number", "您填了 0 位", "these are 0"),
        ({"title": " \u200b "}, "title", "请填写发票抬头", "Please write the title"),
        ({"title": "长" * 101}, "title", "最多 100 个字", "At most 100"),
        ({"whom": ""}, "whom", "请选择开给个人还是单位", "Please choose for whom"),
        ({"mail": "nobody"}, "mail", "不是有效的邮箱", "no e-mail address"),
        ({"phone": "abc"}, "phone", "电话", "no telephone number"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(paid, phone, change, field, zh, en):
    sent = form(mail="buyer@example.com", phone="13800001234") | change
    for language, words in (("zh", zh), ("en", en)):
        answer = phone.client.post(f"{paid}/invoice", sent, headers={"accept-language": language})
        page = answer.content.decode()
        assert answer.status_code == 409
        said = re.search(rf'id="{field}-wrong">([^<]*)<', page)
        assert said and words in said[1] and page.count('class="wrong"') == 1
        assert foreign(page, language, "Lakeside Garden", TITLE, "湖畔花园", "长" * 101) == []
        for kept in ("title", "tax_number", "mail", "phone"):
            assert f'value="{sent[kept]}"' in page
        if sent["whom"]:
            assert f'value="{sent["whom"]}" checked' in page
    assert not ServiceRequest.objects.exists()


@pytest.mark.parametrize("typed", [TAX.lower(), " 9133 0106-6739 59654P", WIDE])
def test_a_number_is_taken_as_people_type_it(paid, phone, typed):
    assert send(phone.client, paid, tax_number=typed).status_code == 302
    assert f"税号：{TAX}" in ServiceRequest.objects.get().words.get().text


def test_a_persons_invoice_has_no_tax_number_whatever_was_typed_before(paid, phone):
    sent = send(phone.client, paid, whom="person", title="王小明", tax_number="12")
    assert sent.status_code == 302
    assert "税号" not in ServiceRequest.objects.get().words.get().text


def test_what_went_back_is_not_invoiced(paid, phone):
    order = newest()
    PaymentOrder.objects.update(refunded_minor=1_00)
    rest = Money(order.captured_minor - 1_00, order.currency).display("zh_CN")
    whole = Money(order.captured_minor, order.currency).display("zh_CN")
    page = shown(phone.client, f"{paid}/invoice")
    assert rest in page and whole not in page and "￥1.00" in page
    send(phone.client, paid)
    words = ServiceRequest.objects.get().words.get().text
    assert rest in words and whole not in words


def test_the_day_is_that_of_the_receipt_though_the_payment_was_begun_before_midnight(paid):
    order = newest()
    order.created_at = order.paid_at - timedelta(days=1)
    words = invoices.words(order, invoices.Buyer("王小明"))
    assert business_day(order.paid_at, order.community.time_zone).isoformat() in words


def test_withdrawn_it_ends_and_may_be_asked_for_anew(paid, phone):
    send(phone.client, paid)
    Client().post(f"{paid}/invoice", {"withdraw": "1"})
    one = ServiceRequest.objects.get()
    assert one.state == State.NEW, "nobody else withdraws it"
    for _ in range(2):
        assert phone.client.post(f"{paid}/invoice", {"withdraw": "1"}).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.words.count()) == (State.CLOSED, 2)
    page = shown(phone.client, f"{paid}/invoice")
    assert "您已撤回申请" in page and 'name="title"' in page and 'name="withdraw"' not in page
    for address in (paid, f"/r/{one.page}"):
        assert "您已撤回申请" in shown(phone.client, address)
    send(phone.client, paid, whom="person", title="王小明")
    assert ServiceRequest.objects.count() == 2
    assert "王小明" in shown(phone.client, f"{paid}/invoice")


def test_a_form_that_was_left_open_is_no_word_of_what_was_withdrawn_since(paid, phone):
    once = form()
    phone.client.post(f"{paid}/invoice", once)
    phone.client.post(f"{paid}/invoice", {"withdraw": "1"})
    for _ in range(2):
        phone.client.post(f"{paid}/invoice", once | {"title": "Another"})
    first, second = ServiceRequest.objects.order_by("number")
    assert (first.state, second.state) == (State.CLOSED, State.NEW)
    assert "Another" in shown(phone.client, f"{paid}/invoice")


@pytest.mark.parametrize("why", ["returned", "retired"])
def test_what_was_asked_stands_there_though_nothing_can_be_asked_for_any_more(
    paid, phone, clock, why
):
    send(phone.client, paid)
    if why == "returned":
        transitions.apply_reversed(newest().payment_id, "refunded", clock.now)
    else:
        Topic.objects.update(retired_at=clock.now)
    one = ServiceRequest.objects.get()
    assert one.number in shown(phone.client, paid)
    page = shown(phone.client, f"{paid}/invoice")
    assert one.number in page and TITLE in page and 'name="title"' not in page
    assert Client().get(f"{paid}/invoice").status_code == 404
    assert phone.client.post(f"{paid}/invoice", {"withdraw": "1"}).status_code == 302
    page = shown(phone.client, f"{paid}/invoice")
    assert "您已撤回申请" in page and 'name="title"' not in page
    assert send(phone.client, paid).status_code == 404
    assert ServiceRequest.objects.count() == 1


def test_what_the_office_answered_stands_there_and_cannot_be_withdrawn(paid, phone, clerk):
    send(phone.client, paid)
    one = ServiceRequest.objects.get()
    handling.answer(clerk, one.pk, "发票已发到您的邮箱", settled=True, now=NOW)
    page = shown(phone.client, f"{paid}/invoice")
    assert "已答复" in page and "发票已发到您的邮箱" in page and "withdraw" not in page
    assert phone.client.post(f"{paid}/invoice", {"withdraw": "1"}).status_code == 409
    one.refresh_from_db()
    assert one.state == State.ANSWERED


def test_where_there_is_nothing_to_invoice_there_is_no_page(world, phone, topic, clock):
    phone.look()
    open_one = phone.pay()["Location"]
    assert phone.client.get(f"{open_one}/invoice").status_code == 404
    assert "/invoice" not in shown(phone.client, open_one)
    assert send(phone.client, open_one).status_code == 404
    assert phone.client.get(f"/p/{uuid4()}/invoice").status_code == 404
    tells(world.channel, newest())
    assert newest().life is PaymentState.APPROVED
    Topic.objects.update(retired_at=clock.now)
    assert phone.client.get(f"{open_one}/invoice").status_code == 404
    assert "/invoice" not in shown(phone.client, open_one)


def test_another_sites_form_is_refused(paid):
    client = Client(enforce_csrf_checks=True)
    assert send(client, paid).status_code == 403


def test_both_languages_are_whole(paid, phone):
    send(phone.client, paid, whom="person", title="Anna")
    for client in (phone.client, Client()):
        for language in ("zh", "en"):
            page = shown(client, f"{paid}/invoice", **{"accept-language": language})
            said = "".join(one.words.get().text for one in ServiceRequest.objects.all())
            lines = [line for text in (said,) for line in text.splitlines()]
            assert foreign(page, language, "Lakeside Garden", "湖畔花园", *lines) == []
