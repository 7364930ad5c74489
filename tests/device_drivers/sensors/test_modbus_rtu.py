"""The driver of the board on a real pty: what it takes for true, and what it says to staff."""

from pathlib import Path

import pytest

from device_drivers.errors import NotReachable
from device_drivers.sensors.interface import Lamp, Signal
from device_drivers.sensors.modbus_rtu import create
from device_drivers.settings import BadSetting
from simulators.io_board.device import IoBoard
from tests.device_drivers.waiting import wait_until

WIRED = {"inputs": {"door": 0, "shock": 1, "presence": 2}, "inverted": ["door"], "poll_s": 0.02}


@pytest.fixture
def board(tmp_path: Path) -> IoBoard:
    board = IoBoard(tmp_path / "board")
    board.set_input(0, True)  # its contact is closed while the door is
    return board


@pytest.fixture
def driver(board, request):
    driver = create({"port": str(board.link), **WIRED, **getattr(request, "param", {})})
    driver.open()
    yield driver
    driver.close()


def codes(driver) -> list[str]:
    return [condition.code for condition in driver.status().conditions]


def test_a_contact_that_opens_or_a_cut_cable_is_an_open_door(board, driver):
    assert driver.readings().on == frozenset()
    board.set_input(0, False)
    assert wait_until(lambda: driver.readings().on == {Signal.DOOR})
    assert codes(driver) == ["sensors.door_open"]


def test_a_blow_is_told_to_staff_after_it_was_over(board, driver):
    board.set_input(1, True)
    assert wait_until(lambda: Signal.SHOCK in driver.readings().on)
    board.set_input(1, False)
    assert wait_until(lambda: Signal.SHOCK not in driver.readings().on)
    assert codes(driver) == ["sensors.shock"]


@pytest.mark.parametrize(
    "driver",
    [{"temperature_register": 5, "temperature_high_c": 55, "measure_s": 0.1}],
    indirect=True,
)
@pytest.mark.parametrize(
    ("tenths", "said"), [(235, []), (550, ["sensors.too_hot"]), (-50, ["sensors.too_cold"])]
)
def test_heat_and_frost_are_conditions(board, driver, tenths, said):
    board.set_register(5, tenths)
    assert wait_until(lambda: driver.readings().temperature_c == tenths / 10)
    assert codes(driver) == said


@pytest.mark.parametrize(
    "driver",
    [{"battery_register": 3, "battery_percent_min": 30, "measure_s": 0.1}],
    indirect=True,
)
def test_a_battery_below_its_margin_is_low(board, driver):
    assert wait_until(lambda: Signal.BATTERY_LOW in driver.readings().on)
    board.set_register(3, 30)
    assert wait_until(lambda: Signal.BATTERY_LOW not in driver.readings().on)
    assert driver.readings().battery_percent == 30


@pytest.mark.parametrize(
    "driver",
    [{"battery_register": 3, "measure_s": 0.1, "inputs": {"door": 0, "power_lost": 4}}],
    indirect=True,
)
def test_a_low_battery_with_mains_power_is_charged_and_one_that_is_not_known_is_not_low(
    board, driver
):
    assert wait_until(lambda: codes(driver) == ["sensors.battery_charging"])
    board.set_input(4, True)
    assert wait_until(lambda: "sensors.battery_low" in codes(driver))
    board.set_register(3, -1)
    assert wait_until(lambda: codes(driver) == ["sensors.power_lost"])
    assert driver.readings().battery_percent is None


@pytest.mark.parametrize(
    "driver",
    [{"temperature_register": 60000, "battery_register": 3, "measure_s": 0.1}],
    indirect=True,
)
def test_a_board_that_refuses_to_measure_still_tells_of_its_door(board, driver):
    board.set_register(3, 20)
    assert wait_until(lambda: driver.readings().battery_percent == 20)
    board.set_input(0, False)
    assert wait_until(lambda: codes(driver) == ["sensors.door_open", "sensors.battery_low"])
    assert driver.readings().temperature_c is None


@pytest.mark.parametrize("driver", [{"lamps": {"ready": 200}}], indirect=True)
def test_a_board_that_refuses_lamps_still_tells_of_its_door(board, driver):
    seen = []
    driver.watch(seen.append)
    driver.show(frozenset({Lamp.READY}))
    before = board.asked
    assert wait_until(lambda: board.asked > before + 6)
    board.set_input(0, False)
    assert wait_until(lambda: codes(driver) == ["sensors.door_open"])
    assert all(now.known for now in seen)


@pytest.mark.parametrize("driver", [{"lamps": {"ready": 1, "trouble": 3}}], indirect=True)
def test_only_what_is_wired_is_lit(board, driver):
    board.coils[2] = True
    driver.show(frozenset({Lamp.TROUBLE, Lamp.READING}))
    assert wait_until(lambda: board.state()["coils"] == [3])


@pytest.mark.parametrize("fault", ["silent", "wrong_check", "refuses", "late", "other_address"])
def test_a_board_that_answers_wrongly_is_not_believed(board, driver, fault):
    board.fault(fault)
    assert wait_until(lambda: codes(driver) == ["sensors.not_reachable"], 10)
    assert not driver.readings().known
    with pytest.raises(NotReachable):
        driver.open()
    board.clear()
    assert wait_until(lambda: driver.readings().known, 10)


def test_one_garbled_answer_loses_nothing(board, driver):
    board.set_input(2, True)
    assert wait_until(lambda: Signal.PRESENCE in driver.readings().on)
    seen = []
    driver.watch(seen.append)
    before = board.asked
    board.fault("garbage")
    assert wait_until(lambda: board.asked > before + 3)
    assert all(now.known for now in seen)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("inputs", {"window": 0}),
        ("inputs", {"door": -1}),
        ("inputs", {"door": 0, "tilt": 0}),
        ("inputs", {"door": True}),
        ("inverted", ["window"]),
        ("lamps", {"ready": 300}),
        ("address", 0),
        ("parity", "some"),
    ],
)
def test_a_mistake_in_the_table_is_named(key, value):
    with pytest.raises(BadSetting) as caught:
        create({"port": "/dev/none", **WIRED, key: value})
    assert caught.value.key == key
