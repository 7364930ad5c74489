"""A short piece of the soak, and that its measure finds what leaks."""

import json
import subprocess
import sys

import pytest

from tests.soak.command import compressed, leaks
from tests.soak.measuring import Held, Meter, held


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_half_an_hour_of_faults_leaves_everything_well(tmp_path):
    report = tmp_path / "report.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "lobbypay", "soak", "--hours", "0.5", "--minutes", "0.4"),
            *("--seed", "7", "--json", str(report)),
        ],
        capture_output=True,
        text=True,
        timeout=580,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(report.read_text())
    assert told["failures"] == []
    assert told["faults_in_all"] >= 1
    assert told["residents"] >= 1
    assert all(state == ["ok"] for state in told["devices_at_the_end"].values())
    assert told["held_by_the_kiosk"]["threads"]["last"] > 5


def metered(*samples: Held) -> Meter:
    meter = Meter(0, 1.0)
    meter.samples = list(samples)
    return meter


def test_what_stays_level_is_no_leak() -> None:
    assert leaks(metered(*(Held(float(n), 20, 30, 100_000) for n in range(40)))) == []


@pytest.mark.parametrize(
    ("growing", "named"),
    [
        (lambda n: Held(float(n), 12 + n // 8, 30, 100_000), "threads"),
        (lambda n: Held(float(n), 20, 30 + n, 100_000), "descriptors"),
        (lambda n: Held(float(n), 20, 30, 100_000 + 800 * n), "memory"),
    ],
)
def test_what_grows_is_found(growing, named) -> None:
    assert any(named in problem for problem in leaks(metered(*map(growing, range(40)))))


def test_a_process_is_measured_from_outside() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", "print('here', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert child.stdout is not None and child.stdout.readline() == b"here\n"
        now = held(child.pid, 0.0)
        assert (now.threads, now.descriptors >= 3, now.rss_kib > 500) == (1, True, True)
    finally:
        child.communicate(b"\n")
    with pytest.raises(OSError):
        held(child.pid, 0.0)


def test_only_times_are_compressed() -> None:
    pace = compressed(60.0)
    assert (pace["self_test_s"], pace["losses_max"]) == (60.0, 5)
