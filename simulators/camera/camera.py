"""The simulated camera: what stands before it, and what is wrong with it, are two things."""

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from simulators.camera.faults import FAULTS, NAMES, SLOW_S, UNPLUGGED
from simulators.camera.folder import CameraFolder, empty_pictures, pictures_of
from simulators.camera.paper import crumpled, sticker, stuck_over
from simulators.camera.scene import Sheet, load_sheet, phone_showing

PICTURES_MAX = 60


class Camera:
    """One picture at a time is being made; who asks meanwhile waits. A fault stays over what is shown
    until it is mended."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._busy = threading.Lock()
        self._fault = ""
        self._empty = list(empty_pictures())
        self._sees, self._scene = "empty lobby", self._empty
        self._expose()

    def show(self, body: dict[str, Any]) -> dict[str, Any]:
        """Somebody holds a sheet, a sticker or a phone there. Raises KeyError, and ValueError for no
        file."""
        if "code" in body:
            shown = phone_showing(str(body["code"]))
            return self._hold(shown, "a phone with its payment code", **_counts(body))
        if "sticker" in body:
            return self._hold(sticker(str(body["sticker"])), "a sticker", **_counts(body))
        path = Path(body.get("pdf") or body["image"])
        if not path.is_file():
            raise ValueError(f"there is no file {path}")
        sheet = load_sheet(path, body.get("page"))
        if "stuck_over" in body:
            sheet = stuck_over(sheet, str(body["stuck_over"]))
        if body.get("crumpled"):
            sheet = crumpled(sheet)
        return self._hold(sheet, str(path), **_counts(body))

    def fault(self, body: dict[str, Any]) -> dict[str, Any]:
        """Raises KeyError, and ValueError for a fault that there is not."""
        if body["name"] not in NAMES:
            raise ValueError(f"no fault {body['name']!r}; there are {', '.join(NAMES)}")
        with self._busy:
            self._fault = body["name"]
            self._expose()
        return self.state()

    def mend(self, body: dict[str, Any]) -> dict[str, Any]:
        """Ends the fault; what stands before the camera stays."""
        with self._busy:
            self._fault = ""
            self._expose()
        return self.state()

    def clear(self, body: dict[str, Any]) -> dict[str, Any]:
        """An empty lobby before a camera that is well."""
        with self._busy:
            self._fault, self._sees, self._scene = "", "empty lobby", self._empty
            self._expose()
        return self.state()

    def state(self) -> dict[str, Any]:
        return {"sees": self._sees, "fault": self._fault, "folder": str(self._folder)}

    def _hold(self, what: Sheet, named: str, **counts: int) -> dict[str, Any]:
        with self._busy:
            self._scene, self._sees = list(pictures_of(what, **counts)), named
            made = self._expose()
        return {**self.state(), "frames": made}

    def _expose(self) -> int:
        if self._fault == UNPLUGGED:
            self._unplug()
            return 0
        shown: Iterable[np.ndarray] = self._scene
        if self._fault:
            shown = FAULTS[self._fault](self._scene, np.random.default_rng(1))
        folder = CameraFolder(self._folder)
        made = len(folder.show(shown))
        folder.behave(
            still=self._fault == "frozen", slow_s=SLOW_S if self._fault == "slow" else 0.0
        )
        return made

    def _unplug(self) -> None:
        if self._folder.is_dir():
            for picture in self._folder.iterdir():
                picture.unlink()
            self._folder.rmdir()


def _counts(body: dict[str, Any]) -> dict[str, int]:
    """How many pictures of each part of the scene, where somebody wants it drawn sooner."""
    counts = {name: int(body[name]) for name in ("empty", "approach", "hold") if name in body}
    for name, count in counts.items():
        if not (name == "hold") <= count <= PICTURES_MAX:
            raise ValueError(f"{name} must be at most {PICTURES_MAX} pictures, hold at least 1")
    return counts
