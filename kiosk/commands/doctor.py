"""``lobbypay doctor``: is this kiosk ready? A line for each part, with the remedy for what is not.

Exit code by the worst line: 0 all well, 1 something to see to soon, 2 something does not work.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator

import structlog

from kiosk import settings as settings_file
from kiosk.central.config_cache import ConfigCache
from kiosk.commands.config_option import add_config_option
from kiosk.doctor import audio, conditions, machine, trials, udev
from kiosk.doctor.attached import Attached, attached
from kiosk.doctor.devices import try_devices
from kiosk.doctor.finding import Finding, as_json, exit_code, fine, table, worst, wrong
from kiosk.runtime.devices import Devices, make_devices
from kiosk.settings import Settings, SettingsError
from kiosk.single_instance import AlreadyRunning, alone
from kiosk.texts.catalogue import both

TESTS = ("test_page", "test_scan", "test_payment")


def main(argv: list[str]) -> int:
    options = _options(argv)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(50),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    found = attached()
    if options.udev:
        print(udev.rules(found), end="")
        return 0
    findings: list[Finding] = []
    for finding in examine(options, found):
        findings.append(finding)
        if not options.json:
            print(table([finding], options.language), flush=True)
    if options.json:
        told = {
            "level": worst(findings).value,
            "findings": [as_json(f) for f in findings],
            "attached": [vars(one) for one in found],
        }
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        print(_attached_table(found, options.language))
        print(_ending(findings, options.language))
    return exit_code(findings)


def examine(options: argparse.Namespace, found: list[Attached]) -> Iterator[Finding]:
    """Everything that was asked for, one after the other."""
    try:
        settings = settings_file.load(options.config)
        devices = make_devices(settings, options.config)
    except SettingsError as error:
        yield wrong("config", conditions.CONFIG, str(error))
        yield from (machine.clock(), machine.fonts(), machine.display(), machine.touch(found))
        return
    yield fine("config", detail=str(options.config))
    try:
        with alone(settings.data_dir):
            yield from _alone(options, settings, devices, found)
    except AlreadyRunning:
        yield wrong("kiosk", conditions.RUNNING)
        yield from _around(settings, found, running=True)
        for test in TESTS:
            if getattr(options, test):
                yield wrong(test, conditions.NOT_TRIED)


def _alone(
    options: argparse.Namespace, settings: Settings, devices: Devices, found: list[Attached]
) -> Iterator[Finding]:
    """Nobody else has the devices meanwhile."""
    if not any(getattr(options, test) for test in TESTS):
        yield from _around(settings, found, running=False)
        yield from try_devices(devices)
        return

    def say(text: dict[str, str]) -> None:
        print(text.get(options.language, ""), file=sys.stderr, flush=True)

    if options.test_page:
        yield from trials.page(devices.printer, options.language)
    if options.test_scan:
        yield from trials.scan(devices.scanner, options.wait_s, say)
    if options.test_payment:
        yield from trials.payment(devices.terminal, settings, _currency(settings), say)


def _currency(settings: Settings) -> str:
    """The community's, as the server told last; else what the terminal is set to."""
    known = ConfigCache(settings.data_dir / "config.json").load()
    terminal = settings.card_terminal
    own = str(terminal.own.get("currency", "CNY")) if terminal else "CNY"
    return known.community.currency if known else own


def _around(settings: Settings, found: list[Attached], *, running: bool) -> Iterator[Finding]:
    yield machine.enrolment(settings)
    yield from machine.server(settings)
    yield machine.clock()
    yield machine.journal(settings, running=running)
    yield from trials.earlier(settings)
    yield machine.space(settings)
    yield machine.fonts()
    yield machine.display()
    yield machine.touch(found)
    yield from audio.voice(settings, running=running)


def _attached_table(found: list[Attached], language: str) -> str:
    if not found:
        return both("attached.nothing")[language]
    lines = [both("attached.title")[language]]
    for one in found:
        named = f"  {one.usb}" if one.usb else ""
        lines.append(f"  {one.kind:12} {one.device:22} {one.name}{named}")
        if one.by_path:
            lines.append(f"  {'':12} {one.by_path}")
    return "\n".join(lines)


def _ending(findings: list[Finding], language: str) -> str:
    return both(f"ending.{worst(findings).value}")[language]


def language_of(environment: dict[str, str]) -> str:
    """By POSIX: LC_ALL before LC_MESSAGES before LANG."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "zh" if environment[name].startswith("zh") else "en"
    return "en"


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="lobbypay doctor", description="Is this kiosk ready? The remedy for what is not."
    )
    add_config_option(parser)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--language", choices=("zh", "en"), default=language_of(dict(os.environ)))
    parser.add_argument("--udev", action="store_true", help="print rules for lasting device names")
    parser.add_argument("--test-page", action="store_true", help="print a page; only that is tried")
    parser.add_argument("--test-scan", action="store_true", help="wait for a code; say what it is")
    parser.add_argument("--wait-s", type=float, default=60.0, help="seconds for --test-scan")
    parser.add_argument(
        "--test-payment", action="store_true", help="pay one minor unit and take it back"
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
