"""The composition root: the only file that names concrete classes and puts them together."""

import argparse
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.messages import CardData, EntryKind, Heartbeat, KioskConfig, StopReason
from device_drivers.card_terminals.interface import CardTerminal
from device_drivers.printers.interface import ReceiptPrinter
from device_drivers.registry import UnknownDriver, factory
from device_drivers.scanners.interface import Scanner
from kiosk import settings as settings_file
from kiosk.central import identity as identity_file
from kiosk.central import known_config
from kiosk.central.client import CentralClient, Refused, ServerAway, enrol
from kiosk.central.open_bills import OpenBillsCopy
from kiosk.central.presence import Voice
from kiosk.central.reporter import Reporter
from kiosk.core.capabilities import offers
from kiosk.core.events import ConfigLoaded, DevicesSeen, ServerSeen, StopSeen
from kiosk.core.model import Lobby, Session
from kiosk.core.session import RESTING
from kiosk.health import Supervisors, Watchdog, Watched, uptime_s
from kiosk.journal import Journal, JournalUnavailable
from kiosk.journal_continue import current, open_payments
from kiosk.journal_opening import open_journal, save_begin
from kiosk.journal_salvage import salvage
from kiosk.recovery import Recovery
from kiosk.runtime.card_desk import CardDesk
from kiosk.runtime.engine import Engine
from kiosk.runtime.kiosk import Hands, Kiosk
from kiosk.runtime.lookups import Lookups
from kiosk.runtime.orders import Orders
from kiosk.runtime.receipts import Receipts
from kiosk.settings import DEVICE_ROLES, Settings, SettingsError

log = structlog.get_logger("bootstrap")

ASSETS = Path(__file__).resolve().parent.parent / "assets"
FONTS = ASSETS / "fonts" / "built"
ENGINE_SILENT_S_MAX = 15.0
COMMIT_S = 10.0


@dataclass
class Devices:
    """The configured drivers; a role without a driver is None."""

    scanner: Scanner | None
    terminal: CardTerminal | None
    printer: ReceiptPrinter | None


def make_devices(settings: Settings, config_path: Path) -> Devices:
    """Raises SettingsError naming the table, the key and what is allowed. Touches no device."""
    extra = {
        "printer": {
            "font_regular": str(FONTS / "LobbySans-Regular.otf"),
            "font_bold": str(FONTS / "LobbySans-Bold.otf"),
        }
    }
    made: dict[str, Any] = {}
    for role, kind in DEVICE_ROLES.items():
        device = settings.device(role)
        if device is None:
            made[role] = None
            continue
        try:
            made[role] = factory(kind, device.driver)({**extra.get(role, {}), **device.own})
        except (UnknownDriver, ValueError) as error:
            raise SettingsError(f"{config_path}: [{role}]: {error}") from error
    return Devices(made["scanner"], made["card_terminal"], made["printer"])


def _stopped(engine: Engine, journal: Journal, reason: str | None) -> None:
    """What the server said of us counts after a restart too, whether it can be reached then or not."""
    if (reason or "") != engine.session.lobby.stopped:
        log.warning("stopped", reason=reason or "no more")
        engine.post(StopSeen(reason or ""))
    if reason is None or reason in set(StopReason):
        try:
            journal.keep_stopped(StopReason(reason) if reason else None)
        except JournalUnavailable as error:
            log.error("stop_not_kept", error=str(error))


def _now() -> datetime:
    return datetime.now(UTC)


def _first_session(journal: Journal, settings: Settings) -> Session:
    last = journal.last_card_payment()
    card: CardData | None = last.card if last else None
    lobby = Lobby(
        unresolved=tuple(journal.unfinished()),
        last_card=card,
        stopped=journal.stopped() or "",
        terminal_known=settings.card_terminal is None,
        offline_card_limit_minor=settings.payments.offline_card_limit_minor,
    )
    return Session(lobby=lobby)


def _watched(devices: Devices, settings: Settings, desk: CardDesk | None) -> list[Watched]:
    watched = []
    if devices.scanner and settings.scanner:
        s = devices.scanner
        watched.append(Watched("scanner", settings.scanner.driver, s.open, s.status, s.close))
    if desk and settings.card_terminal:
        name = settings.card_terminal.driver
        watched.append(Watched("card_terminal", name, lambda: None, desk.probe, desk.close))
    if devices.printer and settings.printer:
        p = devices.printer
        watched.append(Watched("printer", settings.printer.driver, p.open, p.probe, p.close))
    return watched


def _heartbeat(
    engine: Engine,
    journal: Journal,
    supervisors: Supervisors,
    recovery: Recovery,
    started: float,
) -> Callable[[str], Heartbeat]:
    def make(config_version: str) -> Heartbeat:
        session = engine.session
        offered = offers(session.lobby)
        idle = session.visit.screen in RESTING
        return Heartbeat(
            at=datetime.now(UTC),
            software=version("lobbypay"),
            uptime_s=uptime_s(started),
            state="out_of_order" if not offered.in_order else "idle" if idle else "in_session",
            offers=list(offered.methods),
            devices=list(supervisors.reports),
            journal_last=journal.last_sequence,
            journal_acknowledged=journal.acknowledged(),
            open_payments=recovery.open_cases,
            config_version=config_version,
        )

    return make


