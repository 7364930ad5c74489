"""Invoices asked for at a kiosk: of a payment of the unit, one request each, found where requests are."""

import uuid
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from contract.money import Money
from server.payments.models import PaymentOrder, Refund
from server.service_requests import invoices
from server.service_requests.models import Kind, Origin, ServiceRequest, Topic
from tests.server.api.callers import payment
from tests.server.staff_accounts import signed_in

TAX = "91330106673959654P"


def paid(world, kiosk, number=1) -> str:
    """The receipt number of a payment that was taken."""
    sent = payment(world, number)
    view = kiosk.post("/payments", sent).json()
    world.channel.pays(view["payment_id"].replace("-", ""))
    path = f"/payments/{view['payment_id']}?wait=10&after_version={view['version']}"
    assert kiosk.get(path).json()["state"] == "approved"
    return sent["reference"]


def wish(world, reference: str, *, kind=Kind.INVOICE, unit="", **invoice) -> dict:
    topic = Topic.objects.filter(kind=kind, retired_at=None).order_by("pk")[0]
    usual = {"reference": reference, "title": "某某科技有限公司", "tax_number": TAX}
    return {
        "wish_id": str(uuid.uuid4()),
        "topic": str(topic.pk),
        "unit": unit or world.unit.code,
        "text": "x",
        "invoice": usual | invoice,
    }


def test_it_stands_among_the_requests_with_buyer_number_and_what_was_paid(world, kiosk, manager):
    sent = wish(world, paid(world, kiosk))
    answers = [kiosk.post("/requests", sent).json() for _ in range(2)]
    assert answers[0] == answers[1]
    one = ServiceRequest.objects.get()
    assert (one.topic.kind, one.origin, one.number) == (
        Kind.INVOICE,
        Origin.KIOSK,
        answers[0]["number"],
    )
    said = one.words.get().text
    assert "发票抬头：某某科技有限公司（单位）" in said and f"税号：{TAX}" in said
    assert sent["invoice"]["reference"] in said and "￥" in said and "Tax" not in said


def test_who_asks_for_the_same_payment_is_not_shown_what_another_asked(world, kiosk, manager):
    """A unit is named by anybody who stands there: the page of a request has the buyer, a number and
    what the office said, and its number finds them."""
    reference = paid(world, kiosk)
    first = kiosk.post("/requests", wish(world, reference)).json()
    again = wish(world, reference, title="Anna Schmidt", tax_number="", language="en")
    second = kiosk.post("/requests", again).json()
    assert second["number"] != first["number"] and second["url"] != first["url"]
    for same in (again, again | {"wish_id": str(uuid.uuid4())}):
        shown = Client().get(urlsplit(kiosk.post("/requests", same).json()["url"]).path)
        assert shown.status_code == 200
        assert "Anna Schmidt" in (page := shown.content.decode())
        assert TAX not in page and first["number"] not in page


def test_staff_see_which_requests_are_about_the_same_payment(world, kiosk, manager):
    """So that no second invoice is issued for it."""
    reference = paid(world, kiosk)
    later = wish(world, reference, title="Anna Schmidt", tax_number="", language="en")
    sent = [wish(world, reference), later, later]
    numbers = [kiosk.post("/requests", each).json()["number"] for each in sent]
    assert numbers == ["S000001", "S000002", "S000002"]
    one, other = ServiceRequest.objects.order_by("number")
    assert invoices.of_same_payment(one) == [other] and invoices.of_same_payment(other) == [one]
    page = signed_in(manager).get(f"/staff/service/{other.pk}/").content.decode()
    assert "同一笔缴费的开票申请" in page and "Anna Schmidt (a person)" in page
    assert page.count(f"/staff/service/{one.pk}/") == 1, "it stands there once"
    word = one.words.get()
    word.text = word.text.replace(reference, "K99-000001")
    word.save()
    assert invoices.of_same_payment(one) == [] == invoices.of_same_payment(other)


def test_what_went_back_is_no_part_of_the_invoice(world, kiosk, manager):
    """A part given back in the channel's console leaves the payment as it was taken."""
    reference = paid(world, kiosk)
    order = PaymentOrder.objects.get()
    whole = Money(order.amount_minor, order.currency).display("zh_CN")
    rest = Money(order.amount_minor - 1_00, order.currency).display("zh_CN")
    PaymentOrder.objects.update(refunded_minor=1_00)
    kiosk.post("/requests", wish(world, reference))
    said = ServiceRequest.objects.get().words.get().text
    assert rest in said and whole not in said


def test_the_kiosk_is_told_how_much_is_left_of_what_went_back(world, kiosk, manager):
    reference = paid(world, kiosk)
    sent = {"unit": world.unit.code}
    assert kiosk.post("/units/lookup", sent).json()["to_invoice"] == []
    PaymentOrder.objects.update(refunded_minor=1_00)
    left = PaymentOrder.objects.get().amount_minor - 1_00
    told = kiosk.post("/units/lookup", sent).json()["to_invoice"]
    assert told == [{"reference": reference, "minor": left}]
    assert invoices.left_at("K99", world.unit) == [], "another kiosk's"
    order = PaymentOrder.objects.get()
    going = {
        "refund_no": "R1",
        "amount_minor": 2_00,
        "reason": "staff",
        "created_at": timezone.now(),
    }
    Refund.objects.create(community=world.community, order=order, **going)
    told = kiosk.post("/units/lookup", sent).json()["to_invoice"]
    assert told == [{"reference": reference, "minor": left - 2_00}], "what is on its way, too"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"reference": "K03-999999"}, 404),
        ({"tax_number": TAX[:-1] + "X"}, 422),
        ({"title": " "}, 422),
        ({"unit": "1-1-102"}, 404),
        ({"kind": Kind.QUESTION}, 404),
    ],
)
def test_what_is_no_payment_of_the_unit_or_no_number_is_refused(
    world, kiosk, manager, change, status
):
    reference = paid(world, kiosk)
    sent = wish(world, **{"reference": reference} | change)
    assert kiosk.post("/requests", sent).status_code == status
    assert not ServiceRequest.objects.exists()


def test_a_payment_that_was_not_taken_has_no_invoice(world, kiosk, manager):
    sent = payment(world)
    view = kiosk.post("/payments", sent).json()
    kiosk.post(f"/payments/{view['payment_id']}/cancel")
    assert kiosk.post("/requests", wish(world, sent["reference"])).status_code == 404


def test_a_plain_request_is_not_sent_under_the_topic_of_invoices(world, kiosk, manager):
    sent = wish(world, "K03-000001") | {"invoice": None}
    assert kiosk.post("/requests", sent).status_code == 404
