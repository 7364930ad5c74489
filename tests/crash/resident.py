"""One resident: comes with a plan, sees only what the screen shows, and does not know of crashes."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from simulators.control import call
from tests.crash.front import Front, Gone, Seen
from tests.crash.house import CrashHouse

LOOKS_EVERY_S = (0.05, 0.3)
PATIENCE_S = 40.0
HOLDS_MAX = 3  # how often a phone is held up before its owner touches the glass
WISH_S = 8.0  # how long somebody waits for the way of paying that was meant
DARK_S_MAX = 15.0  # how long somebody stands before a dead screen
TERMINAL = {
    "approve": 10,
    "slow": 1,
    "decline": 3,
    "timeout": 1,
    "abort_by_resident": 1,
    "drop_connection": 2,
    "drop_before_ack": 2,
    "lose_completion": 2,
    "reboot": 1,
    "garbage": 1,
}


@dataclass(frozen=True)
class Plan:
    """``token``: the bill's code, scanned in place of typing the unit. ``pays_after_s`` None: never."""

    unit: str
    token: str
    method: str
    terminal: str
    pays_after_s: float | None
    cancels_after_s: float | None
    only_one_bill: bool
    by_code: bool  # the phone is held to the scanner, where a wallet pays
    receipt: str  # print, phone, none
    leaves_when_dark: bool

    @property
    def moments(self) -> tuple[str, ...]:
        """When a kill may be due: what this resident will do or see, if nothing comes between."""
        found = ["choosing"]
        if self.cancels_after_s is not None:
            found.append("cancelling")
        if self.method == "card":
            found += ["at the terminal"] * 2
            paid = self.terminal in ("approve", "slow", "lose_completion", "garbage")
        else:
            found.append("asked for the password" if self.by_code else "code shown")
            paid = self.pays_after_s is not None
            found += ["phone pays"] * paid
        if paid and self.cancels_after_s is None:
            found += ["paid", *(["printing"] * (self.receipt == "print"))]
        return tuple(found)


def plan(chance: random.Random, unit: str, token: str) -> Plan:
    method = chance.choice(["wechat", "alipay", "card"])
    return Plan(
        unit,
        token if chance.random() < 0.5 else "",
        method,
        chance.choices(list(TERMINAL), list(TERMINAL.values()))[0],
        chance.choice([0.0, 0.2, 0.8, 2.5, 4.0]) if chance.random() < 0.85 else None,
        chance.uniform(0.2, 2.0) if chance.random() < 0.2 else None,
        chance.random() < 0.4,
        method != "card" and chance.random() < 0.4,
        chance.choices(["print", "phone", "none"], [6, 2, 1])[0],
        chance.random() < 0.4,
    )