def _reporter(
    client: CentralClient,
    engine: Engine,
    journal: Journal,
    copy: OpenBillsCopy,
    known: known_config.KnownConfig,
    heartbeat: Callable[[str], Heartbeat],
) -> Reporter:
    def learn_config(config: KioskConfig) -> None:
        known.save(config)
        engine.post(ConfigLoaded(config))

    return Reporter(
        client,
        journal,
        copy,
        heartbeat=heartbeat,
        on_config=learn_config,
        on_server=lambda reachable: engine.post(ServerSeen(reachable)),
        on_stopped=lambda reason: _stopped(engine, journal, reason),
        voice=Voice(journal),
    )


@dataclass
class Running:
    """A kiosk at work without its window. ``close`` ends every thread."""

    kiosk: Kiosk
    engine: Engine
    watchdog: Watchdog
    close: Callable[[], None]


def start(settings: Settings, config_path: Path) -> Running:
    """Opens the journal, starts every thread and returns. Raises SettingsError, NotEnrolled and
    JournalUnavailable."""
    started = time.monotonic()
    me = identity_file.load(settings.data_dir)
    devices = make_devices(settings, config_path)
    journal = open_journal(settings.data_dir, me.seal, _now)
    copy = OpenBillsCopy(settings.data_dir / "open_bills.sqlite3")
    client = CentralClient.of(settings.server.url, me, settings.server.timeout_s)
    engine = Engine(journal, _first_session(journal, settings), me.kiosk_code)
    desk = CardDesk(devices.terminal, engine.post, engine.commit) if devices.terminal else None
    recovery = Recovery(
        lambda event: engine.commit(event, COMMIT_S),
        client,
        desk.last_transaction if desk else None,
        journal.unfinished(),
        journal.without_receipt(),
    )
    supervisors = Supervisors(
        _watched(devices, settings, desk), lambda reports: engine.post(DevicesSeen(reports))
    )
    known = known_config.KnownConfig(settings.data_dir / "config.json")
    heartbeat = _heartbeat(engine, journal, supervisors, recovery, started)
    reporter = _reporter(client, engine, journal, copy, known, heartbeat)

    def second_factor() -> bool:
        config = engine.session.lobby.config
        return bool(config and config.second_factor)

    hands = Hands(
        lookups=Lookups(client, copy, journal, engine.post, second_factor),
        orders=Orders(client, engine.post),
        receipts=Receipts(devices.printer, engine.post),
        recovery=recovery,
        copy=copy,
        report=reporter.wake,
        scanner=devices.scanner,
        desk=desk,
    )
    watchdog = Watchdog(lambda: time.monotonic() - engine.alive_at < ENGINE_SILENT_S_MAX)
    kiosk = Kiosk(engine, hands, watchdog.on_frame)
    journal.append(EntryKind.NOTE, {"what": "started", "software": version("lobbypay")})
    engine.start(kiosk)
    if (config := known.load()) is not None:
        engine.post(ConfigLoaded(config))
    for part in (supervisors, reporter, recovery):
        part.start()
    log.info("started", kiosk=me.kiosk_code, unfinished=len(journal.unfinished()))

    def close() -> None:
        with ExitStack() as endings:
            for ending in (
                journal.close,
                copy.close,
                hands.receipts.close,
                hands.orders.close,
                hands.lookups.close,
                engine.stop,
                supervisors.stop,
                recovery.stop,
                reporter.stop,
            ):
                endings.callback(ending)

    return Running(kiosk, engine, watchdog, close)


def _run(settings: Settings, config_path: Path) -> int:
    running = start(settings, config_path)
    try:
        from kiosk.ui.kivy_setup import WindowWish, prepare

        window = settings.window
        prepare(WindowWish((window.width, window.height), window.fullscreen))
        from kiosk.ui.app import KioskApp

        app = KioskApp(
            running.kiosk,
            probe_path=settings.probe_socket,
            on_shown=running.watchdog.ready,
        )
        running.engine.watch(app.notify)
        running.kiosk.sounds_to(app.play)
        signal.signal(signal.SIGTERM, lambda *_: app.close())
        app.run()
    finally:
        running.close()
    return 0


def _open_payments(folder: Path) -> list[str]:
    path = current(folder)
    return open_payments(salvage(path)) if path.exists() else []


def _enrol(settings: Settings, pairing_code: str) -> int:
    key = Ed25519PrivateKey.generate()
    try:
        asked = _open_payments(settings.data_dir)
        identity, begin = enrol(settings.server.url, pairing_code, key, asked)
    except Refused as refused:
        message = refused.error.message
        print(f"{message.zh} / {message.en}", file=sys.stderr)
        return 1
    except ServerAway as error:
        print(f"{settings.server.url}: the server does not answer ({error})", file=sys.stderr)
        return 1
    save_begin(settings.data_dir, begin, identity.seal.public_key)
    identity_file.save(settings.data_dir, identity)
    print(f"enrolled as {identity.kiosk_code} of {identity.community}")
    return 0


def main(argv: list[str]) -> int:
    """``lobbypay kiosk [--config FILE] [enrol --pairing-code CODE]``."""
    parser = argparse.ArgumentParser("lobbypay kiosk", description="The lobby terminal.")
    parser.add_argument("--config", type=Path, default=Path("/etc/lobbypay/kiosk.toml"))
    commands = parser.add_subparsers(dest="command")
    enrolling = commands.add_parser("enrol", help="exchange a pairing code for an identity, once")
    enrolling.add_argument("--pairing-code", required=True)
    options = parser.parse_args(argv)
    _log_to_stderr()
    try:
        settings = settings_file.load(options.config)
        if options.command == "enrol":
            return _enrol(settings, options.pairing_code)
        return _run(settings, options.config)
    except (SettingsError, JournalUnavailable, identity_file.NotEnrolled) as error:
        print(error, file=sys.stderr)
        return 2


def _log_to_stderr() -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
