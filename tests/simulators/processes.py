"""Runs a simulator as its users do: as a process that says in JSON when it is ready."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import requests


class Simulator:
    def __init__(self, process: subprocess.Popen[str], ready: dict[str, Any]) -> None:
        self.process = process
        self.ready = ready

    def post(self, action: str, **body: Any) -> requests.Response:
        return requests.post(f"{self.ready['control']}/{action}", json=body, timeout=60)

    def state(self) -> dict[str, Any]:
        return requests.get(f"{self.ready['control']}/state", timeout=30).json()


@contextlib.contextmanager
def running(name: str, *options: str) -> Iterator[Simulator]:
    command = [sys.executable, "-m", f"simulators.{name}", "--control", "127.0.0.1:0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield Simulator(process, json.loads(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait(15)
        process.stdout.close()
