"""``lobbypay zvt decode`` on files of all sorts."""

import json
from pathlib import Path
from typing import Any

import pytest

from device_drivers.card_terminals.zvt import tables
from device_drivers.card_terminals.zvt.command import main
from device_drivers.card_terminals.zvt.decode import decoded

DATA = Path(__file__).parents[2] / "data" / "zvt"
CAPTURES = json.loads((DATA / "captures.json").read_text("utf-8"))["captures"]
FRAMES = json.loads((DATA / "serial_frames.json").read_text("utf-8"))["vectors"]


def decode(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, object]]]:
    code = main(["decode", str(path)])
    return code, json.loads(capsys.readouterr().out)


def test_messages_in_hex_a_line_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "capture.txt"
    path.write_text("\n".join(c["hex"] for c in CAPTURES) + "\n")
    code, said = decode(path, capsys)
    assert code == 0
    commands = [c["expected"]["command"].split()[0] for c in CAPTURES]
    assert [str(one["command"]).replace(" ", "") for one in said] == commands
    assert said[3]["card_number"] == "559883******8074"
    assert "123456" not in json.dumps(said)


def test_raw_serial_frames(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "line.bin"
    path.write_bytes(b"\x06".join(bytes.fromhex(v["frame"]) for v in FRAMES))
    code, said = decode(path, capsys)
    assert code == 0
    assert [one["signal"] for one in said if "signal" in one] == ["ACK"] * 13
    assert said[4]["amount_minor"] == 11000
    assert said[24]["card_number"] == "******6666"  # what follows the D is track data


def said_of(text: str) -> dict[str, Any]:
    entries = list(decoded(bytes.fromhex(text)))
    assert len(entries) == 1
    return entries[0]


@pytest.mark.parametrize("unknown", ["048700", "000000", "ffaa00", "7766020000", "060d00"])
def test_a_command_that_nobody_knows_is_a_problem(unknown: str) -> None:
    assert said_of(unknown)["problem"] == "a command that is not in the tables"


def test_a_negative_answer_is_no_word_of_the_bank() -> None:
    """PA00P015 2.64: 84 xx; behind it may stand a result code (ch. 10)."""
    said = said_of("841e017d")
    assert said["answer_code"] == "1E"
    assert said["result_code"] == "7D"
    assert said["meaning"]["en"] == tables.RESULT_CODES[0x7D].en
    assert tables.HOST_DECLINED.en not in json.dumps(said)
    assert "resident" not in said
    assert "problem" not in said


def test_a_refused_registration_names_the_currency() -> None:
    said = said_of("841e036f0978")
    assert (said["result_code"], said["currency_letters"]) == ("6F", "EUR")


@pytest.mark.parametrize("code", range(1, 0x100))
def test_every_negative_answer_is_explained_by_its_own_table(code: int) -> None:
    said = said_of(f"84{code:02x}00")
    assert "result_code" not in said
    assert tables.HOST_DECLINED.en not in json.dumps(said)
    known = tables.ANSWER_CODES.get(0x8400 | code) or tables.RESULT_CODES.get(code)
    assert said["answer"] == ({"zh": known.zh, "en": known.en} if known else "unknown code")


def test_the_delivered_part_is_read() -> None:
    assert said_of("849d0704000000000500")["amount_minor"] == 500


def test_a_vendors_command_and_its_answer_are_named_so() -> None:
    answer = b"17FD1E3C" + b"GER-APP-v2.0.9   " + b"52523535" + b"\x0c\x1c\x00\x19"
    talk = bytes.fromhex("0fa1020001 800000") + bytes([6, 0x0F, len(answer)]) + answer
    asked, yes, told, after = decoded(talk + bytes.fromhex("060f00"))
    assert asked["name"] == "vendor's own command (Feig)"
    assert asked["function_name"] == "system information"
    assert yes["name"] == "positive answer"
    assert told["name"] == "completion of a vendor's own command (Feig)"
    assert (told["software"], told["terminal_id"]) == ("GER-APP-v2.0.9", "52523535")
    assert after["name"] == "completion"
    assert not [one for one in (asked, yes, told, after) if "problem" in one]
    alone = next(iter(decoded(talk[8:])))
    assert alone["name"] == told["name"]


def test_another_vendors_command_is_not_guessed_at() -> None:
    entries = list(decoded(bytes.fromhex("0f3303112233 800000 060f021122 060f021122")))
    assert entries[0]["name"] == "vendor's own command"
    assert entries[2]["name"] == "completion of a vendor's own command"
    assert ["problem" in entry for entry in entries] == [False, False, False, True]


def test_what_cannot_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "broken.hex"
    path.write_text("06 0F 00 04 0F 10 27")
    code, said = decode(path, capsys)
    assert code == 1
    assert said[0]["name"] == "completion"
    assert "problem" in said[1]
    assert main(["decode", str(tmp_path / "missing")]) == 2
