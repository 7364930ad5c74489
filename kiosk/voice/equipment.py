"""What the voice of this kiosk consists of, by its settings: player, keypad and the headset's jack."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from kiosk.core.events import Event, HeadsetSeen
from kiosk.health.voice_inputs import VoiceInputs
from kiosk.settings import Voice
from kiosk.voice.player import AlsaPlayer, Player, SilentPlayer
from kiosk.voice.speaker import Outputs, Speaker

log = structlog.get_logger("voice")
PLAYER = "aplay"
SOUND_CARDS = Path("/dev/snd")


@dataclass
class Equipment:
    """``voice`` is None where none is set up: then nothing speaks, and no key is read."""

    voice: Speaker | None = None
    inputs: VoiceInputs = field(default_factory=lambda: VoiceInputs(None))

    def start(self, post: Callable[[Event], None], key: Callable[[str], None]) -> None:
        """From now on keys and the jack are heard. ``key`` may be called from any thread."""
        self.inputs.start(key, lambda plugged: post(HeadsetSeen(plugged)))

    def close(self) -> None:
        self.inputs.close()
        if self.voice is not None:
            self.voice.close()


def equipment(
    settings: Voice | None, player: Player | None = None, inputs: VoiceInputs | None = None
) -> Equipment:
    """``player``: another than the machine's own; ``inputs``: those that are watched already. Touches no
    device."""
    if settings is None:
        return Equipment()
    outputs = Outputs(settings.speaker, settings.headset, settings.all_aloud)
    voice = Speaker(player or _player(), outputs, settings.clips)
    return Equipment(voice, inputs or VoiceInputs(settings))


def _player() -> Player:
    """Where nothing can be heard the screens are the same, and nothing is started for every word."""
    if shutil.which(PLAYER) is None:
        log.warning("no_player", missing=PLAYER)
        return SilentPlayer()
    if not any(SOUND_CARDS.glob("pcm*p")):
        log.warning("no_sound_device")
        return SilentPlayer()
    return AlsaPlayer()
