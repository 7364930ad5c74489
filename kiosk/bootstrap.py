"""The composition root: the only file that names concrete classes and puts them together."""

import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import structlog

from contract.heartbeat import HeartbeatAnswer
from contract.messages import CardData, KioskConfig
from contract.stop_reason import StopReason
from device_drivers.card_terminals.interface import CardTerminal
from kiosk.acts.assembly import BEGIN_AGAIN, Parts, Window, acts_desk, key_desk, updates_desk
from kiosk.acts.on_the_spot import ask_window
from kiosk.central import config_cache
from kiosk.central import identity as identity_file
from kiosk.central.bills_cache import BillsCache
from kiosk.central.client import CentralClient
from kiosk.central.outbox import Outbox
from kiosk.central.presence_counter import PresenceCounter
from kiosk.central.sync import Sync
from kiosk.clock import Clock
from kiosk.core.events import (
    BillsCacheSeen,
    ClockSeen,
    ConfigLoaded,
    DevicesSeen,
    RecordingSeen,
    ServerSeen,
    StopSeen,
)
from kiosk.core.model import Lobby, Session
from kiosk.core.patience import RESTING
from kiosk.health.flapping import Pace
from kiosk.health.screen_watch import ScreenWatch
from kiosk.health.supervisor import Supervisors
from kiosk.health.voice_inputs import VoiceInputs
from kiosk.health.watchdog import Watchdog
from kiosk.journal.journal import Journal, JournalUnavailable
from kiosk.journal.opening import open_journal
from kiosk.journal.scrubber import JournalWatch
from kiosk.recovery.inquiry import Recovery, age_of
from kiosk.recovery.test_payment import TrialPayments
from kiosk.runtime.callbacks import Callbacks
from kiosk.runtime.card_desk import CardDesk
from kiosk.runtime.devices import make_devices, watched
from kiosk.runtime.engine import Engine
from kiosk.runtime.heartbeat import HeartbeatMaker, health_of
from kiosk.runtime.keyboard import Keyboard
from kiosk.runtime.kiosk import Kiosk, Workers
from kiosk.runtime.lookups import Lookups
from kiosk.runtime.orders import Orders
from kiosk.runtime.receipts import Receipts
from kiosk.runtime.requests_line import RequestsLine
from kiosk.runtime.sensors import watch_cabinet
from kiosk.runtime.staff_desk import StaffContext, StaffDesk
from kiosk.runtime.without_identity import Unpaired
from kiosk.runtime.without_journal import Waiting, waiting
from kiosk.settings import Settings

log = structlog.get_logger("bootstrap")

ENGINE_SILENT_S_MAX = 15.0
COMMIT_S = 10.0


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


def machine_time() -> datetime:  # right or wrong: Clock corrects it
    return datetime.now(UTC)


def _first_session(
    journal: Journal, settings: Settings, clock: Clock, bills: BillsCache
) -> Session:
    last = journal.last_card_payment()
    card: CardData | None = last.card if last else None
    lobby = Lobby(
        unresolved=tuple(journal.unfinished()),
        last_paid=journal.last_card_paid(),
        last_card=card,
        stopped=journal.stopped() or "",
        clock_trusted=clock.trusted,
        bills_cache_usable=bills.usable,
        terminal_known=settings.card_terminal is None,
        offline_card_limit_minor=settings.payments.offline_card_limit_minor,
        staff_pin=bool(settings.staff.pin),
        voice=settings.voice is not None,
    )
    return Session(lobby=lobby)


def _note_start(journal: Journal, engine: Engine) -> None:
    """A full disk is no reason not to start: the screen has to say so, and what is open goes on."""
    try:
        journal.note_start(version("lobbypay"))
    except JournalUnavailable as error:
        log.error("start_not_recorded", error=str(error))
        engine.post(RecordingSeen(False))


def _note_clock(journal: Journal) -> None:
    try:
        journal.note_clock_confirmed()
    except JournalUnavailable as error:
        log.warning("clock_not_noted", error=str(error))


def _sync(
    client: CentralClient,
    engine: Engine,
    journal: Journal,
    bills: BillsCache,
    known: config_cache.ConfigCache,
    clock: Clock,
    heartbeat: HeartbeatMaker,
    on_answer: Callable[[HeartbeatAnswer], None],
) -> Sync:
    def learn_config(config: KioskConfig) -> None:
        known.save(config)
        engine.post(ConfigLoaded(config))

    def learn_time(server_time: datetime) -> None:
        clock.synchronize(server_time)
        _note_clock(journal)
        if not engine.session.lobby.clock_trusted:
            engine.post(ClockSeen(True))

    def learn_bills_cache(usable: bool) -> None:
        if usable != engine.session.lobby.bills_cache_usable:
            engine.post(BillsCacheSeen(usable))

    presence = PresenceCounter(journal).presence
    return Sync(
        client,
        Outbox(client, journal, presence),
        bills,
        heartbeat=heartbeat,
        on_config=learn_config,
        on_server=lambda reachable: engine.post(ServerSeen(reachable)),
        on_stopped=lambda reason: _stopped(engine, journal, reason),
        on_answer=on_answer,
        on_time=learn_time,
        on_bills_cache=learn_bills_cache,
        presence=presence,
        tell_days=lambda: heartbeat.health.counts.tell(client.post_tallies),
    )


