"""Runs checks over a driver and says of each whether it holds. One that hangs is one that failed."""

import contextlib
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic, TypeVar

from device_drivers.conformance.bench import Bench
from device_drivers.deadlines import AT_ONCE_S
from device_drivers.errors import DeviceError
from device_drivers.status import DeviceStatus, Level

SLACK_S = 3.0  # for a busy machine; what hangs, hangs longer
SETTLES_S = 20.0  # a device that is back, or gone, is noticed by then
LOOK_S = 0.02

Answer = TypeVar("Answer")


class Outcome(StrEnum):
    HOLDS = "holds"
    FAILS = "FAILS"
    SKIPPED = "skipped"


class Failed(AssertionError):
    """The driver does not do what its interface says."""


def claim(holds: object, otherwise: str) -> None:
    if not holds:
        raise Failed(otherwise)


@dataclass
class Subject:
    """The driver under test on its bench. Every status that it reports is kept for the last check."""

    create: Callable[[Mapping[str, Any]], Any]
    bench: Bench
    seen: list[DeviceStatus] = field(default_factory=list)

    @contextlib.contextmanager
    def opened(self, **changed: Any) -> Iterator[Any]:
        driver = self.create({**self.bench.settings, **changed})
        try:
            self.open(driver)
            yield driver
        finally:
            within(driver.deadlines.close_s, driver.close, "close")

    def open(self, driver: Any) -> None:
        """As the kiosk does it: again, while the device is not ready yet."""
        end = time.monotonic() + SETTLES_S
        while True:
            try:
                within(driver.deadlines.open_s, driver.open, "open")
                return
            except DeviceError:
                if time.monotonic() >= end:
                    raise
                time.sleep(0.2)

    def status(self, driver: Any) -> DeviceStatus:
        """Asks several times: one slow answer may be the machine's, the middle one is the driver's."""
        took: list[float] = []
        for _ in range(5):
            begun = time.perf_counter()
            self.seen.append(within(1.0, driver.status, "status"))
            took.append(time.perf_counter() - begun)
        middle = statistics.median(took)
        claim(middle <= AT_ONCE_S, f"status() took {middle * 1000:.0f} ms")
        return self.seen[-1]

    def probe(self, driver: Any) -> DeviceStatus:
        """What the kiosk's supervisor asks: ``probe`` where there is one."""
        if not hasattr(driver, "probe"):
            return self.status(driver)
        status = within(driver.deadlines.probe_s, driver.probe, "probe")
        self.seen.append(status)
        return status

    def becomes(self, driver: Any, level: Level) -> None:
        """The device's level within a reasonable time; opened again as a supervisor would."""

        def there() -> bool:
            with contextlib.suppress(DeviceError):
                if level is not Level.ERROR:
                    within(driver.deadlines.open_s, driver.open, "open")
                return self.probe(driver).level is level
            return False

        now = wait_until(there) or self.probe(driver).level
        claim(now is True, f"the level should become {level}, and is {now}")


@dataclass(frozen=True)
class Check:
    """``needs``: fields of the bench without which it cannot be tried."""

    name: str
    run: Callable[[Subject], None]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Findings:
    check: str
    outcome: Outcome
    why: str = ""


def run_checks(checks: tuple[Check, ...], subject: Subject) -> Iterator[Findings]:
    for check in checks:
        missing = [need for need in check.needs if not getattr(subject.bench, need)]
        if missing:
            yield Findings(check.name, Outcome.SKIPPED, f"the bench has no {', '.join(missing)}")
            continue
        try:
            check.run(subject)
        except Exception as problem:
            yield Findings(check.name, Outcome.FAILS, f"{type(problem).__name__}: {problem}")
        else:
            yield Findings(check.name, Outcome.HOLDS)


class Call(Generic[Answer]):
    """A call on a thread of its own, so that one which hangs holds up nobody."""

    def __init__(self, call: Callable[[], Answer], what: str) -> None:
        self._call, self._what = call, what
        self._ends: list[Answer] = []
        self._problem: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"check-{what}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._ends.append(self._call())
        except BaseException as problem:
            self._problem = problem

    def end(self, seconds: float) -> Answer:
        """Its answer, or what it raised. Raises Failed if it has not returned in time."""
        self._thread.join(seconds + SLACK_S)
        claim(not self._thread.is_alive(), f"{self._what}() has not returned after {seconds:g} s")
        if self._problem is not None:
            raise self._problem
        return self._ends[0]


def within(seconds: float, call: Callable[[], Answer], what: str) -> Answer:
    return Call(call, what).end(seconds)


def raises(kind: type[BaseException], call: Callable[[], Any], what: str) -> BaseException:
    try:
        answer = call()
    except kind as problem:
        return problem
    raise Failed(f"{what}: {kind.__name__} expected, and not {answer!r}")


def wait_until(holds: Callable[[], bool], seconds: float = SETTLES_S) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() >= end:
            return False
        time.sleep(LOOK_S)
    return True


def threads() -> set[int]:
    return {thread.ident or 0 for thread in threading.enumerate() if thread.is_alive()}


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
