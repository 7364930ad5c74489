"""The demo as people meet it: the printed address in a real browser, the kiosk touched through noVNC,
each act looked for at whom it concerns. One demo for all of it."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing

import pytest

from lobbypay.demo.desk.back_office import ROLES
from lobbypay.demo.display import Glass
from lobbypay.guard import MARK, marked
from tests.journeys.test_demo_ends import mark_of_child
from tests.lobbypay.test_guard import as_from_a_terminal
from tests.server.fleet.test_staff_browser import ARGUMENTS, CHROMIUM, WEAK_TEXT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
CHINESE = re.compile(r"[\u3400-\u9fff]")
SIZES = ((1440, 900), (1280, 720))


class Desk:
    """The page, and the glass of the kiosk that is shown in it."""

    def __init__(self, url, folder, process, page, wrong):
        self.url, self.folder, self.process, self.page = url, folder, process, page
        self.wrong = wrong  # what the browser complained of
        self.glass = Glass(None, folder / "probe.sock")

    def act(self, name):
        """Presses the act's button and returns what is said then, once it was carried out."""
        button = f"[data-act={name}]"
        for tab in self.page.locator("[data-tab]").all():
            if self.page.locator(button).count():
                break
            tab.click()
        self.page.click(button)
        self.page.wait_for_selector(f"{button}[aria-busy=false]:not([disabled])", timeout=60_000)
        return self.page.inner_text("#expect-text")

    def touch(self, action, value=""):
        """A finger on the kiosk's window, by way of the browser's canvas."""

        def buttons(seen):
            fitting = [w for w in seen["widgets"] if w["action"] == action and w["enabled"]]
            return [w for w in fitting if value in ("", str(w["value"]))]

        seen = self.glass.wait(f"button {action} {value}", lambda s: bool(buttons(s)), 60)
        x, y, width, height = buttons(seen)[0]["box"]
        canvas = self.page.locator("#glass canvas").bounding_box()
        scale = canvas["width"] / seen["size"][0]
        self.page.mouse.move(
            canvas["x"] + (x + width / 2) * scale, canvas["y"] + (y + height / 2) * scale
        )
        self.page.mouse.down()
        time.sleep(0.08)
        self.page.mouse.up()

    def sees(self, *screens, for_s=60):
        return self.glass.wait_for(*screens, for_s=for_s)

    def says(self, text, for_s=60):
        self.glass.wait(text, lambda s: any(text in t for t in s["texts"]), for_s)

    def goes_home(self):
        for _ in range(8):
            seen = self.glass.look()
            if seen["screen"] == "attract":
                return
            there_are = {w["action"] for w in seen["widgets"] if w["enabled"]}
            for action in ("done", "end", "back"):
                if action in there_are:
                    self.touch(action)
                    break
            time.sleep(0.6)
        self.sees("attract", for_s=90)

    def to_method(self):
        self.goes_home()
        self.act("hold_bill")
        self.sees("bills")
        self.becomes("put down", lambda s: s["camera"]["sees"] == "empty lobby")
        self.touch("pay")
        self.sees("method")

    def state(self):
        """What the page was told last."""
        return self.page.evaluate(
            "new Promise(done => { const e = new EventSource('/events');"
            " e.onmessage = m => { e.close(); done(JSON.parse(m.data)); }; })"
        )

    def becomes(self, what, true, for_s=60):
        end = time.monotonic() + for_s
        while time.monotonic() < end:
            if true(state := self.state()):
                return state
            time.sleep(0.3)
        raise AssertionError(f"not within {for_s} s: {what}; {state}")

    def newest_agrees(self, **sides):
        """Who pays late is agreed on twice: as one who has not paid, and as one whose money is back."""

        def agreed(state):
            row = state["payments"] and state["payments"][0]
            told = row and {who: row[who] for who in sides} == sides
            return told and row["verdict"] == "agree"

        row = self.becomes(f"agreement {sides}", agreed)["payments"][0]
        shown = f"#payments tr[data-payment='{row['id']}']"
        self.page.wait_for_selector(f"{shown} [data-verdict=agree]")
        return row


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", MARK)}
    process = subprocess.Popen(
        [sys.executable, "-m", "lobbypay", "demo", "--folder", str(folder)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=as_from_a_terminal,
    )
    printed = ""
    for line in process.stdout:
        printed += line
        if "Logs" in line:
            break
    addresses = re.findall(r"http://127\.0\.0\.1:\d+/\?token=\S+", printed)
    assert len(addresses) == 1, printed
    yield addresses[0], folder, process
    if process.poll() is None:
        process.terminate()
        process.wait(60)
    process.stdout.close()


@pytest.fixture(scope="module")
def desk(demo):
    from playwright.sync_api import sync_playwright

    url, folder, process = demo
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        width, height = SIZES[0]
        page = browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(40_000)
        wrong = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda m: m.type == "error" and wrong.append(m.text))
        page.goto(url)
        page.wait_for_selector("#glass canvas")
        page.wait_for_selector("#glass-cover", state="hidden")
        yield Desk(url, folder, process, page, wrong)
        browser.close()


