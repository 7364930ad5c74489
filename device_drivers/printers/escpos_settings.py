"""The settings of an ESC/POS printer, checked: every mistake names its key. Touches no device."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from device_drivers.printers.profiles import CHINESE, CONFIRM, CUTS, QR, STATUS, Profile, profiles
from device_drivers.printers.raster import BUILT_FONTS, WIDTHS_DOTS, Fonts
from device_drivers.settings import BadSetting, Table

CONNECTIONS = ("serial", "network", "usb", "file")


@dataclass(frozen=True)
class Supplies:
    """Paper and bin. ``roll_mm`` 0: the roll's length is not known, so nothing is forecast."""

    roll_mm: float
    warn_days: float
    warn_receipts: int
    ticket_wait_s: float  # so long a receipt may wait in the presenter; 0: for ever
    bin_holds: int


@dataclass(frozen=True)
class EscposSettings:
    """Times in seconds. ``place`` is what the connection's link is made with."""

    connection: str
    place: Mapping[str, Any]
    profile: Profile
    supplies: Supplies
    fonts: Fonts
    state_file: Path | None
    connect_timeout_s: float
    answer_timeout_s: float
    probe_timeout_s: float
    send_timeout_s: float  # beyond what the serial line needs for the bytes
    confirm_timeout_s: float


def read_settings(settings: Mapping[str, Any]) -> EscposSettings:
    """Raises BadSetting."""
    table = Table(settings)
    connection = table.choice("connection", CONNECTIONS)
    result = EscposSettings(
        connection=connection,
        place=_place(table, connection),
        profile=_profile(table),
        supplies=_supplies(table),
        fonts=Fonts(
            Path(table.text("font_regular")),
            Path(table.text("font_bold")),
            _path(table.text("font_other_regular", "")),
            _path(table.text("font_other_bold", "")),
        ),
        state_file=_path(table.text("state_file", "")),
        connect_timeout_s=table.number("connect_timeout_s", 2.0, 0.1, 30),
        answer_timeout_s=table.number("answer_timeout_s", 1.0, 0.05, 10),
        probe_timeout_s=table.number("probe_timeout_s", 1.0, 0.05, 1),
        send_timeout_s=table.number("send_timeout_s", 10.0, 0.1, 120),
        confirm_timeout_s=table.number("confirm_timeout_s", 15.0, 0.1, 120),
    )
    table.finish()
    fonts = result.fonts
    files = (fonts.regular, fonts.bold, fonts.other_regular, fonts.other_bold)
    for key, path in zip(BUILT_FONTS, files, strict=True):
        if path and not path.is_file():
            raise BadSetting(key, str(path), "the path of a font file that exists")
    return result


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def _place(table: Table, connection: str) -> dict[str, Any]:
    if connection == "serial":
        return {
            "port": table.text("port"),
            "baud": table.whole("baud", 115200, 1200, 921600),
            "handshake": table.choice(
                "handshake", ("none", "rts_cts", "dsr_dtr", "xon_xoff"), "none"
            ),
        }
    if connection == "network":
        return {"host": table.text("host"), "port": table.whole("port", 9100, 1, 65535)}
    if connection == "usb":
        return {
            "vendor": table.whole("vendor", None, 1, 0xFFFF),
            "product": table.whole("product", None, 1, 0xFFFF),
        }
    return {"place": table.text("path")}


def _profile(table: Table) -> Profile:
    """The named profile, with what the table says otherwise."""
    paper_mm = table.anything("paper_mm", None)
    if paper_mm is not None and paper_mm not in WIDTHS_DOTS:
        raise BadSetting("paper_mm", paper_mm, "one of 58, 80")
    known = profiles(_path(table.text("profile_file", "")))
    base = known[
        table.choice("profile", tuple(known), "generic_80" if paper_mm == 80 else "generic_58")
    ]
    if paper_mm not in (None, base.paper_mm):
        base = replace(base, paper_mm=paper_mm, width_dots=WIDTHS_DOTS[paper_mm])
    return replace(
        base,
        width_dots=table.whole("width_dots", base.width_dots, 160, 832) // 8 * 8,
        chinese=table.choice("chinese", CHINESE, base.chinese),
        qr=table.choice("qr", QR, base.qr),
        band_dots=table.whole("band_dots", base.band_dots, 24, 1024),
        cut=table.choice("cut", CUTS, base.cut),
        status=table.choice("status", STATUS, base.status),
        confirm=table.choice("confirm", CONFIRM, base.confirm),
    )


def _supplies(table: Table) -> Supplies:
    return Supplies(
        roll_mm=table.number("roll_m", 0, 0, 1000) * 1000,
        warn_days=table.number("warn_days", 2, 0, 60),
        warn_receipts=table.whole("warn_receipts", 30, 0, 10_000),
        ticket_wait_s=table.number("ticket_wait_s", 60, 0, 3600),
        bin_holds=table.whole("bin_holds", 50, 1, 10_000),
    )
