"""Looks at what the voice needs: the player, the sound devices, the clips, keypad and jack. Plays
silence."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from device_drivers.errors import DeviceError
from device_drivers.input_devices.node import open_node
from kiosk.asset_paths import VOICE
from kiosk.doctor import conditions
from kiosk.doctor.finding import Finding, fine, wrong
from kiosk.settings import Settings
from kiosk.settings import Voice as VoiceSettings
from kiosk.texts.catalogue import LANGUAGES
from kiosk.voice.clips import clips
from kiosk.voice.manifest import entries
from kiosk.voice.player import RATE_HZ

PLAYER = "aplay"
TRIED_S = 5
SILENCE = b"\0\0" * (RATE_HZ // 10)
Trial = Callable[[str], str]


def played(device: str) -> str:
    """Empty if the device takes sound, else what aplay says of it."""
    command = [PLAYER, "-q", "-D", device, "-t", "raw", "-f", "S16_LE", "-c", "1", "-r"]
    try:
        ended = subprocess.run(
            [*command, str(RATE_HZ)], input=SILENCE, capture_output=True, timeout=TRIED_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if ended.returncode == 0:
        return ""
    return ended.stderr.decode("utf-8", "replace").strip() or f"{PLAYER}: {ended.returncode}"


def voice(settings: Settings, *, running: bool, trial: Trial = played) -> Iterator[Finding]:
    """Nothing where no voice is set up. While the kiosk runs its devices are left alone."""
    wanted = settings.voice
    if wanted is None:
        return
    found = [*_player(wanted, trial), *([] if running else _inputs(wanted)), *_clips()]
    if not found:
        named = ", ".join(device for device in (wanted.speaker, wanted.headset) if device)
        found.append(fine("voice", found=named))
    yield from found


def _player(wanted: VoiceSettings, trial: Trial) -> Iterator[Finding]:
    if shutil.which(PLAYER) is None:
        yield wrong("voice", conditions.NO_PLAYER)
        return
    for device in (wanted.speaker, wanted.headset):
        trouble = trial(device) if device else ""
        if trouble:
            yield wrong("voice", conditions.NO_SOUND, f"{device}: {trouble}")


def _inputs(wanted: VoiceSettings) -> Iterator[Finding]:
    for path, known in (
        (wanted.keypad, conditions.NO_KEYPAD),
        (wanted.headset_jack, conditions.NO_JACK),
    ):
        trouble = _trouble(path) if path else ""
        if trouble:
            yield wrong("voice", known, trouble)


def _trouble(path: Path) -> str:
    try:
        os.close(open_node(str(path), grabbed=False).fd)
    except DeviceError as error:
        return error.detail
    return ""


def _clips() -> Iterator[Finding]:
    for language in LANGUAGES:
        known = entries(VOICE / language)
        files = {id: VOICE / language / entry["file"] for id, entry in known.items()}
        missing = [c.id for c in clips(language) if c.id not in files or not files[c.id].exists()]
        if missing:
            yield wrong("voice", conditions.NO_CLIPS, f"{language}: {', '.join(missing[:5])}")
