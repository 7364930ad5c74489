"""Every paper looks as it did, dot by dot as a printer gets it, on both widths and in both languages
(tests/golden/papers).

After a wanted change: UPDATE_GOLDEN=1 pytest tests/kiosk/ui/test_papers.py, and look at the pictures.
"""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from device_drivers.printers.raster import WIDTHS_DOTS
from kiosk.texts.catalogue import LANGUAGES
from kiosk.ui.gallery.papers import draw, papers

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "papers"
NAMES = [f"{p}.{lang}.{width}.png" for p in papers() for lang in LANGUAGES for width in WIDTHS_DOTS]
DOTS_DIFFER_MAX = 0.002  # of all: libraries that draw letters round differently


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("papers")
    draw(out)
    if os.environ.get("UPDATE_GOLDEN"):
        shutil.rmtree(GOLDEN, ignore_errors=True)
        shutil.copytree(out, GOLDEN)
    return out


@pytest.mark.parametrize("name", NAMES)
def test_paper_looks_as_it_did(drawn, name):
    new, golden = _dots(drawn / name), _dots(GOLDEN / name)
    assert new.shape == golden.shape
    assert (new != golden).mean() <= DOTS_DIFFER_MAX


def test_the_comparison_notices_another_word(drawn):
    paid, copy = _dots(drawn / "paid.zh_CN.80.png"), _dots(drawn / "copy.zh_CN.80.png")
    assert paid.shape == copy.shape
    assert (paid != copy).mean() > DOTS_DIFFER_MAX


def test_there_is_no_golden_picture_of_a_paper_that_is_gone():
    assert sorted(path.name for path in GOLDEN.glob("*.png")) == sorted(NAMES)


def _dots(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("1"))
