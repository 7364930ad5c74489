"""One simulated terminal for each file of tests; each test begins with it as it was at first."""

import pytest

from tests.device_drivers.card_terminals.nexo import world as worlds

AS_AT_FIRST = {
    "step_delay_s": 0.02,
    "late_s": 1.0,
    "wait_for_card": False,
    "forgets": False,
    "refuse_reversals": False,
    "host_reachable": True,
    "global_status": "OK",
    "unsent": 0,
    "display_url": "",
}


@pytest.fixture(scope="module")
def terminal_process(tmp_path_factory):
    with worlds.world(tmp_path_factory.mktemp("nexo")) as made:
        yield made


@pytest.fixture
def world(terminal_process):
    terminal_process.configure(**AS_AT_FIRST)
    return terminal_process


@pytest.fixture
def device(world):
    driver = world.driver()
    driver.open()
    yield driver
    driver.close()
