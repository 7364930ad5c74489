"""Clerks: what people of the office do, at any moment and whatever else is going on. They use what the
product gives them and take its no for an answer."""

import random
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from server.billing.issuing import issue_period
from server.billing.leases import BillLeased, BillNotOpen
from server.billing.models import Bill, BillState
from server.billing.voiding import void
from server.estate.models import Unit
from server.fleet.models import Kiosk
from server.payments.decisions.refusal import NotPossible
from tests.simulation import acts_from_afar, charges, front_desk, house_office
from tests.simulation.desk import Desk
from tests.simulation.faults import Faults
from tests.simulation.patches import Seams
from tests.simulation.threads import START, wall

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

COMES_EVERY_S = (3.0, 25.0)

EVENING_S = 30.0
INACTIVE_S = (20.0, 200.0)

# What the product answers to an act that does not fit any more.
NOS: tuple[type[Exception], ...] = (
    BillNotOpen,
    BillLeased,
    NotPossible,
    *front_desk.NOS,
    *house_office.NOS,
    *acts_from_afar.NOS,
)


class Clerks:
    """``did`` counts their acts; ``let_go`` holds the payments that they settled or whose bills they
    released, knowing that the machine does not know their end."""

    def __init__(self, run: "Simulation", faults: Faults) -> None:
        self._run, self._faults, self._scheduler = run, faults, run.scheduler
        self._random = random.Random(f"clerks {faults.seed}")
        self.did: Counter[str] = Counter()
        self.desk = Desk(run, self._random, self.did)
        counter = front_desk.FrontDesk(run, random.Random(f"counter {faults.seed}"))
        office = house_office.HouseOffice(run, random.Random(f"office {faults.seed}"))
        afar = acts_from_afar.ActsFromAfar(run, random.Random(f"afar {faults.seed}"))
        acts: dict[str, Callable[[], Any]] = {
            "clerk_voids": self._voids,
            "clerk_waives": counter.waives,
            "clerk_keeps_credit": counter.keeps_credit,
            "clerk_renames": self._renames,
            "clerk_agrees": counter.agrees,
            "clerk_deactivates": self._deactivates,
            "clerk_answers": self.desk.answers_one,
            "clerk_switches_off": self._switches_off,
            "clerk_merges": office.merges,
            "clerk_sells": office.sells,
            "clerk_asks_kiosks": afar.asks,
        }
        self._acts = {name: act for name, act in acts.items() if name in faults.enabled}
        self._scheduler.spawn(self._works, self._scheduler.world, "clerk")

    @property
    def let_go(self) -> set[str]:
        return self.desk.let_go

    def _works(self) -> None:
        """In the end somebody answers whatever is still asked."""
        while self._acts and not self._faults.quiet:
            self._scheduler.sleep(self._random.uniform(*COMES_EVERY_S))
            for name, act in self._acts.items():
                if self._faults.strikes(name):
                    self._does(name, act)
        while True:
            self._scheduler.sleep(EVENING_S)
            if self._faults.quiet:
                Kiosk.objects.filter(active=False).update(active=True)  # a backup may say otherwise
            if self._faults.quiet and self.desk.has_work:
                self._does("evening", self.desk.answers_one)

    def _does(self, name: str, act: Callable[[], Any]) -> None:
        """In the server, or not at all while it is away."""
        if name == "clerk_switches_off":
            act()
            return
        if not self._run.server.process.alive:
            return

        def work() -> None:
            try:
                act()
                self.did[name] += 1
            except NOS:
                self.did[f"{name}: refused"] += 1

        self._run.server.does_soon(work)

    def _voids(self) -> None:
        """A wrong bill goes and comes back with another amount, as after a mended reading or a waiver."""
        bill = self._one(Bill.objects.filter(state=BillState.OPEN).select_related("unit"))
        if bill is None:
            return
        void(bill, at=wall())
        Seams.unexpected.extend(charges.of_void_bill(self._run, bill))
        if self._random.random() < 0.7:
            self._issues(bill)

    def _issues(self, bill: Bill) -> None:
        Unit.objects.filter(pk=bill.unit_id).update(
            area_m2=Decimal(self._random.randint(8000, 14000)) / 100
        )
        unit = Unit.objects.filter(pk=bill.unit_id)
        community = bill.unit.community
        issue_period(
            community,
            bill.period,
            issued_on=START.date(),
            due=bill.due,
            at=wall(),
            units=list(unit),
        )

    def _renames(self) -> None:
        """The house gets its right number: what was paid and owed stays the house's."""
        unit = self._one(Unit.objects.all())
        if unit is None:
            return
        room = f"{9 - int(unit.room[0])}{unit.room[1:]}"
        code = f"{unit.building.code}-{unit.entrance}-{room}"
        if Unit.objects.filter(community=unit.community, code=code).exists():
            return
        unit.room, unit.code = room, code
        unit.save()

    def _switches_off(self) -> None:
        kiosk = self._random.choice(self._run.kiosks)
        if kiosk.running is not None:
            kiosk.switched_off()
            self.did["clerk_switches_off"] += 1

    def _deactivates(self) -> None:
        """In the list of kiosks; until the end of the run somebody has activated it again."""
        kiosk = self._random.choice(self._run.kiosks)
        row = Kiosk.objects.filter(pk=kiosk.kiosk_id)
        row.update(active=False)
        pause = self._random.uniform(*INACTIVE_S)
        self._scheduler.spawn(
            lambda: row.update(active=True), self._scheduler.world, "office", pause
        )

    def _one(self, rows: Any) -> Any:
        found = list(rows.order_by("pk"))
        return self._random.choice(found) if found else None
