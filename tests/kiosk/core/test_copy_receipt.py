"""A copy of what the server told of: the figures of now, for every way to pay, in both languages."""

import pytest

from contract.messages import CardData, Text
from contract.payment_history import CASH
from kiosk.core.copy_receipt import lay_out
from kiosk.core.receipt import Code
from kiosk.texts.receipt_words import speech
from kiosk.ui.gallery.payment_samples import HISTORY as SAMPLES
from tests.kiosk.core.story import bill
from tests.kiosk.core.test_payment_history import HISTORY, NEWEST
from tests.kiosk.core.test_receipt import COMMUNITY, words


def said(language="zh_CN", **changes) -> str:
    one = NEWEST.model_copy(update=changes)
    return words(lay_out(one, HISTORY.label, COMMUNITY, speech(language)))


@pytest.mark.parametrize(("language", "copy"), [("zh_CN", "补打"), ("en", "Copy")])
def test_it_says_that_it_is_a_copy_and_all_that_the_first_one_said(language, copy):
    text = said(language, payer="王*明", channel_reference="4200001")
    for expected in (copy, NEWEST.number, "王*明", "332.08", "4200001", COMMUNITY.office_phone):
        assert expected in text
    assert COMMUNITY.company.in_language(language) in text
    assert (HISTORY.label.in_language(language) in text) and "2026" in text


def test_what_went_back_or_is_credit_stands_there():
    assert "已退回 ￥2.08" in said(returned_minor=208)
    assert "正在退回 ￥10.00" in said(returned_minor=0, returning_minor=1_000)
    assert "记入预存款 ￥332.08" in said(returned_minor=0, credited_minor=33_208)
    assert "记入预存款" not in said(top_up=True, credited_minor=33_208, bills=[])
    whole, part = said(returned_minor=33_208), said(returned_minor=208)
    assert "缴费小票" in part and "缴费小票" not in whole


def test_each_way_to_pay_has_its_name_and_one_that_is_newer_than_the_kiosk_has_none():
    card = CardData(masked_pan="************0042", card_name="Visa", terminal_id="5")
    assert "银行卡" in said(method="card", card=card) and "0042" in said(method="card", card=card)
    assert "现金" in said(method=CASH, status_url="")
    text = said(method="newer")
    assert "付款方式" not in text and "332.08" in text
    assert "预存款 ￥2.00" in said(credit_minor=200)


def test_no_code_where_there_is_no_page_and_no_word_of_an_invoice_where_there_is_none():
    def codes(one):
        receipt = lay_out(one, HISTORY.label, COMMUNITY, speech("zh_CN"))
        return [block.text for block in receipt.blocks if isinstance(block, Code)]

    assert codes(NEWEST) == [NEWEST.status_url]
    assert codes(NEWEST.model_copy(update={"status_url": ""})) == []
    invoice = speech("zh_CN").words("receipt.invoice")
    assert invoice in said() and invoice not in said(invoice=False)


def test_a_bill_of_a_unit_that_was_merged_names_it():
    other = bill(10, 33_208).model_copy(update={"unit_label": Text(zh="1202室", en="1202")})
    assert "1202室" in said(bills=[other])


@pytest.mark.parametrize("one", SAMPLES.payments)
def test_every_sample_has_a_copy(one):
    assert one.number in words(lay_out(one, SAMPLES.label, COMMUNITY, speech("en")))
