"""What the real code knows as ``threading``, ``time``, ``queue`` and ``concurrent.futures``, simulated.

Only the parts that the kiosk and the server use; anything else fails loudly with AttributeError.
"""

import queue as real_queue
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from types import SimpleNamespace
from typing import Any

from tests.simulation.scheduler import Scheduler, Task

START = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


class World:
    """The scheduler that runs now: module-wide, because the code under test imports modules."""

    scheduler: Scheduler


def _scheduler() -> Scheduler:
    return World.scheduler


class Event:
    def __init__(self) -> None:
        self._set, self._waiters = False, list[Task]()

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        self._set = True
        for task in self._waiters:
            _scheduler().wake(task)
        self._waiters.clear()

    def clear(self) -> None:
        self._set = False

    def wait(self, timeout: float | None = None) -> bool:
        if not self._set:
            task = _scheduler().running()
            self._waiters.append(task)
            _scheduler().park(timeout)
            if task in self._waiters:
                self._waiters.remove(task)
        return self._set


class Lock:
    """Nobody waits while holding one, so it only has to be there."""

    def __enter__(self) -> "Lock":
        return self

    def __exit__(self, *exception: object) -> None:
        pass


class Thread:
    def __init__(
        self,
        target: Callable[..., Any],
        name: str = "",
        args: tuple[Any, ...] = (),
        daemon: bool = False,
    ) -> None:
        self._target, self._args, self.name, self._task = target, args, name, None

    def start(self) -> None:
        scheduler = _scheduler()
        self._task = scheduler.spawn(
            lambda: self._target(*self._args), scheduler.process, self.name
        )

    def join(self, timeout: float | None = None) -> None:
        pass

    def is_alive(self) -> bool:
        return self._task is not None and not self._task.done and self._task.process.alive


class Timer(Thread):
    def __init__(
        self, interval: float, function: Callable[..., Any], args: tuple[Any, ...] = ()
    ) -> None:
        super().__init__(self._waits, "timer")
        self._interval, self._function, self._given = interval, function, args

    def _waits(self) -> None:
        _scheduler().sleep(self._interval)
        self._function(*self._given)


class Queue:
    def __init__(self, maxsize: int = 0) -> None:
        self._items, self._max = deque[Any](), maxsize
        self._room, self._news = Event(), Event()

    def __class_getitem__(cls, item: Any) -> type["Queue"]:
        return cls

    def full(self) -> bool:
        return bool(self._max) and len(self._items) >= self._max

    def put(self, item: Any, timeout: float | None = None) -> None:
        while self.full():
            self._room.clear()
            if not self._room.wait(timeout) and timeout is not None:
                raise real_queue.Full
        self._items.append(item)
        self._news.set()

    def get(self, timeout: float | None = None) -> Any:
        if not self._items:
            self._news.clear()
            self._news.wait(timeout)
            if not self._items:
                raise real_queue.Empty
        item = self._items.popleft()
        self._room.set()
        return item


class Future:
    def __init__(self) -> None:
        self._done, self._state, self._value = Event(), "pending", None
        self._error: BaseException | None = None

    def __class_getitem__(cls, item: Any) -> type["Future"]:
        return cls

    def set_running_or_notify_cancel(self) -> bool:
        if self._state == "cancelled":
            return False
        self._state = "running"
        return True

    def set_result(self, value: Any) -> None:
        self._value, self._state = value, "done"
        self._done.set()

    def set_exception(self, error: BaseException) -> None:
        self._error, self._state = error, "done"
        self._done.set()

    def cancel(self) -> bool:
        if self._state != "pending":
            return False
        self._state = "cancelled"
        return True

    def result(self, timeout: float | None = None) -> Any:
        if not self._done.wait(timeout) and self._state != "done":
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._value


class ThreadPoolExecutor:
    def __init__(self, max_workers: int, thread_name_prefix: str = "") -> None:
        self._free, self._name, self._jobs = max_workers, thread_name_prefix, deque[Any]()
        self._closed = False

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future:
        future = Future()
        self._jobs.append((future, work, arguments))
        if self._free:
            self._free -= 1
            Thread(self._work, self._name).start()
        return future

    def _work(self) -> None:
        while self._jobs:
            future, work, arguments = self._jobs.popleft()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work(*arguments))
            except Exception as error:
                future.set_exception(error)
        self._free += 1

    def shutdown(self, wait: bool = True, cancel_futures: bool = False) -> None:
        self._jobs.clear()


def wall() -> datetime:
    """The wall clock of the process that runs now."""
    scheduler = _scheduler()
    return START + timedelta(seconds=scheduler.now + scheduler.process.clock_offset_s)


class Datetime(datetime):
    """``datetime`` itself, but for what it says the time is."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return wall().astimezone(tz or UTC)


class _Local:
    """Set once a greenlet would be truer; the code under test keeps connections in it only."""


threading = SimpleNamespace(
    Thread=Thread, Timer=Timer, Event=Event, Lock=Lock, RLock=Lock, local=_Local
)
time = SimpleNamespace(
    monotonic=lambda: _scheduler().now,
    time=lambda: wall().timestamp(),
    sleep=lambda seconds: _scheduler().sleep(seconds),
)
queue = SimpleNamespace(Queue=Queue, Empty=real_queue.Empty, Full=real_queue.Full)
