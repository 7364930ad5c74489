"""The benches of our own drivers: simulators in processes of their own, or what stands in for a line."""

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import segno

from device_drivers.conformance import Bench
from device_drivers.printers.raster import BUILT_FONTS
from lobbypay.device.simulated import SimulatedDevice, free_port
from lobbypay.device.wedge_typist import EVENT, SYN_DROPPED, WedgeOnPty, event
from simulators.camera.folder import CameraFolder

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "fonts" / "built"
FONTS = {key: str(ASSETS / name) for key, name in BUILT_FONTS.items()}
NOISE = bytes(random.Random(7).choices(range(256), k=4000))
STORM = NOISE[: len(NOISE) // EVENT.size * EVENT.size]  # the kernel hands over whole events only
PAGE = (480, 640)
SETTLES_S = 10.0


@contextlib.contextmanager
def plugged_in(name: str, *options: str) -> Iterator[SimulatedDevice]:
    device = SimulatedDevice(name, *options)
    try:
        yield device
    finally:
        device.unplug()


@contextlib.contextmanager
def zvt(folder: Path) -> Iterator[Bench]:
    place = {"host": "127.0.0.1", "port": free_port()}
    times = {"t3_s": 2.0, "t4_s": 6.0, "busy_limit_s": 3.0, "busy_pause_s": 0.1}
    options = ("--tcp", f"{place['host']}:{place['port']}", "--step-delay", "0.02")
    with plugged_in("zvt_terminal", *options, "--state", str(folder / "bank")) as device:

        def wait_for_card(wait: bool) -> None:
            device.ask("config", wait_for_card=wait)
            if not wait:
                device.ask("press", key="stop")

        yield Bench(
            settings={"transport": "tcp", **place, **times},
            nowhere={"transport": "tcp", "host": "127.0.0.1", "port": free_port(), **times},
            unplug=device.unplug,
            plug_in=device.plug_in,
            hang=device.hang,
            go_on=device.go_on,
            noise=lambda: _do(device, "next", behaviour="garbage"),
            count=lambda: [t["state"] for t in device.state()["transactions"]].count("approved"),
            moves_money=True,
            fall_silent=lambda: _do(device, "next", behaviour="silent_after_approve"),
            speak_again=lambda: _go_on(device),
            wait_for_card=wait_for_card,
        )


@contextlib.contextmanager
def nexo(folder: Path) -> Iterator[Bench]:
    port = free_port()
    times = {"answer_timeout_s": 2.0, "payment_timeout_s": 3.0, "connect_timeout_s": 2.0}
    asked = {"status_pause_s": 0.1, "status_limit_s": 2.0, "not_found_s": 0.3}
    options = ("--https", f"127.0.0.1:{port}", "--state", str(folder / "books"))
    with plugged_in("nexo_terminal", *options, "--step-delay", "0.02") as device:
        known = ("poi_id", "environment", "ca_file", "key_identifier", "passphrase_file")
        place = {name: device.ready[name] for name in known}
        usual = {**place, "sale_id": "bench", "host": "127.0.0.1", **times, **asked}

        def wait_for_card(wait: bool) -> None:
            device.ask("config", wait_for_card=wait)
            if not wait:
                device.ask("press", key="stop")
                _until(lambda: not device.state()["in_progress"])  # its terminal heard it

        def fall_silent() -> None:
            device.ask("config", late_s=60)
            device.ask("next", behaviour="late")

        yield Bench(
            settings={**usual, "port": port},
            nowhere={**usual, "port": free_port()},
            unplug=device.unplug,
            plug_in=device.plug_in,
            hang=device.hang,
            go_on=device.go_on,
            noise=lambda: _do(device, "next", behaviour="garbage"),
            count=lambda: [t["state"] for t in device.state()["transactions"]].count("approved"),
            moves_money=True,
            fall_silent=fall_silent,
            speak_again=lambda: _go_on(device),
            wait_for_card=wait_for_card,
        )


@contextlib.contextmanager
def escpos(folder: Path) -> Iterator[Bench]:
    port = free_port()
    usual = {**FONTS, "connection": "network", "host": "127.0.0.1", "answer_timeout_s": 2.0}
    # What a simulator that starts again has printed before is on paper all the same.
    out = folder / "receipts"
    with plugged_in("receipt_printer", "--tcp", f"127.0.0.1:{port}", "--out", str(out)) as device:
        yield Bench(
            settings={**usual, "port": port, "confirm_timeout_s": 5.0, "send_timeout_s": 2.0},
            nowhere={**usual, "port": free_port()},
            unplug=device.unplug,
            plug_in=device.plug_in,
            hang=device.hang,
            go_on=device.go_on,
            count=lambda: device.state()["receipts"],
            uses_paper=True,
            paper_out=lambda: _do(device, "fault", name="paper_out"),
            paper_in=lambda: _do(device, "clear"),
        )


@contextlib.contextmanager
def serial_line(folder: Path) -> Iterator[Bench]:
    port = folder / "scanner"
    with plugged_in("serial_scanner", "--pty", str(port)) as device:
        yield Bench(
            settings={"port": str(port)},
            nowhere={"port": str(folder / "nothing")},
            unplug=device.unplug,
            plug_in=device.plug_in,
            noise=lambda: _do(device, "raw", hex=NOISE.hex()),
            show=lambda code: _do(device, "scan", text=code),
        )


@contextlib.contextmanager
def keyboard_wedge(folder: Path) -> Iterator[Bench]:
    keyboard = WedgeOnPty(folder / "keyboard")
    try:
        yield Bench(
            settings={"device": str(keyboard.link)},
            nowhere={"device": str(folder / "nothing")},
            unplug=keyboard.unplug,
            plug_in=keyboard.plug_in,
            noise=lambda: keyboard.send(SYN_DROPPED + STORM + SYN_DROPPED + event(0, 0, 0)),
            show=keyboard.scan,
        )
    finally:
        keyboard.unplug()


@contextlib.contextmanager
def camera(folder: Path) -> Iterator[Bench]:
    pictures = folder / "pictures"
    rng = np.random.default_rng(1)

    def frames(code: str = "") -> None:
        """An empty page, or one with a code in its middle, each a little different."""
        page = np.full(PAGE, 170, np.uint8)
        if code:
            drawn = np.array([*segno.make_qr(code, error="m").matrix_iter(8, 4)], np.uint8)
            top, left = (PAGE[0] - drawn.shape[0]) // 2, (PAGE[1] - drawn.shape[1]) // 2
            page[top : top + drawn.shape[0], left : left + drawn.shape[1]] = 255 * (1 - drawn)
        noisy = (np.clip(page + rng.normal(0, 4, PAGE), 0, 255).astype(np.uint8) for _ in range(3))
        CameraFolder(pictures).show(noisy)

    def unplug() -> None:
        for picture in pictures.iterdir():
            picture.unlink()
        pictures.rmdir()

    shown: list[str] = []

    def show(code: str) -> None:
        if shown != [code]:
            shown[:] = [code]
            frames(code)

    def plug_in() -> None:
        shown.clear()
        frames()

    frames()
    yield Bench(
        settings={"source": str(pictures), "open_deadline_s": 5.0},
        nowhere={"source": str(folder / "nothing"), "open_deadline_s": 1.0},
        unplug=unplug,
        plug_in=plug_in,
        show=show,
    )


@contextlib.contextmanager
def modbus_rtu(folder: Path) -> Iterator[Bench]:
    port = folder / "board"
    inputs = {"door": 0, "shock": 1, "tilt": 2, "power_lost": 3, "presence": 9}
    lamps = {"reading": 0, "ready": 1, "busy": 2, "trouble": 9}
    battery = 4
    usual = {
        "inputs": inputs,
        "inverted": ["door"],
        "lamps": lamps,
        "temperature_register": 1,
        "battery_register": battery,
        "poll_s": 0.05,
        "measure_s": 0.2,
    }
    with plugged_in("io_board", "--pty", str(port)) as device:

        def signal(name: str, on: bool) -> None:
            if name == "battery_low":
                _do(device, "register", number=battery, value=10 if on else 90)
            else:
                _do(device, "input", place=inputs[name], on=on is not (name == "door"))

        def plug_in() -> None:
            device.plug_in()
            at_rest()

        def at_rest() -> None:
            signal("door", False)
            signal("battery_low", False)
            _do(device, "register", number=1, value=235)

        def lit() -> set[str]:
            return {name for name, place in lamps.items() if place in device.state()["coils"]}

        at_rest()
        yield Bench(
            settings={**usual, "port": str(port)},
            nowhere={**usual, "port": str(folder / "nothing")},
            unplug=device.unplug,
            plug_in=plug_in,
            hang=device.hang,
            go_on=device.go_on,
            noise=lambda: _do(device, "fault", name="garbage"),
            signal=signal,
            lit=lit,
        )


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + SETTLES_S
    while not true() and time.monotonic() < end:
        time.sleep(0.02)


def _go_on(device: SimulatedDevice) -> None:
    """A card comes; afterwards what was going on is in the books, or never will be."""
    device.ask("press", key="card")
    _until(lambda: not device.state()["in_progress"])


def _do(device: SimulatedDevice, action: str, **body: Any) -> None:
    device.ask(action, **body)


BENCHES: dict[tuple[str, str], Callable[[Path], AbstractContextManager[Bench]]] = {
    ("card_terminals", "nexo"): nexo,
    ("card_terminals", "zvt"): zvt,
    ("printers", "escpos"): escpos,
    ("scanners", "camera"): camera,
    ("scanners", "keyboard_wedge"): keyboard_wedge,
    ("scanners", "serial_line"): serial_line,
    ("sensors", "modbus_rtu"): modbus_rtu,
}
