"""Settings from afar are tried, kept when the kiosk is well with them, and go back by themselves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.heartbeat import ConditionReport, DeviceReport
from contract.opening_hours import Standing
from contract.remote_acts import Act, ActKind
from kiosk.acts.changed_settings import (
    STARTS_MAX,
    WELL_WITHIN_S,
    ChangedSettingsFile,
    Trial,
    is_well,
    wrong_devices,
)
from kiosk.core.cabinet import Cabinet
from kiosk.core.events import SensorsSeen
from kiosk.core.model import Session
from kiosk.settings import Server, Settings
from tests.kiosk.core.story import Story, devices

NOW = datetime(2026, 11, 24, tzinfo=UTC)
NIGHT = {"look": {"theme": "night"}, "payments": {"offline_card_limit_minor": 5}}


def act(**parameters: object) -> Act:
    return Act(
        act_id="01900000-0000-7000-8000-000000000001",
        kiosk_id="id-3",
        number=1,
        kind=ActKind.SETTINGS,
        parameters=parameters,
        asked_by="boss",
        asked_at=NOW,
        not_after=NOW + timedelta(hours=1),
    )


def own(folder: Path) -> Settings:
    return Settings(data_dir=folder, server=Server(url="https://pay.example.com", timeout_s=8.0))


def of(settings: Settings) -> tuple[str, int]:
    return settings.look.theme, settings.payments.offline_card_limit_minor


class Kiosk:
    """One start of the process after another."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.session = folder, Story.at_attract().session
        self.seconds, self.left = 0.0, 0

    def starts(self) -> Settings:
        settings = ChangedSettingsFile(self.folder).over(own(self.folder))
        file = ChangedSettingsFile(self.folder)
        self.trial = Trial(file, lambda: self.session, self.leave, lambda: self.seconds)
        return settings

    def leave(self) -> None:
        self.left += 1


def test_they_are_kept_when_the_kiosk_is_well(tmp_path):
    kiosk, wish = Kiosk(tmp_path), act(**NIGHT)
    ChangedSettingsFile(tmp_path).try_out(wish, [])
    assert of(kiosk.starts()) == ("night", 5)
    assert kiosk.trial.look(wish) is None  # nothing is drawn yet
    kiosk.trial.shown = True
    ended = kiosk.trial.look(wish)
    assert ended is not None and ended.state == "done"
    assert of(kiosk.starts()) == ("night", 5)
    assert kiosk.left == 0


def test_they_go_back_when_it_is_not_well_in_time(tmp_path):
    kiosk, wish = Kiosk(tmp_path), act(**NIGHT)
    ChangedSettingsFile(tmp_path).try_out(wish, [])
    kiosk.starts()
    kiosk.trial.shown = True
    lobby = replace(kiosk.session.lobby, server_reachable=False)
    kiosk.session = replace(kiosk.session, lobby=lobby)
    kiosk.seconds = WELL_WITHIN_S - 1
    assert kiosk.trial.look(wish) is None
    kiosk.seconds = WELL_WITHIN_S
    ended = kiosk.trial.look(wish)
    assert ended is not None and (ended.state, ended.code) == ("failed", "not_well")
    assert kiosk.left == 1
    assert of(kiosk.starts()) == ("auto", 100_000)


def test_a_kiosk_that_does_not_start_with_them_goes_back(tmp_path):
    kiosk, wish = Kiosk(tmp_path), act(**NIGHT)
    ChangedSettingsFile(tmp_path).try_out(wish, [])
    for _ in range(STARTS_MAX):
        assert of(kiosk.starts()) == ("night", 5)
    assert of(kiosk.starts()) == ("auto", 100_000)
    ended = kiosk.trial.look(wish)
    assert ended is not None and ended.code == "did_not_start"


def test_a_second_change_leaves_the_first_and_goes_back_to_it(tmp_path):
    kiosk, wish = Kiosk(tmp_path), act(look={"theme": "night"})
    ChangedSettingsFile(tmp_path).try_out(wish, [])
    kiosk.starts()
    kiosk.trial.shown = True
    kiosk.trial.look(wish)
    ChangedSettingsFile(tmp_path).try_out(act(payments={"offline_card_limit_minor": 7}), [])
    assert of(kiosk.starts()) == ("night", 7)
    for _ in range(STARTS_MAX):
        kiosk.starts()
    assert of(kiosk.starts()) == ("night", 100_000)


def test_a_crash_before_they_were_written_down_is_a_failure(tmp_path):
    kiosk = Kiosk(tmp_path)
    assert of(kiosk.starts()) == ("auto", 100_000)
    ended = kiosk.trial.look(act(**NIGHT))
    assert ended is not None and (ended.state, ended.code) == ("failed", "interrupted")


@pytest.mark.parametrize("text", ["{", "[]", '{"kept": {"look": {"theme": "pink"}}}', "null"])
def test_a_file_that_cannot_be_used_is_no_obstacle(tmp_path, text):
    (tmp_path / "changed_settings.json").write_text(text)
    assert of(ChangedSettingsFile(tmp_path).over(own(tmp_path))) == ("auto", 100_000)


def test_a_device_that_worked_before_has_to_work():
    session = Story.at_attract().loses("printer").session
    assert not is_well(session, [])
    assert is_well(session, ["printer"])
    assert not is_well(Session(), [])
    nothing = Story.at_attract().with_lobby(devices=devices(scanner="error", touch="error"))
    assert not is_well(nothing.session, ["scanner", "touch"])


def test_a_kiosk_that_is_closed_by_its_hours_or_opened_is_well():
    shut = replace(Standing(), open=False)
    closed = Story.at_attract().with_lobby(hours=shut).session
    assert is_well(closed, [])
    broken = {"scanner": "error", "touch": "error"}
    closed = Story.at_attract().with_lobby(hours=shut, devices=devices(**broken)).session
    assert not is_well(closed, list(broken))
    opened = Story.at_attract().plays(SensorsSeen(Cabinet(opened=True)))
    assert is_well(opened.session, [])


@pytest.mark.parametrize(
    ("code", "wrong"), [("sensors.door_open", []), ("sensors.not_reachable", ["sensors"])]
)
def test_sensors_that_tell_of_an_open_door_do_work(code, wrong):
    said = ConditionReport(level="error", code=code)
    board = DeviceReport(role="sensors", driver="modbus_rtu", level="error", conditions=[said])
    assert wrong_devices(Story.at_attract().with_lobby(devices=(board,)).session) == wrong
