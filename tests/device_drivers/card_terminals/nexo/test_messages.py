"""What is asked, and what is read: from published answers, and from anything at all."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.card_terminals.interface import Outcome
from device_drivers.card_terminals.nexo import answers, messages, status, texts
from device_drivers.card_terminals.nexo.messages import minor_units, service_id
from device_drivers.errors import ProtocolError
from device_drivers.status import Level
from tests.device_drivers.card_terminals.nexo import published
from tests.device_drivers.card_terminals.nexo.test_crypto import JSON

NOW = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
PAYMENT = messages.payment("0192f0c2-aaaa-7bbb-8ccc-123456789012", 63208, "CNY", NOW)
POI = "P400Plus-275102737"


def test_a_payment_request_is_as_documented():
    told = json.loads(PAYMENT.bytes("K03", POI))["SaleToPOIRequest"]
    assert told["MessageHeader"] == {
        "ProtocolVersion": "3.0",
        "MessageClass": "Service",
        "MessageCategory": "Payment",
        "MessageType": "Request",
        "ServiceID": PAYMENT.service_id,
        "SaleID": "K03",
        "POIID": POI,
    }
    assert told["PaymentRequest"] == {
        "SaleData": {
            "SaleTransactionID": {
                "TransactionID": "0192f0c2-aaaa-7bbb-8ccc-123456789012",
                "TimeStamp": "2026-11-03T09:30:00.000Z",
            }
        },
        "PaymentTransaction": {"AmountsReq": {"Currency": "CNY", "RequestedAmount": 632.08}},
    }


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_payment_has_one_name_for_ever_and_shares_it_with_no_other(one, other):
    name = service_id("payment", one)
    assert name == service_id("payment", one)
    assert len(name) == 10
    assert name.isascii()
    assert name.isalnum()
    assert (name == service_id("payment", other)) is (one == other)
    assert name != service_id("reversal", one)


@given(st.integers(1, 10**10 - 1), st.sampled_from(tuple(messages.EXPONENTS)))
def test_amounts_come_back_as_they_went(amount_minor, currency):
    request = messages.payment("p", amount_minor, currency, NOW)
    told = messages.parsed(request.bytes("K03", POI))["SaleToPOIRequest"]["PaymentRequest"]
    amount = told["PaymentTransaction"]["AmountsReq"]["RequestedAmount"]
    assert minor_units(amount, currency) == amount_minor


@pytest.mark.parametrize("amount", ["632.08", True, Decimal("0.001"), -1, 10**20, Decimal("1e99")])
def test_what_is_no_amount_is_not_rounded_to_one(amount):
    with pytest.raises(ProtocolError):
        minor_units(amount, "CNY")


def test_a_published_status_answer_is_read_and_the_rest_is_left():
    found = answers.found(published.STATUS, "Payment")
    result = answers.payment_result(found.body, POI)
    assert (result.outcome, result.amount_minor, result.currency) == (Outcome.APPROVED, 7900, "EUR")
    assert (result.masked_pan, result.card_name) == ("679999****9990", "Mastercard")
    assert (result.receipt_no, result.trace_no) == ("57eT001544015027011", "8815440150351036")
    assert (result.date, result.time) == ("1205", "130347")
    assert answers.transaction_of(result) == (
        "57eT001544015027011.8815440150351036",
        "2018-12-05T13:03:47.000Z",
    )
    assert not {"0228", "53", "TC03_MS_Approved"} & set(repr(result).split("'"))


def test_a_published_reversal_and_diagnosis_are_read():
    assert answers.reversal_result(published.REVERSAL, POI).outcome is Outcome.APPROVED
    health = status.health(published.DIAGNOSIS, "V400m-346403161")
    assert (health.model, health.software, health.simulated) == ("V400m", "adyen_v1_49p5", False)
    assert health.conditions == ()


@pytest.mark.parametrize("pan", ["5598830000008074", "5598 8300 0000 8074"])
def test_a_card_number_in_clear_stays_in_the_parser(pan):
    body = {
        "Response": {"Result": "Success", "AdditionalResponse": f"message={pan}"},
        "POIData": {"POITransactionID": {"TransactionID": "a.b", "TimeStamp": "2026-11-03T09:30Z"}},
        "PaymentResult": {
            "PaymentInstrumentData": {"CardData": {"MaskedPAN": pan, "PaymentBrand": "mc"}},
            "AmountsResp": {"AuthorizedAmount": 1, "Currency": "CNY"},
        },
        "PaymentReceipt": [
            {
                "DocumentQualifier": "CustomerReceipt",
                "OutputContent": {"OutputText": [{"Text": f"name=Card&value={pan}"}]},
            }
        ],
    }
    result, said = answers.payment_result(body, POI), answers.response(body)
    assert result.receipt_lines
    for told in (repr(result), said.detail):
        digits = "".join(c for c in told if c.isdigit())
        assert "000000" not in digits
        assert pan not in told


@pytest.mark.parametrize("condition", sorted(texts.CONDITIONS))
def test_every_error_condition_has_words_for_residents_and_staff(condition):
    body = {"Response": {"Result": "Failure", "ErrorCondition": condition}}
    for words in (texts.CONDITIONS[condition].staff, texts.resident(condition)):
        assert words["zh"]
        assert words["en"]
    if condition == answers.IN_PROGRESS:
        with pytest.raises(ProtocolError):
            answers.payment_result(body, POI)
    else:
        result = answers.payment_result(body, POI)
        assert result.outcome is not Outcome.APPROVED
        assert result.message == texts.resident(condition)


def test_an_unknown_condition_is_a_refusal_with_words():
    body = {"Response": {"Result": "Failure", "ErrorCondition": "SomethingNew"}}
    result = answers.payment_result(body, POI)
    assert (result.outcome, result.code) == (Outcome.DECLINED, "SomethingNew")
    assert result.message["zh"]


@given(JSON | st.fixed_dictionaries({"Response": JSON, "PaymentResult": JSON, "POIData": JSON}))
def test_nothing_but_an_explicit_success_is_an_approval(body):
    for read in (answers.payment_result, answers.reversal_result):
        try:
            result = read(body, POI)
        except ProtocolError:
            continue
        assert result.outcome is not Outcome.APPROVED
    try:
        health = status.health(body, POI)
    except ProtocolError:
        return
    assert all(c.level is not Level.OK for c in health.conditions)


@given(st.binary(max_size=200))
def test_noise_is_no_message(raw):
    try:
        messages.answer_to(PAYMENT, "K03", POI, raw)
    except ProtocolError:
        return
    raise AssertionError(raw)


@pytest.mark.parametrize(
    "changed", ["MessageCategory", "MessageType", "ServiceID", "SaleID", "POIID"]
)
def test_an_answer_to_something_else_is_no_answer(changed):
    header = {**PAYMENT.header("K03", POI), "MessageType": "Response"}
    inner = {"MessageHeader": header, "PaymentResponse": {"Response": {"Result": "Success"}}}
    raw = messages.encoded({"SaleToPOIResponse": inner})
    assert messages.answer_to(PAYMENT, "K03", POI, raw) == inner["PaymentResponse"]
    header[changed] = "other"
    with pytest.raises(ProtocolError):
        messages.answer_to(PAYMENT, "K03", POI, messages.encoded({"SaleToPOIResponse": inner}))
