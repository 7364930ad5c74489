"""Short sounds for touch, reading and result. A kiosk without a loudspeaker is silent, never broken."""

import logging
import os
from pathlib import Path
from typing import Any

from kiosk.asset_paths import SOUNDS

QUIET = 0.35  # at night, of the usual loudness
NAMES = ("tick", "read", "paid", "attention")

log = logging.getLogger(__name__)


class Sounds:
    """Loads each sound when ``load`` is called; ``play`` of what is not loaded does nothing."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}

    def load(self) -> None:
        if not _can_sound():
            log.info("no sound device on this kiosk")
            return
        try:
            from kivy.core.audio import SoundLoader

            for name in NAMES:
                sound = SoundLoader.load(str(SOUNDS / f"{name}.wav"))
                if sound is not None:
                    self._loaded[name] = sound
        except Exception as error:  # audio back ends raise what they like; none may stop a payment
            log.warning("no sound on this kiosk: %s", error)

    def play(self, name: str, *, quiet: bool = False) -> None:
        sound = self._loaded.get(name)
        if sound is None:
            return
        try:
            sound.stop()
            sound.volume = QUIET if quiet else 1.0
            sound.play()
        except Exception as error:
            log.warning("sound %s was not played: %s", name, error)
            del self._loaded[name]


def _can_sound() -> bool:
    """SDL's libraries write to stderr when they look for a sound card that is not there."""
    return any(Path("/dev/snd").glob("pcm*p")) or "PULSE_SERVER" in os.environ
