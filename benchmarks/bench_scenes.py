"""Reading drawn photos of codes, by what makes them hard: ours against zxing-cpp alone, and against what
the error correction would give if it were known where every module lies.

``bench_scenes.py [--seeds FIRST COUNT] [--budget SECONDS] [KIND ...]``. The last column is no reader: it
tells what is lost in finding a code and laying its grid from what is lost in light, dirt and blur.
"""

import argparse
import time

import numpy as np
import zxingcpp
from hard_scenes import KINDS, Scene, scene

from device_drivers.scanners import bent_grid, module_matrix, symbol_correction
from device_drivers.scanners.bent_grid import MARGIN, Laid
from device_drivers.scanners.decoding import Task, decode
from device_drivers.scanners.reader_protocol import READER_NAMES


def with_grid_known(drawn: Scene) -> bool:
    grey = 255 - drawn.grey if drawn.inverted else drawn.grey
    grid = drawn.grid
    for axis in (0, 1):
        grid = np.moveaxis(grid, axis, 0)
        steps = np.arange(MARGIN, 0, -1)[:, None, None]
        before = grid[0] + (grid[0] - grid[1]) * steps
        after = grid[-1] + (grid[-1] - grid[-2]) * steps[::-1]
        grid = np.moveaxis(np.concatenate([before, grid, after]), 0, axis)
    picture = bent_grid.straightened(grey, grid.astype(np.float32))
    size = len(drawn.modules)
    laid = Laid(picture, grid, np.ones((size, size)))
    return any(symbol_correction.corrected(c) for c in module_matrix.certainties(laid))


def with_zxing(grey: np.ndarray) -> set[str]:
    codes = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormat.QRCode)
    return {code.text for code in codes if code.valid}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--seeds", nargs=2, type=int, default=(7_000, 12), metavar=("FIRST", "COUNT")
    )
    parser.add_argument("--budget", type=float, default=5.0, help="seconds a picture")
    parser.add_argument("kinds", nargs="*", default=KINDS)
    options = parser.parse_args()
    first, count = options.seeds
    every = {"ours": 0, "zxing-cpp": 0, "grid known": 0}
    for kind in options.kinds:
        told, wrong, spent = dict.fromkeys(every, 0), 0, 0.0
        for seed in range(first, first + count):
            drawn = scene(kind, seed)
            begun = time.process_time()
            task = Task(("QRCODE",), READER_NAMES, until=time.monotonic() + options.budget)
            texts = {code.text for code in decode(drawn.grey, task)}
            spent += time.process_time() - begun
            told["ours"] += drawn.text in texts
            wrong += bool(texts - {drawn.text})
            told["zxing-cpp"] += drawn.text in with_zxing(drawn.grey)
            told["grid known"] += with_grid_known(drawn)
        for name, right in told.items():
            every[name] += right
        rates = "  ".join(f"{name} {right:3}" for name, right in told.items())
        print(f"{kind:14} of {count:3}  {rates}  wrong {wrong}  {spent / count:5.2f} s", flush=True)
    total = count * len(options.kinds)
    print(
        "together",
        "  ".join(f"{n} {right}/{total} ({right / total:.1%})" for n, right in every.items()),
    )


if __name__ == "__main__":
    main()
