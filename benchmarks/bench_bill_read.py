"""Reading a bill: the kiosk's reader process, there and back, against bare pyzbar on the same frames.

Both in one run, frame by frame in turn, so that a busy machine slows both. Frames: a bill held before
the simulated camera at two sizes, an empty lobby, and real photos.
"""

import io
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import segno
from PIL import Image
from pyzbar import pyzbar

from device_drivers.scanners.reader_process import ReaderProcess
from device_drivers.scanners.reader_protocol import Effort
from simulators.camera import frames

ROOT = Path(__file__).parents[1]
BILL = "https://pay.example-estate.cn/b/" + "A7c9" * 34  # as long as a signed bill code
ROUNDS = 5


def bill_frames(folder: Path) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Grey 1280 x 720 frames: an empty lobby, and the bill held into it."""
    data = io.BytesIO()
    segno.make_qr(BILL, error="m").save(data, kind="png", scale=4, border=4)
    page = Image.new("RGB", (1654, 2339), "white")
    page.paste(Image.open(data).convert("RGB"), (1240, 1900))
    page.save(folder / "bill.png")
    made = frames(folder / "bill.png", folder / "camera", empty=10, approach=0, hold=10)
    grey = [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in made]
    return grey[:10], grey[10:]


def photos() -> list[np.ndarray]:
    paths = sorted((ROOT / "tests" / "data" / "qr").glob("*.jpg"))
    return [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in paths]


def bare_pyzbar(grey: np.ndarray) -> int:
    return len(pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE]))


def measure(
    pictures: Sequence[np.ndarray], ours: Callable[[np.ndarray], int]
) -> tuple[float, float, int, int]:
    """Median milliseconds of ours and of pyzbar, and how many pictures each read."""
    spent: tuple[list[float], list[float]] = ([], [])
    read = [0, 0]
    for round_number in range(ROUNDS):
        for grey in pictures:
            for which, reader in enumerate((ours, bare_pyzbar)):
                begun = time.perf_counter()
                found = reader(grey)
                spent[which].append((time.perf_counter() - begun) * 1000)
                if round_number == 0:
                    read[which] += found > 0
    return statistics.median(spent[0]), statistics.median(spent[1]), read[0], read[1]


def main() -> None:
    reader = ReaderProcess(deadline_s=10.0)
    reader.start()

    def thorough(grey: np.ndarray) -> int:
        return len(reader.read(grey, Effort.THOROUGH))

    def quick(grey: np.ndarray) -> int:
        return len(reader.read(grey, Effort.LOOK))

    with tempfile.TemporaryDirectory() as folder:
        empty, held = bill_frames(Path(folder))
    sets = (
        ("bill held, 1280x720", held, quick),
        ("bill held, 640x360", [cv2.resize(f, (640, 360)) for f in held], quick),
        ("empty lobby, 1280x720, quick look", empty, quick),
        ("empty lobby, 1280x720, thorough look", empty, thorough),
        ("real photos, thorough look", photos(), thorough),
    )
    print("bill read per frame: reader process (round trip) against bare pyzbar, medians")
    for name, pictures, ours in sets:
        mine, bare, mine_read, bare_read = measure(pictures, ours)
        print(
            f"  {name:38} {mine:7.2f} ms  pyzbar {bare:7.2f} ms  ratio {mine / bare:5.2f}"
            f"  read {mine_read}/{len(pictures)}, pyzbar {bare_read}/{len(pictures)}"
        )
    reader.close()


if __name__ == "__main__":
    main()
