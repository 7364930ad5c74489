"""``python -m simulators.camera``: a folder that a camera scanner opens, and a say over what it sees.

Its first line says in JSON where it can be reached. It begins with an empty lobby. Steered over HTTP:
``POST /show {"pdf" or "image": path, "page"?}`` or ``{"code": digits}`` (a phone with its payment
code), ``POST /clear``, ``POST /unplug`` (the folder goes),
``POST /dark``, ``POST /cover`` (a hand on the lens), ``POST /blur {"image" or "pdf"}`` (out of focus),
``GET /state``.
"""

import argparse
import json
import signal
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from simulators.camera.folder import CameraFolder, empty_frames, frames
from simulators.camera.scene import HEIGHT, WIDTH, phone_showing
from simulators.control import ControlServer


class Camera:
    """One picture at a time is being made; who asks meanwhile waits."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._busy = threading.Lock()
        self._sees = "empty lobby"
        self.clear({})

    def show(self, body: dict[str, Any]) -> dict[str, Any]:
        if "code" in body:
            with self._busy:
                made = frames(phone_showing(str(body["code"])), self._folder)
                self._sees = "a phone with its payment code"
            return {**self.state(), "frames": len(made)}
        path = Path(body.get("pdf") or body["image"])
        if not path.is_file():
            raise ValueError(f"there is no file {path}")
        with self._busy:
            made = frames(path, self._folder, page=body.get("page"))
            self._sees = str(path)
        return {**self.state(), "frames": len(made)}

    def clear(self, body: dict[str, Any]) -> dict[str, Any]:
        with self._busy:
            empty_frames(self._folder)
            self._sees = "empty lobby"
        return self.state()

    def dark(self, body: dict[str, Any]) -> dict[str, Any]:
        with self._busy:
            black = np.full((HEIGHT, WIDTH, 3), 4, np.uint8)
            CameraFolder(self._folder).show([black])
            self._sees = "nothing: the light is out"
        return self.state()

    def cover(self, body: dict[str, Any]) -> dict[str, Any]:
        with self._busy:
            rng = np.random.default_rng(1)
            hand = rng.normal(96, 4, (6, HEIGHT, WIDTH, 3))
            CameraFolder(self._folder).show(np.clip(one, 0, 255).astype(np.uint8) for one in hand)
            self._sees = "a hand on the lens"
        return self.state()

    def blur(self, body: dict[str, Any]) -> dict[str, Any]:
        """The same hand-held sheet as ``show``, through a lens that is out of focus."""
        state = self.show(body)
        with self._busy:
            paths = sorted(self._folder.glob("*.jpg"))
            sharp = [cv2.imread(str(path)) for path in paths]
            CameraFolder(self._folder).show(cv2.GaussianBlur(one, (0, 0), 9) for one in sharp)
            self._sees += ", out of focus"
        return {**state, **self.state()}

    def unplug(self, body: dict[str, Any]) -> dict[str, Any]:
        with self._busy:
            for picture in self._folder.iterdir():
                picture.unlink()
            self._folder.rmdir()
            self._sees = "unplugged"
        return self.state()

    def state(self) -> dict[str, Any]:
        return {"sees": self._sees, "folder": str(self._folder)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulators.camera")
    parser.add_argument("--folder", type=Path, required=True, help="what the camera scanner opens")
    parser.add_argument("--control", default="127.0.0.1:0", help="host:port of the control server")
    parser.add_argument("--show", type=Path, help="a PDF or picture to begin with")
    options = parser.parse_args()
    camera = Camera(options.folder)
    if options.show:
        camera.show({"image": str(options.show)})
    actions = {
        "show": camera.show,
        "clear": camera.clear,
        "dark": camera.dark,
        "cover": camera.cover,
        "blur": camera.blur,
        "unplug": camera.unplug,
    }
    control = ControlServer(options.control, actions, camera.state)
    control.start()
    ready = {"simulator": "camera", "folder": str(options.folder), "control": control.url}
    print(json.dumps(ready), flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main()
