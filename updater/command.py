"""``lobbypay-updater``: keeps this kiosk's releases. ``run`` is the service; ``starting`` is called
before each start of the kiosk; ``show`` says how it stands; ``first`` puts the first release in place."""

import argparse
import json
import logging
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from updater.memory import Memory
from updater.service import Service
from updater.settings import CONFIG, STATE, Settings, SettingsError, load
from updater.slots import Slots, build_with, machine_of
from updater.switching import Switch, Unit, alone
from updater.trust import Refused

log = logging.getLogger("updater")

COMMAND_S = 120.0


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("lobbypay-updater", description=__doc__)
    parser.add_argument("--config", type=Path, default=CONFIG)
    parser.add_argument("what", choices=("run", "starting", "show", "first"))
    parser.add_argument("archive", nargs="?", type=Path, help="first: the release to begin with")
    parser.add_argument("--version", help="first: what that release is called")
    options = parser.parse_args(argv)
    os.umask(0o022)  # what root puts in place, the kiosk's user reads
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    try:
        settings = load(options.config)
        if options.what == "first":
            return _first(settings, options.archive, options.version or "")
        return {"run": _run, "starting": _starting, "show": _show}[options.what](settings)
    except (SettingsError, Refused, OSError) as error:
        print(error, file=sys.stderr)
        return 2


def _run(settings: Settings) -> int:
    service = Service(settings, _slots(settings), _unit(settings), machine_of(settings.python))
    service.begin()
    while True:
        try:
            service.turn()
        except OSError as error:
            log.error("this turn failed: %s", error)
        time.sleep(settings.turn_s)


def _starting(settings: Settings) -> int:
    memory = Memory(settings.state / STATE)
    with alone(settings.state):
        Switch(memory, _slots(settings), _unit(settings)).starting()
    return 0


def _show(settings: Settings) -> int:
    known = Memory(settings.state / STATE).read()
    slots = _slots(settings)
    said = {**asdict(known), "runs": slots.current(), "ran_before": slots.previous()}
    print(json.dumps(said, indent=2))
    return 0


def _first(settings: Settings, archive: Path | None, version: str) -> int:
    """A new machine: the release that an installer brought along, from a place that they trust."""
    slots = _slots(settings)
    if slots.current():
        print(f"{slots.current()} runs here already", file=sys.stderr)
        return 2
    if archive is None or not version:
        print("first needs --version VERSION and the release's file", file=sys.stderr)
        return 2
    slots.put(version, archive)
    slots.run(version)
    print(f"{version} is in place")
    return 0


def _slots(settings: Settings) -> Slots:
    return Slots(settings.home, build_with(settings.python))


def _unit(settings: Settings) -> Unit:
    return Unit(lambda: _told(settings.stop), lambda: _told(settings.start))


def _told(words: tuple[str, ...]) -> None:
    """Raises OSError."""
    try:
        done = subprocess.run(words, capture_output=True, timeout=COMMAND_S, check=False, text=True)
    except subprocess.TimeoutExpired as error:
        raise OSError(f"{' '.join(words)}: {error}") from error
    if done.returncode:
        raise OSError(f"{' '.join(words)}: {done.stderr.strip()[-300:]}")


if __name__ == "__main__":
    sys.exit(main())
