"""Settings that staff changed from afar, over those of the kiosk's own file: tried first, kept when the
kiosk is well with them, else back to what was before. A kiosk that does not even start goes back too."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from pydantic import ValidationError

from contract.heartbeat import DeviceReport
from contract.kiosk_settings import TABLES, ChangedSettings
from contract.remote_acts import Act
from device_drivers.sensors.conditions import SENSED
from kiosk.acts.store import Result
from kiosk.core.capabilities import closed_but_well, offers
from kiosk.core.model import Session
from kiosk.settings import Settings

log = structlog.get_logger("settings")

FILE = "changed_settings.json"
WELL_WITHIN_S = 300.0
STARTS_MAX = 2  # that are tried before they are given up


class ChangedSettingsFile:
    """``kept`` is in force; ``trial`` is being tried: act, what it changes, starts so far, and which
    devices were out of order before it; ``ended`` is how the newest trial ended."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._said: dict[str, Any] = {"kept": {}, "trial": None, "ended": None}
        try:
            self._said |= json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            pass
        except (OSError, ValueError, TypeError) as error:
            log.error("changed_settings_unreadable", error=type(error).__name__)

    @property
    def trial(self) -> dict[str, Any] | None:
        return self._said["trial"]

    def over(self, settings: Settings) -> Settings:
        """The settings of a start: those of the file, with what was changed over them. What cannot be
        used any more is left out."""
        if self.trial is not None:
            self.trial["starts"] += 1
            if self.trial["starts"] > STARTS_MAX:
                self.give_up("did_not_start")
            else:
                self._write()
        changes = _merged(self._said["kept"], (self.trial or {}).get("changed", {}))
        try:
            return _over(settings, ChangedSettings.model_validate(changes).checked())
        except (ValidationError, KeyError) as error:
            log.error("changed_settings_unusable", error=type(error).__name__)
            return settings

    def try_out(self, act: Act, wrong: list[str]) -> None:
        """From the next start on. Raises ValidationError, KeyError and OSError."""
        changed = ChangedSettings.model_validate(act.parameters).checked()
        said = changed.model_dump(mode="json")
        self._said["trial"] = {"act": act.act_id, "changed": said, "starts": 0, "wrong": wrong}
        self._write()

    def keep(self) -> None:
        trial = self.trial
        assert trial is not None
        self._said["kept"] = _merged(self._said["kept"], trial["changed"])
        self._end(trial, "done", "")

    def give_up(self, code: str) -> None:
        trial = self.trial
        assert trial is not None
        log.error("changed_settings_taken_back", code=code)
        self._end(trial, "failed", code)

    def result_of(self, act: Act) -> Result | None:
        """None while it is being tried."""
        if self.trial is not None and self.trial["act"] == act.act_id:
            return None
        ended = self._said["ended"]
        if ended is not None and ended["act"] == act.act_id:
            return Result(ended["state"], ended["code"])
        return Result("failed", "interrupted")  # it was never written down

    def _end(self, trial: dict[str, Any], state: str, code: str) -> None:
        self._said["trial"] = None
        self._said["ended"] = {"act": trial["act"], "state": state, "code": code}
        self._write()

    def _write(self) -> None:
        """Whole or not at all. Raises OSError."""
        partial = self._path.with_suffix(".partial")
        with partial.open("w", encoding="utf-8") as file:
            json.dump(self._said, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._path)


class Trial:
    """Watches a start with settings that are being tried. ``again`` ends this process, for a start
    without them."""

    def __init__(
        self,
        file: ChangedSettingsFile,
        session: Callable[[], Session],
        again: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file, self._session, self._again = file, session, again
        self._monotonic, self._since = monotonic, monotonic()
        self.shown = False  # the window drew its first screen

    def look(self, act: Act) -> Result | None:
        """How it ended; None while it is not known."""
        trial = self._file.trial
        if trial is not None and trial["act"] == act.act_id:
            if self.shown and is_well(self._session(), trial["wrong"]):
                self._file.keep()
            elif self._monotonic() - self._since >= WELL_WITHIN_S:
                self._file.give_up("not_well")
                self._again()
        return self._file.result_of(act)


def wrong_devices(session: Session) -> list[str]:
    """Those that do not work; sensors that say that something is wrong do."""
    return [one.role for one in session.lobby.devices if _is_wrong(one)]


def _is_wrong(one: DeviceReport) -> bool:
    codes = {each.code for each in one.conditions if each.level == "error"}
    return one.level == "error" and not (codes and codes <= SENSED)


def is_well(session: Session, wrong_before: list[str]) -> bool:
    """The server was heard, the journal takes entries, no device that worked before is out of order, and
    something can be paid, unless the kiosk is out of service on purpose, closed or opened."""
    lobby = session.lobby
    if lobby.recovering or not lobby.recording or not lobby.server_reachable:
        return False
    if not lobby.devices or set(wrong_devices(session)) - set(wrong_before):
        return False
    on_purpose = lobby.afar.out_of_service is not None or bool(lobby.stopped)
    on_purpose = on_purpose or lobby.cabinet.opened or bool(closed_but_well(lobby))
    return on_purpose or offers(lobby).in_order


def _merged(first: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    return {name: {**first.get(name, {}), **then.get(name, {})} for name in TABLES}


def _over(settings: Settings, changed: ChangedSettings) -> Settings:
    update = {}
    for name, table in TABLES.items():
        own = getattr(settings, name).model_dump(mode="json")
        update[name] = table.model_validate({**own, **getattr(changed, name)})
    return settings.model_copy(update=update)
