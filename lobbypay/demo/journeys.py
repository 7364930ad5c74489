"""Four residents, played with fingers on the glass and a phone that reads the code on the screen or
shows its own."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image

from lobbypay.demo.display import Glass, NeverSeen
from lobbypay.demo.house import House

READ_WITHIN_S = 30.0


@dataclass
class Journey:
    """What one resident did, step by step, with a picture of each screen."""

    name: str
    language: str
    method: str
    out: Path
    glass: Glass
    steps: list[dict[str, Any]] = field(default_factory=list)
    _since: float = field(default_factory=time.monotonic)

    def sees(self, screen: str, for_s: float = 30.0) -> dict[str, Any]:
        """Waits for a screen, takes its picture, and notes how long it took to come."""
        seen = self.glass.wait_for(screen, for_s=for_s)
        if screen == "paying_qr":
            self.phone_reads_the_screen()  # it is complete once its code is there
        now = time.monotonic()
        picture = self.out / f"{self.name}-{len(self.steps) + 1:02d}-{seen['screen']}.png"
        self.glass.display.picture(picture)
        self.steps.append(
            {
                "screen": seen["screen"],
                "seconds": round(now - self._since, 2),
                "screenshot": picture.name,
            }
        )
        self._since = now
        return seen

    def taps(self, action: str, value: str = "") -> None:
        self.glass.tap(action, value)

    def phone_reads_the_screen(self) -> str:
        """The resident's phone: what the QR on the screen says, read from a picture of it."""
        picture = self.out / f"{self.name}-phone.png"
        end = time.monotonic() + READ_WITHIN_S
        while time.monotonic() < end:
            self.glass.display.picture(picture)
            with Image.open(picture) as image:
                codes = zxingcpp.read_barcodes(image)
            if codes:
                picture.unlink()
                return codes[0].text
            time.sleep(0.3)
        raise NeverSeen("no QR code could be read from the screen")

    def asked_for_the_password(self, house: House) -> str:
        """The resident's phone: what it asks the password for."""
        end = time.monotonic() + READ_WITHIN_S
        while time.monotonic() < end:
            asked = house.asked_for_password(self.method)
            if asked:
                return asked
            time.sleep(0.3)
        raise NeverSeen("the phone asked for no password")

    def takes_the_receipt(self, house: House) -> str:
        """Prints, waits until the printer has cut, and leaves. Returns the receipt's file name."""
        before = house.receipts()
        self.taps("print")
        end = time.monotonic() + 40
        while len(house.receipts()) == len(before):
            if time.monotonic() > end:
                raise NeverSeen("the printer cut no receipt")
            time.sleep(0.1)
        name = house.receipts()[len(before)].name
        self.glass.wait("printed", lambda s: s["screen"] == "paid", 20)
        self.sees("paid")
        self.taps("done")
        self.sees("attract")
        return name

    def types(self, unit: str) -> None:
        """From the start page to the unit's bills."""
        self.taps("keypad")
        self.sees("identify")
        self.glass.type_unit(unit)
        self.taps("next")
        self.sees("bills")


def scan_and_pay_by_wechat(journey: Journey, house: House) -> str:
    journey.sees("attract")
    house.show_bill(house.bill_pdf)
    journey.sees("bills", for_s=45)
    house.show_nothing()
    journey.taps("pay")
    journey.sees("method")
    journey.taps("method", "wechat")
    journey.sees("paying_qr")
    house.phone("wechat", "pay", journey.phone_reads_the_screen())
    journey.sees("paid")
    return journey.takes_the_receipt(house)


def type_a_unit_and_pay_two_bills_by_card(journey: Journey, house: House) -> str:
    unit, bills = house.unit_with_bills(3, but_not=house.scanned_unit)
    journey.sees("attract")
    journey.types(unit)
    journey.taps("toggle_bill", bills[-1])
    journey.taps("pay")
    journey.sees("method")
    house.terminal("approve")
    journey.taps("method", "card")
    journey.sees("paying_card")
    journey.sees("paid", for_s=60)
    return journey.takes_the_receipt(house)


def in_english_declined_then_alipay(journey: Journey, house: House) -> str:
    unit, _ = house.unit_with_bills(1, but_not=house.scanned_unit)
    journey.sees("attract")
    journey.taps("language")
    journey.glass.wait("English", lambda s: s["language"] == "en")
    journey.sees("attract")
    journey.types(unit)
    journey.taps("pay")
    journey.sees("method")
    house.terminal("decline")
    journey.taps("method", "card")
    journey.sees("paying_card")
    journey.sees("declined", for_s=60)
    house.terminal("approve")
    journey.taps("change_method")
    journey.sees("method")
    journey.taps("method", "alipay")
    journey.sees("paying_qr")
    house.phone("alipay", "pay", journey.phone_reads_the_screen())
    journey.sees("paid")
    return journey.takes_the_receipt(house)


def holds_the_phone_to_the_scanner(journey: Journey, house: House) -> str:
    unit, _ = house.unit_with_bills(2, but_not=house.scanned_unit)
    journey.sees("attract")
    journey.types(unit)
    journey.taps("pay")
    journey.sees("method")
    house.hold_phone("wechat")
    journey.sees("paying_code", for_s=45)
    house.show_nothing()
    house.phone("wechat", "pay", journey.asked_for_the_password(house))
    journey.sees("paid", for_s=45)
    return journey.takes_the_receipt(house)


Play = Callable[[Journey, House], str]

JOURNEYS: tuple[tuple[str, str, str, Play], ...] = (
    ("scan-wechat", "zh_CN", "wechat", scan_and_pay_by_wechat),
    ("unit-card", "zh_CN", "card", type_a_unit_and_pay_two_bills_by_card),
    ("english-declined-alipay", "en", "alipay", in_english_declined_then_alipay),
    ("phone-code-wechat", "zh_CN", "wechat", holds_the_phone_to_the_scanner),
)
