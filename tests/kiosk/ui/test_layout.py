"""Every screen in both languages, for everybody, in elder mode and with low reach, upright and wide:
nothing is cut off, nothing lies on anything else, everything can be touched; and key screens look as they
did (tests/golden/screens).

After a wanted change: UPDATE_GOLDEN=1 pytest tests/kiosk/ui/test_layout.py, and look at the pictures.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from tests.kiosk.ui.layout_check import PICTURED, PICTURED_ELDER

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests" / "golden" / "screens"
FAILED = ROOT / "tests" / "golden" / "failed"
COMPARED_WIDTH = 120  # small enough that smoothing of letters does not matter
DIFFERENCE_MAX = 0.35  # mean of 255 levels: an outlined button that comes or goes is more
SPOT_MAX = 28  # no place may differ by more


@pytest.fixture(scope="module", params=["1080x1920", "1920x1080"])
def drawn(request, tmp_path_factory) -> tuple[str, Path]:
    out = tmp_path_factory.mktemp(request.param)
    environment = {k: v for k, v in os.environ.items() if k != "DISPLAY"}
    command = [sys.executable, "-m", "tests.kiosk.ui.layout_check"]
    subprocess.run(
        [*command, "--size", request.param, "--out", str(out)],
        cwd=ROOT,
        env=environment,
        check=True,
    )
    return request.param, out


def test_every_screen_fits(drawn):
    _, out = drawn
    findings = json.loads((out / "findings.json").read_text())
    assert len(findings) > 700
    assert {scene: wrong for scene, wrong in findings.items() if wrong} == {}


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize(
    ("scene", "mode"),
    [*((scene, "") for scene in PICTURED), *((scene, ".elder") for scene in PICTURED_ELDER)],
)
def test_key_screens_look_as_they_did(drawn, scene, mode, language):
    size, out = drawn
    new = out / f"{scene}.{language}{mode}.png"
    golden = GOLDEN / size / new.name
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(new, golden)
    mean, spot = difference(new, golden)
    if mean > DIFFERENCE_MAX or spot > SPOT_MAX:
        FAILED.mkdir(exist_ok=True)
        shutil.copy(new, FAILED / f"{size}.{new.name}")
    assert mean <= DIFFERENCE_MAX, f"differs by {mean:.1f} levels; see tests/golden/failed"
    assert spot <= SPOT_MAX, f"a spot differs by {spot} levels; see tests/golden/failed"


def difference(one: Path, other: Path) -> tuple[float, int]:
    """Mean and largest difference in grey levels, after blurring what no eye sees."""
    small = []
    for path in (one, other):
        image = Image.open(path).convert("L")
        height = round(image.height * COMPARED_WIDTH / image.width)
        image = image.resize((COMPARED_WIDTH, height), Image.Resampling.BOX)
        small.append(image.filter(ImageFilter.GaussianBlur(1)))
    difference = ImageChops.difference(*small)
    return ImageStat.Stat(difference).mean[0], difference.getextrema()[1]


def test_the_comparison_notices_a_missing_button(drawn, tmp_path):
    _, out = drawn
    picture = Image.open(out / "attract.zh_CN.png").convert("RGB")
    width, height = picture.size
    changed = picture.copy()
    changed.paste("#F3F6F4", (width // 2, height // 2, width, height * 9 // 10))
    changed.save(tmp_path / "changed.png")
    mean, spot = difference(out / "attract.zh_CN.png", tmp_path / "changed.png")
    assert mean > DIFFERENCE_MAX
    assert spot > SPOT_MAX


def test_the_comparison_notices_a_missing_outlined_button(drawn, tmp_path):
    """One of the small ones in the lowest bar: a thin edge and a word."""
    size, out = drawn
    picture = Image.open(out / "attract.zh_CN.png").convert("RGB")
    width, height = picture.size
    left, right = (0.59, 0.77) if size == "1080x1920" else (0.65, 0.84)
    top, bottom = int(height * 0.905), int(height * 0.99)
    picture.paste("#FFFFFF", (int(width * left), top, int(width * right), bottom))
    picture.save(tmp_path / "changed.png")
    mean, spot = difference(out / "attract.zh_CN.png", tmp_path / "changed.png")
    assert mean > DIFFERENCE_MAX or spot > SPOT_MAX
