"""A screen to stand in front of: Xvfb where there is none, real X events, pictures, and a look at
what is on it. It touches only as a finger would."""

import json
import os
import select
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mss
import mss.tools


class NoDisplay(Exception):
    """No X server could be had."""


class Display:
    """An X display: the given one, or an X server of our own that ends with ``close``: Xvfb, or where
    ``vnc`` names a Unix socket Xvnc, whose picture and touches go through that socket too. Only its
    owner can open the socket, and nothing listens on the network."""

    def __init__(self, name: str | None, size: tuple[int, int], vnc: Path | None = None) -> None:
        self._server: subprocess.Popen[bytes] | None = None
        self.name = name or self._own(size, vnc)

    def _own(self, size: tuple[int, int], vnc: Path | None) -> str:
        program = "Xvnc" if vnc else "Xvfb"
        if shutil.which(program) is None:
            raise NoDisplay(f"there is no display, and {program} is not installed: run make setup")
        read_end, write_end = os.pipe()
        self._server = subprocess.Popen(
            [program, "-displayfd", str(write_end), *(_xvnc(size, vnc) if vnc else _xvfb(size))],
            pass_fds=(write_end,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            if not select.select([pipe], [], [], 20)[0] or not (number := pipe.readline().strip()):
                raise NoDisplay(f"{program} did not start")
        return f":{number}"

    def touch(self, x: float, y: float) -> None:
        """A finger put down and lifted."""
        self._xdotool("mousemove", str(round(x)), str(round(y)))
        self._xdotool("mousedown", "1")
        time.sleep(0.06)
        self._xdotool("mouseup", "1")

    def hold(self, x: float, y: float, seconds: float) -> None:
        """A finger that rests."""
        self._xdotool("mousemove", str(round(x)), str(round(y)))
        self._xdotool("mousedown", "1")
        time.sleep(seconds)
        self._xdotool("mouseup", "1")

    def _xdotool(self, *command: str) -> None:
        subprocess.run(
            ["xdotool", *command],
            env={**os.environ, "DISPLAY": self.name},
            check=True,
            timeout=20,
            capture_output=True,
        )

    def picture(self, path: Path) -> Path:
        # Xvnc names a depth twice, which mss's other ways to a picture do not understand.
        with mss.MSS(display=self.name, backend="xlib") as camera:
            shot = camera.grab(camera.monitors[0])
            mss.tools.to_png(shot.rgb, shot.size, output=str(path))
        return path

    def close(self) -> None:
        if self._server:
            self._server.terminate()
            self._server.wait(timeout=10)


def _xvfb(size: tuple[int, int]) -> list[str]:
    return ["-screen", "0", f"{size[0]}x{size[1]}x24"]


def _xvnc(size: tuple[int, int], socket_path: Path) -> list[str]:
    return [
        *("-geometry", f"{size[0]}x{size[1]}", "-depth", "24", "-nolisten", "tcp"),
        *("-SecurityTypes", "None", "-rfbport", "-1"),  # by the socket alone, which is its owner's
        *("-rfbunixpath", str(socket_path), "-rfbunixmode", "384"),  # 0o600
        *("-AcceptSetDesktopSize=0", "-AcceptCutText=0", "-SendCutText=0", "-AlwaysShared=1"),
    ]


class NeverSeen(AssertionError):
    """What was waited for did not come onto the screen; the message says what was there."""


@dataclass
class Glass:
    """The kiosk's screen as a person meets it: looks (through the probe) and touches (through X)."""

    display: Display
    probe: Path

    def look(self) -> dict[str, Any]:
        """What is on the screen. Raises OSError while the kiosk is not there or its window is busy."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(10)
            line.connect(str(self.probe))
            answer = b""
            while block := line.recv(65536):
                answer += block
        seen = json.loads(answer)
        if "error" in seen:
            raise TimeoutError(seen["error"])
        return seen

    def wait(self, what: str, seen: Callable[[dict[str, Any]], bool], for_s: float = 30.0) -> dict:
        end, last = time.monotonic() + for_s, {}
        while time.monotonic() < end:
            try:
                last = self.look()
                if last.get("settled", True) and seen(last):
                    return last
            except (OSError, ValueError):
                pass
            time.sleep(0.08)
        texts = " | ".join(last.get("texts", []))[:600]
        raise NeverSeen(f"waited {for_s:.0f} s for {what}; saw {last.get('screen')}: {texts}")

    def wait_for(self, *screens: str, for_s: float = 30.0) -> dict[str, Any]:
        wanted = " or ".join(screens)
        return self.wait(f"screen {wanted}", lambda s: s["screen"] in screens, for_s)

    def tap(self, action: str, value: str = "", for_s: float = 15.0) -> None:
        """Touches the middle of a button once it is there and takes touches."""

        def button(seen: dict[str, Any]) -> list[dict[str, Any]]:
            return [
                w
                for w in seen["widgets"]
                if w["action"] == action and w["enabled"] and value in ("", str(w["value"]))
            ]

        seen = self.wait(f"button {action} {value}", lambda s: bool(button(s)), for_s)
        x, y, width, height = button(seen)[0]["box"]
        self.display.touch(x + width / 2, y + height / 2)

    def type_unit(self, unit: str) -> None:
        """Types building, entrance and room; "next" after the room is left to the caller."""
        building, entrance, room = unit.split("-")
        for part in (building, entrance):
            self._type(part)
            self.tap("next")
        self._type(room)

    def _type(self, digits: str) -> None:
        for digit in digits:
            self.tap("digit", digit)