def test_nobody_enters_without_the_token(demo):
    address = demo[0].partition("?")[0]
    for path in ("", "events", "window", "desk.json", "acts/pull_plug", "staff/demo/fleet"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(address + path, timeout=10)
        assert refused.value.code == 403


def test_scan_pay_by_wechat_and_take_the_receipt(desk):
    desk.to_method()
    desk.touch("method", "wechat")
    desk.sees("paying_qr")
    assert "缴费成功" in desk.act("phone_pays")
    desk.sees("paid")
    row = desk.newest_agrees(journal="approved", server="approved", channel="paid")
    assert row["amount"] == "495.36"
    desk.act("paper_out_midway")
    desk.touch("print")
    desk.becomes("paper out", lambda s: s["printer"]["faults"] == ["paper_out"])
    desk.says("小票没有打出来")
    desk.act("printer_well")
    desk.touch("print")
    desk.becomes("a receipt", lambda s: s["printer"]["receipts"])
    desk.page.wait_for_function("document.querySelector('#seen img').naturalWidth > 300")


def test_power_is_cut_after_a_card_was_approved_and_its_completion_lost(desk):
    desk.to_method()
    desk.act("completion_lost")
    desk.touch("method", "card")
    desk.sees("paid")
    desk.act("pull_plug")
    desk.becomes("dark", lambda s: not s["kiosk"]["on"])
    assert "没有电" in desk.page.inner_text("#glass-cover")
    assert "接上电源" not in desk.act("pull_plug"), "it has no power already"
    desk.act("start_kiosk")
    desk.sees("paid")
    desk.newest_agrees(journal="approved", server="approved", channel="approved")
    desk.page.wait_for_selector("#glass-cover", state="hidden")


def test_a_forged_bill_is_found_out(desk):
    desk.goes_home()
    desk.act("hold_forged")
    desk.says("不能核实")
    desk.becomes("put down", lambda s: s["camera"]["sees"] == "empty lobby")


def test_the_line_is_cut_and_mended(desk):
    desk.act("cut_line")
    desk.becomes("cut", lambda s: s["line"] == "cut")
    desk.to_method()
    desk.touch("method", "card")
    desk.sees("paid")
    not_told = {"journal": "approved", "server": "", "channel": "approved", "verdict": "open"}
    desk.becomes("not known", lambda s: not_told.items() <= s["payments"][0].items())
    desk.act("mend_line")
    desk.newest_agrees(journal="approved", server="approved", channel="approved")


def test_who_pays_too_late_gets_the_money_back(desk):
    desk.becomes("phones again", lambda s: s["line"] == "well")
    desk.to_method()
    desk.touch("method", "alipay")
    desk.sees("paying_qr")
    desk.act("phone_pays_late")
    desk.touch("cancel_payment")
    desk.newest_agrees(journal="cancelled", server="reversed", channel="refunded")


@pytest.mark.parametrize(
    ("act", "path", "value", "mended_by"),
    [
        ("hang_line", ("line",), "hanging", "mend_line"),
        ("slow_line", ("line",), "slow", "mend_line"),
        ("paper_near_end", ("printer", "faults"), ["near_end"], "printer_well"),
        ("cover_open", ("printer", "faults"), ["cover_open"], "printer_well"),
        ("card_declined", ("terminal", "planned"), ["decline"], "terminal_well"),
        ("unplug_terminal", ("terminal", "faults"), ["unplugged"], "terminal_well"),
        ("unplug_scanner", ("camera", "fault"), "unplugged", "put_down"),
        ("clock_slow", ("clock",), -7200, "clock_right"),
        ("stop_server", ("server", "on"), False, "start_server"),
    ],
)
def test_an_act_is_seen_by_whom_it_concerns(desk, act, path, value, mended_by):
    def there(state):
        for key in path:
            state = state[key]
        return state

    before = there(desk.state())
    desk.act(act)
    desk.becomes(act, lambda s: there(s) == value)
    desk.act(mended_by)
    desk.becomes(mended_by, lambda s: there(s) == before)


def test_staff_pages_open_signed_in(desk):
    roles = desk.page.locator("#role option").count()
    assert roles == len(ROLES)
    for place in range(roles):
        desk.page.select_option("#role", index=place)
        for link in desk.page.locator("nav#staff a").all():
            with desk.page.context.expect_page() as opened:
                link.click()
            page = opened.value
            page.wait_for_load_state()
            assert "/login" not in page.url
            assert desk.url.partition("?")[0] not in page.url
            page.close()
    desk.page.select_option("#role", index=0)
    with closing(sqlite3.connect(desk.folder / "server" / "server.sqlite3")) as db:
        assert db.execute("SELECT count(*) FROM django_session").fetchone() == (roles,)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_fits_and_speaks_one_language(desk, language, tmp_path):
    page = desk.page
    if page.evaluate("document.documentElement.lang.slice(0, 2)") != language:
        page.click("#language")
    page.click("#tour-button")
    weak, speech = [], ""
    tabs = [button.get_attribute("data-tab") for button in page.locator("[data-tab]").all()]
    assert len(tabs) == 6
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for tab in tabs:
            page.click(f"[data-tab={tab}]")
            page.wait_for_function(FITS)
            speech += page.evaluate(SPEECH)
            if (width, height) == SIZES[0]:
                weak += page.evaluate(WEAK_TEXT)
        folder = os.environ.get("LOBBYPAY_PICTURES", str(tmp_path))
        page.screenshot(path=f"{folder}/desk-{width}-{language}.png")
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    page.click("#tour-end")
    assert weak == []
    assert bool(CHINESE.search(speech)) == (language == "zh")


FITS = """() => document.documentElement.scrollWidth <= innerWidth
  && document.documentElement.scrollHeight <= innerHeight"""
SPEECH = """[...document.querySelectorAll('body *:not(#language)')].flatMap(e => [...e.childNodes])
  .filter(n => n.nodeType === 3).map(n => n.textContent).join('\\n')"""


def test_a_new_disk_goes_on_under_the_same_name(desk):
    desk.goes_home()
    before = desk.state()["payments"][0]["reference"]
    desk.act("new_disk")
    desk.sees("attract", "starting")
    desk.to_method()
    desk.touch("method", "card")
    desk.sees("paid")
    row = desk.newest_agrees(journal="approved", server="approved", channel="approved")
    assert int(row["reference"][-6:]) > int(before[-6:])


def test_the_browser_had_nothing_to_complain_of(desk):
    """But for the act that made no sense then, which is answered with 409."""
    assert [text for text in desk.wrong if "409" not in text] == []


def test_when_it_ends_nothing_of_it_goes_on(desk):
    mark = mark_of_child(desk.process.pid)
    assert len(marked(mark)) >= 9
    desk.process.send_signal(signal.SIGTERM)
    desk.process.wait(60)
    end = time.monotonic() + 20
    while marked(mark) and time.monotonic() < end:
        time.sleep(0.2)
    assert not marked(mark)
    desk.page.wait_for_selector("#glass-cover:not([hidden])")
