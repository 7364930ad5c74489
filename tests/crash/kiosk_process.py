"""``python -m tests.crash.kiosk_process --config FILE``: the kiosk as a process without its window.

Everything behind the glass is the kiosk's own, put together by ``kiosk.bootstrap.start``. In place of the
window stands a Unix socket at ``probe_socket``: one JSON line in (``{}`` or ``{"action", "value"}``), one
JSON document out, saying what the screen would show. A touch is taken only where a button would be.
"""

import argparse
import json
import signal
import socket
import threading
from pathlib import Path
from typing import Any

from kiosk import settings as settings_file
from kiosk.bootstrap import Running, start
from kiosk.commands.kiosk import log_to_stderr
from kiosk.core.capabilities import offers
from kiosk.core.events import Tapped
from kiosk.core.model import Action, Session

ENDINGS = {signal.SIGTERM, signal.SIGINT}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, required=True)
    options = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)  # before any thread: only sigwait hears them
    log_to_stderr()
    settings = settings_file.load(options.config)
    assert settings.probe_socket is not None
    running = start(settings, options.config)
    threading.Thread(
        target=_serve, args=(settings.probe_socket, running), name="glass", daemon=True
    ).start()
    signal.sigwait(ENDINGS)
    running.close()


def _serve(path: Path, running: Running) -> None:
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        listening.listen(8)
        while True:
            connection, _ = listening.accept()
            with connection, connection.makefile("rw", encoding="utf-8") as line:
                touch = json.loads(line.readline() or "{}")
                if touch:
                    running.engine.post(Tapped(Action(touch["action"]), touch["value"]))
                line.write(json.dumps(_shown(running.engine.session)))


def _shown(session: Session) -> dict[str, Any]:
    visit = session.visit
    return {
        "screen": visit.screen.value,
        "methods": [m.value for m in offers(session.lobby).methods],
        "code": "" if visit.cancelling else visit.code_url,
        "bills": [b.number for b in visit.account.bills] if visit.account else [],
        "busy": visit.busy,
        "say": visit.say.value if visit.say else "",
    }


if __name__ == "__main__":
    main()
