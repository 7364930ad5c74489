"""How each kind of act is done, and what its end means for the kiosk. Asks no server, waits for nobody.

What only changes what the kiosk knows is done by its result being kept, so there is nothing between doing
and knowing. What cannot be known after a crash stays in doubt and is not done again.
"""

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from pydantic import ValidationError

from contract.remote_acts import Act, ActKind, MessageWish, OutOfService, OutOfServiceWish
from kiosk.acts.store import Result, Store
from kiosk.core.events import Event, MessageSeen, OutOfServiceSeen
from kiosk.core.from_afar import ScreenMessage

log = structlog.get_logger("acts")

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
COMMAND_S = 20.0
# While these are done, nobody new is served.
HOLDS = (
    *(ActKind.OUT_OF_SERVICE, ActKind.BACK_IN_SERVICE),
    *(ActKind.RESTART, ActKind.REBOOT, ActKind.SETTINGS, ActKind.NEW_KEY),
)
_LEAVING = (
    ActKind.RESTART,
    ActKind.REBOOT,
    ActKind.SETTINGS,
    ActKind.NEW_KEY,
)  # this process ends by them
OUT_OF_SERVICE, MESSAGE = "out_of_service", "message"  # what the store knows
Way = Callable[[Act], Result | None]


def boot_id() -> str:
    """Another one after each start of the machine; empty where there is none."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


@dataclass
class Doer:
    """``ways``: how this kiosk does a kind that touches more than what it knows; a kind that is missing
    cannot be done here. None as a result: this process ends by it, and the next start knows."""

    now: Callable[[], datetime]
    ways: dict[ActKind, Way] = field(default_factory=dict)
    boot: Callable[[], str] = boot_id
    settings_after_start: Callable[[Act], Result | None] = lambda act: Result("in_doubt")
    key_act: str = ""  # the act by which this start's key was made

    def refusal(self, act: Act) -> str:
        """Why it cannot be begun here; empty where it can."""
        if act.kind not in set(ActKind):
            return "kind_unknown"
        try:
            _wish(act)
        except ValidationError:
            return "unreadable"
        known = act.kind in _KNOWING or act.kind in self.ways
        return "" if known else "not_configured"

    def do(self, act: Act) -> Result | None:
        """Whatever it raises, it has failed."""
        kind = ActKind(act.kind)
        if kind in _KNOWING:
            return _KNOWING[kind](act, self.now())
        return self.ways[kind](act)

    def news(self, act: Act, result: Result) -> list[Event]:
        """What the session is told of an act that has ended."""
        if result.state != "done":
            return []
        return _events(result.kept)

    def after_start(self, act: Act, boot: str) -> Result | None:
        """What became of an act that was begun before this start; None: it is not known yet."""
        match act.kind:
            case ActKind.RESTART:
                return Result()
            case ActKind.NEW_KEY if act.act_id == self.key_act:
                return Result()
            case ActKind.NEW_KEY:  # the key before is the kiosk's still
                return Result("failed", "interrupted")
            case ActKind.REBOOT if not boot or not self.boot():
                return Result("in_doubt", "interrupted")
            case ActKind.REBOOT if boot != self.boot():
                return Result()
            case ActKind.REBOOT:
                return Result("failed", "not_rebooted")
            case ActKind.SETTINGS:
                return self.settings_after_start(act)
        if act.kind in _KNOWING:  # not kept, so not done
            return Result("failed", "interrupted")
        return Result("in_doubt", "interrupted")

    def known_before(self, store: Store) -> list[Event]:
        """What the kiosk knew before this start. Raises ValidationError."""
        return _events({name: store.known(name) for name in (OUT_OF_SERVICE, MESSAGE)})


def command(words: list[str]) -> Way:
    """Of this machine's own configuration. After it the machine is expected to end this process."""

    def run(act: Act) -> Result | None:
        try:
            done = subprocess.run(words, timeout=COMMAND_S, capture_output=True, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            log.error("command_failed", error=type(error).__name__)
            return Result("failed", "command")
        if done.returncode:
            log.error("command_failed", returned=done.returncode)
            return Result("failed", "command")
        return None

    return run


def _wish(act: Act) -> Any:
    match act.kind:
        case ActKind.OUT_OF_SERVICE:
            return OutOfServiceWish.model_validate(act.parameters)
        case ActKind.MESSAGE:
            return MessageWish.model_validate(act.parameters)
    return None


def _out_of_service(act: Act, now: datetime) -> Result:
    wish: OutOfServiceWish = _wish(act)
    told = OutOfService(
        by=act.asked_by,
        since=now,
        until=wish.until,
        words=wish.words.text if wish.words else None,
    )
    return Result(kept={OUT_OF_SERVICE: told.model_dump_json()})


def _back_in_service(act: Act, now: datetime) -> Result:
    return Result(kept={OUT_OF_SERVICE: None})


def _message(act: Act, now: datetime) -> Result:
    wish: MessageWish = _wish(act)
    return Result(kept={MESSAGE: wish.model_dump_json() if wish.words and wish.until else None})


_KNOWING: dict[ActKind, Callable[[Act, datetime], Result]] = {
    ActKind.OUT_OF_SERVICE: _out_of_service,
    ActKind.BACK_IN_SERVICE: _back_in_service,
    ActKind.MESSAGE: _message,
}


def _events(kept: Mapping[str, str | None]) -> list[Event]:
    found: list[Event] = []
    if OUT_OF_SERVICE in kept:
        text = kept[OUT_OF_SERVICE]
        told = OutOfService.model_validate_json(text) if text else None
        found.append(OutOfServiceSeen(told))
    if MESSAGE in kept:
        text = kept[MESSAGE]
        wish = MessageWish.model_validate_json(text) if text else MessageWish()
        shown = wish.words and wish.until
        message = ScreenMessage(wish.words.text, wish.until) if shown else None  # type: ignore[union-attr,arg-type]
        found.append(MessageSeen(message))
    return found
