"""``lobbypay COMMAND ...``: finds the command and hands over. Imports only what the command needs."""

import importlib
import sys

from lobbypay.guard import guarded

COMMANDS = {
    "kiosk": ("kiosk.commands.kiosk", "the lobby terminal; `enrol` gives it an identity"),
    "server": ("server.cli", "the central server: run, migrate, sample-data, bill-pdf, ..."),
    "doctor": ("kiosk.commands.doctor", "is this kiosk ready? the remedy for what is not"),
    "demo": ("lobbypay.demo.command", "server, simulators and kiosk with sample data"),
    "scan": ("kiosk.commands.scan", "read codes from images or a camera"),
    "screens": ("kiosk.ui.gallery.pictures", "draw every screen as a picture"),
    "journal": ("kiosk.commands.journal", "a kiosk's journal: verify, export, settle a payment"),
    "receipt": ("kiosk.commands.receipt", "a receipt from a kiosk's journal as PNG or PDF"),
    "simulate": ("lobbypay.simulate", "whole-system runs with faults (in a checkout)"),
    "crash-test": ("lobbypay.crash_test", "real processes, killed at random (in a checkout)"),
    "soak": ("lobbypay.soak", "a day of device faults in minutes (in a checkout)"),
    "device": ("lobbypay.device.command", "`conformance`: does a device driver do what it must"),
    "release": ("lobbypay.release.command", "signed releases of the kiosk: build, add, ring, ..."),
    "printer": ("kiosk.commands.printer", "paper and bin: new-roll, bin-emptied, status"),
    "zvt": (
        "device_drivers.card_terminals.zvt.command",
        "card terminal: decode, status, totals, ...",
    ),
}

NOT_ON_A_KIOSK = ("server", "simulators", "lobbypay.demo", "lobbypay.release")
# Not simulate: its workers end by themselves when the pipe to them closes.
STARTING_OTHERS = ("demo", "screens", "crash-test", "soak", "device")


def main(argv: list[str] | None = None) -> int:
    arguments = sys.argv[1:] if argv is None else argv
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print("usage: lobbypay COMMAND ...\n")
        for name, (_, what) in COMMANDS.items():
            print(f"  {name:10} {what}")
        return 0
    name, *rest = arguments
    if name not in COMMANDS:
        print(f"lobbypay: no command {name!r}; try lobbypay --help", file=sys.stderr)
        return 2
    try:
        command = importlib.import_module(COMMANDS[name][0]).main
    except ModuleNotFoundError as missing:
        if not str(missing.name).startswith(NOT_ON_A_KIOSK):
            raise
        print(f"lobbypay {name}: not part of a kiosk's release", file=sys.stderr)
        return 2
    if name not in STARTING_OTHERS:
        return command(rest)
    with guarded():
        return command(rest)


if __name__ == "__main__":
    sys.exit(main())
