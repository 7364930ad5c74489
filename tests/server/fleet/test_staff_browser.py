"""The fleet page in a real browser: logs in, shows the lobby, and keeps up with it by itself."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from server.fleet.heartbeats import record_heartbeat
from server.fleet.wall import AT_ONCE
from tests.server.fleet.heartbeats import PAPER_LOW, UNREACHABLE, device, heartbeat, kiosk
from tests.server.fleet.test_fleet_page import many
from tests.server.staff_accounts import create_staff

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


@pytest.fixture
def page(live_server, monkeypatch: pytest.MonkeyPatch) -> Iterator:
    from playwright.sync_api import sync_playwright

    # Playwright runs an event loop in this thread; Django would refuse the database beside it.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(base_url=live_server.url, viewport={"width": 1400, "height": 900})
        page.set_default_timeout(40_000)
        yield page
        browser.close()


def log_in(page) -> None:
    create_staff("staff", "a-long-password")
    page.goto("/staff/fleet/")
    page.fill("#id_username", "staff")
    page.fill("#id_password", "a-long-password")
    page.click("button.main")
    page.wait_for_selector("#live")


def test_the_page_follows_the_lobby(page, tmp_path: Path):
    machine = kiosk()
    record_heartbeat(machine, heartbeat(timezone.now(), device("printer")), now=timezone.now())
    log_in(page)
    card = page.locator("[data-kiosk=K03]")
    assert card.get_attribute("data-tone") == "good"
    broken = heartbeat(timezone.now(), device("printer", PAPER_LOW), device("card", UNREACHABLE))
    record_heartbeat(machine, broken, now=timezone.now())
    page.wait_for_selector("[data-kiosk=K03][data-tone=bad]")  # without anybody touching it
    assert "纸快用完了" in card.inner_text()
    assert "换一卷 80 毫米热敏纸" in page.locator(".problems").inner_text()
    page.screenshot(path=tmp_path / "fleet.png")


def test_the_page_says_when_it_is_not_up_to_date(page):
    kiosk()
    log_in(page)
    assert page.locator("#not-live").is_hidden()
    page.route("**/staff/fleet/live/", lambda route: route.abort())
    page.wait_for_selector("#not-live:not([hidden])")
    page.unroute("**/staff/fleet/live/")
    page.wait_for_selector("#not-live[hidden]", state="attached")


def test_text_is_readable_by_everyone(page):
    """Seven to one, measured on what the browser drew."""
    machine = kiosk()
    beat = heartbeat(timezone.now(), device("printer", PAPER_LOW), device("card", UNREACHABLE))
    record_heartbeat(machine, beat, now=timezone.now())
    log_in(page)
    assert page.evaluate(WEAK_TEXT) == []


def test_nothing_overflows_on_a_phone(page):
    record_heartbeat(kiosk(), heartbeat(timezone.now(), device("printer")), now=timezone.now())
    log_in(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


WEAK_TEXT = """() => {
  const channel = c => { c /= 255; return c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const weak = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.offsetParent) continue;
    const a = light(rgb(getComputedStyle(element).color)), b = light(ground(element));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 7) weak.push(`${ratio.toFixed(1)} ${element.textContent.trim()}`);
  }
  return weak;
}"""


@pytest.mark.parametrize("count", [0, 10_000])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_overflows(page, tmp_path: Path, language: str, count: int):
    machine = kiosk()
    broken = heartbeat(timezone.now(), device("printer", PAPER_LOW), device("card", UNREACHABLE))
    record_heartbeat(machine, broken, now=timezone.now())
    if count:
        many(count)
    log_in(page)
    if language == "en":
        page.click("button[value=en]")
        page.wait_for_selector("html[lang=en]")
    folder = Path(os.environ.get("LOBBYPAY_PICTURES", tmp_path))
    for name, width in (("desk", 1400), ("phone", 390)):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=folder / f"fleet-{count}-{name}-{language}.png", full_page=True)
    page.goto(f"/staff/fleet/kiosks/{machine.pk}/")
    for name, width in (("desk", 1400), ("phone", 390)):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=folder / f"kiosk-{name}-{language}.png", full_page=True)


def test_the_wall_turns_by_itself_and_says_when_it_has_lost_the_server_or_its_sign_in(page):
    for number in range(AT_ONCE + 1):
        low = heartbeat(timezone.now(), device("printer", PAPER_LOW))
        record_heartbeat(kiosk(f"K{number}"), low, now=timezone.now())
    log_in(page)
    page.clock.install()
    page.goto("/staff/fleet/wall/")
    assert page.inner_text(".turn") == "1 / 2"
    page.clock.run_for(11_000)
    page.wait_for_selector(".turn:text-is('2 / 2')")
    page.route("**/staff/fleet/wall/live/**", lambda route: route.abort())
    page.clock.run_for(11_000)
    page.wait_for_selector("#lost:not([hidden])")
    assert page.locator(".troubles li").count() == 1, "what was known stays, and is called old"
    page.unroute("**/staff/fleet/wall/live/**")
    page.clock.run_for(11_000)
    page.wait_for_selector("#lost", state="hidden")
    page.context.clear_cookies()
    page.clock.run_for(11_000)
    page.wait_for_selector("#signed-out:not([hidden])")
    assert page.locator("#lost").is_hidden()
