"""Which file has a clip: the list beside the clips, and a site's own recordings in front of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.money import Locale

NAME = "manifest.json"
OWN_SUFFIXES = (".opus", ".ogg", ".flac", ".wav")


@dataclass(frozen=True)
class Manifest:
    """Id of a clip: its file."""

    files: dict[str, Path]

    def file(self, clip: str) -> Path | None:
        """None: there is no such clip, and a pause is heard instead."""
        return self.files.get(clip)


def entries(folder: Path) -> dict[str, dict[str, Any]]:
    """What ``manifest.json`` says: file, text, voice, seconds and hash of each clip. Empty without
    one."""
    path = folder / NAME
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def read(folders: Sequence[Path], language: Locale) -> Manifest:
    """The first folder that has a clip gives it. A site's folder needs no manifest: a file is named after
    the file that it replaces, with whatever suffix the player reads."""
    files: dict[str, Path] = {}
    ours = folders[-1] / language
    for clip, entry in entries(ours).items():
        files[clip] = ours / entry["file"]
        for folder in folders[:-1]:
            own = [(folder / language / entry["file"]).with_suffix(s) for s in OWN_SUFFIXES]
            found = next((path for path in own if path.exists()), None)
            if found:
                files[clip] = found
                break
    return Manifest(files)
