"""Staff tell the kiosk of a new roll and an emptied bin, while it runs or not."""

import pytest
import structlog

from device_drivers.printers.memory import Memory
from lobbypay.cli import main

CONFIG = """
data_dir = "data"
[server]
url = "https://pay.example.com"
[printer]
driver = "escpos"
"""


@pytest.fixture(autouse=True)
def log_as_before():
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_a_new_roll_and_an_emptied_bin_begin_from_nothing(tmp_path, capsys):
    (tmp_path / "kiosk.toml").write_text(CONFIG)
    (tmp_path / "data").mkdir()
    driver = Memory(tmp_path / "data" / "printer.json")
    driver.begin("job")
    driver.end("printed", 250.0)
    driver.retracted()
    config = ["--config", str(tmp_path / "kiosk.toml")]
    assert main(["printer", "status", *config]) == 0
    assert "0.2 m of the roll used, 1 receipts in the bin" in capsys.readouterr().out
    assert main(["printer", "new-roll", *config]) == 0
    assert (driver.read().used_mm, driver.read().retracted) == (0, 1)
    assert main(["printer", "bin-emptied", *config]) == 0
    assert driver.read().retracted == 0
    assert driver.read().jobs == {"job": "printed"}


def test_what_is_not_there_or_cannot_be_written_is_said(tmp_path, capsys):
    config = tmp_path / "kiosk.toml"
    config.write_text(CONFIG)
    told = ["printer", "new-roll", "--config", str(config)]
    assert main(told) == 1, "there is no folder for it"
    assert "printer.json cannot be written" in capsys.readouterr().err
    config.write_text(CONFIG.replace("[printer]", "[scanner]"))
    assert main(told) == 2
    assert "there is no [printer]" in capsys.readouterr().err
