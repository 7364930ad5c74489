"""``lobbypay kiosk``: starts the kiosk, or gives this machine its identity. Decides nothing itself."""

import argparse
import getpass
import os
import sys
import time
from contextlib import suppress

import segno
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import settings as settings_file
from kiosk import staff_pin
from kiosk.acts.changed_settings import ChangedSettingsFile
from kiosk.acts.log_lines import Keeper
from kiosk.bootstrap import BEGIN_AGAIN, run
from kiosk.central import identity as identity_file
from kiosk.central.client import Refused, ServerAway, enrol
from kiosk.central.pairing import Pairing
from kiosk.commands.config_option import add_config_option
from kiosk.core.pairing import PairingShown
from kiosk.journal.journal import JournalUnavailable
from kiosk.runtime.without_identity import keep, payments_in_doubt
from kiosk.settings import Settings, SettingsError
from kiosk.single_instance import AlreadyRunning, alone

ANOTHER_ENDS_S = 10.0  # one that is being stopped just now


def _enrol(settings: Settings, pairing_code: str) -> int:
    key = Ed25519PrivateKey.generate()
    try:
        asked = payments_in_doubt(settings.data_dir)
        identity, begin = enrol(settings.server.url, pairing_code, key, asked)
    except Refused as refused:
        message = refused.error.message
        print(f"{message.zh} / {message.en}", file=sys.stderr)
        return 1
    except ServerAway as error:
        print(f"{settings.server.url}: the server does not answer ({error})", file=sys.stderr)
        return 1
    keep(settings.data_dir, identity, begin)
    print(f"enrolled as {identity.kiosk_code} of {identity.community}")
    return 0


def _pair(settings: Settings) -> int:
    """Shows the QR code and the code here, until somebody has paired this machine by it."""
    folder = settings.data_dir
    pairing = Pairing(
        *(settings.server.url, folder, payments_in_doubt(folder), _show),
        lambda s: time.sleep(s) or False,
    )
    found = pairing.until_paired()
    if found is None:
        return 1
    keep(folder, *found)
    pairing.done()
    print(f"paired as {found[0].kiosk_code} of {found[0].community}")
    return 0


def _show(shown: PairingShown) -> None:
    if not shown.url:
        said = "the server does not answer; it is asked again"
        print(said if shown.trouble == "away" else "the server refuses; it is asked again")
        return
    segno.make(shown.url).terminal(compact=True)
    print(f"{shown.url}\n\n  {shown.code}\n")


def _pin() -> int:
    """Reads the PIN twice from the terminal, unseen; prints what the configuration takes."""
    pin = getpass.getpass("PIN: ")
    if pin != getpass.getpass("PIN (again): "):
        print("the two are not alike", file=sys.stderr)
        return 1
    try:
        made = staff_pin.make(pin)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(f'[staff]\npin = "{made}"')
    return 0


def main(argv: list[str]) -> int:
    """``lobbypay kiosk [--config FILE] [enrol --pairing-code CODE]``."""
    parser = argparse.ArgumentParser("lobbypay kiosk", description="The lobby terminal.")
    add_config_option(parser)
    commands = parser.add_subparsers(dest="command")
    enrolling = commands.add_parser("enrol", help="exchange a pairing code for an identity, once")
    enrolling.add_argument("--pairing-code", required=True)
    commands.add_parser("pair", help="by a QR code that a signed-in phone opens")
    options = parser.parse_args(argv)
    log_to_stderr()
    try:
        settings = settings_file.load(options.config)
        if options.command == "pair":
            return _pair(settings)
        if options.command == "enrol":
            return _enrol(settings, options.pairing_code)
        with suppress(OSError):  # then the kiosk says on its screen what is the matter
            settings.data_dir.mkdir(parents=True, exist_ok=True)
        with alone(settings.data_dir, wait_s=ANOTHER_ENDS_S):
            log_to_stderr(Keeper(settings.data_dir))
            settings = ChangedSettingsFile(settings.data_dir).over(settings)
            ended = run(settings, options.config)
        if ended == BEGIN_AGAIN:
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
        return ended
    except (SettingsError, JournalUnavailable, identity_file.NotEnrolled, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except AlreadyRunning as error:
        print(f"{error}; end it first: systemctl stop lobbypay-kiosk", file=sys.stderr)
        return 2


def log_to_stderr(keeper: Keeper | None = None) -> None:
    """One JSON event a line; ``keeper`` keeps the newest."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            *([keeper] if keeper else []),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
