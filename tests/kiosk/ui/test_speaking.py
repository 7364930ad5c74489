"""The kiosk without sight, in a real window: by a finger that explores, by five keys alone, by
headset."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lobbypay.device.wedge_typist import WedgeOnPty, event, press
from tests.kiosk.ui.test_touch import PATIENCE_S, ROOT, Glass, _display  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
UP, DOWN, BACK, REPEAT, OK = 103, 108, 105, 106, 28  # as linux/input-event-codes.h has them
SWITCH, HEADPHONE = 5, 2
BY_HEADSET, BY_SPEAKER = "headset", "loudspeaker"


class Listener(Glass):
    """Hears what is said, presses keys, plugs a headset in."""

    def __init__(self, probe: Path, process: subprocess.Popen, folder: Path) -> None:
        super().__init__(probe, process)
        self.folder = folder
        self.keypad, self.jack = WedgeOnPty(folder / "keypad"), WedgeOnPty(folder / "jack")

    def heard(self) -> list[dict]:
        path = self.folder / "said.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [line for line in map(json.loads, lines) if "said" in line]

    def hears(self, text: str, since: int = 0, device: str = BY_HEADSET) -> int:
        """Waits until an utterance has the text; how many there were then."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            for place, line in enumerate(self.heard()[since:], since + 1):
                if text in "".join(line["said"]) and line["device"] == device:
                    return place
            time.sleep(0.05)
        raise AssertionError(f"never heard: {text}; last: {self.heard()[-3:]}")

    def press(self, code: int) -> None:
        self.wait(lambda s: s["settled"], "a settled screen")
        time.sleep(0.25)  # the same key within that time counts as trembling
        self.keypad.send(press(code))

    def plug(self, plugged: bool) -> None:
        self.jack.send(event(SWITCH, HEADPHONE, int(plugged)) + event(0, 0, 0))

    def walk_to(self, action: str, value: str = "") -> None:
        """Down until the control is focused: what is focused is seen by its ring."""
        focus = self.wait(lambda s: s["settled"], "a settled screen")["focus"]
        for _ in range(60):
            if focus == [action, value]:
                return
            self.press(DOWN)
            moved = self.wait(lambda s, f=focus: s["focus"] not in (None, f), "another focus")
            focus = moved["focus"]
        raise AssertionError(f"no way by the keys to {action} {value}")

    def does(self, action: str, value: str = "") -> None:
        self.walk_to(action, value)
        self.press(OK)


def overheard(lines: list[dict]) -> list[str]:
    """What the loudspeaker said of a household: amounts, and its unit."""
    aloud = ["".join(line["said"]) for line in lines if line["device"] == BY_SPEAKER]
    return [said for said in aloud if re.search("[零一二两三四五六七八九十百千万]元|角|三栋", said)]


@pytest.fixture
def listener(_display, tmp_path):  # noqa: F811
    probe = tmp_path / "probe.sock"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.kiosk.ui.speaking_window", str(probe), str(tmp_path)],
        cwd=ROOT,
        env={**os.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        made = Listener(probe, process, tmp_path)
        assert process.stdout.readline() == "shown\n"
        made.screen("attract")
        yield made
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()


def test_five_keys_and_a_headset_lead_from_the_unit_to_the_receipt(listener):
    listener.plug(True)
    listener.hears("语音已打开")
    listener.hears("可以扫账单，也可以输入房号")
    listener.does("keypad")
    listener.hears("请输入房号")
    for part in ("3", "2", "1201"):
        for digit in part:
            listener.does("digit", digit)
        if part != "1201":
            listener.does("next")
    listener.hears("已输入三栋二单元一二零一")
    before = len(listener.heard())
    listener.does("next")
    listener.screen("bills")
    listener.hears("房号三栋二单元一二零一", before)
    listener.hears("一千三百一十九元零三分", before)
    listener.does("pay")
    listener.screen("method")
    before = len(listener.heard())
    listener.does("method", "wechat")
    listener.screen("paying_qr")
    listener.hears("微信二维码已显示在屏幕中间", before)
    listener.screen("paid")
    place = listener.hears("缴费成功", before)
    receipt = "".join(listener.heard()[place - 1]["said"])
    for part in ("金额一千三百一十九元零三分", "三栋二单元一二零一", "微信支付", "小票号K"):
        assert part in receipt, receipt
    before = len(listener.heard())
    listener.does("print")
    listener.hears("小票已打印", before)
    listener.does("done")
    listener.screen("attract")
    listener.hears("语音已关闭", before, device=BY_HEADSET)
    assert all(line["device"] == BY_HEADSET for line in listener.heard())


def test_a_finger_hears_what_is_there_and_acts_at_the_second_tap(listener):
    listener.touch("speaking")
    listener.hears("语音已打开", device=BY_SPEAKER)
    listener.touch("keypad")
    listener.hears("输入房号", device=BY_SPEAKER)
    time.sleep(0.5)
    assert listener.screen("attract")  # heard, and nothing done
    listener.touch("keypad")
    listener.screen("identify")
    for key in "3", "2":
        for _ in range(2):
            listener.touch("digit", key)
        listener.wait(lambda s, k=key: k in s["texts"], key)
        for _ in range(2):
            listener.touch("next")
    for key in "1201":
        for _ in range(2):
            listener.touch("digit", key)
    listener.wait(lambda s: "1201" in s["texts"], "the room")
    for _ in range(2):
        listener.touch("next")
    listener.screen("bills")
    listener.hears("请插上耳机", device=BY_SPEAKER)
    # the keys are said, and nothing of the household
    assert not overheard(listener.heard())
    before = len(listener.heard())
    listener.plug(True)
    listener.hears("一千三百一十九元零三分", before)
    before = len(listener.heard())
    listener.plug(False)
    listener.hears("耳机已拔出", before, device=BY_SPEAKER)
    listener.touch("toggle_bill", "HP-2026-09-3-2-1201")
    listener.hears("二零二六年九月", before, device=BY_SPEAKER)
    assert not overheard(listener.heard())


def test_the_loudness_is_chosen_and_ends_with_the_visit(listener):
    listener.press(REPEAT)  # any key switches the voice on
    listener.hears("语音已打开", device=BY_SPEAKER)
    first = listener.heard()[-1]["gain"]
    before = len(listener.heard())
    listener.does("volume")
    listener.hears("音量三", before, device=BY_SPEAKER)
    louder = listener.heard()[-1]["gain"]
    assert louder > first
    listener.does("speaking")
    listener.hears("语音已关闭", before, device=BY_SPEAKER)
    listener.press(BACK)
    assert listener.hears("语音已打开", before, device=BY_SPEAKER)


def test_where_there_is_no_way_back_it_is_said(listener):
    listener.press(DOWN)
    before = listener.hears("语音已打开", device=BY_SPEAKER)
    listener.press(BACK)
    listener.hears("这里不能返回", before, device=BY_SPEAKER)
    listener.press(OK)
    listener.hears("请先用上下键选择", before, device=BY_SPEAKER)
