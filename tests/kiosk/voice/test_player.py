"""The player: what reaches the sound device, how fast it is cut off, and what a broken device does."""

import subprocess
import sys
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from kiosk.voice.manifest import read
from kiosk.voice.player import (
    CHUNK,
    RATE_HZ,
    AlsaPlayer,
    Utterance,
    samples,
)
from tests.device_drivers.waiting import wait_until

TO_FILE = "import sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())"
SLOW = "import sys, time\nwhile sys.stdin.buffer.read(4800): time.sleep(0.1)"


@pytest.fixture
def tone(tmp_path) -> Path:
    path = tmp_path / "tone.wav"
    sound = (np.sin(np.arange(RATE_HZ) / 20) * 16_000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(sound.tobytes())
    return path


def process(code: str, *given: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", code, *given], stdin=subprocess.PIPE)


@pytest.fixture
def player_on():
    made = []

    def start(sink) -> AlsaPlayer:
        made.append(AlsaPlayer(sink))
        return made[-1]

    yield start
    for player in made:
        player.close()


def test_the_device_gets_the_clips_as_they_are_one_after_the_other(tone, tmp_path, player_on):
    out, devices = tmp_path / "out", []

    def sink(device):
        devices.append(device)
        return process(TO_FILE, str(out))

    player_on(sink).play(Utterance((tone, None, tone), "headset"))
    expected = samples((tone, None, tone), 0.0).tobytes()
    assert wait_until(lambda: out.exists() and out.read_bytes() == expected)
    assert devices == ["headset"]


def test_steps_of_loudness_are_six_decibels(tone):
    full, softer = (np.abs(samples((tone,), gain)).max() for gain in (0.0, -6.0))
    assert softer / full == pytest.approx(0.501, abs=0.01)


def test_it_is_silent_at_once_and_the_newest_wins(tone, tmp_path, player_on):
    started = []

    def sink(device):
        started.append(process(SLOW))
        return started[-1]

    player = player_on(sink)
    player.play(Utterance((tone,) * 60, "speaker"))
    assert wait_until(lambda: started)
    before = time.monotonic()
    player.play(Utterance((tone,), "speaker"))
    assert wait_until(lambda: started[0].poll() is not None)
    assert wait_until(lambda: len(started) == 2)
    player.stop()
    assert wait_until(lambda: started[1].poll() is not None)
    assert time.monotonic() - before < 10


def test_a_device_that_fails_is_silence_and_the_next_word_is_tried_again(tone, player_on):
    tried = []

    def sink(device):
        tried.append(device)
        if len(tried) == 1:
            raise FileNotFoundError("aplay")
        return process("import sys; sys.exit(1)")

    player = player_on(sink)
    for place in range(1, 4):
        player.play(Utterance((tone,) * 3, "gone"))
        assert wait_until(lambda n=place: len(tried) >= n)
    assert set(tried) == {"gone"}


def test_a_clip_that_cannot_be_read_is_silence(tmp_path, tone, player_on):
    broken, out = tmp_path / "broken.opus", tmp_path / "out"
    broken.write_bytes(b"no sound")
    player = player_on(lambda device: process(TO_FILE, str(out)))
    player.play(Utterance((broken,), "speaker"))
    player.play(Utterance((tone,), "speaker"))
    assert wait_until(lambda: out.exists() and out.stat().st_size > 2 * CHUNK)


def test_a_site_puts_its_own_reader_in_the_place_of_a_clip(tmp_path):
    ours, own = tmp_path / "ours", tmp_path / "own"
    (ours / "en").mkdir(parents=True)
    (own / "en").mkdir(parents=True)
    (ours / "en" / "manifest.json").write_text(
        '{"n.1": {"file": "n.1.opus"}, "n.2": {"file": "n.2.opus"}}'
    )
    (own / "en" / "n.1.wav").write_bytes(b"")
    made = read([own, ours], "en")
    assert made.file("n.1") == own / "en" / "n.1.wav"
    assert made.file("n.2") == ours / "en" / "n.2.opus"
    assert made.file("n.3") is None
