"""``python -m simulators.camera``: a folder that a camera scanner opens, and a say over what it sees.

Its first line says in JSON where it can be reached. It begins with an empty lobby. Steered over HTTP:
``POST /show {"pdf" or "image": path, "page"?, "crumpled"?: true, "stuck_over"?: text of another code}``,
``{"code": digits}`` (a phone with its payment code) or ``{"sticker": text}``, each with
how many pictures to draw of it, ``"empty"?``, ``"approach"?``, ``"hold"?``;
``POST /fault {"name"}`` (dark, covered, frozen, blurred, glare, garbage, slow, unplugged),
``POST /mend``, ``POST /clear`` (mended, and an empty lobby), ``GET /state``. With ``--schedule FILE``
faults come by themselves (simulators.schedule), each ended by ``mend``.
"""

import argparse
import signal
from pathlib import Path
from typing import Any

from simulators import schedule
from simulators.camera.camera import Camera
from simulators.control import ENDINGS, serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulators.camera")
    parser.add_argument("--folder", type=Path, required=True, help="what the camera scanner opens")
    parser.add_argument("--control", default="127.0.0.1:0", help="host:port of the control server")
    parser.add_argument("--show", type=Path, help="a PDF or picture to begin with")
    parser.add_argument("--schedule", type=Path, help="faults to come, TOML or JSON")
    options = parser.parse_args()
    entries = schedule.load(options.schedule) if options.schedule else ()
    camera = Camera(options.folder)
    if options.show:
        camera.show({"image": str(options.show)})
    actions = {"show": camera.show, "fault": camera.fault, "mend": camera.mend}
    actions |= {"clear": camera.clear}
    plan = schedule.Schedule(entries, {**actions, "clear": camera.mend})

    def state() -> dict[str, Any]:
        return {**camera.state(), "refused": plan.refused}

    ready = {"simulator": "camera", "folder": str(options.folder)}
    serve(options.control, actions, state, ready, plan.start)


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    main()
