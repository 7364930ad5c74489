"""Fills the folder that a camera scanner opens, never showing half a picture."""

import itertools
import math
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from simulators.camera.scene import (
    HEIGHT,
    WIDTH,
    Pose,
    Sheet,
    hold_into,
    load_sheet,
    lobby,
    through_lens,
)

EMPTY_COUNT = 6
APPROACH_COUNT = 10
HOLD_COUNT = 14
NEAR_CODE_WIDTH = 330.0  # dots; a bill held a hand's breadth before the camera
JPEG_QUALITY = 88


def frames(
    source: Path | str | Sheet,
    out_dir: Path | str,
    *,
    page: int | None = None,
    empty: int = EMPTY_COUNT,
    approach: int = APPROACH_COUNT,
    hold: int = HOLD_COUNT,
    code_width: float = NEAR_CODE_WIDTH,
    seed: int = 1,
) -> list[Path]:
    """Someone holds a bill (PDF or picture) or another sheet before the camera. Replaces the folder's
    pictures.

    First ``empty`` frames without a bill, then ``approach`` in which it comes near, then ``hold``
    in which its code is ``code_width`` dots wide. Returns the files in their order.
    """
    pictures = pictures_of(
        source if isinstance(source, Sheet) else Path(source),
        page=page,
        empty=empty,
        approach=approach,
        hold=hold,
        code_width=code_width,
        seed=seed,
    )
    return CameraFolder(Path(out_dir)).show(pictures)


def pictures_of(
    source: Path | Sheet,
    *,
    page: int | None = None,
    empty: int = EMPTY_COUNT,
    approach: int = APPROACH_COUNT,
    hold: int = HOLD_COUNT,
    code_width: float = NEAR_CODE_WIDTH,
    seed: int = 1,
) -> Iterable[np.ndarray]:
    """As ``frames``, without a folder."""
    rng = np.random.default_rng(seed)
    scene = lobby(rng)
    sheet = source if isinstance(source, Sheet) else load_sheet(source, page)
    return itertools.chain(
        (through_lens(scene, rng) for _ in range(empty)),
        _approach(scene, sheet, rng, approach, code_width),
        _hold(scene, sheet, rng, hold, code_width),
    )


def empty_frames(out_dir: Path | str, *, count: int = EMPTY_COUNT, seed: int = 1) -> list[Path]:
    """An empty lobby. Replaces the folder's pictures."""
    return CameraFolder(Path(out_dir)).show(empty_pictures(count, seed))


def empty_pictures(count: int = EMPTY_COUNT, seed: int = 1) -> Iterable[np.ndarray]:
    rng = np.random.default_rng(seed)
    scene = lobby(rng)
    return (through_lens(scene, rng) for _ in range(count))


def _approach(
    scene: np.ndarray, sheet: Sheet, rng: np.random.Generator, count: int, code_width: float
) -> Iterable[np.ndarray]:
    for step in range(count):
        near = (step + 1) / count
        eased = near * near * (3 - 2 * near)
        pose = Pose(
            x=WIDTH * (1.02 - 0.5 * eased),
            y=HEIGHT * (0.78 - 0.27 * eased),
            code_width=code_width * (0.3 + 0.7 * eased),
            turn_degrees=14 * (1 - eased),
            tilt=0.5 * (1 - eased),
            blur=14 * math.sin(math.pi * near),
        )
        yield through_lens(hold_into(scene, sheet, pose), rng)


def _hold(
    scene: np.ndarray, sheet: Sheet, rng: np.random.Generator, count: int, code_width: float
) -> Iterable[np.ndarray]:
    for step in range(count):
        sway = math.sin(step * 0.9)
        pose = Pose(
            x=WIDTH * 0.52 + 5 * sway + float(rng.normal(0, 2)),
            y=HEIGHT * 0.51 + 4 * math.cos(step * 0.7),
            code_width=code_width * (1 + 0.02 * sway),
            turn_degrees=3 * sway,
            tilt=0.12,
            blur=3,
        )
        # The lamp's reflection wanders over the sheet beside the code and brushes its corner.
        glare = (pose.x + code_width * 0.75, pose.y - code_width * (0.75 - 0.02 * step), 70.0)
        yield through_lens(hold_into(scene, sheet, pose), rng, glare)


class CameraFolder:
    """A folder whose pictures are replaced as a whole; each picture appears by renaming."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def show(self, pictures: Iterable[np.ndarray]) -> list[Path]:
        """Replaces what is shown. Returns the new files in their order."""
        old = [p for p in self.folder.iterdir() if p.suffix in (".jpg", ".part")]
        generation = 1 + max((_generation(p) for p in old), default=0)
        made = []
        for number, picture in enumerate(pictures):
            good, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
            if not good:
                raise ValueError("a picture could not be encoded as JPEG")
            part = self.folder / f".{number:04d}.part"
            part.write_bytes(data.tobytes())
            made.append((part, self.folder / f"g{generation:06d}-{number:04d}.jpg"))
        for part, final in made:
            part.rename(final)
        for path in old:
            path.unlink(missing_ok=True)
        return [final for _, final in made]

    def behave(self, *, still: bool, slow_s: float) -> None:
        """``still``: the sensor gives one picture, as a camera that has hung. ``slow_s``: seconds that
        each picture takes besides."""
        if still:
            (self.folder / ".still").touch()
        else:
            (self.folder / ".still").unlink(missing_ok=True)
        if slow_s:
            (self.folder / ".slow").write_text(str(slow_s))
        else:
            (self.folder / ".slow").unlink(missing_ok=True)


def _generation(path: Path) -> int:
    head = path.name[1:7]
    return int(head) if path.name.startswith("g") and head.isascii() and head.isdigit() else 0
