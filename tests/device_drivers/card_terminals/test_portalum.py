"""Messages of Austrian terminals (Hobex, CardComplete) say what they are known to say."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from device_drivers.card_terminals.zvt import answers, apdu, fields
from device_drivers.card_terminals.zvt.describe import describe
from device_drivers.card_terminals.zvt.receipts import (
    ADMINISTRATION,
    CUSTOMER,
    MERCHANT,
    Receipts,
    printed_block,
    printed_line,
)

DATA = json.loads((Path(__file__).parents[2] / "data/zvt/portalum.json").read_text("utf-8"))


def data_of(text: str) -> bytes:
    return apdu.parse(bytes.fromhex(text)).data


@pytest.mark.parametrize("case", DATA["results"], ids=lambda c: c["name"])
def test_results(case: dict[str, Any]) -> None:
    expected = dict(case["expected"])
    read = fields.read(data_of(case["hex"]))
    assert read.problem == ""
    result = answers.card_result(read)
    assert result is not None
    tags = {"card_technology": 0x1F12, "holder_check": 0x1F10, "aid": 0x43}
    said = describe(apdu.parse(bytes.fromhex(case["hex"])))
    words = {node["tag"]: node for node in _all(said.get("tlv", []))}
    for name, value in expected.items():
        if name in tags:
            node = words[f"{tags[name]:02X}"]
            assert node.get("meaning", node["value"]) == value
        else:
            assert getattr(result, name, said.get(name)) == value, name


def _all(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for node in nodes for one in (node, *_all(node.get("tlv", [])))]


@pytest.mark.parametrize("case", DATA["steps"], ids=lambda c: c["name"])
def test_steps(case: dict[str, Any]) -> None:
    said = describe(apdu.parse(bytes.fromhex(case["hex"])))
    assert "problem" not in said
    for name, value in case["expected"].items():
        assert said.get(name, "") == value


def collected(lines: list[str], characters: str = "cp437") -> Receipts:
    receipts = Receipts()
    for line in lines:
        receipts.add_line(printed_line(data_of(line), characters))
    return receipts


def test_lines_that_say_whose_they_are() -> None:
    receipts = collected(DATA["receipt_lines"], "iso8859-1")
    assert receipts.merchant[0] == "** HÄNDLERBELEG **"
    assert receipts.customer[0] == "** KUNDENBELEG **"
    assert "Nr:  **** **** **** 4821" in receipts.customer
    assert len(receipts.merchant) == 11
    assert len(receipts.customer) == 7  # with the line that the terminal marks as the merchant's
    assert not any("\x06" in line for line in receipts.customer + receipts.merchant)


def test_lines_that_do_not_say_whose_they_are() -> None:
    bare = [_without_kind(line) for line in DATA["receipt_lines"]]
    receipts = collected(bare)  # in the wrong characters too
    assert receipts.merchant[0].startswith("** H")
    assert receipts.customer[0] == "** KUNDENBELEG **"


def _without_kind(line: str) -> str:
    body = bytes.fromhex(line)[3:-6]
    return apdu.Apdu(apdu.PRINT_LINE, body).encode().hex()


def test_what_stands_behind_a_line_is_no_text() -> None:
    behind = "0609" + "1f070102" + "1f37024142"
    printed = printed_line(bytes.fromhex("00" + b"Danke".hex() + behind))
    assert (printed.lines, printed.kind) == (("Danke",), CUSTOMER)
    loose = printed_line(b"\x00Danke\x06\x01A")  # no receipt type in it: then it is text
    assert loose.kind is None
    assert loose.lines[0].startswith("Danke")


def test_lines_of_an_end_of_day() -> None:
    receipts = collected(DATA["day_lines"])
    assert receipts.administration[0] == "** KASSENSCHNITT **"
    assert receipts.customer == receipts.merchant == ()


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("customer", CUSTOMER, "        KUNDENBELEG"),
        ("merchant", MERCHANT, "       HÄNDLERBELEG"),
        ("administration", ADMINISTRATION, "Abschluss - keine TX"),
    ],
)
def test_blocks(name: str, kind: int, text: str) -> None:
    printed = printed_block(data_of(DATA["blocks"][name]))
    assert (printed.kind, printed.last) == (kind, True)
    assert text in printed.lines


@pytest.mark.parametrize("ended", [True, False])
def test_both_receipts_in_one_payment(ended: bool) -> None:
    receipts = Receipts()
    for name in ("merchant", "customer"):
        block = printed_block(data_of(DATA["blocks"][name]))
        receipts.add_block(replace(block, last=ended))
    assert "        KUNDENBELEG" in receipts.customer
    assert "       HÄNDLERBELEG" in receipts.merchant
    assert "       HÄNDLERBELEG" not in receipts.customer
