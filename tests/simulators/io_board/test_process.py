"""The simulated board as a process, read and lit by the real driver."""

from device_drivers.sensors.interface import Lamp, Signal
from device_drivers.sensors.modbus_rtu import create
from tests.device_drivers.waiting import wait_until
from tests.simulators.processes import running


def test_the_driver_sees_its_inputs_and_lights_its_coils(tmp_path):
    link = tmp_path / "ttyBoard"
    with running("io_board", "--pty", str(link), "--address", "7") as board:
        wired = {"inputs": {"tilt": 3}, "lamps": {"busy": 2}, "poll_s": 0.02}
        driver = create({"port": str(link), "address": 7, **wired})
        driver.open()
        try:
            board.post("input", place=3, on=True)
            assert wait_until(lambda: driver.readings().on == {Signal.TILT})
            driver.show(frozenset({Lamp.BUSY}))
            assert wait_until(lambda: board.state()["coils"] == [2])
        finally:
            driver.close()
        assert board.state()["coils"] == []


def test_what_there_is_not_is_refused(tmp_path):
    with running("io_board", "--pty", str(tmp_path / "ttyBoard")) as board:
        assert board.post("input", place=99, on=True).status_code == 400
        assert board.post("fault", name="fire").status_code == 400
        assert board.post("register", number=0, value=70000).status_code == 400
