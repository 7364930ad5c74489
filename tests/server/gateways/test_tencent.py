"""Tencent Cloud's text messages by the real protocol, against a gateway that checks each signature."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from server.gateways import tencent
from server.gateways.outcome import Fate
from server.gateways.sms import Filled, NoAnswer, SmsAccount
from simulators.http_door import HttpDoor
from simulators.tencent_sms.gateway import Gateway

NUMBER = "13800001111"
BILL = Filled("1234567", {"unit": "3-2-501", "amount": "286.40"})


@pytest.fixture
def gateway() -> Iterator[tuple[Gateway, SmsAccount]]:
    machine = Gateway("AKID", "secret", "1400000000")
    door = HttpDoor("127.0.0.1", 0, machine.respond)
    door.start()
    account = SmsAccount(
        "AKID", "secret", "晴天物业", f"http://127.0.0.1:{door.port}", "1400000000"
    )
    yield machine, account
    door.close()


def now() -> datetime:
    return datetime.now(UTC)


def test_the_signature_is_that_of_the_published_example():
    """ "Signature method v3" of Tencent Cloud's documents, its fixed values."""
    body = r'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    secret, host = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "cvm.tencentcloudapi.com"
    assert tencent.signature(secret, "cvm", host, body, 1551113065) == (
        "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )


def test_it_is_taken_with_its_values_in_their_order_and_arrives_later(gateway):
    machine, account = gateway
    machine.arrives_after_s = 1000
    outcome = tencent.TencentSms(account).send(NUMBER, BILL)
    assert outcome.fate is Fate.SENT and outcome.receipt
    [sent] = machine.sent
    assert sent.number == "+8613800001111" and sent.values == ["3-2-501", "286.40"]
    ask = tencent.TencentSms(account).delivery
    assert ask(NUMBER, outcome.receipt, now()) is None
    machine.arrives_after_s = 0
    delivery = ask(NUMBER, outcome.receipt, now())
    assert delivery is not None and delivery.arrived
    assert ask(NUMBER, outcome.receipt, now() + timedelta(hours=1)) is None  # not so old
    machine.fail = "MK:0001"
    failed = ask(NUMBER, outcome.receipt, now())
    assert failed is not None and not failed.arrived and failed.said == "MK:0001"


@pytest.mark.parametrize("wrong", [{"secret": "x"}, {"key_id": "x"}, {"app_id": "1"}])
def test_a_wrong_account_is_refused_and_asks_for_no_receipt(gateway, wrong):
    machine, right = gateway
    known = {"key_id": "AKID", "secret": "secret", "app_id": right.app_id, **wrong}
    provider = tencent.TencentSms(
        SmsAccount(sign_name=right.sign_name, endpoint=right.endpoint, **known)
    )
    assert provider.send(NUMBER, BILL).fate is Fate.REFUSED and machine.sent == []
    with pytest.raises(NoAnswer):
        provider.delivery(NUMBER, "1", now())


@pytest.mark.parametrize(
    ("code", "fate"),
    [
        ("LimitExceeded.PhoneNumberDailyLimit", Fate.AWAY),
        ("FailedOperation.InsufficientBalanceInSmsPackage", Fate.AWAY),
        ("FailedOperation.PhoneNumberInBlacklist", Fate.REFUSED),
        ("InternalError.Timeout", Fate.UNKNOWN),
    ],
)
def test_refusals_are_told_from_what_may_be_tried_again_and_from_what_is_not_known(
    gateway, code, fate
):
    machine, account = gateway
    machine.refuse = code
    outcome = tencent.TencentSms(account).send(NUMBER, BILL)
    assert outcome.fate is fate and outcome.said.startswith(code)


def test_a_call_without_an_answer_is_unknown_and_one_that_reached_nobody_is_not(gateway):
    machine, account = gateway
    machine.cut = 1
    assert tencent.TencentSms(account).send(NUMBER, BILL).fate is Fate.UNKNOWN
    assert len(machine.sent) == 1
    nobody = SmsAccount("AKID", "secret", "x", "http://127.0.0.1:9", "1400000000")
    assert tencent.TencentSms(nobody).send(NUMBER, BILL).fate is Fate.AWAY
