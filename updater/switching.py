"""The change to another release and the way back, so that each may be broken off after any step: what is
being done stands in the memory before it is done, and is ended or taken back at the next look."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fcntl import LOCK_EX, flock
from pathlib import Path

from updater.gate import Word
from updater.memory import Doing, Known, Memory, Trial
from updater.slots import Slots

STARTS_MAX = 2  # of a release on trial; at the next one the release before is started


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """The service and the kiosk's start do not change the same at once. The kernel ends it with the
    process. Others may not open the file: whoever reads it could hold it too, for ever."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder / "lock"
    lock.touch(mode=0o600)
    lock.chmod(0o600)
    with lock.open("w") as file:
        flock(file, LOCK_EX)
        yield


@dataclass(frozen=True)
class Unit:
    """The kiosk's unit; each raises OSError where it cannot be reached."""

    stop: Callable[[], None]
    start: Callable[[], None]


class Switch:
    """``mark`` is called with the name of each step that is done, and does nothing outside a test."""

    def __init__(
        self,
        memory: Memory,
        slots: Slots,
        unit: Unit,
        mark: Callable[[str], None] = lambda step: None,
    ) -> None:
        self._memory, self._slots, self._unit, self._mark = memory, slots, unit, mark

    def to(self, version: str, attempt: int, word: Word) -> None:
        """Raises OSError."""
        known = self._memory.read()
        before = self._slots.current()
        wrong = word.wrong or ()
        trial = Trial(version, attempt, before, wrong=wrong, server=word.server)
        doing = Doing(version, attempt, "trying")
        self._memory.write(replace(known, trial=trial, doing=doing, asks=""))
        self._mark("remembered")
        self._unit.stop()
        self._mark("stopped")
        if before:
            self._slots.keep_as_previous(before)
        self._mark("previous")
        self._slots.run(version)
        self._mark("current")
        self._try(self._memory.read())
        self._mark("trying")
        self._unit.start()
        self._mark("started")

    def recover(self) -> None:
        """Ends what a crash interrupted, at the updater's own start. Raises OSError."""
        known = self._memory.read()
        trial = known.trial
        if trial is None:
            return
        if trial.phase == "switching" and self._slots.current() != trial.version:
            doing = Doing(trial.version, trial.attempt, "waits", "interrupted")
            self._memory.write(replace(known, trial=None, doing=doing))
        elif trial.phase == "switching":
            self._try(known)
        elif trial.phase == "going_back":
            self.back(trial.code)
            return
        self._unit.start()

    def starting(self) -> None:
        """The kiosk is about to be started: counted while a release is on trial, and the one before is
        put in its place when it was started in vain. Raises OSError."""
        known = self._memory.read()
        trial = known.trial
        if trial is None:
            return
        if trial.phase == "switching" and self._slots.current() != trial.version:
            return  # the one before is started
        if trial.phase == "going_back":
            self._put_back(known, trial)
            return
        counted = replace(trial, phase="trying", starts=trial.starts + 1)
        if counted.starts > STARTS_MAX:
            self._put_back(known, replace(trial, code="failed_starts"))
            return
        self._memory.write(replace(known, current=self._slots.current(), trial=counted))

    def keep(self) -> None:
        known = self._memory.read()
        trial = known.trial
        assert trial is not None
        doing = Doing(trial.version, trial.attempt, "done")
        self._memory.write(replace(known, current=trial.version, trial=None, doing=doing))

    def back(self, code: str) -> None:
        """Raises OSError."""
        known = self._memory.read()
        trial = known.trial
        assert trial is not None
        leaving = replace(trial, phase="going_back", code=code)
        self._memory.write(replace(known, trial=leaving, asks=""))
        self._mark("back_remembered")
        self._unit.stop()
        self._mark("back_stopped")
        self._put_back(self._memory.read(), leaving)
        self._mark("back_ended")
        self._unit.start()
        self._mark("back_started")

    def _put_back(self, known: Known, trial: Trial) -> None:
        if trial.before:
            self._slots.run(trial.before)
        self._mark("back_current")
        bad = {"version": trial.version, "attempt": trial.attempt, "code": trial.code}
        doing = Doing(trial.version, trial.attempt, "gone_back", trial.code)
        current = self._slots.current()
        bads = (*known.bad, bad)
        self._memory.write(
            replace(known, current=current, trial=None, doing=doing, bad=bads, asks="")
        )

    def _try(self, known: Known) -> None:
        assert known.trial is not None
        trial = replace(known.trial, phase="trying")
        self._memory.write(replace(known, current=trial.version, trial=trial))
