"""What the updater knows across restarts: the release that is on trial, those that were not well, what it
does just now. The kiosk reads it. On disk before what it announces is done."""

import json
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from updater.files import write_json

BAD_KEPT = 50


@dataclass(frozen=True)
class Trial:
    """``phase``: switching, trying, going_back. ``before``: the release to go back to. ``starts``: of the
    kiosk since the change. ``wrong``: devices that were out of order before; ``server``: it was heard."""

    version: str
    attempt: int
    before: str
    phase: str = "switching"
    starts: int = 0
    wrong: tuple[str, ...] = ()
    server: bool = True
    code: str = ""


@dataclass(frozen=True)
class Doing:
    """``state``: none, fetching, unpacking, waits, trying, done, gone_back, refused. ``code``: why it
    waits, was refused, or went back."""

    version: str = ""
    attempt: int = 0
    state: str = "none"
    code: str = ""


@dataclass(frozen=True)
class Known:
    """``asks``: the kiosk is asked to give way for this; empty: it is not. ``newest_time``: the clock was
    once there, so that an earlier one is wrong."""

    current: str = ""
    trial: Trial | None = None
    doing: Doing = field(default_factory=Doing)
    bad: tuple[dict[str, Any], ...] = ()
    asks: str = ""
    newest_time: float = 0.0


class Memory:
    """A file that cannot be read is begun anew: nothing is on trial then, and what the link says runs."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def read(self) -> Known:
        try:
            said = json.loads(self._path.read_text(encoding="utf-8"))
            return _known(said)
        except FileNotFoundError:
            return Known()
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            self._path.replace(self._path.with_name(self._path.name + ".damaged"))
            return Known()

    def write(self, known: Known) -> None:
        """Raises OSError."""
        known = replace(known, newest_time=max(known.newest_time, time.time()))
        write_json(self._path, asdict(known))


def _known(said: dict[str, Any]) -> Known:
    trial = said.get("trial")
    return Known(
        current=str(said.get("current", "")),
        trial=Trial(**{**trial, "wrong": tuple(trial["wrong"])}) if trial else None,
        doing=Doing(**said.get("doing", {})),
        bad=tuple(said.get("bad", []))[-BAD_KEPT:],
        asks=str(said.get("asks", "")),
        newest_time=float(said.get("newest_time", 0.0)),
    )


def why_bad(known: Known, version: str, attempt: int) -> str:
    """The code by which this try of it ended; empty: it was not tried, or may be tried again."""
    for one in reversed(known.bad):
        if one["version"] == version and one["attempt"] >= attempt:
            return str(one["code"])
    return ""
