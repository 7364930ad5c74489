"""The kiosk, with or without its window, watching its devices at another pace, and its touch screen in a
list that the test writes: ``python -m tests.soak.kiosk_process --config FILE --pace JSON --inputs FILE``
and ``--window``."""

import argparse
import functools
import json
import sys
from pathlib import Path

from kiosk import bootstrap
from kiosk.central import sync
from kiosk.commands import kiosk as kiosk_command
from kiosk.health.flapping import Pace
from kiosk.health.touch import TouchWatch
from kiosk.runtime import devices
from tests.crash import kiosk_process

HEARTBEAT_S = 3.0  # the test waits for what the server hears


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pace", type=json.loads, required=True)
    parser.add_argument("--inputs", type=Path, required=True)
    parser.add_argument("--window", action="store_true")
    options, rest = parser.parse_known_args()
    sync.INTERVAL_S = HEARTBEAT_S
    devices.TouchWatch = functools.partial(TouchWatch, listed=options.inputs)
    start = functools.partial(bootstrap.start, pace=Pace(**options.pace))
    if options.window:
        bootstrap.start = start
        sys.exit(kiosk_command.main(rest))
    kiosk_process.start = start
    sys.argv[1:] = rest
    kiosk_process.main()


if __name__ == "__main__":
    main()