def _bills_cache(
    settings: Settings, me: identity_file.Identity, journal: Journal, clock: Clock
) -> BillsCache:
    return BillsCache(
        settings.data_dir / "open_bills.sqlite3",
        clock,
        f"{me.kiosk_id} of {me.community}",
        begins=journal.first_link[0],
        age_max=timedelta(hours=settings.payments.offline_bills_max_age_h),
    )


@dataclass
class Running:
    """A kiosk at work without its window. ``close`` ends every thread."""

    kiosk: Kiosk
    engine: Engine
    journal: Journal
    watchdog: Watchdog
    inputs: VoiceInputs
    screen: ScreenWatch
    close: Callable[[], None]
    window: Window


def _desk(
    terminal: CardTerminal | None,
    engine: Engine,
    trials: TrialPayments,
    journal: Journal,
    clock: Clock,
) -> CardDesk | None:
    if terminal is None:
        return None
    return CardDesk(
        *(terminal, engine.post, engine.commit, trials),
        age_of=lambda record: age_of(record, journal, clock),
    )


def _second_factor(engine: Engine) -> bool:
    config = engine.session.lobby.config
    return bool(config and config.second_factor)


def start(settings: Settings, config_path: Path, pace: Pace = Pace()) -> Running:  # noqa: B008
    """Opens the journal, starts every thread and returns. Raises SettingsError, NotEnrolled and
    JournalUnavailable."""
    started, me = time.monotonic(), identity_file.load(settings.data_dir)
    devices = make_devices(settings, config_path)
    clock = Clock(machine_time, lambda: time.monotonic())
    journal = open_journal(settings.data_dir, me.seal, clock.now)
    clock.not_before(journal.last_at())
    bills = _bills_cache(settings, me, journal, clock)
    client = CentralClient.of(settings.server.url, me, settings.server.timeout_s)
    begun, trials = _first_session(journal, settings, clock, bills), TrialPayments(journal)
    engine = Engine(journal, begun, me.kiosk_code, wall=clock.now)
    desk = _desk(devices.terminal, engine, trials, journal, clock)
    recovery = Recovery(
        lambda event: engine.commit(event, COMMIT_S),
        *(client, desk, journal.unfinished(), journal.without_receipt),
    )
    supervisors = Supervisors(
        watched(devices, settings, desk, lambda: engine.session.visit.screen in RESTING),
        lambda reports: engine.post(DevicesSeen(reports)),
        pace,
    )
    known = config_cache.ConfigCache(settings.data_dir / "config.json")
    health = health_of(settings, engine, clock)
    knowing = (engine, journal, supervisors, recovery, clock, trials)
    heartbeat = HeartbeatMaker(*knowing, started, health)
    sync = _sync(
        *(client, engine, journal, bills, known, clock, heartbeat),
        lambda answer: [one.heard(answer) for one in (acts, updates, keys)],
    )
    watch_cabinet(settings, devices.sensors, engine, sync.beat_soon)
    journal_watch = JournalWatch(journal, lambda what: engine.post(RecordingSeen(False)))

    receipts = Receipts(devices.printer, engine.post, journal.receipts_printed)
    room = StaffContext(settings, me.kiosk_code, started, journal, recovery, receipts, desk, clock)
    staff, window = StaffDesk(room, engine.post), Window()
    own = (settings, config_path, me, client, engine, receipts, clock)
    parts = Parts(*own, staff.page, sync.beat_soon)
    acts, keys = acts_desk(parts, window), key_desk(parts, window, recovery)
    updates = updates_desk(settings, engine, journal, recovery, clock, health)
    hands = Workers(
        lookups=Lookups(client, bills, journal, engine.post, partial(_second_factor, engine)),
        orders=Orders(client, engine.post),
        receipts=receipts,
        recovery=recovery,
        report=sync.wake,
        scanner=devices.scanner,
        desk=desk,
        staff=staff,
        callbacks=Callbacks(client, engine.post),
        requests=RequestsLine(client, receipts, engine.post),
        keyboard=Keyboard(engine.post),
    )
    watchdog = Watchdog(lambda: time.monotonic() - engine.alive_at < ENGINE_SILENT_S_MAX)
    kiosk = Kiosk(engine, hands, watchdog.on_frame)
    _note_start(journal, engine)
    engine.start(kiosk)
    if (config := known.load()) is not None:
        engine.post(ConfigLoaded(config))
    for part in (supervisors, sync, recovery, journal_watch, acts, updates, keys):
        part.start()
    log.info("started", kiosk=me.kiosk_code, unfinished=len(journal.unfinished()))

    endings = (
        *(keys.stop, updates.stop, acts.stop),
        *(kiosk.close, sync.stop, recovery.stop, supervisors.stop, journal_watch.stop, engine.stop),
        *(hands.lookups.close, hands.orders.close, receipts.close, staff.close),
        *(bills.close, health.counts.close, journal.close),
    )
    seen = (devices.inputs, health.screen)
    return Running(kiosk, engine, journal, watchdog, *seen, partial(_end_all, endings), window)


