"""A kiosk has a payment made, followed and ended, and a phone follows it."""

from datetime import time

import pytest
from django.test import Client
from django.utils import timezone

from contract.messages import PaymentState
from kiosk.central.identity import public_text
from server.fleet.enrolment import create_pairing_code
from server.fleet.models import Kiosk
from server.hours.models import NightRules
from server.payments import state_machine
from server.payments.channels import registry
from server.payments.models import PaymentOrder
from server.prepared import Rows, one_row
from tests.server.api.callers import Caller, error, payment
from tests.server.staff_accounts import PASSWORD, create_staff


def test_a_payment_is_started_followed_and_found_paid(world, kiosk):
    view = kiosk.post("/payments", payment(world)).json()
    assert view["state"] == "pending"
    assert view["code_url"].startswith("weixin://")
    world.channel.pays(view["payment_id"].replace("-", ""))
    path = f"/payments/{view['payment_id']}?wait=10&after_version={view['version']}"
    assert kiosk.get(path).json()["state"] == "approved"


def test_a_payment_is_cancelled(world, kiosk):
    view = kiosk.post("/payments", payment(world)).json()
    answer = kiosk.post(f"/payments/{view['payment_id']}/cancel").json()
    assert answer["state"] == PaymentState.CANCELLED


def test_what_is_wrong_with_a_payment_is_said(world, kiosk):
    kiosk.post("/payments", payment(world, 1))
    assert error(kiosk.post("/payments", payment(world, 2))) == (409, "bill_leased")
    conflict = {**payment(world, 1), "reference": "K03-000009"}
    assert error(kiosk.post("/payments", conflict)) == (409, "idempotency_conflict")
    assert error(kiosk.post("/payments", payment(world, 3, "alipay"))) == (409, "bill_leased")
    broken = {**payment(world, 4), "amount_minor": -1}
    assert error(kiosk.post("/payments", broken)) == (422, "bad_request")


def test_a_channel_that_is_not_set_up_is_said_to_be_unavailable(world, kiosk):
    alipay = payment(world, 1, "alipay")
    assert error(kiosk.post("/payments", alipay)) == (409, "channel_unavailable")


def test_what_is_not_taken_at_night_is_said_with_the_reason(world, kiosk):
    whole_day = {"starts": time(0), "ends": time(0)}
    NightRules.objects.create(community=world.community, max_minor=100, **whole_day)
    for _ in range(2):
        answer = kiosk.post("/payments", payment(world, 1))
        assert error(answer) == (409, "channel_unavailable")
        assert answer.json()["details"] == {"night": "limit"}


WECHAT_CODE = "134567890123456789"


def with_code(world, number=1, code=WECHAT_CODE, method="wechat"):
    return {**payment(world, number, method), "payment_code": code}


def test_a_phone_is_charged_by_the_code_it_showed(world, kiosk, monkeypatch):
    monkeypatch.setattr(registry, "charging_phones", lambda: ["wechat"])
    assert kiosk.get("/config").json()["payment_codes"] == ["wechat"]
    body = with_code(world)
    for _ in range(2):
        view = kiosk.post("/payments", body).json()
        assert (view["state"], view["with_payment_code"]) == ("approved", True)
    assert len(world.channel.charged) == 1


def test_a_phone_that_asks_for_the_password_is_followed(world, kiosk, monkeypatch):
    monkeypatch.setattr(registry, "charging_phones", lambda: ["wechat"])
    world.channel.phone = "asks"
    view = kiosk.post("/payments", with_code(world)).json()
    assert (view["state"], view["code_url"]) == ("pending", None)
    world.channel.pays(view["payment_id"].replace("-", ""))
    path = f"/payments/{view['payment_id']}?wait=15&after_version={view['version']}"
    assert kiosk.get(path).json()["state"] == "approved"


def test_what_is_wrong_with_a_payment_code_is_said_before_anybody_is_charged(
    world, kiosk, monkeypatch, caplog
):
    caplog.set_level("DEBUG")
    assert error(kiosk.post("/payments", with_code(world))) == (409, "channel_unavailable")
    monkeypatch.setattr(registry, "charging_phones", lambda: ["wechat"])
    other = with_code(world, code="281234567890123456")
    assert error(kiosk.post("/payments", other)) == (422, "bad_request")
    odd = kiosk.post("/payments", with_code(world, code=WECHAT_CODE + "x"))
    assert error(odd) == (422, "bad_request")
    monkeypatch.setattr(world.channel, "charge", None)  # a defect
    assert error(kiosk.post("/payments", with_code(world, 2)))[0] == 503
    assert world.channel.charged == []
    for said in (odd.content.decode(), caplog.text):
        assert WECHAT_CODE not in said


def test_a_kiosk_sees_only_its_own_payments(world, kiosk):
    view = kiosk.post("/payments", payment(world)).json()
    other = Caller()
    row = Kiosk.objects.create(
        community=world.community, code="K04", location_zh="大堂", location_en="Lobby"
    )
    code = create_pairing_code(row, now=timezone.now())
    body = {"pairing_code": code, "public_key": public_text(other.key)}
    other.key_id = other.post("/enrol", body).json()["kiosk_id"]
    assert error(other.get(f"/payments/{view['payment_id']}")) == (404, "not_found")


@pytest.mark.django_db
def test_the_openapi_description_is_there_for_staff(client: Client):
    create_staff("staff")
    client.login(username="staff", password=PASSWORD)
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert "/api/v1/payments/{payment_id}/cancel" in paths


def test_a_phone_follows_a_payment_without_a_login(world, kiosk):
    view = kiosk.post("/payments", payment(world)).json()
    page = Client().get(f"/p/{view['payment_id']}").content.decode()
    assert "请不要再付一次" in page
    assert "王" not in page
    world.channel.pays(view["payment_id"].replace("-", ""))
    kiosk.post(f"/payments/{view['payment_id']}/cancel")
    page = Client().get(f"/p/{view['payment_id']}").content.decode()
    assert "缴费成功" in page
    assert view["reference"] in page
    missing = Client().get("/p/00000000-0000-0000-0000-00000000ffff")
    assert missing.status_code == 404
    assert "还没有这笔付款的消息" in missing.content.decode()


def test_an_order_that_is_made_of_a_row_is_watched_as_one_that_is_read(world, kiosk):
    number = kiosk.post("/payments", payment(world)).json()["payment_id"]
    order, rows = PaymentOrder.objects.get(payment_id=number), Rows(PaymentOrder)
    made = rows.made(one_row(f"{rows.select} WHERE payment_id = %s", [number]))
    assert made._was == order._was and made._was
    made.amount_minor += 1
    with pytest.raises(state_machine.RuleBroken):
        made.save()
