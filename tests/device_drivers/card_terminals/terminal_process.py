"""A simulated card terminal as a process of its own, for as long as a test needs it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


@contextmanager
def terminal_process(module: str, *options: str) -> Iterator[dict[str, Any]]:
    """What it says when it is ready. Its steps take next to no time, its control is on a free port."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", f"simulators.{module}", "--control", "127.0.0.1:0"),
            *("--step-delay", "0.02", *options),
        ],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
