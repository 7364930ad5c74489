"""Invoices asked for at a kiosk: of a payment of the unit, one request each, found where requests are."""

import uuid

import pytest
from django.utils import timezone

from server.service_requests import handling, topics
from server.service_requests.models import Kind, Origin, ServiceRequest, Topic
from server.staff.roles import Role
from tests.server.api.callers import payment
from tests.server.staff_accounts import create_person

TAX = "91330106673959654P"


@pytest.fixture
def manager(world):
    person = create_person("manager", (world.community, Role.APPROVER))
    topics.begin(person, world.community, timezone.now())
    return person


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


def test_a_payment_has_one_request_and_another_title_is_said_in_it(world, kiosk, manager):
    reference = paid(world, kiosk)
    first = kiosk.post("/requests", wish(world, reference)).json()
    again = wish(world, reference, title="Anna Schmidt", tax_number="", language="en")
    assert kiosk.post("/requests", again).json()["number"] == first["number"]
    texts = [word.text for word in ServiceRequest.objects.get().words.order_by("pk")]
    assert len(texts) == 2 and "Anna Schmidt (a person)" in texts[1] and "税号" not in texts[1]
    handling.answer(
        manager, ServiceRequest.objects.get().pk, "已开", settled=True, now=timezone.now()
    )
    assert kiosk.post("/requests", wish(world, reference)).json()["number"] == first["number"]


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
