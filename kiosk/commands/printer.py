"""``lobbypay printer new-roll|bin-emptied|status``: staff tell the kiosk what its printer cannot see.

May be used while the kiosk runs: the driver reads its memory again before each change.
"""

import argparse
import sys
from pathlib import Path

import structlog

from device_drivers.printers.memory import Memory
from kiosk.commands.config_option import add_config_option
from kiosk.settings import Settings, SettingsError, load, printer_memory


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser("lobbypay printer", description=__doc__)
    parser.add_argument("command", choices=("new-roll", "bin-emptied", "status"))
    add_config_option(parser)
    options = parser.parse_args(argv)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    try:
        path = _memory_of(load(options.config), options.config)
        memory = Memory(path)
        if options.command == "new-roll":
            memory.new_roll()
        elif options.command == "bin-emptied":
            memory.bin_emptied()
    except (SettingsError, OSError) as problem:
        print(f"lobbypay printer: {problem}", file=sys.stderr)
        return 2
    told = options.command != "status"
    if told and (not path.is_file() or Memory(path).read() != memory.read()):
        print(f"lobbypay printer: {path} cannot be written; use the kiosk's user", file=sys.stderr)
        return 1
    now = memory.read()
    print(
        f"{path}: {now.used_mm / 1000:.1f} m of the roll used, {now.retracted} receipts in the bin"
    )
    return 0


def _memory_of(settings: Settings, config: Path) -> Path:
    """Raises SettingsError."""
    if settings.printer is None:
        raise SettingsError(f"{config}: there is no [printer]")
    return printer_memory(settings)
