"""What receipts and slips say, in both languages."""

import pytest

from contract.messages import CREDITED, CardData, Method, PaymentState, Text
from kiosk.core.receipt import Code, Line, grouped, lay_out
from kiosk.texts.receipt_words import speech
from tests.kiosk.core.story import Story, config

COMMUNITY = config().community.model_copy(
    update={"company": Text(zh="湖畔物业服务有限公司", en="Lakeside Property Services")}
)


def words(receipt) -> str:
    lines = [f"{b.left} {b.right}" for b in receipt.blocks if isinstance(b, Line)]
    return "\n".join(lines + [b.caption for b in receipt.blocks if isinstance(b, Code)])


def paid(method=Method.WECHAT):
    return Story.paying(method).server_says(PaymentState.APPROVED).payment


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_receipt_says_who_paid_what_and_how(language):
    record = paid()
    text = words(lay_out(record, COMMUNITY, speech(language)))
    yuan = "￥" if language == "zh_CN" else "¥"
    unit = "3栋2单元1201" if language == "zh_CN" else "Building 3, Entrance 2, 1201"
    company = COMMUNITY.company.in_language(language)
    for expected in (
        record.reference,
        "王*明",
        unit,
        company,
        f"{yuan}632.08",
        f"{yuan}300.00",
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
    amounts = [b.right for b in receipt.blocks if isinstance(b, Line) and b.right.startswith("¥")]
    *parts, total = [int(a[1:].replace(".", "")) for a in amounts]
    assert sum(parts) == total == record.amount_minor


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_part_says_what_the_bill_comes_to_and_what_is_still_due(language):
    record = paid()
    one = record.bills[:1]
    part = {"bills": one, "amount_minor": 10_000, "in_part": True}
    text = words(lay_out(record.model_copy(update=part), COMMUNITY, speech(language)))
    whole, rest = (
        f"{minor / 100:.2f}" for minor in (one[0].amount_minor, one[0].amount_minor - 10_000)
    )
    for word, sum_ in zip(
        ("账单应缴", "尚未缴", "本次缴纳")
        if language == "zh_CN"
        else ("Bill comes to", "Still due", "Paid now"),
        (whole, rest, "100.00"),
        strict=True,
    ):
        assert any(line.startswith(word) and sum_ in line for line in text.splitlines()), text


def test_a_card_receipt_shows_the_masked_number_only():
    record = paid(Method.CARD).model_copy(
        update={"card": CardData(masked_pan="559883******8074", authorisation_code="750071")}
    )
    text = words(lay_out(record, COMMUNITY, speech("en")))
    assert "5598 83** **** 8074" in text
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


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("4200001234202611241447", "4200 0012 3420 2611 2414 47"),
        ("559883******8074", "5598 83** **** 8074"),
        ("T8F7A6C5", "T8F7A6C5"),
        ("", ""),
    ],
)
def test_long_numbers_are_read_in_groups_of_four(number, shown):
    assert grouped(number) == shown


def test_a_receipt_says_how_to_have_an_invoice():
    chinese, english = (words(lay_out(paid(), COMMUNITY, speech(one))) for one in ("zh_CN", "en"))
    assert "要发票" in chinese and "invoice" in english


@pytest.mark.parametrize(
    ("state", "reason", "says", "never"),
    [
        (PaymentState.UNKNOWN, "", "请不要再付一次", "可重新付款"),
        (PaymentState.UNKNOWN, "", "多扣的钱会原路退回", "没有付成，没有扣款"),
        (PaymentState.PENDING, "", "请不要再付一次", "可重新付款"),
        (PaymentState.DECLINED, "", "没有付成，没有扣款", "请不要再付"),
        (PaymentState.CANCELLED, "", "没有付成，没有扣款", "请不要再付"),
        (PaymentState.REVERSED, "", "￥632.08 会原路退回", "没有扣款"),
        (PaymentState.REVERSED, CREDITED, "已记入本户预存", "原路退回"),
    ],
)
def test_paper_says_of_money_what_is_known_and_no_more(state, reason, says, never):
    record = paid().model_copy(update={"state": state, "reason": reason})
    text = words(lay_out(record, COMMUNITY, speech("zh_CN")))
    assert says in text and never not in text
    assert "缴费小票" not in text and "发票" not in text


@pytest.mark.parametrize(("language", "said"), [("zh_CN", "全年物业费"), ("en", "A year's fee")])
def test_a_bill_with_a_title_is_called_by_it(language, said):
    record = paid()
    named = record.bills[0].model_copy(update={"title": Text(zh="全年物业费", en="A year's fee")})
    record = record.model_copy(update={"bills": [named]})
    assert said in words(lay_out(record, COMMUNITY, speech(language)))


def test_each_bill_stands_under_its_own_unit():
    record = paid()
    bill, old = record.bills[0], Text(zh="3栋2单元1202", en="Building 3, Entrance 2, 1202")
    bills = [bill, bill.model_copy(update={"unit_label": old}), bill]
    text = words(lay_out(record.model_copy(update={"bills": bills}), COMMUNITY, speech("en")))
    own = record.unit_label.en
    assert own != old.en and text.count(own) == 2 and text.count(old.en) == 1
    assert text.index(own) < text.index(old.en) < text.rindex(own)
