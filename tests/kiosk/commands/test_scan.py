"""``lobbypay scan``: one JSON line a picture, and clear words for a path that is none."""

import json
import subprocess
import sys

import pytest

from kiosk.commands.scan import main
from tests.device_drivers.scanners.pictures import PHOTOS, qr_picture, write


def lines(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_folder_gives_a_line_a_picture_in_order(tmp_path, capsys):
    write(tmp_path, "b.png", qr_picture("SECOND"))
    write(tmp_path, "a.png", qr_picture("FIRST"))
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "c.jpg").write_bytes(b"this is no JPEG")
    assert main([str(tmp_path)]) == 0
    first, second, broken = lines(capsys)
    assert first["codes"] == [
        {"text": "FIRST", "kind": "QRCODE", "means": "other", "reader": "zxing-cpp"}
    ]
    assert first["file"].endswith("a.png")
    assert first["ms"] > 0
    assert second["codes"][0]["text"] == "SECOND"
    assert broken["codes"] == []
    assert "error" in broken


def test_each_code_says_what_it_is_and_a_payment_code_is_not_printed(tmp_path, capsys):
    write(tmp_path, "a.png", qr_picture("3-2-1201"))
    write(tmp_path, "b.png", qr_picture("134567890123456789"))
    assert main([str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    unit, payment = (json.loads(line)["codes"][0] for line in printed.splitlines())
    assert (unit["means"], unit["text"]) == ("unit", "3-2-1201")
    assert payment["means"] == "wechat_payment"
    assert "4567890123456789" not in printed


def test_a_single_photo(capsys):
    assert main([str(PHOTOS / "jsqr-0236.jpg")]) == 0
    (line,) = lines(capsys)
    assert [code["text"] for code in line["codes"]] == ["http://if.gs/1BGIJ37"]


@pytest.mark.parametrize("target", ["/nowhere/at/all", "97", "EMPTY"])
def test_what_is_not_there_is_said_and_exits_2(tmp_path, capsys, target):
    assert main([str(tmp_path) if target == "EMPTY" else target]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "lobbypay scan:" in said.err


def test_a_reader_that_stops_listening_gets_no_traceback(tmp_path):
    for number in range(40):
        write(tmp_path, f"{number}.png", qr_picture("CODE"))
    command = [sys.executable, "-m", "kiosk.commands.scan", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(30) == 0
