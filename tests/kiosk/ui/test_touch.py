"""Real touches on a real window: X events by xdotool, seen through the read-only probe."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kiosk.ui.gallery.pictures import display
from lobbypay.demo.panel import Panel
from tests.kiosk.ui.kiosk_window import SIZE

pytestmark = [pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 30


class Glass:
    """What a resident can do: look and touch."""

    def __init__(self, probe: Path, process: subprocess.Popen):
        self.probe = probe
        self.process = process

    def look(self) -> dict:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE_S)
            connection.connect(str(self.probe))
            parts = iter(lambda: connection.recv(65536), b"")
            return json.loads(b"".join(parts))

    def wait(self, condition, what: str) -> dict:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                seen = self.look()
                if "error" not in seen and condition(seen):
                    return seen
            time.sleep(0.05)
        raise AssertionError(f"never seen: {what}; last: {seen}")

    def screen(self, name: str) -> dict:
        return self.wait(lambda s: s["screen"] == name and s["settled"], f"screen {name}")

    def at(self, seen: dict, action: str, value: str = "") -> tuple[int, int]:
        for widget in seen["widgets"]:
            if (widget["action"], widget["value"]) == (action, value):
                x, y, width, height = widget["box"]
                return round(x + width / 2), round(y + height / 2)
        raise AssertionError(f"no {action} {value} in {seen['widgets']}")

    def touch(self, action: str, value: str = "", times: int = 1) -> None:
        seen = self.wait(lambda s: s["settled"], "a settled screen")
        self.touch_at(*self.at(seen, action, value), times=times)

    def touch_at(self, x: int, y: int, times: int = 1) -> None:
        click = ["click", "--repeat", str(times), "--delay", "60", "1"]
        subprocess.run(["xdotool", "mousemove", str(x), str(y), *click], check=True)

    def hold_at(self, x: int, y: int, seconds: float) -> None:
        held = ["mousedown", "1", "sleep", str(seconds), "mouseup", "1"]
        subprocess.run(["xdotool", "mousemove", str(x), str(y), *held], check=True)

    def fall_asleep(self) -> None:
        self.process.stdin.write("w\n")
        self.process.stdin.flush()


@pytest.fixture(scope="module")
def _display():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DISPLAY", raising=False)
        with display(SIZE):
            yield


@pytest.fixture
def glass(_display, tmp_path):
    probe = tmp_path / "probe.sock"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.kiosk.ui.kiosk_window", str(probe)],
        cwd=ROOT,
        env={**os.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "shown\n"
        yield Glass(probe, process)
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 0
        counts = json.loads(process.stdout.read())
        assert counts["frames"] > 0  # the watchdog was fed from the UI clock
        assert counts["hurried"] == 0  # no picture of the camera while somebody types
    finally:
        process.kill()
        process.wait()


def test_a_resident_types_a_unit_and_comes_to_the_ways_to_pay(glass):
    glass.screen("attract")
    glass.touch("keypad")
    glass.screen("identify")
    for digit in "32":
        glass.touch("digit", digit)
        glass.touch("next")
    glass.wait(lambda s: "3" in s["texts"], "the building")
    for digit in "1201":
        glass.touch("digit", digit)
    glass.wait(lambda s: "1201" in s["texts"], "the room")
    glass.touch("next")
    seen = glass.screen("bills")
    assert "应缴 3 笔" in seen["texts"]
    assert "￥1,319.03" in seen["texts"]
    glass.touch("toggle_bill", "HP-2026-09-3-2-1201")
    glass.wait(lambda s: "￥832.63" in s["texts"], "the sum without September")
    glass.touch("explain", "HP-2026-10-3-2-1201")
    glass.screen("explain")
    glass.touch("understood")
    glass.screen("bills")
    glass.touch("pay")
    seen = glass.screen("method")
    assert {w["value"] for w in seen["widgets"] if w["action"] == "method"} == {
        "wechat",
        "alipay",
        "card",
    }


COMMUNITY_NAME = (250, 130)


def test_staff_hold_the_community_s_name_for_five_seconds(glass):
    glass.screen("attract")
    glass.hold_at(*COMMUNITY_NAME, 3.0)
    glass.touch("keypad")
    glass.screen("identify")
    glass.hold_at(*COMMUNITY_NAME, 5.6)
    assert glass.screen("identify"), "while somebody is served it does nothing"
    glass.touch("back")
    glass.screen("attract")
    glass.hold_at(*COMMUNITY_NAME, 5.6)
    seen = glass.screen("staff_pin")
    assert "请输入维护密码" in seen["texts"]
    for digit in "271828":
        glass.touch("digit", digit)
    glass.wait(lambda s: "●●●●●●" in s["texts"], "six dots and no digit")
    glass.touch("back")
    glass.screen("attract")


def holds(box: list[int], point: tuple[int, int]) -> bool:
    x, y, width, height = box
    return x <= point[0] <= x + width and y <= point[1] <= y + height


def test_a_second_tap_does_not_reach_what_comes_up_under_the_finger(glass):
    glass.screen("attract")
    glass.touch("keypad")
    seen = glass.screen("identify")
    keys = [glass.at(seen, "digit", digit) for digit in "0123456789"]
    glass.touch("back")
    seen = glass.screen("attract")
    scan = next(w["box"] for w in seen["widgets"] if w["action"] == "scan")
    finger = next(point for point in keys if holds(scan, point))
    glass.touch_at(*finger, times=3)
    glass.screen("scan")
    time.sleep(0.5)
    assert glass.look()["screen"] == "scan"


def test_the_language_and_the_letters_change_at_once(glass):
    glass.screen("attract")
    glass.touch("language")
    seen = glass.wait(lambda s: s["language"] == "en" and s["settled"], "English")
    assert "Pay here" in seen["texts"]
    assert "Simulated devices. No real money" in seen["texts"]
    glass.touch("elder")
    seen = glass.wait(lambda s: s["elder"] and s["settled"], "large letters")
    glass.touch("elder")
    glass.wait(lambda s: not s["elder"] and s["settled"], "plain letters")


def to_the_bills(glass):
    glass.screen("attract")
    glass.touch("keypad")
    glass.screen("identify")
    for digit in "32":
        glass.touch("digit", digit)
        glass.touch("next")
    for digit in "1201":
        glass.touch("digit", digit)
    glass.wait(lambda s: "1201" in s["texts"], "the room")
    glass.touch("next")
    return glass.screen("bills")


SLOW, FAST, FLICK = (12, 0.02), (4, 0.01), (1, 0.0)  # steps, and seconds between them
TREMBLES = 12  # pixels: 3 mm


def test_a_swipe_chooses_nothing_and_a_trembling_finger_does(glass):
    panel = Panel(os.environ["DISPLAY"])
    seen = to_the_bills(glass)
    boxes = {w["value"]: w["box"] for w in seen["widgets"] if w["action"] == "toggle_bill"}
    chosen = {w["value"]: w["selected"] for w in seen["widgets"] if w["action"] == "toggle_bill"}
    assert len(boxes) == 3
    for x, y, width, height in boxes.values():
        left, right = (x + width // 8, y + height // 4), (x + width * 5 // 8, y + height // 4)
        for steps, pause_s in (SLOW, FAST, FLICK):  # an odd number: a choice would show
            panel.swipe(left, right, steps, pause_s)
    time.sleep(0.5)  # a list hands a touch on late
    seen = glass.wait(lambda s: s["settled"], "a settled screen")
    still = {w["value"]: w["selected"] for w in seen["widgets"] if w["action"] == "toggle_bill"}
    assert (seen["screen"], still) == ("bills", chosen)
    number, (x, y, width, height) = next(iter(boxes.items()))
    place = (x + width // 3, y + height // 4)
    panel.swipe(place, (place[0] + TREMBLES, place[1]), *SLOW)
    glass.wait(
        lambda s: any(
            w["value"] == number and w["selected"] != chosen[number]
            for w in s["widgets"]
            if w["action"] == "toggle_bill"
        ),
        "a choice by a trembling finger",
    )
    glass.touch("pay")
    seen = glass.screen("method")
    for widget in seen["widgets"]:
        x, y, width, height = widget["box"]
        if widget["action"] == "method":
            middle = y + height // 2
            panel.swipe((x + 20, middle), (x + width - 20, middle), *FAST)
    time.sleep(0.5)
    assert glass.wait(lambda s: s["settled"], "a settled screen")["screen"] == "method"
    panel.close()


def test_who_needs_more_time_is_asked_and_gets_it(glass):
    glass.screen("attract")
    glass.touch("keypad")
    glass.screen("identify")
    glass.fall_asleep()
    seen = glass.wait(lambda s: s["covered"] and s["settled"], "the question")
    assert {w["action"] for w in seen["widgets"]} == {"more_time", "end"}
    glass.touch("more_time")
    seen = glass.wait(lambda s: not s["covered"] and s["settled"], "the screen again")
    assert seen["screen"] == "identify"


def test_the_keyboard_opens_and_closes_nothing(glass):
    offered = {"scan", "keypad", "services"}
    glass.wait(lambda s: {w["action"] for w in s["widgets"]} >= offered, "all that is offered")
    subprocess.run(["xdotool", "key", "Escape", "F1", "F11", "ctrl+e"], check=True)
    time.sleep(0.5)
    seen = glass.look()
    assert seen["screen"] == "attract"
    assert {w["action"] for w in seen["widgets"]} >= offered


def test_the_probe_looks_and_never_touches(glass):
    glass.screen("attract")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(glass.probe))
        connection.sendall(b'{"action": "keypad"}\n' * 3)
    time.sleep(0.3)
    assert glass.look()["screen"] == "attract"
    for widget in glass.look()["widgets"]:
        x, y, width, height = widget["box"]
        assert 0 <= x <= SIZE[0] - width
        assert 0 <= y <= SIZE[1] - height
