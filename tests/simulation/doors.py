"""Somebody opens a kiosk's cabinet, whatever goes on at it, and shuts it again: in some of the runs.

Nobody begins to pay at an open cabinet; what was begun before ends as everything else does.
"""

import random
from typing import TYPE_CHECKING

from contract.messages import PaymentState
from kiosk.core.cabinet import Cabinet
from kiosk.core.events import SensorsSeen
from kiosk.core.model import Session
from tests.simulation.faults import Faults
from tests.simulation.patches import Seams

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

RUNS = 0.3  # of them
SHUT_FOR_S, OPEN_FOR_S = (20.0, 240.0), (5.0, 90.0)
LOOK_S = 2.0  # after a start the kiosk hears of its door within this


class Doors:
    """``opened``: how often somebody did."""

    def __init__(self, simulation: "Simulation", faults: Faults) -> None:
        self._simulation, self._faults = simulation, faults
        self._random = random.Random(f"doors {faults.seed}")
        self._begun: set[str] = set()
        self.opened = 0
        if self._random.random() < RUNS:
            scheduler = simulation.scheduler
            for kiosk in simulation.kiosks:
                scheduler.spawn(lambda at=kiosk: self._goes_on(at), scheduler.world, "door")

    def _goes_on(self, kiosk) -> None:
        scheduler, is_open = self._simulation.scheduler, False
        changes_at = scheduler.now + self._random.uniform(*SHUT_FOR_S)
        while True:
            scheduler.sleep(LOOK_S)
            if self._faults.quiet:
                is_open, changes_at = False, float("inf")
            elif scheduler.now >= changes_at:
                is_open = not is_open
                self.opened += is_open
                long = OPEN_FOR_S if is_open else SHUT_FOR_S
                changes_at = scheduler.now + self._random.uniform(*long)
            session = kiosk.session
            if session is not None and session.lobby.cabinet.opened is not is_open:
                kiosk.running.engine.post(SensorsSeen(Cabinet(opened=is_open)))
            elif self._faults.quiet and session is not None:
                return

    def shown(self, code: str, session: Session) -> None:
        """What a kiosk's screen shows: a payment that is new there was not begun at an open cabinet."""
        payment = session.visit.payment
        if payment is None or session.visit.looking or payment.payment_id in self._begun:
            return
        self._begun.add(payment.payment_id)
        if payment.state is PaymentState.CREATED and session.lobby.cabinet.opened:
            Seams.unexpected.append(f"{code} begins a payment while its cabinet is open")
