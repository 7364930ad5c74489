"""A look at the window from outside, for tests and the scripted demo. It can only look, never touch.

Each connection to the Unix socket is answered with one JSON document and closed. What it says is
gathered on the UI thread; the answer is ``{"error": ...}`` when that thread does not come within 2 s.
"""

import json
import queue
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.uix.widget import Widget

from kiosk.ui.widgets.buttons import Pressable
from kiosk.ui.widgets.text import Text

DEADLINE_S = 2.0
WAITING_CONNECTIONS_MAX = 8


class Probe:
    """``app`` needs ``frame``, ``session``, ``guide`` and ``settled``."""

    def __init__(self, path: Path, app: Any):
        self.path = path
        self.app = app
        self._socket: socket.socket | None = None

    def open(self) -> None:
        self.path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(self.path))
        self.path.chmod(0o600)
        self._socket.listen(WAITING_CONNECTIONS_MAX)
        threading.Thread(target=self._serve, name="ui-probe", daemon=True).start()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self.path.unlink(missing_ok=True)

    def _serve(self) -> None:
        listening = self._socket
        while listening is not None:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(DEADLINE_S)
                try:
                    connection.sendall(json.dumps(self._ask(), ensure_ascii=False).encode())
                except OSError:
                    continue

    def _ask(self) -> dict[str, Any]:
        answers: queue.Queue[dict[str, Any]] = queue.Queue(maxsize=1)
        Clock.schedule_once(lambda _: answers.put_nowait(look(self.app)), 0)
        try:
            return answers.get(timeout=DEADLINE_S)
        except queue.Empty:
            return {"error": "the window did not answer in time"}


def look(app: Any) -> dict[str, Any]:
    """What is on the screen now. Must be called on the UI thread."""
    visit = app.session.visit
    shown = list(visible(app.frame))
    covering = app.frame.overlay
    return {
        "screen": visit.screen.value,
        "language": visit.language,
        "elder": visit.access.elder,
        "speaking": visit.access.speaking,
        "focus": [app.guide.focused.action, app.guide.focused.value] if app.guide.focused else None,
        "settled": app.settled,
        "covered": covering is not None,
        "size": list(Window.size),
        "widgets": [_widget(w, box) for w, box in shown if isinstance(w, Pressable)],
        "texts": [w.words for w, _ in shown if isinstance(w, Text) and w.words],
    }


Box = tuple[float, float, float, float]


def visible(widget: Widget, within: Box | None = None) -> Iterator[tuple[Widget, Box]]:
    """Every widget that can be seen and the part of it that is, depth first.

    A covering panel hides what is behind it; a scrolled list shows what is inside its frame.
    """
    overlay = getattr(widget, "overlay", None)
    if overlay is not None:
        yield from visible(overlay)
        return
    if widget.opacity == 0 or widget.width <= 1 or widget.height <= 1:
        return
    box = box_of(widget)
    if within:
        box = _common(box, within)
        if box is None:
            return
    yield widget, box
    inner = box if hasattr(widget, "scroll_y") else within
    for child in reversed(widget.children):
        yield from visible(child, inner)


def box_of(widget: Widget) -> Box:
    """x, y, width, height in window pixels; y counts from the top."""
    x, y = widget.to_window(widget.x, widget.y)
    return x, Window.height - y - widget.height, widget.width, widget.height


def _common(one: Box, other: Box) -> Box | None:
    """The part that two boxes share."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right = min(one[0] + one[2], other[0] + other[2])
    bottom = min(one[1] + one[3], other[1] + other[3])
    return (left, top, right - left, bottom - top) if right > left and bottom > top else None


def _widget(button: Pressable, box: Box) -> dict[str, Any]:
    texts = [w.words for w in button.walk(restrict=True) if isinstance(w, Text) and w.words]
    return {
        "action": button.action,
        "value": button.value,
        "text": " ".join(texts),
        "box": [round(v) for v in box],
        "enabled": button.enabled,
        "selected": button.selected,
    }
