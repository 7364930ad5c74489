"""One turn after the other: what is on trial is kept or taken back; what is wanted is fetched, and taken
when the kiosk gives way. Owns nothing that matters: all of it is on the disk."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from updater.gate import Listener, Word, missing, read_word
from updater.memory import Doing, Known, Memory, why_bad
from updater.settings import STATE, Settings
from updater.slots import Slots
from updater.switching import Switch, Unit, alone
from updater.trust import RINGS, Refused, Release, Repository
from updater.version import is_version, order

log = logging.getLogger("updater")

OF_STICK = 0  # the try; the server's begin with one
GIVE_WAY_S = 600.0  # so long a release that is not well waits for whoever is served by it


@dataclass(frozen=True)
class Wanted:
    """``stick``: the folder of the repository that offers it; None: the line."""

    version: str
    attempt: int
    ring: str
    stick: Path | None = None


class Service:
    """``monotonic`` in seconds; only one per machine."""

    def __init__(
        self,
        settings: Settings,
        slots: Slots,
        unit: Unit,
        machine: str,
        monotonic: Callable[[], float] = time.monotonic,
        mark: Callable[[str], None] = lambda step: None,
    ) -> None:
        self._settings, self._slots, self._machine = settings, slots, machine
        self._monotonic, self._listener = monotonic, Listener()
        self._memory = Memory(settings.state / STATE)
        self._switch = Switch(self._memory, slots, unit, mark)
        self._tried_at = self._well_at = self._ill_at = None  # type: float | None
        self._looked: dict[str, float] = {}

    def begin(self) -> None:
        """Ends what was interrupted. Raises OSError."""
        with alone(self._settings.state):
            self._switch.recover()
            known = self._memory.read()
            self._memory.write(replace(known, current=self._slots.current()))

    def turn(self) -> None:
        """Raises OSError where the disk or the unit fails: the next turn tries again."""
        word = read_word(self._settings.kiosk_word)
        fresh = self._listener.fresh(word, self._monotonic())
        with alone(self._settings.state):
            known = self._memory.read()
            if known.trial is not None:
                self._judge(known, word, fresh)
                return
            self._tried_at = self._well_at = self._ill_at = None
        wanted = self._wanted(known, word)
        if wanted is not None:
            self._pursue(wanted, word, fresh)

    def _judge(self, known: Known, word: Word, fresh: bool) -> None:
        trial, now = known.trial, self._monotonic()
        assert trial is not None
        if trial.phase != "trying":
            self._switch.recover()
            return
        self._tried_at = now if self._tried_at is None else self._tried_at
        code = missing(word, fresh, trial)
        if not code:
            self._ill_at = None
            self._well_at = now if self._well_at is None else self._well_at
            if known.asks:
                self._memory.write(replace(known, asks=""))
            if now - self._well_at >= self._settings.well_s:
                log.info("%s is well, and kept", trial.version)
                self._switch.keep()
                self._slots.keep_only({trial.version, trial.before})
            return
        self._well_at = None
        if now - self._tried_at >= self._settings.trial_s:
            self._leave(known, word, fresh, code)

    def _leave(self, known: Known, word: Word, fresh: bool, code: str) -> None:
        """Back, when nobody is served; a kiosk that says nothing, or never rests, is not waited for."""
        trial, now = known.trial, self._monotonic()
        assert trial is not None
        asks = f"back:{trial.version}:{trial.attempt}"
        self._ill_at = now if self._ill_at is None else self._ill_at
        waited = now - self._ill_at >= GIVE_WAY_S
        if not fresh or waited or word.given_way == asks:
            log.error("%s is not well (%s): back to %s", trial.version, code, trial.before)
            self._switch.back(code)
        elif known.asks != asks:
            self._memory.write(replace(known, asks=asks))

    def _wanted(self, known: Known, word: Word) -> Wanted | None:
        """What a stick offers goes before what the server wants: somebody stands there. One that offers
        nothing, or stays in after it was taken, is in nobody's way."""
        plugged_in = False
        for stick in self._settings.sticks:
            if not (stick / "metadata").is_dir():
                self._looked.pop(str(stick), None)
                continue
            plugged_in = True
            if (offered := self._on_stick(stick, known)) is not None:
                return offered
        stays = plugged_in and word.wanted == self._slots.current()  # what is said of the stick
        if is_version(word.wanted) and not stays:
            return Wanted(word.wanted, word.attempt, word.ring)
        if known.doing.state in ("waits", "fetching", "unpacking") or known.asks:
            self._say(Doing())
        return None

    def _on_stick(self, stick: Path, known: Known) -> Wanted | None:
        """The newest release on it that is for all: somebody stands there and wants it. A stick that is
        refused is not looked at again before it was pulled out."""
        waits = known.doing.state == "waits" and known.doing.attempt == OF_STICK
        if str(stick) in self._looked and not waits:
            return None
        try:
            offered = self._repository(stick).releases(self._machine)
        except Refused as refused:
            self._looked[str(stick)] = self._monotonic()
            self._refuse(Wanted("", OF_STICK, "all", stick), refused)
            return None
        meant = [one for one in offered if one.ring == RINGS[-1]]
        newest = meant[-1] if meant else None
        self._looked[str(stick)] = self._monotonic()
        if newest is None or newest.version == self._slots.current():
            return None
        return Wanted(newest.version, OF_STICK, newest.ring, stick)

    def _pursue(self, wanted: Wanted, word: Word, fresh: bool) -> None:
        known, version = self._memory.read(), wanted.version
        if version == self._slots.current():
            if (known.doing.version, known.doing.attempt) != (version, wanted.attempt):
                self._say(Doing(version, wanted.attempt, "done"))
            return
        if code := why_bad(known, version, wanted.attempt):
            self._say(Doing(version, wanted.attempt, "gone_back", code))
            return
        try:
            if not self._slots.is_whole(version):
                if not self._is_due(wanted):
                    return
                self._put(wanted, known)
            self._may_follow(version)
        except Refused as refused:
            self._refuse(wanted, refused, word)
            return
        self._change(wanted, word, fresh)

    def _is_due(self, wanted: Wanted) -> bool:
        """A repository that refused or did not answer is left alone for a while."""
        key, now = f"{wanted.version}:{wanted.attempt}", self._monotonic()
        if (
            wanted.stick is None
            and now - self._looked.get(key, float("-inf")) < self._settings.check_s
        ):
            return False
        self._looked[key] = now
        return True

    def _may_follow(self, version: str) -> None:
        """Raises Refused."""
        current = self._slots.current()
        if current and order(version) < order(current):
            raise Refused("older", f"{version} after {current}")

    def _put(self, wanted: Wanted, known: Known) -> None:
        """Raises Refused."""
        self._may_follow(wanted.version)
        self._say(Doing(wanted.version, wanted.attempt, "fetching"))
        repository = self._repository(wanted.stick)
        release = repository.find(wanted.version, self._machine)
        self._fits(release, wanted)
        self._slots.keep_only({known.current})
        if not self._slots.has_room(release.target.length, self._settings.spare_mb):
            raise Refused("no_space")
        archive = self._settings.state / "release.tar"
        try:
            repository.fetch(release, archive)
            self._say(Doing(wanted.version, wanted.attempt, "unpacking"))
            self._slots.put(release.version, archive)
        finally:
            archive.unlink(missing_ok=True)

    def _fits(self, release: Release, wanted: Wanted) -> None:
        """Raises Refused."""
        ring = wanted.ring if wanted.ring in RINGS else "all"
        if wanted.stick is None and RINGS.index(ring) > RINGS.index(release.ring):
            raise Refused("not_for_ring", f"signed for {release.ring}, wanted for {ring}")
        current = self._slots.current()
        if current and order(current) < order(release.since):
            raise Refused("too_old", f"{release.version} follows {release.since} or newer")

    def _change(self, wanted: Wanted, word: Word, fresh: bool) -> None:
        asks = f"{wanted.version}:{wanted.attempt}"
        why = "kiosk_silent" if not fresh else "payment_open" if word.open else "somebody_there"
        with alone(self._settings.state):
            known = self._memory.read()
            if fresh and word.given_way == asks and not word.open:
                log.info("from %s to %s", self._slots.current(), wanted.version)
                self._switch.to(wanted.version, wanted.attempt, word)
                return
            doing = Doing(wanted.version, wanted.attempt, "waits", why)
            if (known.asks, known.doing) != (asks, doing):
                self._memory.write(replace(known, asks=asks, doing=doing))

    def _repository(self, stick: Path | None) -> Repository:
        """Raises Refused."""
        if stick is None and not self._settings.url:
            raise Refused("not_reached", "no address of a repository is set")
        return Repository(self._settings.state, self._settings.root, self._settings.url, stick)

    def _refuse(self, wanted: Wanted, refused: Refused, word: Word | None = None) -> None:
        """Signatures that ran out by a clock that is wrong say nothing about the repository."""
        code, known = refused.code, self._memory.read()
        behind = time.time() < known.newest_time - 3600
        if code == "expired" and (behind or (word is not None and word.clock_off)):
            code = "clock"
        log.error("%s is not taken: %s", wanted.version or wanted.stick, refused)
        self._say(Doing(wanted.version, wanted.attempt, "refused", code))

    def _say(self, doing: Doing) -> None:
        with alone(self._settings.state):
            known = self._memory.read()
            if known.trial is None and (known.doing != doing or known.asks):
                self._memory.write(replace(known, doing=doing, asks=""))
