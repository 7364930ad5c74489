"""A kiosk that does acts, by its real code, with a disk, a session and a line that can fail."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from contract.remote_acts import ActKind, ActsAnswer, ActsCall
from kiosk.acts.desk import ActsDesk
from kiosk.acts.doing import Doer
from kiosk.acts.store import Result, Store
from kiosk.central.client import ServerAway
from kiosk.core.events import Event
from kiosk.core.model import Session
from server.fleet.models import Kiosk
from server.remote_acts import exchange, signing
from tests.kiosk.core.story import Story
from tests.server.village import NOW


class Crash(BaseException):
    """The power goes."""


class Lobby:
    """The session behind the desk, moved by the core itself."""

    def __init__(self, story: Story) -> None:
        self.story = story

    @property
    def session(self) -> Session:
        return self.story.session

    def post(self, event: Event) -> None:
        self.story.plays(event)

    def commit(self, event: Event, timeout_s: float) -> bool:
        self.story.plays(event)
        return True


class Machine:
    """A kiosk with its disk. ``done`` is what was really done, over all its starts; ``crash_at`` counts
    the steps at which the power goes."""

    def __init__(self, folder: Path, row: Kiosk, lobby: Story | None = None) -> None:
        self.folder, self.row, self.now = folder, row, NOW
        self.done: list[str] = []
        self.steps, self.crash_at = 0, -1
        self.away = False
        self.boot = "boot-1"
        self.clock_off = timedelta(0)
        self.key = signing.current(NOW).public_key
        self.begin(lobby or Story.at_attract())

    def begin(self, story: Story) -> None:
        """A start of the process."""
        self.lobby = Lobby(story)
        self.store = Store(self.folder / "acts.sqlite3")
        for name in ("keep", "begin", "end", "told"):
            setattr(self.store, name, self.step(getattr(self.store, name)))
        kinds = (ActKind.TEST_PAGE, ActKind.REBOOT, ActKind.RESTART, ActKind.SELF_TEST)
        ways = {kind: self.step(lambda act, kind=kind: self.do(kind)) for kind in kinds}
        doer = Doer(lambda: self.now + self.clock_off, ways, boot=lambda: self.boot)
        self.desk = ActsDesk(
            self.store,
            doer,
            self.lobby,
            kiosk_id=str(self.row.pk),
            act_key=self.key,
            call=self.step(self.call),
            now=lambda: self.now + self.clock_off,
            monotonic=lambda: self.now.timestamp(),
        )
        self.desk._settle()
        for event in doer.known_before(self.store):
            self.lobby.post(event)

    def again(self) -> None:
        self.crash_at = -1
        self.store.close()
        self.begin(Story.at_attract())

    def step(self, way: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*given: Any) -> Any:
            self.count()
            said = way(*given)
            self.count()
            return said

        return stepped

    def count(self) -> None:
        self.steps += 1
        if self.steps == self.crash_at:
            raise Crash

    def do(self, kind: ActKind) -> Result:
        self.done.append(kind.value)
        return Result()

    def call(self, call: ActsCall) -> ActsAnswer:
        if self.away:
            raise ServerAway("the line is down")
        return exchange.exchange(self.row, call, self.now)

    def rounds(self, count: int = 5) -> None:
        for _ in range(count):
            self.desk._settle()
            self.desk.round()
