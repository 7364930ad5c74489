"""The newest lines of the program's log, kept on disk for whoever asks from afar. Only what is known to
be of the machine is kept at all: nothing of a resident, no secret, no free text of anybody."""

import base64
import json
import logging
import re
from collections.abc import MutableMapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from contract.remote_acts import Act
from kiosk.acts.doing import Way
from kiosk.acts.store import Result

FILE, BYTES_MAX = "log.jsonl", 200_000  # twice: this file and the one before
SENT_MAX = 180_000  # bytes
_KEPT = frozenset(
    {
        *("event", "level", "timestamp", "role", "code", "conditions", "attempt", "kind", "state"),
        *("effect", "event_type", "kiosk", "unfinished", "part", "reason", "returned", "sequence"),
        *("error", "exception", "settings", "uptime_s"),
    }
)
_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<where>\S+)', re.M)
_LAST = re.compile(r"^(?P<kind>[A-Za-z_][\w.]*)(:|$)", re.M)
# Figures that may be a phone, a card, a unit or a receipt; Chinese; what looks like a key.
_PERSONAL = re.compile(
    r"\d{4,}|\d+(?:-\d+)+|[A-Z]\w{1,7}-\d+|[\u3400-\u9fff\uf900-\ufaff]+|[\w+/=-]{24,}|\S+@\S+"
)


def cleaned(event: MutableMapping[str, Any]) -> dict[str, Any]:
    """What of a line is kept."""
    return {name: _clean(name, value) for name, value in event.items() if name in _KEPT}


def _clean(name: str, value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, list | tuple):
        return [_clean(name, one) for one in value]
    text = str(value)
    if name == "timestamp":
        return text[:40]
    if name == "exception":
        return _frames(text)
    return _PERSONAL.sub("…", text)[:300]


def _frames(text: str) -> str:
    """Where it happened and of what kind it was, without what it said."""
    frames = [f"{Path(m['file']).name}:{m['line']} {m['where']}" for m in _FRAME.finditer(text)]
    kinds = [m["kind"] for m in _LAST.finditer(text) if m["kind"] != "Traceback"]
    return " < ".join([*kinds[-1:], *reversed(frames[-12:])])


class Keeper:
    """A processor of structlog: keeps each line, and passes it on as it is."""

    def __init__(self, folder: Path) -> None:
        self._file = RotatingFileHandler(
            folder / FILE, maxBytes=BYTES_MAX, backupCount=1, encoding="utf-8", delay=True
        )
        self._file.handleError = lambda record: None  # a full disk costs the line, not the kiosk

    def __call__(self, _: Any, __: str, event: MutableMapping[str, Any]) -> Any:
        try:
            line = json.dumps(cleaned(event), ensure_ascii=False, default=str)
        except ValueError:
            return event  # it holds itself
        self._file.emit(logging.makeLogRecord({"msg": line}))
        return event


def logs(folder: Path) -> Way:
    def do(act: Act) -> Result:
        text = b""
        for name in (f"{FILE}.1", FILE):
            try:
                text += (folder / name).read_bytes()
            except FileNotFoundError:
                continue
        lines = text[-SENT_MAX:].split(b"\n")
        kept = b"\n".join(lines[1:] if len(text) > SENT_MAX else lines)
        content = base64.b64encode(kept).decode()
        return Result(more={"attachment": {"kind": "text/plain", "content": content}})

    return do
