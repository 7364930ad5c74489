"""What the voice of this kiosk consists of, by its settings: player, keypad and the headset's jack."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from device_drivers.input_devices.headset_jack import HeadsetJack
from device_drivers.input_devices.keypad import Keypad, keys_of
from kiosk.core.events import Event, HeadsetSeen
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
    settings: Voice = field(default_factory=lambda: Voice())
    _devices: list[Keypad | HeadsetJack] = field(default_factory=list)

    def start(self, post: Callable[[Event], None], key: Callable[[str], None]) -> None:
        """From now on keys and the jack are heard. ``key`` may be called from any thread."""
        if self.voice is None:
            return
        if self.settings.keypad:
            path, keys = str(self.settings.keypad), keys_of(dict(self.settings.keys))
            self._devices.append(Keypad(path, lambda pressed: key(pressed.value), keys))
        if self.settings.headset and self.settings.headset_jack:
            path = str(self.settings.headset_jack)
            self._devices.append(HeadsetJack(path, lambda plugged: post(HeadsetSeen(plugged))))
        for device in self._devices:
            device.start()

    def close(self) -> None:
        for device in self._devices:
            device.close()
        if self.voice is not None:
            self.voice.close()


def equipment(settings: Voice | None, player: Player | None = None) -> Equipment:
    """``player``: another than the machine's own. Touches no device."""
    if settings is None:
        return Equipment()
    outputs = Outputs(settings.speaker, settings.headset, settings.all_aloud)
    return Equipment(Speaker(player or _player(), outputs, settings.clips), settings)


def _player() -> Player:
    """Where nothing can be heard the screens are the same, and nothing is started for every word."""
    if shutil.which(PLAYER) is None:
        log.warning("no_player", missing=PLAYER)
        return SilentPlayer()
    if not any(SOUND_CARDS.glob("pcm*p")):
        log.warning("no_sound_device")
        return SilentPlayer()
    return AlsaPlayer()
