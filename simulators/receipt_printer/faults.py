"""What ails the simulated printer. Each fault stays until it is cleared, unless it says otherwise."""

import threading
from collections.abc import Callable
from typing import Any

NAMES = {
    "paper_out": "no paper",
    "near_end": "paper near its end",
    "paper_out_midway": "paper ends once a receipt is `after_dots` long",
    "jam": "paper is jammed",
    "jam_midway": "paper jams once a receipt is `after_dots` long",
    "cover_open": "the cover is open",
    "cutter": "the cutter is jammed",
    "cutter_at_cut": "the cutter jams at the next cut",
    "offline": "offline without a reason",
    "overheated": "the head is too hot; prints again when it has cooled",
    "error": "an unrecoverable error",
    "silent": "prints, but answers nothing",
    "garbage": "answers with noise",
    "late": "each answer comes `late_s` after its question",
    "stalled": "takes no bytes any more",
    "slow": "prints a hundred dots a second",
    "looks_inside": "takes DLE EOT, ENQ and DC4 for requests inside pictures too, out of their dots",
    "presenter_jam": "a receipt in the presenter cannot be moved",
    "ticket_not_taken": "nobody takes the receipt from the presenter",
    "disconnected": "the cable is pulled",
    "off": "switched off; what was in it is lost",
}
_SETTINGS = {"after_dots": 200.0, "late_s": 0.8}
STOPPING = {"paper_out", "jam", "cover_open", "cutter", "offline", "overheated", "error", "off"}
MIDWAY = {"paper_out_midway": "paper_out", "jam_midway": "jam"}


class Faults:
    """The faults of now. Safe to use from several threads."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.on_change: Callable[[], None] = lambda: None  # called at each change, in their order
        self._now: set[str] = set()
        self._settings = dict(_SETTINGS)

    def set(self, name: str, **settings: Any) -> None:
        """Raises ValueError for a name or a setting that there is not."""
        if name not in NAMES:
            raise ValueError(f"no fault {name!r}; there are {', '.join(NAMES)}")
        for key, value in settings.items():
            if key not in _SETTINGS:
                raise ValueError(f"no setting {key!r}; there are {', '.join(_SETTINGS)}")
            self._settings[key] = float(value)
        with self.changed:
            self._now.add(name)
            self.tell()

    def clear(self, name: str | None = None) -> None:
        with self.changed:
            if name is None:
                self._now.clear()
            else:
                self._now.discard(name)
            self.tell()

    def tell(self) -> None:
        """Something about the printer changed: wakes whoever waits for it."""
        with self.changed:
            self.on_change()
            self.changed.notify_all()

    def __contains__(self, name: str) -> bool:
        return name in self._now

    def names(self) -> list[str]:
        return sorted(self._now)

    def setting(self, name: str) -> float:
        return self._settings[name]

    @property
    def stopped(self) -> bool:
        return bool(self._now & STOPPING)

    def midway(self, dots: int) -> None:
        """The receipt is so long by now: what strikes in the middle may strike."""
        for name, becomes in MIDWAY.items():
            if name in self._now and dots >= self._settings["after_dots"]:
                self.clear(name)
                self.set(becomes)
