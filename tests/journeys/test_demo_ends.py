"""The demo of ``make demo``, ended in ways that let it tidy nothing up: nothing of it goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lobbypay.guard import MARK, marked
from tests.lobbypay.test_guard import as_from_a_terminal

pytestmark = pytest.mark.slow


@pytest.mark.timeout(240)
@pytest.mark.parametrize("how", [signal.SIGHUP, signal.SIGKILL])
def test_nothing_of_the_demo_stays_behind(how, tmp_path):
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", MARK)}
    demo = subprocess.Popen(
        [sys.executable, "-m", "lobbypay", "demo", "--folder", str(tmp_path / "demo")],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=as_from_a_terminal,
    )
    until_told = next(line for line in demo.stdout if "Logs" in line)
    assert until_told
    mark = mark_of_child(demo.pid)
    assert len(marked(mark)) >= 8  # window, server and its worker, channels, devices, display
    demo.send_signal(how)
    demo.wait(60)
    demo.stdout.close()
    end = time.monotonic() + 30
    while marked(mark) and time.monotonic() < end:
        time.sleep(0.2)
    assert not marked(mark)


def mark_of_child(parent):
    """The mark that the program gave to what it started."""
    children = subprocess.run(
        ["pgrep", "--parent", str(parent)], capture_output=True, text=True, check=True
    ).stdout.split()
    for child in children:
        with Path(f"/proc/{child}/environ").open("rb") as environ:
            for entry in environ.read().split(b"\0"):
                if entry.startswith(MARK.encode()):
                    return entry.decode().partition("=")[2]
    raise AssertionError("nothing was started")
