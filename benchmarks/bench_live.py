"""From "the bill is in view" to "it is read": drawn sequences of a bill held by hand, in camera time.

Counted in frames, so that a busy machine changes nothing; as if each frame were read before the next
comes. Once with a flat sheet, once with sheets that were crumpled or rolled. Beside it the same with
zxing-cpp alone at every frame. ``bench_live.py [SEQUENCES]``.
"""

import io
import sys
from collections.abc import Callable

import cv2
import numpy as np
import segno
import zxingcpp
from hard_codes import bent
from PIL import Image

from device_drivers.scanners.camera import effort_for
from device_drivers.scanners.reader_process import ReaderProcess
from simulators.camera.hand_held import FRAMES_A_SECOND, hand_held
from simulators.camera.scene import Sheet

BILL = "https://pay.example-estate.cn/b/" + "A7c9" * 34  # as long as a signed bill code
WANTED_S, WANTED_SHARE = 0.7, 0.95
SEEDS_FROM = 500_000
Look = Callable[[np.ndarray], bool]


def bill(bent_like: int | None = None) -> Sheet:
    """The page; bent in a way of its own for each number, as a sheet that was folded or rolled."""
    data = io.BytesIO()
    segno.make_qr(BILL, error="m").save(data, kind="png", scale=5, border=4)
    page = Image.new("RGB", (1240, 1754), "white")
    code = Image.open(data).convert("RGB")
    page.paste(code, (800, 1200))
    centre = (800 + code.width / 2, 1200 + code.height / 2)
    dots = np.array(page)
    if bent_like is not None:
        part = dots[1100:1700, 700:1240]
        dots[1100:1700, 700:1240] = bent(part[..., 0], bent_like)[..., None]
    return Sheet(dots, centre, code.width - 40)


def ours(reader: ReaderProcess) -> Look:
    looks, misses = 0, 0

    def look(grey: np.ndarray) -> bool:
        nonlocal looks, misses
        looks += 1
        found = bool(reader.read(grey, effort_for(looks, misses)))
        misses = 0 if found else misses + 1
        return found

    return look


def zxing_alone(grey: np.ndarray) -> bool:
    return bool(zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormat.QRCode))


def seconds_to_read(sheet: Sheet, seed: int, looks: dict[str, Look]) -> dict[str, float]:
    """By reader; infinite if the sequence ends first. A frame's time is over when the next begins."""
    in_view, read = None, dict.fromkeys(looks, float("inf"))
    for number, frame in enumerate(hand_held(sheet, seed)):
        grey = cv2.cvtColor(frame.picture, cv2.COLOR_BGR2GRAY)
        if frame.in_view and in_view is None:
            in_view = number
        since = 0 if in_view is None else number - in_view
        for name, look in looks.items():
            if look(grey) and read[name] == float("inf"):
                read[name] = (since + 1) / FRAMES_A_SECOND
        if all(value < float("inf") for value in read.values()):
            break
    return read


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    reader = ReaderProcess(deadline_s=10.0)
    reader.start()
    print(f"{count} sequences at {FRAMES_A_SECOND:.0f} frames a second, in view to read")
    for title, is_bent in (("flat sheet", False), ("bent sheet", True)):
        taken: dict[str, list[float]] = {"ours": [], "zxing-cpp alone": []}
        for seed in range(SEEDS_FROM, SEEDS_FROM + count):
            sheet = bill(seed if is_bent else None)
            looks = {"ours": ours(reader), "zxing-cpp alone": zxing_alone}
            for name, value in seconds_to_read(sheet, seed, looks).items():
                taken[name].append(value)
        print(title)
        tell(taken, count)
    reader.close()


def tell(taken: dict[str, list[float]], count: int) -> None:
    for name, values in taken.items():
        ordered = sorted(values)
        within = sum(value <= WANTED_S for value in values) / count
        at_95 = ordered[min(count - 1, int(count * WANTED_SHARE))]
        print(
            f"  {name:16} median {ordered[count // 2]:5.2f} s  95 % {at_95:5.2f} s  "
            f"within {WANTED_S} s: {within:6.1%} (wanted {WANTED_SHARE:.0%})"
        )


if __name__ == "__main__":
    main()
