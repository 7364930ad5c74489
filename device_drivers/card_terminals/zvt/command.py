"""``lobbypay zvt ...``: for whoever installs or debugs a card terminal. Never shows a card number.

``decode`` reads captured bytes. The others talk to the terminal of ``[card_terminal]`` in the kiosk's
configuration; as terminals serve one till at a time, the kiosk's program must be stopped before.
"""

import argparse
import json
import sys
import tomllib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from device_drivers.card_terminals.zvt import settings as zvt_settings
from device_drivers.card_terminals.zvt.decode import decoded
from device_drivers.card_terminals.zvt.terminal import ZvtTerminal
from device_drivers.errors import DeviceError
from device_drivers.settings import BadSetting
from device_drivers.status import DeviceStatus

CAPTURES = (
    "messages or serial frames as raw bytes, as hex, as a log with TX and RX, or as a dump of xxd,"
    " hexdump -C, od, tshark -x or Wireshark; - for stdin"
)
Said = dict[str, Any] | list[Any]


def main(argv: list[str]) -> int:
    options = _parser().parse_args(argv)
    try:
        if options.command == "decode":
            return _decode(options)
        return _talk(options)
    except (OSError, BadSetting, ValueError, DeviceError) as problem:
        print(f"lobbypay zvt: {problem}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lobbypay zvt", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    decode = commands.add_parser("decode", help="print what a capture means, as JSON")
    decode.add_argument("file", help=CAPTURES)
    decode.add_argument("--characters", choices=zvt_settings.CHARACTERS, default="cp437")
    for name, (_, what) in TALKS.items():
        talk = commands.add_parser(name, help=what)
        talk.add_argument("--config", type=Path, required=True, help="the kiosk's kiosk.toml")
        if name == "cancel-reservation":
            talk.add_argument("receipt_no", help="as `reservations` lists it")
        if name == "show":
            talk.add_argument("text", nargs="+", help="a line each, at most eight")
    return parser


def _decode(options: argparse.Namespace) -> int:
    """0: all was read; 1: something was not."""
    raw = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
    messages = list(decoded(raw, options.characters))
    _print(messages)
    return 1 if not messages or any("problem" in one for one in messages) else 0


def _talk(options: argparse.Namespace) -> int:
    """0: done; 1: the terminal is not well; 2: it refused or cannot be reached."""
    terminal = ZvtTerminal(zvt_settings.read(_card_terminal(options.config)))
    try:
        said = TALKS[options.command][0](terminal, options)
        status = terminal.status()
    finally:
        terminal.close()
    _print(said)
    return 1 if status.conditions else 0


def _card_terminal(config: Path) -> dict[str, Any]:
    """Raises ValueError."""
    try:
        text = config.read_text("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise ValueError(f"{config}: is not UTF-8; save as UTF-8 in the editor") from problem
    table = tomllib.loads(text).get("card_terminal")
    if not isinstance(table, dict) or table.pop("driver", None) != "zvt":
        raise ValueError(f'{config}: [card_terminal] with driver = "zvt" is expected')
    return table


def _print(said: Said) -> None:
    print(json.dumps(said, ensure_ascii=False, indent=2))


def _status_of(status: DeviceStatus) -> Said:
    return asdict(status) | {"level": status.level}


def _status(terminal: ZvtTerminal, options: argparse.Namespace) -> Said:
    return _status_of(terminal.probe())


def _initialise(terminal: ZvtTerminal, options: argparse.Namespace) -> Said:
    terminal.service.initialise()
    return _status_of(terminal.status())


def _diagnosis(terminal: ZvtTerminal, options: argparse.Namespace) -> Said:
    terminal.service.diagnosis()
    return _status_of(terminal.status())


def _end_of_day(terminal: ZvtTerminal, options: argparse.Namespace) -> Said:
    return asdict(terminal.service.end_of_day())


def _totals(terminal: ZvtTerminal, options: argparse.Namespace) -> Said:
    return dict(terminal.service.totals())


def _reprint(terminal: ZvtTerminal, options: argparse.Namespace) -> Said:
    return asdict(terminal.service.reprint())


def _reservations(terminal: ZvtTerminal, options: argparse.Namespace) -> Said:
    return list(terminal.service.open_reservations())


def _cancel_reservation(terminal: ZvtTerminal, options: argparse.Namespace) -> Said:
    currency = zvt_settings.read(_card_terminal(options.config)).currency
    return asdict(terminal.service.cancel_reservation("cli", options.receipt_no, currency))


def _show(terminal: ZvtTerminal, options: argparse.Namespace) -> Said:
    terminal.service.show_text(tuple(options.text))
    return _status_of(terminal.status())


TALKS: dict[str, tuple[Callable[[ZvtTerminal, argparse.Namespace], Said], str]] = {
    "status": (_status, "ask the terminal how it is"),
    "initialise": (_initialise, "let it initialise with its host"),
    "diagnosis": (_diagnosis, "let it run a diagnosis with its host"),
    "totals": (_totals, "the sums since the last end of day"),
    "end-of-day": (_end_of_day, "hand in the day; only while no card payment is in doubt"),
    "reprint": (_reprint, "the receipts of the last transaction again"),
    "reservations": (_reservations, "receipt numbers of open reservations"),
    "cancel-reservation": (_cancel_reservation, "free an open reservation"),
    "show": (_show, "show a text on the terminal, to find out which one it is"),
}
