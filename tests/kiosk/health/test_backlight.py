"""The panel is dimmed by night, and one that cannot be disturbs nothing."""

from dataclasses import replace
from datetime import time

from contract.opening_hours import Night, Standing
from kiosk.core.model import Lobby, Session
from kiosk.health.backlight import Backlight
from tests.kiosk.core.story import config

DAY = Session(Lobby(config=config()))
NIGHT = replace(
    DAY,
    lobby=replace(DAY.lobby, hours=Standing(night=Night(starts=time(22), ends=time(6)))),
)


def test_it_is_dimmed_when_night_begins_and_bright_when_it_ends(tmp_path):
    now = [Session()]
    (tmp_path / "max_brightness").write_text("960\n")
    light = Backlight(tmp_path, 35, lambda: now[0])
    light.see()
    assert not (tmp_path / "brightness").exists(), "before the hours are known"
    for session, shines in ((DAY, "960"), (NIGHT, "336"), (DAY, "960")):
        now[0] = session
        light.see()
        assert (tmp_path / "brightness").read_text() == shines


def test_it_is_written_only_when_that_changes(tmp_path):
    (tmp_path / "max_brightness").write_text("100")
    light = Backlight(tmp_path, 35, lambda: NIGHT)
    light.see()
    (tmp_path / "brightness").write_text("80")  # by somebody's hand
    light.see()
    assert (tmp_path / "brightness").read_text() == "80"


def test_a_panel_that_cannot_be_dimmed_is_left_alone(tmp_path):
    Backlight(tmp_path / "none", 35, lambda: NIGHT).see()
