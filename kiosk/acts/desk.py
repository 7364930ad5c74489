"""Fetches acts, waits for the moment that disturbs nobody, and does each once, in order.

An act is kept, told as taken, granted by the session, begun on disk and at the server, and only then
done. Where the line is lost before the server said that it may be done, it ends undone. It never decides
whether somebody is being served: the session does.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import structlog
from pydantic import ValidationError

from contract.heartbeat import HeartbeatAnswer
from contract.journal_hash import public_key
from contract.remote_acts import (
    ACTS_AT_ONCE,
    Act,
    ActRefused,
    ActReport,
    ActsAnswer,
    ActsCall,
    newest_key,
    read_act,
)
from kiosk.acts.doing import HOLDS, Doer
from kiosk.acts.store import Result, Store
from kiosk.central.client import Refused, ServerAway, backoff_s
from kiosk.core.events import ActEnded, ActWanted, Event, OutOfServiceSeen
from kiosk.core.model import Session

log = structlog.get_logger("acts")

PAUSE_S = 5.0
COMMIT_S = 10.0
LEAVING_S = 30.0  # so long a restart may take to end this process


class Engine(Protocol):
    """What grants (kiosk.runtime.engine)."""

    @property
    def session(self) -> Session: ...

    def post(self, event: Event) -> None: ...

    def commit(self, event: Event, timeout_s: float) -> bool: ...


class ActsDesk:
    """``call`` raises ServerAway and Refused; ``told`` is called when the server knows of an end."""

    def __init__(
        self,
        store: Store,
        doer: Doer,
        engine: Engine,
        *,
        kiosk_id: str,
        act_key: str,
        call: Callable[[ActsCall], ActsAnswer],
        now: Callable[[], datetime],
        told: Callable[[], None] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._doer, self._engine = store, doer, engine
        self._kiosk_id, self._act_key = kiosk_id, act_key
        self._call, self._now, self._told, self._monotonic = call, now, told, monotonic
        self._wake, self._stop = threading.Event(), threading.Event()
        self._held = ""  # the act that the session did not grant the last time
        self._asked = True  # after a start the server is asked whatever heartbeats say
        self._thread = threading.Thread(target=self._run, name="acts", daemon=True)

    def start(self) -> None:
        """What a crash interrupted is settled first; what the kiosk knew before, it knows again."""
        self._settle()
        try:
            for event in self._doer.known_before(self._store):
                self._engine.post(event)
        except ValidationError as error:
            log.error("known_before_unreadable", error=str(error))
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout=5)
        self._store.close()

    def heard(self, answer: HeartbeatAnswer) -> None:
        """The server's word on being out of service counts, once it knows what was done here."""
        if answer.acts_wait:
            self._asked = True
            self._wake.set()
        if self._store.begun() or self._store.untold(1):
            return
        told = answer.out_of_service
        kept = self._store.known("out_of_service")
        text = told.model_dump_json() if told else None
        if text != kept:
            self._store.know("out_of_service", text)
            self._engine.post(OutOfServiceSeen(told))

    def _run(self) -> None:
        attempt = 0
        while not self._stop.is_set():
            pause = PAUSE_S
            try:
                self._settle()
                if self._asked or self._store.unfinished():
                    self._asked = False
                    self.round()
                attempt = 0
            except (ServerAway, Refused) as error:
                log.warning("acts_not_fetched", error=str(error))
                self._asked, attempt = True, attempt + 1
                pause = backoff_s(attempt, first=2.0, most=30.0)
            except Exception:
                log.exception("acts_failed")
                self._asked, pause = True, 30.0
            self._wake.wait(pause)
            self._wake.clear()

    def round(self) -> None:
        """Tells, fetches, and does at most one act. Raises ServerAway, Refused and sqlite3.Error."""
        answer = self._exchange(self._standing())
        if self._keep(answer):
            answer = self._exchange(self._standing())
        waiting = self._store.waiting()
        if not waiting or self._store.begun():
            return
        act = waiting[0]
        if all(go.act_id != act.act_id for go in answer.go):
            return
        holds = act.kind in HOLDS
        self._held = "" if self._granted(act, holds) else act.act_id
        if self._held:
            self._exchange(self._standing())
            return
        leaving = False
        try:
            leaving = self._begin_and_do(act)
        finally:
            if not leaving:
                self._engine.post(ActEnded(act.act_id))
        if leaving:
            return
        self._exchange(self._standing())
        self._told()
        self._asked = True  # the next one, if there is one

    def _begin_and_do(self, act: Act) -> bool:
        """Whether this process ends by it."""
        refusal = self._doer.refusal(act)
        if refusal:
            self._store.end(act, Result("refused", refusal), self._now())
            return False
        self._store.begin(act, self._doer.boot())
        try:
            began = self._monotonic()
            begun = [self._report(act, "begun")]
            last = self._store.last_number
            answer = self._call(ActsCall(reports=begun, last_number=last))
            left = next((go.for_s for go in answer.go if go.act_id == act.act_id), 0.0)
        except (ServerAway, Refused):
            self._store.end(act, Result("failed", "line_lost"), self._now())
            raise
        if self._monotonic() - began >= left:
            self._store.end(act, Result("failed", "too_late"), self._now())
            return False
        result = self._done(act)
        if result is None:
            self._stop.wait(LEAVING_S)
            if self._stop.is_set():
                return True
            result = Result("failed", "still_running")
        self._store.end(act, result, self._now())
        for event in self._doer.news(act, result):
            self._engine.post(event)
        log.info("act_ended", kind=str(act.kind), state=result.state, code=result.code)
        return False

    def _done(self, act: Act) -> Result | None:
        try:
            return self._doer.do(act)
        except Exception:
            log.exception("act_failed", kind=str(act.kind))
            return Result("failed", "trouble")

    def _granted(self, act: Act, holds: bool) -> bool:
        self._engine.commit(ActWanted(act.act_id, holds), COMMIT_S)
        if self._engine.session.lobby.afar.act == act.act_id:
            return True
        self._engine.post(ActEnded(act.act_id))  # should it be granted after all, late
        return False

    def _exchange(self, reports: list[ActReport]) -> ActsAnswer:
        ends = self._store.untold(ACTS_AT_ONCE)
        reports = [*ends, *reports][:ACTS_AT_ONCE]
        answer = self._call(ActsCall(reports=reports, last_number=self._store.last_number))
        recorded = set(answer.recorded)
        self._store.told([end.act_id for end in ends if end.act_id in recorded])
        return answer

    def _keep(self, answer: ActsAnswer) -> bool:
        """Whether anything new is kept. What the server does not ask for any more is forgotten."""
        key = newest_key(self._act_key, answer.keys)
        asked, new = set(), False
        for signed in answer.acts:
            try:
                act = read_act(signed, public_key(key), self._kiosk_id)
            except (ActRefused, ValueError) as error:
                log.error("act_refused", error=str(error))
                continue
            asked.add(act.act_id)
            if self._store.state_of(act.act_id):
                continue
            new = True
            if not self._store.keep(act):
                self._store.end(act, Result("refused", "number"), self._now())
        for act in self._store.waiting():
            if act.act_id not in asked:
                self._store.drop(act)
        return new

    def _standing(self) -> list[ActReport]:
        """Of what is kept and not begun: whether it waits for somebody."""
        return [
            self._report(act, "waits" if act.act_id == self._held else "taken")
            for act in self._store.waiting()
        ]

    def _report(self, act: Act, state: str) -> ActReport:
        return ActReport.model_validate({"act_id": act.act_id, "state": state, "at": self._now()})

    def _settle(self) -> None:
        """What was begun before this start and has an end now."""
        for act, boot in self._store.begun():
            result = self._doer.after_start(act, boot)
            if result is not None:
                self._store.end(act, result, self._now())
                log.info("act_settled", kind=str(act.kind), state=result.state, code=result.code)
