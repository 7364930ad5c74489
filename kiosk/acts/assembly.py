"""Puts together what does acts at this kiosk, from what the kiosk is made of."""

import os
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import structlog

from contract.heartbeat import HeartbeatAnswer
from contract.remote_acts import Act, ActKind
from kiosk.acts import on_the_spot
from kiosk.acts.changed_settings import ChangedSettingsFile, Trial, wrong_devices
from kiosk.acts.desk import ActsDesk
from kiosk.acts.doing import Doer, Way, command
from kiosk.acts.key_desk import KeyDesk
from kiosk.acts.log_lines import logs
from kiosk.acts.store import Result, Store
from kiosk.acts.update_desk import Looks, UpdateDesk
from kiosk.central.client import CentralClient, Refused, ServerAway
from kiosk.central.identity import Identity
from kiosk.central.key_change import replace_key
from kiosk.clock import Clock
from kiosk.health.updater import UpdaterFile
from kiosk.journal.journal import Journal
from kiosk.recovery.inquiry import Recovery
from kiosk.runtime.engine import Engine
from kiosk.runtime.heartbeat import Health
from kiosk.runtime.receipts import Receipts
from kiosk.settings import Settings, printer_memory

log = structlog.get_logger("acts")

STORE = "acts.sqlite3"
ENDS_WITHIN_S = 20.0  # a window that does not close by then is left as it is: the journal bears it
BEGIN_AGAIN = 75  # this process is done, the kiosk is not: it starts anew in its place


@dataclass
class Window:
    """What acts ask of the window, once there is one."""

    close: Callable[[], None] | None = None
    picture: Callable[[], on_the_spot.Raw | None] = lambda: None
    again: bool = field(default=False)  # it was closed so that the kiosk starts anew
    shown: Callable[[], None] = lambda: None  # it drew its first screen

    def leave(self) -> bool:
        """Ends this process soon, for a start in its place; False where nobody can."""
        if self.close is None:
            return False
        self.again = True
        self.close()
        killer = threading.Timer(ENDS_WITHIN_S, os._exit, (BEGIN_AGAIN,))
        killer.daemon = True
        killer.start()
        return True


@dataclass
class Parts:
    """What the kiosk is made of, as far as acts touch it."""

    settings: Settings
    config: Path
    me: Identity
    client: CentralClient
    engine: Engine
    receipts: Receipts
    clock: Clock
    page: on_the_spot.Page
    told: Callable[[], None]


class NoActs:
    """The disk takes no memory of acts: nothing is done from afar."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def heard(self, answer: HeartbeatAnswer) -> None: ...


def acts_desk(parts: Parts, window: Window) -> ActsDesk | NoActs:
    folder = parts.settings.data_dir
    try:
        store = Store(folder / STORE)
    except (sqlite3.Error, OSError) as error:
        log.error("no_acts", error=str(error))
        return NoActs()
    changed = ChangedSettingsFile(folder)
    trial = Trial(changed, lambda: parts.engine.session, lambda: window.leave() and None)
    window.shown = lambda: setattr(trial, "shown", True)
    doer = Doer(
        *(parts.clock.now, _ways(parts, window, changed)),
        settings_after_start=trial.look,
        key_act=parts.me.key_act,
    )
    return ActsDesk(
        store,
        doer,
        parts.engine,
        kiosk_id=parts.me.kiosk_id,
        act_key=parts.me.act_key,
        call=parts.client.acts,
        now=parts.clock.now,
        told=parts.told,
    )


def _ways(parts: Parts, window: Window, changed: ChangedSettingsFile) -> dict[ActKind, Way]:
    settings = parts.settings

    def restart(act: Act) -> Result | None:
        return None if window.leave() else Result("failed", "no_window")

    def change(act: Act) -> Result | None:
        changed.try_out(act, wrong_devices(parts.engine.session))
        return restart(act)

    def new_key(act: Act) -> Result | None:
        if window.close is None:
            return Result("failed", "no_window")
        if _updater(settings).on_trial:
            return Result("failed", "on_trial")
        try:
            replace_key(settings.data_dir, parts.me, parts.client.change_key, act.act_id)
        except (ServerAway, Refused) as error:
            log.error("key_not_replaced", error=str(error))
            return Result("failed", "key_not_taken")
        return restart(act)

    ways: dict[ActKind, Way] = {
        ActKind.NEW_KEY: new_key,
        ActKind.RESTART: restart,
        ActKind.SETTINGS: change,
        ActKind.SELF_TEST: on_the_spot.self_test(parts.config),
        ActKind.PICTURE: on_the_spot.picture(lambda: window.picture()),
        ActKind.LOGS: logs(settings.data_dir),
    }
    if settings.machine.reboot:
        ways[ActKind.REBOOT] = command(settings.machine.reboot)
    if settings.printer is not None:
        memory = printer_memory(settings)
        ways[ActKind.TEST_PAGE] = on_the_spot.test_page(parts.page, parts.receipts.print_page)
        ways[ActKind.NEW_ROLL] = on_the_spot.paper(memory, lambda m: m.new_roll())
        ways[ActKind.BIN_EMPTIED] = on_the_spot.paper(memory, lambda m: m.bin_emptied())
    return ways


def updates_desk(
    settings: Settings,
    engine: Engine,
    journal: Journal,
    recovery: Recovery,
    clock: Clock,
    health: Health,
) -> UpdateDesk | NoActs:
    if settings.updates is None:
        return NoActs()
    looks = Looks(
        version("lobbypay"),
        open_payments=lambda: recovery.open_cases,
        drawn_s=lambda: health.screen.still_s,
        journal_well=lambda: not journal.damaged,
        clock_off=lambda: clock.machine_is_off,
        asks=health.updater.asks,
    )
    return UpdateDesk(settings.data_dir, engine, looks)


def _updater(settings: Settings) -> UpdaterFile:
    """A release from before keys were replaced cannot open the journal of one that was."""
    return UpdaterFile(settings.updates.state if settings.updates else None)


def key_desk(parts: Parts, window: Window, recovery: Recovery) -> KeyDesk:
    updater = _updater(parts.settings)

    def change() -> bool:
        if window.close is None or updater.on_trial:
            return False
        replace_key(parts.settings.data_dir, parts.me, parts.client.change_key)
        return window.leave()

    return KeyDesk(parts.engine, lambda: recovery.open_cases, change)
