"""What the board says becomes an event, the lamps follow the session, and faults are told soon."""

from dataclasses import replace

from contract.heartbeat import ConditionReport, DeviceReport
from contract.messages import Method
from device_drivers.sensors.interface import Lamp, Readings, Signal
from kiosk.core.cabinet import Cabinet
from kiosk.core.events import SensorsSeen
from kiosk.core.model import Action, Screen
from kiosk.runtime.sensors import Sensors, cabinet_of, lamps_of
from tests.kiosk.core.story import Story


class Board:
    signals = frozenset({Signal.DOOR, Signal.PRESENCE})

    def __init__(self) -> None:
        self.shown: list[frozenset[Lamp]] = []

    def watch(self, on_change) -> None:
        self.say = on_change
        on_change(Readings())

    def show(self, lamps) -> None:
        self.shown.append(lamps)


def test_readings_become_what_the_session_knows():
    events, board = [], Board()
    Sensors(board, events.append, Story.at_attract, lambda: None).start()
    board.say(Readings(True, frozenset({Signal.DOOR, Signal.PRESENCE})))
    board.say(Readings())
    opened = SensorsSeen(Cabinet(opened=True, present=True))
    assert events == [SensorsSeen(None), opened, SensorsSeen(None)]


def test_who_has_no_sensor_for_people_says_nothing_of_them():
    now = Readings(True, frozenset({Signal.TILT, Signal.POWER_LOST, Signal.BATTERY_LOW}))
    assert cabinet_of(now, frozenset({Signal.DOOR})) == Cabinet(True, True, True, None)
    assert cabinet_of(Readings(True), frozenset({Signal.PRESENCE})).present is False


def test_a_battery_that_is_charged_stops_nothing():
    wired = frozenset({Signal.POWER_LOST})
    low = frozenset({Signal.BATTERY_LOW})
    assert not cabinet_of(Readings(True, low), wired).battery_low
    assert cabinet_of(Readings(True, low | wired), wired).battery_low
    assert cabinet_of(Readings(True, low), frozenset()).battery_low


def test_the_strip_says_from_afar_whether_anybody_can_pay():
    story = Story.at_attract()
    assert lamps_of(story.session) == {Lamp.READY}
    assert lamps_of(story.taps(Action.SCAN).session) == {Lamp.BUSY, Lamp.READING}
    assert lamps_of(Story.paying(Method.CARD).session) == {Lamp.BUSY}
    story = Story.at_attract().plays(SensorsSeen(Cabinet(opened=True)))
    assert (story.screen, lamps_of(story.session)) == (Screen.OUT_OF_ORDER, {Lamp.TROUBLE})


def test_lamps_are_set_when_they_change_and_a_fault_is_told_soon_once():
    story, board, soon = Story.at_attract(), Board(), []
    now = [story.session]
    sensors = Sensors(board, lambda event: None, lambda: now[0], lambda: soon.append(1))
    sensors.follow()
    sensors.follow()
    assert (board.shown, soon) == ([frozenset({Lamp.READY})], [])
    open_door = ConditionReport(level="error", code="sensors.door_open")
    report = DeviceReport(role="sensors", driver="x", level="error", conditions=[open_door])
    now[0] = replace(story.session, lobby=replace(story.session.lobby, devices=(report,)))
    sensors.follow()
    sensors.follow()
    assert soon == [1]
