"""The configuration that the server gave last, for starting while the server is away."""

import os
from pathlib import Path

import structlog

from contract.messages import KioskConfig

log = structlog.get_logger("config")


class ConfigCache:
    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> KioskConfig | None:
        """None when there is none that can be used; the server will give one."""
        try:
            return KioskConfig.model_validate_json(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            log.warning("known_config_unusable", error=type(error).__name__)
            return None

    def forget(self) -> None:
        """For a new identity: what an earlier one was told may be about another place. Raises OSError."""
        self._path.unlink(missing_ok=True)

    def save(self, config: KioskConfig) -> None:
        """Whole or not at all. A full disk costs the copy, not the kiosk."""
        partial = self._path.with_suffix(".partial")
        try:
            with partial.open("w", encoding="utf-8") as file:
                file.write(config.model_dump_json())
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self._path)
        except OSError as error:
            log.warning("known_config_not_saved", error=str(error))