class Resident:
    """``reached`` hears of each moment (see ``Plan.moments``)."""

    def __init__(
        self,
        house: CrashHouse,
        front: Front,
        chance: random.Random,
        wish: Plan,
        reached: Callable[[str], None],
    ) -> None:
        self._house, self._front, self._chance, self._plan = house, front, chance, wish
        self._reached, self._codes = reached, set[str]()
        self._cancel_at, self._asked, self._typed = 0.0, False, False
        self._choosing_since, self._holds = 0.0, 0

    def visit(self) -> str:
        """Until the resident leaves; says from which screen."""
        end, dark_since, last = time.monotonic() + PATIENCE_S, 0.0, "nothing"
        while time.monotonic() < end:
            time.sleep(self._chance.uniform(*LOOKS_EVERY_S))
            try:
                seen = self._front.look()
                dark_since, last = 0.0, seen.screen
                if not seen.busy and self._acts(seen):
                    return last
            except Gone:
                self._typed = False
                dark_since = dark_since or time.monotonic()
                if self._plan.leaves_when_dark or time.monotonic() - dark_since > DARK_S_MAX:
                    return "dark"
        return last

    def _acts(self, seen: Seen) -> bool:
        """One thing done; True when the resident leaves."""
        match seen.screen:
            case "attract" | "identify":
                if self._asked:
                    return True  # the visit ended without me
                self._says_who(seen)
            case "bills":
                self._chooses_bills(seen)
            case "method":
                return self._chooses_method(seen)
            case "paying_qr" | "paying_card" | "paying_code":
                self._pays(seen)
            case "paid":
                return self._takes_receipt(seen)
            case "unknown":
                return self._keeps_slip(seen)
            case "starting" | "out_of_order":
                return self._plan.leaves_when_dark
            case "nothing_due" | "declined" | "message":
                self._front.tap("end")
                return self._chance.random() < 0.5
            case _:
                self._front.tap("back")
        return False

    def _says_who(self, seen: Seen) -> None:
        if self._plan.token:
            self._house.scan(self._plan.token)
            time.sleep(0.4)
        elif seen.screen == "attract":
            self._front.tap("keypad")
        elif not self._typed:
            self._typed = True
            for part in self._plan.unit.split("-"):
                for digit in part:
                    self._front.tap("digit", digit)
                self._front.tap("next")
        else:
            self._front.tap("back")
            self._typed = False

    def _chooses_bills(self, seen: Seen) -> None:
        if self._plan.only_one_bill:
            for number in seen.bills[1:]:
                self._front.tap("toggle_bill", number)
        self._front.tap("pay")

    def _chooses_method(self, seen: Seen) -> bool:
        if self._asked:
            self._front.tap("end")
            return True
        wish = self._plan.method
        self._choosing_since = self._choosing_since or time.monotonic()
        if wish not in seen.methods and time.monotonic() < self._choosing_since + WISH_S:
            return False  # a phone is at hand and no card: perhaps it comes back
        if not seen.methods:
            self._front.tap("end")
            return True
        method = wish if wish in seen.methods else self._chance.choice(seen.methods)
        if self._plan.by_code and method == wish and self._holds < HOLDS_MAX:
            self._holds_phone_up(method)
            return False
        if method == "card":
            self._house.terminal(self._plan.terminal)
        self._front.tap("method", method)
        self._asked = True
        self._reached("choosing")
        if self._plan.cancels_after_s is not None:
            self._cancel_at = time.monotonic() + self._plan.cancels_after_s
        return False

    def _holds_phone_up(self, wallet: str) -> None:
        self._holds += 1
        code = call(f"{self._house.channel_url(wallet)}/phone/code", {})["code"]
        self._house.scan(code)
        self._reached("choosing")
        time.sleep(0.4)

    def _pays(self, seen: Seen) -> None:
        self._asked = True
        if seen.screen == "paying_code" and not self._codes and self._plan.by_code:
            self._codes.add("on the phone")
            self._reached("asked for the password")
            if self._plan.pays_after_s is not None:
                threading.Timer(self._plan.pays_after_s, self._types_password).start()
        if seen.screen == "paying_card":
            self._reached("at the terminal")
        if seen.code and seen.code not in self._codes:
            self._codes.add(seen.code)
            self._reached("code shown")
            if self._plan.pays_after_s is not None:
                threading.Timer(self._plan.pays_after_s, self._phone_pays, [seen.code]).start()
        if self._cancel_at and time.monotonic() > self._cancel_at:
            self._cancel_at = 0.0
            self._front.tap("cancel_payment")
            self._reached("cancelling")

    def _phone_pays(self, code: str) -> None:
        """The phone goes on by itself, whatever became of the kiosk."""
        for channel in ("wechat", "alipay"):
            url = self._house.channel_url(channel)
            try:
                call(f"{url}/phone/scan", {"code_url": code})
                call(f"{url}/phone/pay", {"code_url": code})
            except (OSError, ValueError):
                continue  # another channel's code, or it was closed in the meantime
            self._reached("phone pays")

    def _types_password(self) -> None:
        """On the phone, if the amount is one that it asks for."""
        wallet = self._plan.method
        for order in self._house.channel_orders(wallet).values():
            if order["state"] == "asking":
                self._phone_pays(order["code_url"])

    def _takes_receipt(self, seen: Seen) -> bool:
        self._reached("paid")
        if self._plan.receipt == "print" and seen.say not in ("printing", "printed"):
            self._front.tap("print")
            self._reached("printing")
            time.sleep(self._chance.uniform(0.0, 1.0))
        elif self._plan.receipt == "phone":
            self._front.tap("phone")
        if self._chance.random() < 0.5:
            return False
        self._front.tap("done")
        return True

    def _keeps_slip(self, seen: Seen) -> bool:
        if seen.say not in ("printing", "printed") and self._chance.random() < 0.5:
            self._front.tap("print_slip")
            return False
        self._front.tap("understood")
        return True
