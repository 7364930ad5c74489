"""What a resident sees and touches: the kiosk's window under X, or the glass of a kiosk without one."""

import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import zxingcpp
from PIL import Image

from lobbypay.demo.display import Glass, NeverSeen


class Gone(Exception):
    """Nobody is behind the glass just now."""


@dataclass(frozen=True)
class Seen:
    """``methods`` that can be touched now; ``code`` that a phone would read; ``bills`` shown."""

    screen: str
    methods: tuple[str, ...] = ()
    code: str = ""
    bills: tuple[str, ...] = ()
    busy: bool = False
    say: str = ""


class Front(Protocol):
    """Each call raises Gone while there is no kiosk."""

    def look(self) -> Seen: ...

    def tap(self, action: str, value: str = "") -> None: ...


class BareGlass:
    """A kiosk of ``tests.crash.kiosk_process``."""

    def __init__(self, probe: Path) -> None:
        self._probe = probe

    def look(self) -> Seen:
        return self._say({})

    def tap(self, action: str, value: str = "") -> None:
        self._say({"action": action, "value": value})

    def _say(self, touch: dict[str, str]) -> Seen:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(10)
                line.connect(str(self._probe))
                line.sendall(json.dumps(touch).encode() + b"\n")
                answer = b""
                while block := line.recv(65536):
                    answer += block
            told: dict[str, Any] = json.loads(answer)
        except (OSError, ValueError) as error:
            raise Gone(str(error)) from error
        told |= {"methods": tuple(told["methods"]), "bills": tuple(told["bills"])}
        return Seen(**told)


class Window:
    """The real window: looks through its probe and through pictures of it, touches through X."""

    def __init__(self, glass: Glass, folder: Path) -> None:
        self._glass, self._picture = glass, folder / "phone.png"

    def look(self) -> Seen:
        try:
            told = self._glass.look()
            screen, widgets = told["screen"], told["widgets"]
        except (OSError, ValueError, KeyError) as error:
            raise Gone(str(error)) from error
        here = [w for w in widgets if w["enabled"]]
        return Seen(
            screen,
            tuple(str(w["value"]) for w in here if w["action"] == "method"),
            self._code() if screen == "paying_qr" else "",
            tuple(str(w["value"]) for w in here if w["action"] == "toggle_bill"),
        )

    def tap(self, action: str, value: str = "") -> None:
        try:
            self._glass.tap(action, value, for_s=2.0)
        except (NeverSeen, OSError) as error:
            raise Gone(str(error)) from error

    def _code(self) -> str:
        self._glass.display.picture(self._picture)
        with Image.open(self._picture) as image:
            codes = zxingcpp.read_barcodes(image)
        return codes[0].text if codes else ""
