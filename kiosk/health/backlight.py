"""The panel's backlight, dimmed by night, by the kernel's interface
(Documentation/ABI/stable/sysfs-class-backlight).

A panel that cannot be dimmed, or a folder that is not there, never disturbs anything else.
"""

from collections.abc import Callable
from pathlib import Path

import structlog

from kiosk.core.model import Session

log = structlog.get_logger("health")


class Backlight:
    """``see`` is called when the session changed; it writes only when night begins or ends,
    somebody comes or leaves by night, and once at the start."""

    def __init__(self, folder: Path, night_percent: int, session: Callable[[], Session]) -> None:
        self._folder, self._night_percent, self._session = folder, night_percent, session
        self._night: bool | None = None

    def see(self) -> None:
        session = self._session()
        if session.lobby.config is None:
            return
        lobby = session.lobby
        night = lobby.hours.night is not None and not lobby.cabinet.present
        if night == self._night:
            return
        self._night = night
        try:
            most = int((self._folder / "max_brightness").read_text())
            wanted = most * (self._night_percent if night else 100) // 100
            (self._folder / "brightness").write_text(str(max(1, wanted)))
        except (OSError, ValueError) as error:
            log.warning("backlight_not_set", error=str(error))
