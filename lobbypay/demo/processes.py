"""Starts processes, waits until each says it is ready, and ends all of them, whatever happens."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

READY_S = 60.0
END_S = 8.0


class DidNotStart(Exception):
    """A process ended, or said nothing, before it was ready."""


@dataclass
class Running:
    name: str
    process: subprocess.Popen[str]
    ready: dict[str, Any]

    def kill(self) -> None:
        """SIGKILL to the process and its own children: as when the power goes."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    @property
    def alive(self) -> bool:
        return self.process.poll() is None


class Processes:
    """A context: leaving it ends every process that was started in it, the newest first."""

    def __init__(self, log_dir: Path, environment: Mapping[str, str] | None = None) -> None:
        self._log_dir, self._environment = log_dir, {**os.environ, **(environment or {})}
        self._running: list[Running] = []
        log_dir.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *failure: object) -> None:
        for running in reversed(self._running):
            self.end(running)

    def run(self, name: str, *command: str, **environment: str) -> str:
        """Runs to the end and returns what was printed. Raises DidNotStart when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env={**self._environment, **environment},
            capture_output=True,
            text=True,
            timeout=180,
        )
        (self._log_dir / f"{name}.log").write_text(done.stdout + done.stderr)
        if done.returncode:
            raise DidNotStart(f"{name} failed:\n{(done.stdout + done.stderr)[-2000:]}")
        return done.stdout

    def start(self, name: str, *command: str, wait: bool = True, **environment: str) -> Running:
        """Starts a Python module; with ``wait`` its first line is its JSON word that it is ready."""
        log = (self._log_dir / f"{name}.log").open("a")
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env={**self._environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if wait else log,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        running = Running(name, process, {})
        self._running.append(running)
        if wait:
            running.ready = self._first_word(running, log)
        return running

    def end(self, running: Running) -> None:
        if running.alive:
            self._signal(running, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.process.wait(timeout=END_S)
        self._signal(running, signal.SIGKILL)
        running.process.wait()
        if running in self._running:
            self._running.remove(running)

    @staticmethod
    def _signal(running: Running, which: signal.Signals) -> None:
        """To the whole group: a process's own children end with it."""
        try:
            os.killpg(running.process.pid, which)
        except ProcessLookupError:
            return

    def _first_word(self, running: Running, log: IO[str]) -> dict[str, Any]:
        lines: queue.Queue[str | None] = queue.Queue()

        def read() -> None:
            assert running.process.stdout is not None
            for line in running.process.stdout:
                lines.put(line)
                log.write(line)
                log.flush()
            lines.put(None)

        threading.Thread(target=read, name=f"log_{running.name}", daemon=True).start()
        try:
            while (line := lines.get(timeout=READY_S)) is not None:
                if line.lstrip().startswith("{"):
                    return json.loads(line)
        except queue.Empty as silent:
            raise DidNotStart(f"{running.name} said nothing for {READY_S:.0f} s") from silent
        tail = (self._log_dir / f"{running.name}.log").read_text()[-2000:]
        raise DidNotStart(f"{running.name} ended before it was ready:\n{tail}")
