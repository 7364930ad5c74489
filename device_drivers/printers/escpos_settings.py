"""The settings of an ESC/POS printer, checked: every mistake names its key. Touches no device."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device_drivers.printers.escpos_receipt import Paper
from device_drivers.printers.raster import WIDTHS_DOTS, Fonts
from device_drivers.settings import BadSetting, Table

CONNECTIONS = ("serial", "network", "usb", "file")


@dataclass(frozen=True)
class EscposSettings:
    """Times in seconds. ``place`` is what the connection's link is made with."""

    connection: str
    place: Mapping[str, Any]
    paper: Paper
    fonts: Fonts
    status: str  # dle_eot, or none for a printer or cable that cannot answer
    confirm: str  # gs_r: the printer says when all is done; status: only that it has no fault
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
        paper=_paper(table),
        fonts=Fonts(Path(table.text("font_regular")), Path(table.text("font_bold"))),
        status=table.choice("status", ("dle_eot", "none"), "dle_eot"),
        confirm=table.choice("confirm", ("gs_r", "status"), "gs_r"),
        connect_timeout_s=table.number("connect_timeout_s", 2.0, 0.1, 30),
        answer_timeout_s=table.number("answer_timeout_s", 1.0, 0.05, 10),
        probe_timeout_s=table.number("probe_timeout_s", 1.0, 0.05, 1),
        send_timeout_s=table.number("send_timeout_s", 10.0, 0.1, 120),
        confirm_timeout_s=table.number("confirm_timeout_s", 15.0, 0.1, 120),
    )
    table.finish()
    for key, path in (("font_regular", result.fonts.regular), ("font_bold", result.fonts.bold)):
        if not path.is_file():
            raise BadSetting(key, str(path), "the path of a font file that exists")
    return result


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


def _paper(table: Table) -> Paper:
    paper_mm = table.anything("paper_mm", 58)
    if paper_mm not in WIDTHS_DOTS:
        raise BadSetting("paper_mm", paper_mm, "one of 58, 80")
    return Paper(
        width_dots=table.whole("width_dots", WIDTHS_DOTS[paper_mm], 160, 832) // 8 * 8,
        chinese=table.choice("chinese", ("raster", "gb18030"), "raster"),
        qr=table.choice("qr", ("raster", "native"), "raster"),
        band_dots=table.whole("band_dots", 256, 24, 1024),
        cut=table.choice("cut", ("full", "partial", "none"), "full"),
    )
