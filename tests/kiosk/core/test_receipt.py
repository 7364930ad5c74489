"""What receipts and slips say, in both languages."""

import pytest

from contract.messages import CardData, Method, PaymentState
from kiosk.core.receipt import Code, Line, lay_out
from kiosk.texts.receipt_words import speech
from tests.kiosk.core.story import Story, config

COMMUNITY = config().community


def words(receipt) -> str:
    lines = [f"{b.left} {b.right}" for b in receipt.blocks if isinstance(b, Line)]
    return "\n".join(lines + [b.caption for b in receipt.blocks if isinstance(b, Code)])


def paid(method=Method.WECHAT):
    return Story.paying(method).server_says(PaymentState.APPROVED).payment


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_receipt_says_who_paid_what_and_how(language):
    record = paid()
    text = words(lay_out(record, COMMUNITY, speech(language)))
    for expected in (
        record.reference,
        "王*明",
        "￥632.08",
        "￥300.00",
        "4200001",
        "0571-5555-0123",
    ):
        assert expected in text
    assert ("缴费小票" in text) == (language == "zh_CN")


def test_where_the_office_has_no_phone_none_is_printed():
    silent = COMMUNITY.model_copy(update={"office_phone": ""})
    assert "物业电话" in words(lay_out(paid(), COMMUNITY, speech("zh_CN")))
    assert "物业电话" not in words(lay_out(paid(), silent, speech("zh_CN")))


def test_the_total_is_the_sum_of_what_stands_above_it():
    record = paid()
    late = record.bills[0].model_copy(update={"amount_minor": 30432, "late_fee_minor": 432})
    bills = [late, *record.bills[1:]]
    record = record.model_copy(update={"bills": bills, "amount_minor": record.amount_minor + 432})
    receipt = lay_out(record, COMMUNITY, speech("en"))
    amounts = [b.right for b in receipt.blocks if isinstance(b, Line) and b.right.startswith("￥")]
    *parts, total = [int(a[1:].replace(".", "")) for a in amounts]
    assert sum(parts) == total == record.amount_minor


def test_a_card_receipt_shows_the_masked_number_only():
    record = paid(Method.CARD).model_copy(
        update={"card": CardData(masked_pan="559883******8074", authorisation_code="750071")}
    )
    text = words(lay_out(record, COMMUNITY, speech("en")))
    assert "559883******8074" in text
    assert "750071" in text


def test_an_unknown_outcome_gives_a_slip_that_promises_nothing():
    record = Story.paying(Method.WECHAT).taps("cancel_payment").waits(21).payment
    receipt = lay_out(record, COMMUNITY, speech("zh_CN"))
    assert "请不要再付一次" in words(receipt)
    assert "缴费小票" not in words(receipt)
    assert [b.text for b in receipt.blocks if isinstance(b, Code)] == [record.status_url]


def test_simulated_devices_say_so_on_paper():
    record = paid().model_copy(update={"simulated": True})
    assert "没有真的收款" in words(lay_out(record, COMMUNITY, speech("zh_CN")))


def test_a_copy_is_marked():
    record = paid()
    first, copy = (lay_out(record, COMMUNITY, speech("en"), copy=c) for c in (False, True))
    assert "Copy" in words(copy)
    assert "Copy" not in words(first)
