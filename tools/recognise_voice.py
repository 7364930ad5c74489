"""Reads the kiosk's clips back with a recogniser, once after they were rendered, and writes how well the
words came back (``assets/voice/recognised.json``).

    VENV/bin/python tools/recognise_voice.py --model DIR [--language en] [--seconds 600]

DIR holds a faster-whisper model (docs: ``assets/voice/README.md``). Clips are heard in windows of half a
minute, as the recogniser does; a window that comes back badly is heard clip by clip. Chinese is
compared by its sounds (pinyin without tones), English by its words. Recognisers err too, with single
words above all: what is listed here is to be listened to, not thrown away.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kiosk.asset_paths import VOICE
from kiosk.voice.manifest import entries

RATE_HZ, HEARD_HZ = 24_000, 16_000
WINDOW_S, GAP_S = 24.0, 0.5
SHORTEST_S = 0.9  # a single word says too little to be recognised by itself
ERROR_MAX = 0.2  # of a window: above it each of its clips is heard alone
REPORT = VOICE / "recognised.json"


def sounds(language: str, text: str) -> list[str]:
    """What is compared: syllables or words, figures written out."""
    if language == "en":
        return re.findall(r"[a-z]+", text.lower())
    import cn2an
    from pypinyin import lazy_pinyin

    text = cn2an.transform(text, "an2cn")
    return lazy_pinyin(re.sub(r"[^\u4e00-\u9fff]", "", text))


def error(language: str, said: str, came_back: str) -> float:
    """Share of what was said that did not come back."""
    expected, found = sounds(language, said), sounds(language, came_back)
    same = sum(b.size for b in SequenceMatcher(None, expected, found, False).get_matching_blocks())
    return round(1 - same / max(1, len(expected)), 3)


def windows(language: str) -> Iterator[list[tuple[str, dict[str, Any], Any]]]:
    """Clips that are long enough, as many as are heard at once."""
    window: list[tuple[str, dict[str, Any], Any]] = []
    length = 0.0
    for id, entry in entries(VOICE / language).items():
        if entry["seconds"] < SHORTEST_S:
            continue
        sound, _ = soundfile.read(VOICE / language / entry["file"], dtype="float32")
        if length + len(sound) / RATE_HZ > WINDOW_S and window:
            yield window
            window, length = [], 0.0
        window.append((id, entry, sound))
        length += len(sound) / RATE_HZ + GAP_S
    if window:
        yield window


def heard(model: Any, language: str, parts: list[Any]) -> str:
    gap = np.zeros(int(GAP_S * RATE_HZ), np.float32)
    sound = np.concatenate([piece for part in parts for piece in (part, gap)])
    places = np.arange(0, len(sound), RATE_HZ / HEARD_HZ)
    slower = np.interp(places, np.arange(len(sound)), sound).astype(np.float32)
    options = {"language": language[:2], "beam_size": 1, "condition_on_previous_text": False}
    return " ".join(s.text for s in model.transcribe(slower, **options)[0])


def check(model: Any, language: str, seconds: float) -> dict[str, Any]:
    """Errors of all windows, and the clips that came back badly by themselves."""
    ends = time.monotonic() + seconds
    errors, clips, doubtful = [], 0, {}
    for window in windows(language):
        if time.monotonic() > ends:
            break
        said = " ".join(entry["text"] for _, entry, _ in window)
        wrong = error(language, said, heard(model, language, [sound for *_, sound in window]))
        errors.append(wrong)
        clips += len(window)
        for id, entry, sound in window if wrong > ERROR_MAX else ():
            alone = heard(model, language, [sound])
            if error(language, entry["text"], alone) > ERROR_MAX:
                doubtful[id] = {"said": entry["text"], "came_back": alone.strip()}
        print(language, clips, wrong, flush=True)
    mean = round(float(np.mean(errors)), 3) if errors else None
    return {"clips_heard": clips, "mean_error": mean, "doubtful": doubtful}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--language", choices=("zh_CN", "en"), action="append")
    parser.add_argument("--seconds", type=float, default=3600, help="for each language, at most")
    given = parser.parse_args()
    from faster_whisper import WhisperModel

    model = WhisperModel(str(given.model), compute_type="int8", cpu_threads=2)
    report = json.loads(REPORT.read_text("utf-8")) if REPORT.exists() else {}
    for language in given.language or ("zh_CN", "en"):
        report[language] = check(model, language, given.seconds)
        REPORT.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
