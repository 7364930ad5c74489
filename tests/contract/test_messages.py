"""The messages refuse what the API does not allow, and read what a newer side adds."""

import pytest
from pydantic import ValidationError

from contract.messages import (
    BillToPay,
    CardData,
    Community,
    JournalEntry,
    Notice,
    StartPayment,
    UnitAccount,
    UnitLookup,
)

START = {
    "payment_id": "01900000-0000-7000-8000-000000000001",
    "reference": "K03-000417",
    "method": "wechat",
    "unit": "3-2-1201",
    "bills": [{"number": "B1", "amount_minor": 1}],
    "amount_minor": 1,
    "currency": "CNY",
}


def test_a_newer_sides_fields_are_ignored():
    assert StartPayment.model_validate({**START, "colour": "green"}).reference == "K03-000417"


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_minor": 0},
        {"amount_minor": 1.5},
        {"amount_minor": "1"},
        {"currency": "yuan"},
        {"bills": []},
        {"reference": "417"},
        {"payment_id": "../../etc/passwd"},
        {"method": "cash"},
    ],
)
def test_what_is_not_allowed_is_refused(wrong):
    with pytest.raises(ValidationError):
        StartPayment.model_validate({**START, **wrong})


def test_a_whole_card_number_cannot_be_written_down():
    with pytest.raises(ValidationError):
        CardData(masked_pan="5598 8300 0000 8074")
    assert CardData(masked_pan="559883******8074").masked_pan


@pytest.mark.parametrize("unit", ["3-2-1201", "A1", "12-1-B2-7"])
def test_unit_codes_as_residents_type_them(unit):
    assert UnitLookup(unit=unit).unit == unit


@pytest.mark.parametrize("unit", ["", "3--1", "' OR 1", "1-2-3-4-5", "栋"])
def test_other_unit_codes_are_refused(unit):
    with pytest.raises(ValidationError):
        UnitLookup(unit=unit)


def test_messages_do_not_change():
    with pytest.raises(ValidationError):
        BillToPay(number="B1", amount_minor=1).amount_minor = 2
    with pytest.raises(ValidationError):
        JournalEntry(sequence=0, at="", kind="note", body={}, previous_hash="0", hash="0")


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("\u200b王*\u2060", "王*"),
        ("\u202e王*明\u202c", "王*明"),
        ("\ufeffS\u0327*** ", "Ş***"),
        ("王*\u3000 明", "王* 明"),
        ("\u2067כ***\u2069", "כ***"),
        ("", ""),
    ],
)
def test_names_are_cleaned_on_the_way_in(told, kept):
    account = {"unit": "1-1-101", "payer": told, "bills": [], "currency": "CNY"}
    account["label"] = {"zh": told, "en": told}
    read = UnitAccount.model_validate(account)
    assert (read.payer, read.label.zh, read.label.en) == (kept, kept, kept)
    assert UnitAccount.model_validate_json(read.model_dump_json()) == read
    community = {"code": "c", "currency": "CNY", "time_zone": "Asia/Shanghai", "test": False}
    named = Community.model_validate({**community, "name": account["label"], "office_phone": "1"})
    assert named.name == read.label
    assert CardData(card_name=told).card_name == kept


def test_the_lines_of_a_notice_stay():
    body = {"zh": "停水\n\n明日恢复", "en": "No water\n\nBack tomorrow"}
    assert Notice.model_validate({"id": "1", "title": body, "body": body}).body.zh == body["zh"]
