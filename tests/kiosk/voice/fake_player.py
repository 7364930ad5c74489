"""A player that remembers what it was asked to play, in the words of the clips."""

import json
from pathlib import Path

from kiosk.voice.player import Utterance


class FakePlayer:
    def __init__(self) -> None:
        self.played: list[Utterance] = []
        self.stopped = 0

    def play(self, utterance: Utterance) -> None:
        self.played.append(utterance)

    def stop(self) -> None:
        self.stopped += 1

    def close(self) -> None:
        return None


def ids(utterance: Utterance) -> list[str]:
    """Language and id of each clip, as the manifests have them; "" for a pause."""
    return ["" if clip is None else _id_of(clip) for clip in utterance.clips]


def _id_of(clip: Path) -> str:
    manifest = json.loads((clip.parent / "manifest.json").read_text("utf-8"))
    return next(id for id, entry in manifest.items() if entry["file"] == clip.name)
