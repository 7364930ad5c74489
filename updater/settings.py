"""The updater's own configuration (TOML, root's): where releases, repository, kiosk and sticks are."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

CONFIG = Path("/etc/lobbypay/updater.toml")
STATE = "state.json"


class SettingsError(Exception):
    """The configuration cannot be used; says why."""


@dataclass(frozen=True)
class Settings:
    """``well_s``: so long a new release must be well without a break to be kept; ``trial_s``: after so
    long it goes back. ``spare_mb`` stays free on the disk. ``stop``, ``start``: commands for the kiosk's
    unit, as their words."""

    root: Path  # the first root of the repository, which everything else is trusted by
    url: str = ""  # of the repository; empty: only sticks
    home: Path = Path("/opt/lobbypay")  # releases/, current, previous
    state: Path = Path("/var/lib/lobbypay-updater")
    kiosk_word: Path = Path("/var/lib/lobbypay/update.json")
    sticks: tuple[Path, ...] = (Path("/media/lobbypay"),)
    python: str = "/usr/bin/python3"
    stop: tuple[str, ...] = ("systemctl", "stop", "lobbypay-kiosk")
    start: tuple[str, ...] = ("systemctl", "start", "--no-block", "lobbypay-kiosk")
    well_s: float = 300.0
    trial_s: float = 1200.0
    spare_mb: int = 300
    turn_s: float = 10.0
    check_s: float = 300.0


def load(path: Path) -> Settings:
    """Raises SettingsError."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error
    known = {one.name: one.type for one in fields(Settings)}
    if unknown := sorted(set(raw) - set(known)):
        raise SettingsError(f"{path}: not a setting: {', '.join(unknown)}")
    if "root" not in raw:
        raise SettingsError(f"{path}: root is missing: the repository's first root.json")
    try:
        settings = Settings(**{name: _read(known[name], value) for name, value in raw.items()})
    except (TypeError, ValueError) as error:
        raise SettingsError(f"{path}: {error}") from error
    if settings.url and not _is_allowed(settings.url):
        raise SettingsError(
            f"{path}: url: https:// is allowed; http:// only for this machine itself"
        )
    return settings


def _is_allowed(url: str) -> bool:
    parts = urlsplit(url)
    here = parts.hostname in ("127.0.0.1", "localhost")
    return parts.scheme == "https" or (parts.scheme == "http" and here)


def _read(kind: Any, value: Any) -> Any:
    """Raises TypeError and ValueError."""
    if kind is Path:
        return Path(value)
    if kind == tuple[Path, ...]:
        return tuple(Path(one) for one in value)
    if kind == tuple[str, ...]:
        return tuple(str(one) for one in value)
    if kind is float:
        return float(value)
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is not {kind.__name__}")
    return value
