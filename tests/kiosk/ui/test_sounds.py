"""The sounds of the kiosk: short, and never what stops it."""

import sys
import types
import wave

import pytest

from kiosk.asset_paths import SOUNDS
from kiosk.ui import sounds


@pytest.mark.parametrize("name", sounds.NAMES)
def test_every_sound_is_short_and_small(name):
    with wave.open(str(SOUNDS / f"{name}.wav")) as file:
        assert 0.02 < file.getnframes() / file.getframerate() < 1.5
        assert file.getnchannels() == 1


def test_a_kiosk_without_a_loudspeaker_is_silent(monkeypatch):
    monkeypatch.setattr(sounds, "_can_sound", lambda: False)
    quiet = sounds.Sounds()
    quiet.load()
    quiet.play("paid")


def test_a_broken_sound_card_stops_nothing(monkeypatch):
    class Broken:
        def stop(self):
            raise OSError("device lost")

    class Loader:
        load = staticmethod(lambda path: Broken())

    audio = types.SimpleNamespace(SoundLoader=Loader)
    monkeypatch.setitem(sys.modules, "kivy.core.audio", audio)
    monkeypatch.setattr(sounds, "_can_sound", lambda: True)
    broken = sounds.Sounds()
    broken.load()
    broken.play("paid")
    broken.play("paid")
