"""Time and turns: one task runs at a time, and which one is next is decided by the seed alone.

Tasks are greenlets. Simulated time moves only when everybody waits. A killed process never runs again:
its tasks are left where they stand, as a power cut leaves them.
"""

import hashlib
import heapq
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet

JITTER_S = 0.002  # who wakes first among equals, and how late a woken task runs


class Process:
    """What dies together: a kiosk, the server; or the world itself, which never dies.

    ``clock_offset_s`` is how far its wall clock is off.
    """

    def __init__(self, name: str) -> None:
        self.name, self.alive, self.clock_offset_s = name, True, 0.0


class Task:
    def __init__(self, run: Callable[[], Any], process: Process, name: str, hub: greenlet) -> None:
        self.process, self.name, self.turn = process, name, 0
        self.woken, self.done = False, False
        self.greenlet = greenlet(self._run, parent=hub)
        self._work = run

    def _run(self) -> None:
        self._work()
        self.done = True


class Scheduler:
    """``now`` is in seconds. Everything random about the order of events comes from ``seed``."""

    def __init__(self, seed: int) -> None:
        self.now, self.random = 0.0, random.Random(f"order {seed}")
        self.world = Process("world")
        self.current: Task | None = None
        self._closed = False
        self._waiting: list[tuple[float, int, int, Task]] = []
        self._count, self._hub = 0, getcurrent()
        self._tasks: list[Task] = []  # a dead one is not swept up before the end of the run
        self._trace = hashlib.blake2b(digest_size=12)

    @property
    def process(self) -> Process:
        return self.current.process if self.current else self.world

    def spawn(
        self, run: Callable[[], Any], process: Process, name: str, after_s: float = 0.0
    ) -> Task:
        task = Task(run, process, name, self._hub)
        self._tasks.append(task)
        self._wake_at(task, self.now + after_s + self.random.random() * JITTER_S)
        return task

    def sleep(self, seconds: float) -> None:
        """The running task goes on ``seconds`` later, if its process still lives."""
        task = self.running()
        self._wake_at(task, self.now + max(0.0, seconds))
        self._leave()

    def park(self, timeout_s: float | None = None) -> bool:
        """Waits for ``wake``; False: the time was over first."""
        task = self.running()
        task.woken = False
        task.turn += 1
        if timeout_s is not None:
            self._push(task, self.now + max(0.0, timeout_s))
        self._leave()
        return task.woken

    def wake(self, task: Task) -> None:
        if not task.woken:
            task.woken = True
            self._wake_at(task, self.now + self.random.random() * JITTER_S)

    def kill(self, process: Process) -> None:
        """From now on nothing of it runs. If it is the running one, it stops within this call."""
        process.alive = False
        if self.current is not None and self.current.process is process:
            self._leave()

    def run(self, until: float, over: Callable[[], bool] = lambda: False) -> None:
        """Runs everybody until that time, or until ``over``. Raises what a task raised."""
        while self._waiting and self._waiting[0][0] <= until and not over():
            at, _, turn, task = heapq.heappop(self._waiting)
            if task.turn != turn or task.done or not task.process.alive:
                continue
            self.now = max(self.now, at)
            self.current = task
            self._trace.update(f"{self.now:.6f} {task.process.name} {task.name}\n".encode())
            try:
                task.greenlet.switch()
            finally:
                self.current = None
        self.now = max(self.now, until) if not over() else self.now

    def notes(self, what: str) -> None:
        """Makes it part of the trace."""
        self._trace.update(what.encode())

    @property
    def trace(self) -> str:
        """A digest of who ran when, and of what was noted."""
        return self._trace.hexdigest()

    def close(self) -> None:
        """Ends every task where it stands, now and not whenever memory is swept."""
        self._closed = True
        for task in self._tasks:
            if task.greenlet:
                with suppress(Exception):  # its files are closed: what it says now is of no matter
                    task.greenlet.throw(GreenletExit)
        self._tasks.clear()

    def running(self) -> Task:
        if self._closed:
            raise GreenletExit
        assert self.current is not None, "only a task may wait"
        return self.current

    def _wake_at(self, task: Task, at: float) -> None:
        task.turn += 1
        self._push(task, at)

    def _push(self, task: Task, at: float) -> None:
        self._count += 1
        heapq.heappush(self._waiting, (at, self._count, task.turn, task))

    def _leave(self) -> None:
        if self._closed:
            raise GreenletExit
        self._hub.switch()
