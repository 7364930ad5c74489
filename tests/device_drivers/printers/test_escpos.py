"""The ESC/POS driver on real sockets and ptys: what was printed, what was not, what is uncertain."""

import contextlib
import os
import socket
import threading
import time
import tty
from dataclasses import replace

import pytest

from device_drivers.errors import NotReachable, Refused
from device_drivers.printers.escpos import create
from device_drivers.printers.interface import PrintOutcome
from device_drivers.settings import BadSetting
from device_drivers.status import Level
from simulators.receipt_printer.cables import TcpCable
from simulators.receipt_printer.device import Printer
from tests.device_drivers.printers.bench import Bench
from tests.device_drivers.printers.receipts import (
    FONTS,
    RECEIPT_URL,
    needs_fonts,
    receipt,
    settings,
)
from tests.device_drivers.waiting import wait_until

pytestmark = needs_fonts


@pytest.fixture(params=["tcp", "pty", "file"])
def bench(request, tmp_path):
    made = []

    def make(**options) -> Bench:
        made.append(Bench(tmp_path, request.param, **options))
        return made[-1]

    yield make
    for each in made:
        each.driver.close()


def test_a_receipt_is_printed_and_its_code_can_be_read_from_the_paper(bench):
    at = bench()
    result = at.driver.print(receipt())
    assert result.outcome is PrintOutcome.PRINTED
    assert result.conditions == ()
    assert RECEIPT_URL in at.text()
    assert at.device.engine.unknown == []


def test_the_simulator_says_that_it_is_one(bench):
    status = bench().driver.status()
    assert status.simulated
    assert status.model == "LobbyPay ESC/POS"
    assert status.level is Level.OK


def test_native_chinese_comes_out_as_written_with_the_right_yen_sign(bench):
    at = bench(chinese="gb18030", qr="native")
    assert at.driver.print(receipt()).outcome is PrintOutcome.PRINTED
    text = at.text()
    assert "物业费 2026年9月" in text
    assert "合计￥1,278.88" in text.replace(" ", "")
    assert f"[qr] {RECEIPT_URL}" in text
    assert at.device.engine.unknown == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("paper_out", "printer.paper_out"),
        ("cover_open", "printer.cover_open"),
        ("cutter", "printer.cutter"),
        ("offline", "printer.offline"),
        ("error", "printer.error"),
        ("overheated", "printer.overheated"),
    ],
)
def test_a_printer_that_is_not_ready_gets_nothing_to_print(bench, fault, code):
    at = bench()
    at.device.faults.set(fault)
    assert at.probe() == [code]
    result = at.driver.print(receipt())
    assert result.outcome is PrintOutcome.NOT_PRINTED
    assert result.conditions == (code,)
    at.device.faults.clear()
    assert at.driver.print(receipt()).outcome is PrintOutcome.PRINTED
    assert at.device.receipts.count == 1


def test_paper_near_its_end_is_a_warning_and_prints(bench):
    at = bench()
    at.device.faults.set("near_end")
    assert at.probe() == ["printer.paper_near_end"]
    assert at.driver.status().level is Level.WARNING
    assert at.driver.print(receipt()).outcome is PrintOutcome.PRINTED


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("paper_out_midway", "printer.paper_out"),
        ("jam_midway", "printer.error"),
        ("cutter_at_cut", "printer.cutter"),
    ],
)
def test_a_job_that_stops_in_the_middle_is_uncertain_and_names_the_cause(bench, fault, code):
    at = bench()
    at.device.faults.set(fault)
    result = at.driver.print(receipt())
    assert result.outcome is PrintOutcome.UNCERTAIN
    assert result.conditions == (code,)
    assert at.device.receipts.count == 0


def test_a_silent_printer_is_not_reachable_and_never_out_of_paper(bench):
    at = bench(answer_timeout_s=0.3)
    at.device.faults.set("silent")
    assert at.probe() == ["printer.not_reachable"]
    result = at.driver.print(receipt())
    assert result.outcome is PrintOutcome.NOT_PRINTED
    assert result.conditions == ("printer.not_reachable",)


def test_a_printer_that_falls_silent_after_the_job_was_sent_is_uncertain(bench):
    at = bench(answer_timeout_s=0.5, confirm_timeout_s=1.0)
    whole = at.device.receive

    def receive(data: bytes) -> None:
        if len(data) > 100:
            at.device.faults.set("silent")
        whole(data)

    at.device.receive = receive
    result = at.driver.print(receipt())
    assert result.outcome is PrintOutcome.UNCERTAIN
    assert result.conditions == ("printer.not_reachable",)


def test_a_printer_that_stops_taking_bytes_never_hangs_the_driver(bench):
    at = bench(answer_timeout_s=0.5, send_timeout_s=0.5, connect_timeout_s=0.5, confirm_timeout_s=2)
    whole = at.device.receive

    def receive(data: bytes) -> None:
        if len(data) > 100:
            at.device.faults.set("stalled")
        whole(data)

    at.device.receive = receive
    begun = time.monotonic()
    result = at.driver.print(receipt())
    at.driver.close()
    assert time.monotonic() - begun < 25
    assert result.outcome is PrintOutcome.UNCERTAIN
    assert result.conditions == ("printer.not_reachable",)
    at.device.faults.clear()


