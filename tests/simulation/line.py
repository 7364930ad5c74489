"""The line between a kiosk and the server, and the kiosk's client over it. Messages are lost, repeated
and late; the line breaks; and some calls do not come through while others do."""

from collections.abc import Callable
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.central.client import CentralClient, ServerAway, _understood
from kiosk.central.identity import Identity, public_text
from tests.simulation.central import SimulatedServer
from tests.simulation.faults import Faults
from tests.simulation.scheduler import Scheduler

LATENCY_S = (0.005, 0.08)
OVERTAKEN_BY_S = (0.3, 3.5)
PARTITION_FOR_S = (10.0, 120.0)
START_AGAIN_S, START_AGAIN_TIMES = (3.0, 90.0), 4
JOURNAL_HELD_FOR_S = (20.0, 200.0)
STALLS_FOR_S, REFUSED_AGAIN_TIMES, CONFLICT = (60.0, 200.0), 8, 409
UNAUTHORIZED = 401


class Line:
    """What a kiosk has instead of a network. Messages are lost, repeated, late; the line breaks."""

    def __init__(self, scheduler: Scheduler, faults: Faults, server: SimulatedServer) -> None:
        self._scheduler, self._faults, self._server = scheduler, faults, server
        self._broken_until = self._journal_held_until = -1.0
        self.machine = 0  # which one asks now, where a kiosk is put up anew
        self.copied_at = 0.0  # when the last page of open bills was asked for that came

    def breaks(self, for_s: tuple[float, float] = PARTITION_FOR_S) -> None:
        pause = self._scheduler.random.uniform(*for_s)
        self._broken_until = self._scheduler.now + pause

    def asks(
        self, kiosk_id: str, key: str, method: str, path: str, body: bytes, timeout_s: float
    ) -> tuple[int, Any]:
        """``key``: the public one by which it is signed."""
        if self._scheduler.now < self._broken_until and not self._faults.quiet:
            self._scheduler.sleep(1.0)
            raise ServerAway("no route")
        if path == "/journal" and self._journal_held_back():
            self._scheduler.sleep(timeout_s)
            raise ServerAway("no answer")
        if self._faults.strikes("message_lost"):
            self._scheduler.sleep(timeout_s)
            raise ServerAway("no answer")

        machine = self.machine

        def work() -> tuple[int, Any]:
            if machine != self.machine:
                return UNAUTHORIZED, {}  # in truth its key is not known any more
            return self._server.answers(kiosk_id, key, method, path, body)

        if self._faults.strikes("message_late"):
            self._scheduler.spawn(
                lambda: self._again(work, 0.0), self._scheduler.world, "late", timeout_s + 1.0
            )
            self._scheduler.sleep(timeout_s)
            raise ServerAway("no answer")
        if self._faults.strikes("message_repeated"):
            pause = self._scheduler.random.uniform(0.0, 20.0)
            self._scheduler.spawn(
                lambda: self._again(work, pause), self._scheduler.world, "repeated"
            )
        if path == "/payments" and self._faults.strikes("start_repeated"):
            for _ in range(START_AGAIN_TIMES):
                pause = self._scheduler.random.uniform(*START_AGAIN_S)
                self._scheduler.spawn(
                    partial(self._again, work, pause), self._scheduler.world, "repeated"
                )
        submitted_at = self._scheduler.now
        self._travels()
        answer = self._server.does(work, timeout_s)
        refused = path == "/payments" and answer[0] == CONFLICT
        if refused and self._faults.strikes("refusal_repeated"):
            self._stalls(work)
        if self._faults.strikes("answer_lost"):
            self._scheduler.sleep(timeout_s)
            raise ServerAway("no answer")
        self._travels()
        if path.startswith("/bills/open"):
            self.copied_at = submitted_at
        return answer

    def _journal_held_back(self) -> bool:
        """Everything else comes through: as when the line is back and the backlog is not sent yet."""
        if self._faults.quiet:
            return False
        if self._scheduler.now >= self._journal_held_until and self._faults.strikes(
            "journal_held_back"
        ):
            pause = self._scheduler.random.uniform(*JOURNAL_HELD_FOR_S)
            self._journal_held_until = self._scheduler.now + pause
        return self._scheduler.now < self._journal_held_until

    def _stalls(self, work: Callable[[], Any]) -> None:
        """Whatever lies between keeps sending what it has, and lets nothing of the journal through."""
        pause = self._scheduler.random.uniform(*STALLS_FOR_S)
        self._journal_held_until = max(self._journal_held_until, self._scheduler.now + pause)
        for _ in range(REFUSED_AGAIN_TIMES):
            at = self._scheduler.random.uniform(0.0, pause)
            self._scheduler.spawn(partial(self._again, work, at), self._scheduler.world, "refused")

    def _travels(self) -> None:
        slow = self._faults.strikes("message_overtaken")
        self._scheduler.sleep(
            self._scheduler.random.uniform(*(OVERTAKEN_BY_S if slow else LATENCY_S))
        )

    def _again(self, work: Callable[[], Any], pause: float) -> None:
        self._scheduler.sleep(pause)
        try:
            self._server.does(work, 30.0)
        except ServerAway:
            return


class SimulatedClient(CentralClient):
    """The kiosk's client over such a line: the same calls, the same answers, the same errors."""

    def __init__(self, line: Line, me: Identity, step: Callable[[str], None]) -> None:
        super().__init__("", me.kiosk_id, me.key, earlier=me.earlier)
        self._line, self._step, self._name = line, step, public_text(me.key)

    def _with(self, key: Ed25519PrivateKey) -> "SimulatedClient":
        me = Identity(self._key_id, "", "", key)
        return SimulatedClient(self._line, me, self._step)

    def _send(self, method, path, answer, body, timeout_s, about):
        self._step("before a request")
        status, content = self._line.asks(self._key_id, self._name, method, path, body, timeout_s)
        self._step("after an answer")
        return _understood(status, content, answer, f"{method} {path}")
