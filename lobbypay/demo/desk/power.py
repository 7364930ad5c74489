"""The kiosk's tab: its plug, its disk, and the clock of its machine."""

import secrets
import shutil
from collections.abc import Callable
from datetime import timedelta

from lobbypay.demo.desk.act import NotNow, Tab, Tone, act
from lobbypay.demo.desk.stage import Stage

KIOSK = "K03"


def _pull_plug(stage: Stage) -> None:
    if not stage.alive("kiosk"):
        raise NotNow("no_power")
    stage.house.running["kiosk"].kill()
    stage.house.probe.unlink(missing_ok=True)


def _start(stage: Stage) -> None:
    if stage.alive("kiosk"):
        raise NotNow("kiosk_runs")
    stage.house.start_kiosk()
    stage.house.await_window()


def _new_disk(stage: Stage) -> None:
    if not stage.alive("server"):
        raise NotNow("enrol_server")
    if stage.house.control("line", "state")["line"] != "well":
        raise NotNow("enrol_line")
    if stage.alive("kiosk"):
        _pull_plug(stage)
    shutil.rmtree(stage.folder / "kiosk")
    stage.house.pairing_code = secrets.token_hex(5).upper()
    stage.house.server_command("create-kiosk", KIOSK, "--pairing-code", stage.house.pairing_code)
    stage.house.enrol_kiosk()
    _start(stage)


def _clock(off: timedelta) -> Callable[[Stage], None]:
    def set_clock(stage: Stage) -> None:
        stage.clock.set(round(off.total_seconds()))

    return set_clock


ACTS = (
    act("pull_plug", Tab.KIOSK, Tone.FAULT, _pull_plug),
    act("start_kiosk", Tab.KIOSK, Tone.WELL, _start),
    act("new_disk", Tab.KIOSK, Tone.FAULT, _new_disk),
    act("clock_slow", Tab.KIOSK, Tone.FAULT, _clock(timedelta(hours=-2))),
    act("clock_fast", Tab.KIOSK, Tone.FAULT, _clock(timedelta(days=1))),
    act("clock_battery", Tab.KIOSK, Tone.FAULT, _clock(timedelta(days=-3650))),
    act("clock_right", Tab.KIOSK, Tone.WELL, _clock(timedelta(0))),
)
