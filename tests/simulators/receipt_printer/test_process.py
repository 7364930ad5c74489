"""The simulated printer as a process: bytes in over TCP or a pty, receipts and answers out."""

import os
import socket
import time
import tty
from pathlib import Path

import zxingcpp
from PIL import Image

from tests.device_drivers.waiting import wait_until
from tests.simulators.processes import running

JOB = (
    b"\x1b@\x1ba\x01\x1d!\x11" + "翠湖花园\n".encode("gb18030") + b"\x1d!\x00\x1ba\x00"
    b"\x1d(k\x03\x00\x31\x43\x06\x1d(k\x03\x00\x31\x45\x31"
    b"\x1d(k\x0b\x00\x31\x50\x30https://" + b"\x1d(k\x03\x00\x31\x51\x30" + b"total 1.00\n"
    b"\x1bd\x05\x1dV\x00"
)


def saved(out: Path, number: int = 1) -> tuple[Image.Image, str, bytes]:
    stem = out / f"receipt-{number:03d}"
    assert wait_until(stem.with_suffix(".png").exists)
    text = stem.with_suffix(".txt").read_text(encoding="utf-8")
    return Image.open(stem.with_suffix(".png")), text, stem.with_suffix(".bin").read_bytes()


def test_a_job_over_tcp_becomes_picture_text_and_bytes(tmp_path):
    with running("receipt_printer", "--tcp", "127.0.0.1:0", "--out", str(tmp_path)) as printer:
        with socket.create_connection((printer.ready["host"], printer.ready["port"])) as cable:
            cable.sendall(JOB)
            picture, text, raw = saved(tmp_path)
        assert raw == JOB
        assert text.startswith("翠湖花园\n[qr] https://\ntotal 1.00\n")
        assert "[qr read from the paper] https://" in text
        assert [c.text for c in zxingcpp.read_barcodes(picture.convert("L"))] == ["https://"]
        assert printer.state()["receipts"] == 1


def test_status_requests_are_answered_over_a_pty_and_faults_change_them(tmp_path):
    link = tmp_path / "ttyPrinter"
    with running("receipt_printer", "--pty", str(link), "--out", str(tmp_path)) as printer:
        port = os.open(link, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(port)
        os.write(port, b"\x10\x04\x04")
        assert os.read(port, 10) == b"\x12"
        os.write(port, b"\x1dI\x42")
        assert _until(port, b"\0") == b"_LobbyPay simulator\0"
        assert printer.post("fault", name="paper_out").json()["faults"] == ["paper_out"]
        os.write(port, b"\x10\x04\x04")
        assert os.read(port, 10) == b"\x7e"
        printer.post("clear")
        os.write(port, b"\x1da\xff")
        assert _until(port, b"\x0f") == b"\x10\x00\x00\x0f"
        printer.post("fault", name="cover_open")
        while (status := _until(port, b"\x0f"))[0] & 0x20 == 0:
            continue  # of the clearing before, or on the way
        assert status == b"\x38\x00\x00\x0f"
        os.close(port)


def _until(port: int, end: bytes) -> bytes:
    data = b""
    while not data.endswith(end):
        data += os.read(port, 64)
    return data


def test_a_jam_stops_the_paper_and_the_rest_comes_when_it_is_mended(tmp_path):
    with running("receipt_printer", "--tcp", "127.0.0.1:0", "--out", str(tmp_path)) as printer:
        printer.post("fault", name="paper_out_midway", after_dots=40)
        with socket.create_connection((printer.ready["host"], printer.ready["port"])) as cable:
            cable.sendall(JOB)
            assert wait_until(lambda: printer.state()["faults"] == ["paper_out"])
            time.sleep(0.3)
            assert printer.state()["receipts"] == 0
            printer.post("clear")
            saved(tmp_path)


def test_a_fault_that_there_is_not_is_refused_with_those_that_there_are(tmp_path):
    with running("receipt_printer", "--tcp", "127.0.0.1:0", "--out", str(tmp_path)) as printer:
        answer = printer.post("fault", name="on_fire")
        assert answer.status_code == 400
        assert "paper_out" in answer.json()["error"]
        assert printer.post("fault").status_code == 400
        assert printer.post("explode").status_code == 404
