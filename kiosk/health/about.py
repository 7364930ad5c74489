"""What runs on this kiosk: versions, and each setting with where it is from. Tells no secret."""

import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from contract.day_tally import About, Setting
from kiosk.settings import Settings

# Words of a setting's name by which only is told that it is set.
SECRET = {"pin", "password", "passphrase", "secret", "key", "token", "credential", "credentials"}
_IN_ADDRESS = re.compile(r"//[^/@\s]*@")
SETTINGS_MAX = 120
_PARTS = ("lobbypay", "kivy", "zxing-cpp")


def about(settings: Settings) -> About:
    lines = sorted(_lines("", settings), key=lambda line: line.name)
    return About(versions=_versions(), settings=lines[:SETTINGS_MAX])


def _versions() -> dict[str, str]:
    found = {"system": _system(), "kernel": platform.release(), "python": platform.python_version()}
    for part in _PARTS:
        try:
            found[part] = version(part)
        except PackageNotFoundError:
            continue
    return {name: value[:80] for name, value in found.items() if value}


def _system(file: Path = Path("/etc/os-release")) -> str:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.system()
    named = (line.partition("=")[2].strip('"') for line in lines if line.startswith("PRETTY_NAME="))
    return next(named, platform.system())


def _lines(prefix: str, table: BaseModel) -> list[Setting]:
    found = []
    values: dict[str, Any] = {name: getattr(table, name) for name in type(table).model_fields}
    values |= table.model_extra or {}
    for name, value in values.items():
        if isinstance(value, BaseModel):
            found += _lines(f"{prefix}{name}.", value)
        else:
            found += _line(f"{prefix}{name}", value, name in table.model_fields_set)
    return found


def _line(path: str, value: object, given: bool) -> list[Setting]:
    if value is None:
        return []
    if isinstance(value, dict):
        return [line for name, one in value.items() for line in _line(f"{path}.{name}", one, given)]
    words = set(path.rpartition(".")[2].lower().split("_"))
    shown = ("***" if value else "") if words & SECRET else _IN_ADDRESS.sub("//", str(value))
    return [Setting(name=path[:80], value=shown[:200], given=given)]
