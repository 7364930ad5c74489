"""Plays clips on a sound device of its own, and is silent at once when asked. A device that is missing or
fails makes the kiosk silent, never broken.

Clips are decoded here and handed to ``aplay`` as samples: it takes any ALSA device by name, and ending
the process ends the sound. One utterance is played at a time; the newest wins.
"""

import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import structlog

log = structlog.get_logger("voice")

RATE_HZ = 24_000
GAP_S, PAUSE_S = 0.03, 0.25  # between clips; where the text has a comma or a stop
CHUNK = RATE_HZ // 10
CLIPS_KEPT = 400  # decoded, the smallest memory that keeps numbers at hand
ENDING_S = 2.0
BUFFER_US = 200_000  # what may still be heard after the end of the process


@dataclass(frozen=True)
class Utterance:
    """Clips in their order (None: a pause), the device's ALSA name, and how loud: decibels below full."""

    clips: tuple[Path | None, ...]
    device: str
    gain_db: float = 0.0


class Player(Protocol):
    """Called from the UI thread; returns at once and raises nothing."""

    def play(self, utterance: Utterance) -> None:
        """Ends what is played and plays this."""
        ...

    def stop(self) -> None: ...

    def close(self) -> None: ...


Sink = Callable[[str], "subprocess.Popen[bytes]"]


def aplay(device: str) -> "subprocess.Popen[bytes]":
    """A process that plays 16-bit samples from its standard input. Raises OSError without alsa-utils."""
    command = ["aplay", "-q", "-D", device, "-t", "raw", "-f", "S16_LE", "-c", "1"]
    return subprocess.Popen(
        [*command, "-r", str(RATE_HZ), "-B", str(BUFFER_US)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


class AlsaPlayer:
    """One thread plays; ``sink`` opens the device (a test's records instead)."""

    def __init__(self, sink: Sink = aplay) -> None:
        self._sink = sink
        self._changed = threading.Condition()
        self._wanted: Utterance | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._closing = False
        self._failed: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)
        self._thread.start()

    def play(self, utterance: Utterance) -> None:
        with self._changed:
            self._wanted = utterance
            self._cut()
            self._changed.notify()

    def stop(self) -> None:
        with self._changed:
            self._wanted = None
            self._cut()

    def close(self) -> None:
        with self._changed:
            self._closing, self._wanted = True, None
            self._cut()
            self._changed.notify()
        self._thread.join(ENDING_S)

    def _cut(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._wanted is None and not self._closing:
                    self._changed.wait()
                if self._closing:
                    return
                utterance, self._wanted = self._wanted, None
            if utterance is not None:
                self._play(utterance)

    def _play(self, utterance: Utterance) -> None:
        """Until its end, or until it is cut off. What goes wrong is logged once a device."""
        try:
            sound = samples(utterance.clips, utterance.gain_db)
            with self._changed:
                if self._wanted is not None or self._closing:
                    return
                self._process = self._sink(utterance.device)
            self._feed(self._process, sound)
            self._failed.discard(utterance.device)
        except Exception as error:  # sound is never worth a fault of the kiosk
            self._complain(utterance.device, error)
        finally:
            with self._changed:
                process, self._process = self._process, None
            if process is not None:
                self._end(process)

    def _feed(self, process: "subprocess.Popen[bytes]", sound: Any) -> None:
        assert process.stdin is not None
        try:
            for start in range(0, len(sound), CHUNK):
                process.stdin.write(sound[start : start + CHUNK].tobytes())
            process.stdin.close()
        except (BrokenPipeError, ValueError):
            pass  # cut off, or the device refused: its end says which
        code = process.wait()
        if code > 0:
            raise OSError(f"aplay ended with {code}")

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        process.kill()
        process.wait()

    def _complain(self, device: str, error: Exception) -> None:
        if device not in self._failed:
            self._failed.add(device)
            log.warning("voice_not_heard", device=device, error=str(error))


class SilentPlayer:
    """Where no sound device is set up."""

    def play(self, utterance: Utterance) -> None:
        return None

    def stop(self) -> None:
        return None

    def close(self) -> None:
        return None


def samples(clips: Sequence[Path | None], gain_db: float) -> Any:
    """The clips one after the other as 16-bit samples. Raises what soundfile raises for a bad file."""
    np = import_module("numpy")  # 10 MB, which a kiosk that never speaks does without
    gap, pause = (np.zeros(int(RATE_HZ * s), np.float32) for s in (GAP_S, PAUSE_S))
    parts = [
        part for clip in clips for part in ((pause,) if clip is None else (decoded(clip), gap))
    ]
    sound = np.concatenate(parts) if parts else gap
    return (np.clip(sound * 10 ** (gain_db / 20), -1, 1) * 32767).astype("<i2")


@lru_cache(CLIPS_KEPT)
def decoded(clip: Path) -> Any:
    """Samples of full scale 1.0. Raises ValueError for a clip of another rate."""
    import soundfile

    sound, rate = soundfile.read(clip, dtype="float32", always_2d=True)
    if rate != RATE_HZ:
        raise ValueError(f"{clip} has {rate} samples a second, not {RATE_HZ}")
    return sound.mean(axis=1)
