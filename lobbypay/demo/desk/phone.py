"""The phone's tab: the resident pays by the code on the screen, or shows the phone's own."""

import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import zxingcpp
from PIL import Image

from lobbypay.demo.desk.act import NotNow, Tab, Tone, act
from lobbypay.demo.desk.stage import Stage
from lobbypay.demo.house import PASSWORD_ABOVE_YUAN
from simulators.control import call

WALLETS = ("wechat", "alipay")
CODE_COMES_WITHIN_S = 6.0
LATE_WITHIN_S = 300.0
_ENDED = ("closed", "refused")


def _scanned(stage: Stage) -> tuple[str, str]:
    """The wallet and the code that the phone's camera reads off the kiosk's screen. Raises NotNow."""
    end = time.monotonic() + CODE_COMES_WITHIN_S
    with TemporaryDirectory(prefix="lobbypay-phone-") as folder:
        while True:
            with Image.open(stage.display.picture(Path(folder) / "seen.png")) as seen:
                texts = {found.text for found in zxingcpp.read_barcodes(seen)}
            for wallet in WALLETS:
                known = {o["code_url"] for o in stage.house.channel_orders(wallet).values()}
                if texts & known:
                    return wallet, (texts & known).pop()
            if time.monotonic() > end:
                raise NotNow("no_code")
            time.sleep(0.3)


def _pay(stage: Stage) -> None:
    wallet, code = _scanned(stage)
    stage.house.phone(wallet, "pay", code)


def _decline(stage: Stage) -> None:
    wallet, code = _scanned(stage)
    stage.house.phone(wallet, "decline", code)


def _pay_late(stage: Stage) -> None:
    wallet, code = _scanned(stage)
    _touch(stage, wallet, "scan", code)
    stage.late = wallet
    threading.Thread(target=_pays_once_closed, args=(stage, wallet, code), daemon=True).start()


def _pays_once_closed(stage: Stage, wallet: str, code: str) -> None:
    """As when the payment was under way already at the moment at which the order was closed."""
    end = time.monotonic() + LATE_WITHIN_S
    try:
        while time.monotonic() < end and stage.late == wallet:
            orders = stage.house.channel_orders(wallet).values()
            if next(o["state"] for o in orders if o["code_url"] == code) in _ENDED:
                _faults(stage, wallet, pay_after_close=True)
                _touch(stage, wallet, "pay", code)
                _faults(stage, wallet)
                return
            time.sleep(0.3)
    except OSError:
        return  # the house is being left
    finally:
        stage.late = ""


def _show_code(wallet: str) -> Any:
    def show(stage: Stage) -> None:
        code = call(f"{stage.house.channel_url(wallet)}/phone/code", {})["code"]
        stage.holds(code=code)

    return show


def _asked(stage: Stage) -> tuple[str, str]:
    for wallet in WALLETS:
        if name := stage.house.asked_for_password(wallet):
            return wallet, name
    raise NotNow("no_password")


def _enter_password(stage: Stage) -> None:
    wallet, name = _asked(stage)
    _touch(stage, wallet, "pay", name)


def _refuse_password(stage: Stage) -> None:
    wallet, name = _asked(stage)
    _touch(stage, wallet, "refuse", name)


def _ask_above(minor: int) -> Any:
    def ask(stage: Stage) -> None:
        for wallet in WALLETS:
            address = f"{stage.house.channel_url(wallet)}/admin/password"
            call(address, {"above_minor": minor})

    return ask


def _touch(stage: Stage, wallet: str, what: str, code: str) -> None:
    call(f"{stage.house.channel_url(wallet)}/phone/{what}", {"code_url": code})


def _faults(stage: Stage, wallet: str, **faults: Any) -> None:
    call(f"{stage.house.channel_url(wallet)}/admin/faults", faults)


def _no_notification(stage: Stage) -> None:
    for wallet in WALLETS:
        _faults(stage, wallet, no_notification=True)


def _channels_away(stage: Stage) -> None:
    for wallet in WALLETS:
        _faults(stage, wallet, http_500=10_000)


def _channels_well(stage: Stage) -> None:
    for wallet in WALLETS:
        _faults(stage, wallet)


def _nothing(stage: Stage) -> None:
    stage.late = ""


ACTS = (
    act("phone_pays", Tab.PHONE, Tone.PLAIN, _pay),
    act("phone_declines", Tab.PHONE, Tone.PLAIN, _decline),
    act("phone_does_nothing", Tab.PHONE, Tone.PLAIN, _nothing),
    act("phone_pays_late", Tab.PHONE, Tone.FAULT, _pay_late),
    act("show_wechat_code", Tab.PHONE, Tone.PLAIN, _show_code("wechat")),
    act("show_alipay_code", Tab.PHONE, Tone.PLAIN, _show_code("alipay")),
    act("enter_password", Tab.PHONE, Tone.PLAIN, _enter_password),
    act("refuse_password", Tab.PHONE, Tone.PLAIN, _refuse_password),
    act("always_ask", Tab.PHONE, Tone.PLAIN, _ask_above(0)),
    act("ask_above_limit", Tab.PHONE, Tone.WELL, _ask_above(PASSWORD_ABOVE_YUAN * 100)),
    act("no_notification", Tab.PHONE, Tone.FAULT, _no_notification),
    act("channels_away", Tab.PHONE, Tone.FAULT, _channels_away),
    act("channels_well", Tab.PHONE, Tone.WELL, _channels_well),
)
