"""Clerks who ask kiosks from afar to go out of service, come back, restart, show a message or replace
their keys, while residents pay; and what each kiosk does of it. Nothing is done twice, nothing while
anybody is served."""

import random
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from contract.remote_acts import Act, ActKind
from kiosk.acts.doing import HOLDS
from kiosk.core.model import Session
from kiosk.core.patience import RESTING
from server.fleet.models import Kiosk
from server.remote_acts.asking import Wish, ask, take_back
from server.remote_acts.models import NOT_BEGUN, OPEN, RemoteAct, State
from server.remote_acts.wishes import NotPossible
from tests.simulation import estate
from tests.simulation.threads import wall

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

NOS: tuple[type[Exception], ...] = (NotPossible,)
REASON = "the lobby is cleaned"
SHOWN_FOR = timedelta(hours=1)
WORDS = {"zh": "大堂今天清洁", "en": "The lobby is cleaned today"}
TAKEN_BACK = 0.2  # of the times that somebody comes


class ActsFromAfar:
    """Acts are named as ``faults.KINDS`` names them."""

    def __init__(self, run: "Simulation", rng: random.Random) -> None:
        self._run, self._random = run, rng

    def asks(self) -> None:
        """One kiosk, or all of them with one wish; sometimes what waits is taken back instead. One that
        is out of service is asked back before anything else."""
        boss = get_user_model().objects.get(username=estate.BOSS)
        if self._random.random() < TAKEN_BACK:
            waiting = list(
                RemoteAct.objects.filter(state__in=NOT_BEGUN).order_by("asked_at", "kiosk__code")
            )
            if waiting:
                take_back(boss, waiting[0].pk, REASON, wall())
            return
        kiosks = list(Kiosk.objects.filter(pk__in=estate.KIOSK_IDS).order_by("code"))
        out = [kiosk for kiosk in kiosks if not kiosk.active]
        kind = ActKind.BACK_IN_SERVICE if out else self._random.choice(_ASKED)
        asked = out or self._random.choice([kiosks, kiosks[:1], kiosks[1:]])
        key = uuid.UUID(int=self._random.getrandbits(128), version=4)
        ask(boss, asked, Wish(kind, REASON, _parameters(kind), id=key), wall())


_ASKED = (
    *(ActKind.OUT_OF_SERVICE, ActKind.RESTART, ActKind.MESSAGE),
    *2 * (ActKind.NEW_KEY,),
)


def _parameters(kind: ActKind) -> dict[str, Any]:
    if kind is not ActKind.MESSAGE:
        return {}
    return {"words": WORDS, "until": (wall() + SHOWN_FOR).isoformat()}


class Witnessed:
    """What one kiosk does of acts, over all its lives."""

    def __init__(self, code: str) -> None:
        self._code = code
        self.did: Counter[str] = Counter()

    def wrong(self, act: Act, session: Session | None) -> Iterator[str]:
        """It is about to be done; without a session, by a kiosk that is just starting."""
        self.did[act.act_id] += 1
        if self.did[act.act_id] > 1:
            yield f"{self._code} does act {act.number}, {act.kind}, once more"
        if session is None or act.kind not in HOLDS:
            return
        if session.visit.screen not in RESTING or session.may_hold_money:
            yield f"{self._code} does act {act.number}, {act.kind}, on {session.visit.screen}"


def open_ones(run: "Simulation") -> bool:
    """Whether a kiosk has yet to do or to tell what it was asked. An end that a restored server has lost
    is not told again: a day later the server names what it knows as begun."""
    states = NOT_BEGUN if run.server.lost else OPEN
    return RemoteAct.objects.filter(state__in=states).exists()


def wrong(run: "Simulation") -> Iterator[str]:
    """What the server says was carried out was done where it was asked. A start says of a restart that
    was begun that it has happened, whoever brought it about."""
    for act in (
        RemoteAct.objects.filter(state=State.DONE).select_related("kiosk").order_by("asked_at")
    ):
        kiosk = next(one for one in run.kiosks if one.kiosk_id == str(act.kiosk_id))
        if act.kind != ActKind.RESTART.value and not kiosk.acts.did[str(act.pk)]:
            yield f"act {act.number} of {act.kiosk.code}, {act.kind}, is told as done, and was not"
