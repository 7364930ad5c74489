"""Text messages by the provider's real protocol, against a gateway that checks each signature."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests

from server.alerts.raising import raise_alert
from server.configuration import SmsSection
from server.gateways import aliyun_api
from server.gateways.outcome import Fate, Own
from server.on_call import escalation, sending
from server.on_call.models import Message
from server.on_call.ways import sms
from simulators.aliyun_sms.gateway import Gateway
from simulators.http_door import HttpDoor
from tests.server.on_call.people import technician
from tests.server.village import NOW, create_village

NUMBER = "13800001111"


@pytest.fixture
def gateway() -> Iterator[tuple[Gateway, str]]:
    machine = Gateway("test-key", "test-secret")
    door = HttpDoor("127.0.0.1", 0, machine.respond)
    door.start()
    yield machine, f"http://127.0.0.1:{door.port}"
    door.close()


@pytest.fixture
def configured(gateway, settings) -> Gateway:
    machine, endpoint = gateway
    section = SmsSection(
        access_key_id="test-key", sign_name="晴天物业", template_code="SMS_1", endpoint=endpoint
    )
    settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"sms": section})
    settings.SMS_SECRET = "test-secret"
    return machine


def test_the_signature_is_that_of_the_published_example():
    """ "Request syntax and signature method V3" of Alibaba Cloud's documents, its fixed values."""
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    query = {
        "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
        "RegionId": "cn-shanghai",
    }
    assert aliyun_api.signature("YourAccessKeySecret", query, headers) == (
        "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_it_is_taken_and_the_template_filled_in(configured):
    text = "【告警】 小村 K1 (3号楼 大堂): 打印机：缺纸 & 100%\n开始时间 11-24\nhttps://x.example.com/staff/alerts/7/"
    outcome = sms.send(NUMBER, text)
    assert outcome.fate is Fate.SENT and outcome.receipt
    [sent] = configured.sent
    assert sent.values == {
        "place": "【告警】 小村 K1 (3号楼 大堂)",
        "what": "打印机：缺纸 & 100%",
        "link": "alerts/7/",
    }


def test_a_wrong_secret_is_refused_in_the_gateways_words(configured, settings):
    settings.SMS_SECRET = "wrong"
    outcome = sms.send(NUMBER, "a: b\nc")
    assert outcome.fate is Fate.REFUSED and outcome.said.startswith("SignatureDoesNotMatch")
    assert configured.sent == []


@pytest.mark.parametrize(
    ("code", "fate"),
    [
        ("isv.MOBILE_NUMBER_ILLEGAL", Fate.REFUSED),
        ("isv.OUT_OF_SERVICE", Fate.REFUSED),
        ("isv.BUSINESS_LIMIT_CONTROL", Fate.AWAY),
        ("Throttling.User", Fate.AWAY),
    ],
)
def test_refusals_are_told_from_what_may_be_tried_again(configured, code, fate):
    configured.refuse = code
    outcome = sms.send(NUMBER, "a: b\nc")
    assert outcome.fate is fate and outcome.said.startswith(code)


def test_a_line_that_breaks_after_the_call_leaves_it_unknown_and_nobody_there_is_tried_again(
    configured, settings
):
    configured.cut = 1
    assert sms.send(NUMBER, "a: b\nc").fate is Fate.UNKNOWN and len(configured.sent) == 1
    nobody = settings.LOBBYPAY.sms.model_copy(update={"endpoint": "http://127.0.0.1:9"})
    settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"sms": nobody})
    assert sms.send(NUMBER, "a: b\nc").fate is Fate.AWAY


def test_its_limits_to_one_number_hold(configured):
    configured.limited = True
    assert sms.send(NUMBER, "a: b\nc").fate is Fate.SENT
    assert sms.send(NUMBER, "a: b\nc").fate is Fate.AWAY
    assert sms.send("13800002222", "a: b\nc").fate is Fate.SENT


@pytest.mark.django_db
def test_receipts_say_later_whether_it_arrived(configured):
    village = create_village()
    technician(village, "first", way="sms", to=NUMBER)
    configured.arrives_after_s = 1000
    raise_alert(village.pk, "site_silent", "K1", NOW, kiosk_code="K1")
    escalation.look(NOW)
    sending.look(NOW)
    message = Message.objects.get()
    assert message.state == "sent" and message.receipt
    later = NOW + timedelta(minutes=1)
    assert sending.look_for_receipts(later) == 0
    configured.arrives_after_s = 0
    assert sending.look_for_receipts(later) == 1
    message.refresh_from_db()
    assert message.state == "delivered"


@pytest.mark.django_db
def test_a_phone_that_cannot_be_reached_is_said(configured):
    village = create_village()
    technician(village, "first", way="sms", to=NUMBER)
    configured.fail = "MOBILE_NOT_ON_SERVICE"
    raise_alert(village.pk, "site_silent", "K1", NOW, kiosk_code="K1")
    escalation.look(NOW)
    sending.look(NOW)
    sending.look_for_receipts(NOW + timedelta(minutes=1))
    message = Message.objects.get()
    assert (message.state, message.answer) == ("refused", "MOBILE_NOT_ON_SERVICE")


def test_without_a_provider_it_is_said(settings):
    assert sms.send(NUMBER, "a: b").said == Own.NO_SMS


@pytest.mark.django_db
def test_a_provider_that_does_not_answer_is_asked_once_a_look(configured, monkeypatch):
    village = create_village()
    for number in range(3):
        technician(village, f"p{number}", way="sms", to=f"1380000111{number}")
    raise_alert(village.pk, "site_silent", "K1", NOW, kiosk_code="K1")
    escalation.look(NOW)
    sending.look(NOW)
    asked = []

    def slow(*_args, **_more):
        asked.append(1)
        raise requests.ReadTimeout

    monkeypatch.setattr("requests.post", slow)
    assert sending.look_for_receipts(NOW + timedelta(minutes=1)) == 0
    assert len(asked) == 1
