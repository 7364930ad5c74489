"""Draws the README's pictures anew: ``python tools/draw_pictures.py`` (about two minutes).

``docs/pictures/kiosk.png`` are four screens of the gallery beside each other; ``demo.png`` is the demo as
a browser shows it in English, after a bill was held up, paid by the phone and its receipt printed. Needs
Xvnc and Chromium, as the demo and its tests do. Nothing but these two files is written.
"""

import argparse
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from kiosk.texts.catalogue import say

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
SCENES = ("attract", "bills", "paying-qr", "paid")
SCREEN_WIDTH, GAP, HEIGHT = 405, 20, 720
COLORS = 128
DESK_SIZE = (1440, 900)
CHROMIUM, ARGUMENTS = "/usr/bin/chromium", ("--no-sandbox", "--disable-gpu")
WAIT_S = 90.0


def draw_kiosk(target: Path) -> None:
    """The way of one payment, in Chinese, by four screens."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "kiosk.ui.gallery.pictures", "--no-sheet"]
        command += ["--out", folder, "--language", "zh_CN", "--only", *SCENES]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        width = len(SCENES) * SCREEN_WIDTH + (len(SCENES) - 1) * GAP
        strip = Image.new("RGB", (width, HEIGHT), "white")
        for place, scene in enumerate(SCENES):
            with Image.open(Path(folder) / f"{scene}.zh_CN.normal.png") as picture:
                small = picture.convert("RGB").resize(
                    (SCREEN_WIDTH, HEIGHT), Image.Resampling.LANCZOS
                )
            strip.paste(small, (place * (SCREEN_WIDTH + GAP), 0))
    strip.quantize(COLORS).save(target, optimize=True)


@contextlib.contextmanager
def running_demo(folder: Path) -> Iterator[str]:
    """The address that the demo prints, while it runs."""
    hidden = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    command = [sys.executable, "-m", "lobbypay", "demo", "--folder", str(folder)]
    demo = subprocess.Popen(command, cwd=ROOT, env=hidden, stdout=subprocess.PIPE, text=True)
    try:
        for line in demo.stdout or ():
            if found := re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", line):
                yield found.group()
                return
        raise RuntimeError("the demo did not start")
    finally:
        demo.terminate()
        demo.wait(60)


class Visitor:
    """Whoever sits at the desk: presses its acts, and touches the kiosk's window in the browser."""

    def __init__(self, page, probe: Path) -> None:
        from lobbypay.demo.display import Glass

        no_display: Any = None  # the browser's canvas is touched
        self.page, self.glass = page, Glass(no_display, probe)

    def act(self, name: str) -> None:
        button = f"[data-act={name}]"
        for tab in self.page.locator("[data-tab]").all():
            if self.page.locator(button).count():
                break
            tab.click()
        self.page.click(button)
        self.page.wait_for_selector(
            f"{button}[aria-busy=false]:not([disabled])", timeout=WAIT_S * 1000
        )

    def touch(self, action: str, value: str = "") -> None:
        def fitting(seen: dict) -> list[dict]:
            there = [w for w in seen["widgets"] if w["action"] == action and w["enabled"]]
            return [w for w in there if value in ("", str(w["value"]))]

        seen = self.glass.wait(f"button {action} {value}", lambda s: bool(fitting(s)), WAIT_S)
        x, y, width, height = fitting(seen)[0]["box"]
        canvas = self.page.locator("#glass canvas").bounding_box()
        scale = canvas["width"] / seen["size"][0]
        at = canvas["x"] + (x + width / 2) * scale, canvas["y"] + (y + height / 2) * scale
        self.page.mouse.move(*at)
        self.page.mouse.down()
        time.sleep(0.08)
        self.page.mouse.up()


def pays_and_prints(visitor: Visitor) -> None:
    sees: Callable = visitor.glass.wait_for
    sees("attract", for_s=WAIT_S)
    visitor.page.click("#language")
    visitor.touch("language")
    visitor.act("hold_bill")
    sees("bills", for_s=WAIT_S)
    visitor.touch("pay")
    sees("method", for_s=WAIT_S)
    visitor.touch("method", "wechat")
    shown = say("en", "paying_qr.waiting")
    visitor.glass.wait("the code", lambda seen: shown in seen["texts"], WAIT_S)
    visitor.act("phone_pays")
    sees("paid", for_s=WAIT_S)
    visitor.touch("print")
    visitor.page.click("[data-tab=printer]")
    visitor.page.wait_for_selector("#seen img")
    visitor.page.wait_for_selector("#payments [data-verdict=agree]")


def draw_demo(target: Path) -> None:
    from playwright.sync_api import sync_playwright

    width, height = DESK_SIZE
    with (
        tempfile.TemporaryDirectory() as base,
        running_demo(folder := Path(base)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(WAIT_S * 1000)
        page.goto(address)
        page.wait_for_selector("#glass canvas")
        page.wait_for_selector("#glass-cover", state="hidden")
        pays_and_prints(Visitor(page, folder / "probe.sock"))
        page.screenshot(path=target)
        browser.close()
    with Image.open(target) as picture:
        small = picture.convert("RGB").quantize(COLORS)
    small.save(target, optimize=True)


DRAWN: dict[str, Callable[[Path], None]] = {"kiosk": draw_kiosk, "demo": draw_demo}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*DRAWN, []], default=list(DRAWN))
    for name in parser.parse_args().names:
        DRAWN[name](PICTURES / f"{name}.png")
        print(PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
