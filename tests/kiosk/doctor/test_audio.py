"""What the doctor finds of the voice: player, sound devices, keypad, jack, clips."""

import os
from pathlib import Path

import pytest

from device_drivers.status import Level
from kiosk.doctor import audio
from kiosk.settings import Server, Settings, Voice

ALL_WELL = {"trial": lambda device: ""}


@pytest.fixture
def player(monkeypatch):
    monkeypatch.setattr(audio.shutil, "which", lambda name: f"/usr/bin/{name}")


def settings(voice: Voice | None) -> Settings:
    return Settings(
        data_dir=Path("/tmp"), server=Server(url="https://pay.example.com"), voice=voice
    )


def codes(voice: Voice | None, *, running: bool = False, trial=lambda device: "") -> list[str]:
    found = list(audio.voice(settings(voice), running=running, trial=trial))
    return [finding.code for finding in found]


def test_a_kiosk_without_a_voice_has_no_line():
    assert codes(None) == []


def test_all_well_names_the_sound_devices(player):
    (found,) = audio.voice(settings(Voice(headset="hw:1")), running=False, **ALL_WELL)
    assert (found.level, found.what["en"]) == (Level.OK, "can be heard: default, hw:1")


def test_without_aplay_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setattr(audio.shutil, "which", lambda name: None)
    assert codes(Voice()) == ["voice.no_player"]


def test_each_sound_device_is_tried_by_itself(player):
    def trial(device: str) -> str:
        return "" if device == "default" else "No such device"

    (found,) = audio.voice(settings(Voice(headset="hw:9")), running=True, trial=trial)
    assert (found.code, found.detail) == ("voice.no_sound", "hw:9: No such device")


def test_keypad_and_jack_that_cannot_be_read_are_named_unless_the_kiosk_holds_them(
    player, tmp_path
):
    keypad, jack = tmp_path / "keypad", tmp_path / "jack"
    os.mkfifo(jack)
    wanted = Voice(keypad=keypad, headset_jack=jack)
    assert codes(wanted) == ["voice.no_keypad"]
    jack.unlink()
    assert codes(wanted) == ["voice.no_keypad", "voice.no_jack"]
    assert codes(wanted, running=True) == ["voice.ok"]


def test_missing_clips_are_found(player, monkeypatch):
    monkeypatch.setattr(audio, "entries", lambda folder: {})
    assert codes(Voice()) == ["voice.no_clips"] * 2


def test_a_device_is_really_tried(monkeypatch, tmp_path):
    fake = tmp_path / "aplay"
    fake.write_text(
        '#!/bin/sh\n[ "$3" = good ] && cat > /dev/null && exit 0\necho "no $3" >&2\nexit 1\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert audio.played("good") == ""
    assert audio.played("bad") == "no bad"
