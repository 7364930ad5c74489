"""``lobbypay zvt decode`` on files of all sorts."""

import json
from pathlib import Path

import pytest

from device_drivers.card_terminals.zvt.command import main

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


def test_what_cannot_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "broken.hex"
    path.write_text("06 0F 00 04 0F 10 27")
    code, said = decode(path, capsys)
    assert code == 1
    assert said[0]["name"] == "completion"
    assert "problem" in said[1]
    assert main(["decode", str(tmp_path / "missing")]) == 2