def test_the_same_job_is_printed_once(bench):
    at = bench()
    first = at.driver.print(receipt("job-7"))
    assert at.driver.print(receipt("job-7")) == first
    assert at.driver.print(receipt("job-8")).outcome is PrintOutcome.PRINTED
    assert wait_until(lambda: at.device.receipts.count == 2)
    with pytest.raises(Refused):
        at.driver.print(replace(receipt("job-7"), language="en"))


def test_probing_while_it_prints_answers_at_once_with_the_last_known(bench):
    at = bench()
    at.device.engine._speed = 600
    worker = threading.Thread(target=at.driver.print, args=(receipt(),))
    worker.start()
    time.sleep(0.3)
    begun = time.monotonic()
    at.driver.probe()
    at.driver.status()
    assert time.monotonic() - begun < 0.2
    worker.join(30)
    assert not worker.is_alive()


def test_a_printer_without_a_way_back_prints_and_says_that_it_cannot_tell(tmp_path):
    paper = tmp_path / "paper.bin"
    paper.touch()
    driver = create(settings(connection="file", path=str(paper), status="none"))
    driver.open()
    assert driver.print(receipt()).outcome is PrintOutcome.PRINTED
    assert [c.code for c in driver.status().conditions] == ["printer.one_way"]
    driver.close()
    assert paper.read_bytes().startswith(b"\x1b@")


def test_a_plain_file_gives_no_answer_and_so_no_promise(tmp_path):
    paper = tmp_path / "paper.bin"
    paper.touch()
    driver = create(
        settings(connection="file", path=str(paper), answer_timeout_s=0.2, connect_timeout_s=0.3)
    )
    with pytest.raises(NotReachable):
        driver.open()
    assert driver.print(receipt()).outcome is PrintOutcome.NOT_PRINTED
    driver.close()


def test_nobody_reads_the_serial_line_and_nothing_hangs(tmp_path):
    master, slave = os.openpty()
    tty.setraw(slave)
    driver = create(
        settings(
            connection="serial",
            port=os.ttyname(slave),
            status="none",
            send_timeout_s=0.5,
            baud=921600,
        )
    )
    begun = time.monotonic()
    driver.open()
    result = driver.print(receipt())
    driver.close()
    assert result.outcome is PrintOutcome.UNCERTAIN
    assert time.monotonic() - begun < 15
    os.close(master)
    os.close(slave)


def test_a_printer_that_is_switched_off_and_on_is_found_again(tmp_path):
    device = Printer(tmp_path / "out", font=FONTS.regular)
    device.start()
    cable = TcpCable(device, "127.0.0.1", 0)
    cable.start()
    relay = Relay(cable.address)
    driver = create(settings(connection="network", host="127.0.0.1", port=relay.port))
    driver.open()
    relay.cut()
    assert wait_until(
        lambda: "printer.not_reachable" in [c.code for c in driver.probe().conditions]
    )
    assert driver.print(receipt()).outcome is PrintOutcome.NOT_PRINTED
    relay.mend()
    assert wait_until(lambda: driver.probe().level is Level.OK)
    assert driver.print(receipt()).outcome is PrintOutcome.PRINTED
    driver.close()
    relay.cut()


def test_a_network_printer_that_hung_up_meanwhile_prints_all_the_same(tmp_path):
    device = Printer(tmp_path / "out", font=FONTS.regular)
    device.start()
    cable = TcpCable(device, "127.0.0.1", 0)
    cable.start()
    relay = Relay(cable.address)
    driver = create(settings(connection="network", host="127.0.0.1", port=relay.port))
    driver.open()
    relay.hang_up()
    assert driver.print(receipt()).outcome is PrintOutcome.PRINTED
    relay.hang_up()
    assert driver.probe().conditions == ()
    driver.close()
    relay.cut()


class Relay:
    """A network cable that can be pulled: passes bytes both ways until it is cut."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        self._listener.close()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 0.2).close()
        self.hang_up()

    def hang_up(self) -> None:
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def mend(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(self._target)
            except OSError:
                return
            self._open += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def test_nothing_there_is_not_reachable_and_a_print_is_not_begun(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    driver = create(settings(connection="network", host="127.0.0.1", port=port))
    with pytest.raises(NotReachable):
        driver.open()
    result = driver.print(receipt())
    assert result.outcome is PrintOutcome.NOT_PRINTED
    assert result.conditions == ("printer.not_reachable",)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"connection": "bluetooth"}, "connection"),
        ({"port": 0}, "port"),
        ({"paper_mm": 76}, "paper_mm"),
        ({"chinese": "big5"}, "chinese"),
        ({"font_bold": "/nowhere.otf"}, "font_bold"),
        ({"colour": "red"}, "colour"),
        ({"host": None}, "host"),
    ],
)
def test_bad_settings_name_their_key(change, key):
    with pytest.raises(BadSetting) as caught:
        create({**settings(connection="network", host="127.0.0.1"), **change})
    assert caught.value.key == key
