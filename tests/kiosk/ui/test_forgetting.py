"""Nothing of the last resident stays in the window: no text, no texture."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_after_a_visit_nothing_of_it_is_left():
    environment = {k: v for k, v in os.environ.items() if k != "DISPLAY"}
    told = subprocess.run(
        [sys.executable, "-m", "tests.kiosk.ui.forgetting_check"],
        cwd=Path(__file__).resolve().parents[3],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    found = json.loads(told[told.index(b"{") :])
    assert found["seen"] > 0, "while it was shown, it was there to be found"
    assert found["left"] == []
    _, after_one, after_two = found["textures"]
    assert after_two <= after_one
