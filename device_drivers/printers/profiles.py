"""What models of receipt printers can do, read from ``profiles.toml``. Touches no device."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from device_drivers.settings import BadSetting, Table

BUILT_IN = Path(__file__).with_name("profiles.toml")

CHINESE = ("raster", "gb18030")
QR = ("raster", "native")
CUTS = ("full", "partial", "none")
STATUS = ("dle_eot", "full", "none")
CONFIRM = ("process_id", "gs_r", "status")


@dataclass(frozen=True)
class Presenter:
    """The commands to the mouth that holds a receipt (GS e); ``retract`` may be empty."""

    present: bytes
    retract: bytes
    eject: bytes


@dataclass(frozen=True)
class Profile:
    """See the head of ``profiles.toml`` for each value. ``presenter`` is None without one."""

    name: str
    source: str
    paper_mm: int
    width_dots: int
    chinese: str
    qr: str
    band_dots: int
    cut: str
    status: str
    automatic: bytes
    confirm: str
    clear_buffer: bytes
    presenter: Presenter | None


def profiles(more: Path | None = None) -> dict[str, Profile]:
    """The built-in ones and those of a file, which may replace them. Raises BadSetting."""
    return {**_read(BUILT_IN), **(_read(more) if more else {})}


@lru_cache(maxsize=4)
def _read(path: Path) -> dict[str, Profile]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise BadSetting("profile_file", str(path), "a TOML file saved as UTF-8") from problem
    except (OSError, tomllib.TOMLDecodeError) as problem:
        raise BadSetting("profile_file", str(path), f"a TOML file ({problem})") from problem
    found = {}
    for name, table in raw.items():
        try:
            found[name] = _profile(name, table)
        except BadSetting as problem:
            where = f"{problem.allowed} ({path}: [{name}])"
            raise BadSetting(problem.key, problem.value, where) from problem
    return found


def _profile(name: str, raw: Mapping[str, Any]) -> Profile:
    table = Table(raw)
    result = Profile(
        name=name,
        source=table.text("source"),
        paper_mm=table.whole("paper_mm", None, 40, 120),
        width_dots=table.whole("width_dots", None, 160, 832) // 8 * 8,
        chinese=table.choice("chinese", CHINESE, "raster"),
        qr=table.choice("qr", QR, "raster"),
        band_dots=table.whole("band_dots", 256, 24, 1024),
        cut=table.choice("cut", CUTS, "full"),
        status=table.choice("status", STATUS, "dle_eot"),
        automatic=table.raw_bytes("automatic", b""),
        confirm=table.choice("confirm", CONFIRM, "gs_r"),
        clear_buffer=table.raw_bytes("clear_buffer", b""),
        presenter=_presenter(table.anything("presenter", None)),
    )
    table.finish()
    return result


def _presenter(raw: Mapping[str, Any] | None) -> Presenter | None:
    if raw is None:
        return None
    table = Table(raw)
    result = Presenter(
        present=table.raw_bytes("present", b""),
        retract=table.raw_bytes("retract", b""),
        eject=table.raw_bytes("eject", b""),
    )
    table.finish()
    return result
