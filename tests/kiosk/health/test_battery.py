"""The machine stops in order before its battery is empty, and never while anybody is served."""

import sys
from pathlib import Path

from contract.messages import Method
from kiosk.core.cabinet import Cabinet
from kiosk.core.events import SensorsSeen
from kiosk.core.model import Action
from kiosk.health.battery import HELD_S, BatteryWatch
from tests.device_drivers.waiting import wait_until
from tests.kiosk.core.story import Story

LOW = SensorsSeen(Cabinet(on_battery=True, battery_low=True))


class Machine:
    def __init__(self, story: Story, folder: Path, *, fails: bool = False) -> None:
        self._off = folder / "off"
        code = f"open({str(self._off)!r}, 'a').write('x'); raise SystemExit({int(fails)})"
        self._story = story
        self._watch = BatteryWatch([sys.executable, "-c", code], lambda: story.session)

    def waits(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self._story.waits(1)
            self._watch.see()

    @property
    def asked(self) -> int:
        return len(self._off.read_text()) if self._off.exists() else 0


def test_it_stops_once_nobody_was_there_for_a_while(tmp_path):
    machine = Machine(Story.at_attract().plays(LOW), tmp_path)
    machine.waits(HELD_S - 1)
    assert machine.asked == 0
    machine.waits(60)
    assert wait_until(lambda: machine.asked == 1)
    machine.waits(60)
    assert machine.asked == 1


def test_it_waits_for_whoever_pays(tmp_path):
    story = Story.paying(Method.CARD).plays(LOW)
    machine = Machine(story, tmp_path)
    machine.waits(20)
    story.terminal_says("approved").taps(Action.DONE)
    machine.waits(HELD_S - 1)
    assert machine.asked == 0
    machine.waits(3)
    assert wait_until(lambda: machine.asked == 1)


def test_power_that_comes_back_takes_it_back(tmp_path):
    story = Story.at_attract().plays(LOW)
    machine = Machine(story, tmp_path)
    machine.waits(HELD_S - 2)
    story.plays(SensorsSeen(Cabinet()))
    machine.waits(5)
    story.plays(LOW)
    machine.waits(HELD_S - 2)
    assert machine.asked == 0


def test_a_command_that_fails_is_tried_again(tmp_path):
    machine = Machine(Story.at_attract().plays(LOW), tmp_path, fails=True)
    machine.waits(HELD_S + 2)
    assert wait_until(lambda: machine.asked == 1)
    assert wait_until(lambda: machine._watch._since is None)
    machine.waits(HELD_S + 2)
    assert wait_until(lambda: machine.asked == 2)


def test_without_a_command_it_is_left_to_the_battery():
    story = Story.at_attract().plays(LOW)
    watch = BatteryWatch([], lambda: story.session)
    for _ in range(100):
        story.waits(1)
        watch.see()
    assert not watch._stopping
