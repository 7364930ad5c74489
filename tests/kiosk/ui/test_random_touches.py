"""A window that is touched at random, while devices and the network fail, never ends and is never stuck.

More touches by hand: ``python -m tests.kiosk.ui.random_touches --seed 7 --touches 2000``.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.core.model import Screen

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[3]
TOUCHES, SEED = 350, 5
MEMORY_MAX_MB, GROWTH_MAX_MB = 350, 30
SEEN_AT_LEAST = {
    Screen.ATTRACT, Screen.IDENTIFY, Screen.BILLS, Screen.METHOD, Screen.PAYING_QR,
    Screen.PAYING_CARD, Screen.PAID, Screen.HELP, Screen.SERVICES,
}  # fmt: skip


def test_random_touches_end_nothing_and_leave_nobody_stuck():
    environment = {k: v for k, v in os.environ.items() if k != "DISPLAY"}
    command = [sys.executable, "-m", "tests.kiosk.ui.random_touches"]
    done = subprocess.run(
        [*command, "--touches", str(TOUCHES), "--seed", str(SEED), "--painted-every", "4"],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout)
    assert report["stuck"] == []
    assert set(report["screens"]) >= {screen.value for screen in SEEN_AT_LEAST}
    assert report["most_mb"] <= MEMORY_MAX_MB
    assert report["most_mb"] - report["first_mb"] <= GROWTH_MAX_MB
