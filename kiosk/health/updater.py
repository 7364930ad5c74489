"""What this machine's updater says: how far it is, and whether the kiosk is asked to give way to it."""

import json
from pathlib import Path
from typing import Any

import structlog
from pydantic import ValidationError

from contract.releases import UpdateReport

log = structlog.get_logger("updates")

SIZE_MAX = 65536
TRYING = "trying"


class UpdaterFile:
    """``path`` is the updater's ``state.json``; None or a missing file: this machine has no updater."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def report(self) -> UpdateReport | None:
        doing = self._read().get("doing")
        try:
            return None if doing is None else UpdateReport.model_validate(doing)
        except ValidationError as error:
            log.warning("updater_not_understood", error=str(error))
            return None

    def asks(self) -> str:
        """For what the kiosk is asked to give way; empty: for nothing."""
        said = self._read().get("asks", "")
        return said if isinstance(said, str) else ""

    @property
    def on_trial(self) -> bool:
        """This release may yet be taken back, for one that knows less than it does."""
        doing = self._read().get("doing")
        return isinstance(doing, dict) and doing.get("state") == TRYING

    def _read(self) -> dict[str, Any]:
        if self._path is None:
            return {}
        try:
            with self._path.open(encoding="utf-8") as file:
                said = json.loads(file.read(SIZE_MAX))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            log.warning("updater_not_read", error=type(error).__name__)
            return {}
        return said if isinstance(said, dict) else {}