def _end_all(endings: tuple[Callable[[], None], ...]) -> None:
    """In this order; one that fails holds up no other."""
    with ExitStack() as stack:
        for ending in reversed(endings):
            stack.callback(ending)


def _app(
    kiosk: Any,
    settings: Settings,
    on_shown: Callable[[], None],
    ending: ExitStack,
    inputs: VoiceInputs | None = None,
    on_drawn: Callable[[], None] | None = None,
) -> Any:
    """The window, with its voice at work until ``ending`` ends. Nothing of Kivy is imported before."""
    from kiosk.ui.kivy_setup import WindowWish, prepare

    window = settings.window
    prepare(WindowWish((window.width, window.height), window.fullscreen))
    from kiosk.ui.app import KioskApp
    from kiosk.ui.palette import Shade
    from kiosk.ui.theme import Look
    from kiosk.voice.equipment import equipment

    look, voice = settings.look, equipment(settings.voice, inputs=inputs)
    ending.callback(voice.close)
    app = KioskApp(
        kiosk,
        look=Look(
            theme=None if look.theme == "auto" else Shade(look.theme),
            night_from=look.night_from,
            night_until=look.night_until,
            moving=look.moving,
            panel_width_mm=look.panel_width_mm,
        ),
        voice=voice.voice,
        probe_path=settings.probe_socket,
        on_shown=on_shown,
        on_drawn=on_drawn,
    )
    voice.start(kiosk.post, app.key)
    return app


def _wait(settings: Settings, made: Callable[[Callable[[float], None]], Unpaired | Waiting]) -> int:
    """Shows what the kiosk waits for until it is there; then begins from the start. ``made`` gets what is
    called with each frame."""
    watchdog = Watchdog(lambda: True)
    kiosk = made(watchdog.on_frame)
    with ExitStack() as ending:
        app = _app(kiosk, settings, watchdog.ready, ending)
        signal.signal(signal.SIGTERM, lambda *_: app.close())
        kiosk.start(mended=lambda: (app.notify(), app.close()), changed=app.notify)
        app.run()
        kiosk.stop()
    return BEGIN_AGAIN if kiosk.mended else 0


def run(settings: Settings, config_path: Path) -> int:
    """The kiosk with its window, until it is closed: 0, or BEGIN_AGAIN. Raises SettingsError; and
    OSError where the disk takes no key for a machine that is to be paired."""
    try:
        running = start(settings, config_path)
    except identity_file.NotEnrolled as error:
        log.warning("no_identity", error=str(error))
        return _wait(settings, partial(Unpaired, settings.server.url, settings.data_dir))
    except JournalUnavailable as error:
        log.error("no_journal", error=str(error))
        me = identity_file.load(settings.data_dir)
        return _wait(settings, lambda on_frame: waiting(settings, me, machine_time, on_frame))

    def close_when_damaged() -> None:
        resting = running.engine.session.visit.screen in RESTING
        if running.journal.damaged and resting:
            app.close()

    def shown() -> None:
        running.watchdog.ready()
        running.window.shown()

    with ExitStack() as ending:
        ending.callback(running.close)
        running.screen.expect()
        app = _app(
            *(running.kiosk, settings, shown, ending, running.inputs),
            on_drawn=running.screen.drawn,
        )
        running.engine.watch(app.notify)
        running.engine.watch(close_when_damaged)
        running.kiosk.sounds_to(app.play)
        window = running.window
        window.picture = ask_window(app.soon, app.shown_session, app.picture)
        window.close = app.close
        signal.signal(signal.SIGTERM, lambda *_: app.close())
        app.run()
    return BEGIN_AGAIN if running.journal.damaged or running.window.again else 0
