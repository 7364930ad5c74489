"""The office closes kiosks by the clock, sets what holds at night and plans outages, while residents pay:
in some of the runs.

No visit begins at a kiosk that has known itself closed, and none pays more, or in another way, than was
taken when it began; what was begun before ends as everything else does. Nor does the server begin what no
kiosk takes by then, whatever its kiosk knows.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from contract.messages import Method, PaymentState
from contract.opening_hours import Night, OpeningHours, Standing, standing
from kiosk.core.model import Session
from kiosk.core.patience import RESTING
from server.estate.models import Community
from server.hours.models import NightRules, OpenHours, PlannedOutage
from server.payments import timing
from server.payments.models import PaymentOrder, Place
from tests.simulation.faults import Faults
from tests.simulation.patches import Seams
from tests.simulation.threads import wall

if TYPE_CHECKING:
    from tests.simulation.lobby import SimulatedKiosk
    from tests.simulation.run import Simulation

RUNS = 0.3  # of them
CHANGES_EVERY_S, GOES_ON_S = (40.0, 300.0), (120.0, 600.0)
LOOK_S = 2.0
KNOWN_S = 6.0  # a kiosk's clock ticks each second, and seldom later than this
LIMITS_MINOR = (0, 5_000, 12_000, 30_000)


@dataclass
class _Seen:
    """Of one kiosk. ``since``: since when it stands so; ``visit``: how it stood when its visit began,
    None while nobody is served and where that had just changed."""

    stands: Standing
    since: float
    visit: Standing | None = None
    served: bool = False


class Hours:
    """``changed``: how often somebody of the office did."""

    def __init__(self, simulation: "Simulation", faults: Faults) -> None:
        self._simulation, self._faults = simulation, faults
        self._random = random.Random(f"hours {faults.seed}")
        self._seen: dict[str, _Seen] = {}
        self._begun: set[str] = set()
        self.changed = 0
        self._here = self._random.random() < RUNS
        if self._here:
            scheduler = simulation.scheduler
            scheduler.spawn(self._office, scheduler.world, "hours")
            for kiosk in simulation.kiosks:
                scheduler.spawn(lambda at=kiosk: self._looks(at), scheduler.world, "hours")

    def _office(self) -> None:
        """In the end everything is open again, whatever a backup brought back."""
        scheduler = self._simulation.scheduler
        while not self._faults.quiet:
            scheduler.sleep(self._random.uniform(*CHANGES_EVERY_S))
            act = self._random.choice((self._closes, *3 * (self._night,), self._outage))
            self._does(lambda act=act: self._instead(act))
        while True:
            self._does(self._ends)
            scheduler.sleep(KNOWN_S)

    def _does(self, act: Callable[[], None]) -> None:
        if self._simulation.server.process.alive:
            self._simulation.server.does_soon(act)

    def _instead(self, act: Callable[[datetime, datetime], None]) -> None:
        """Of what was set before."""
        if self._faults.quiet:
            return
        self._ends()
        begins = wall() + timedelta(seconds=self._random.uniform(-60, 60))
        act(begins, begins + timedelta(seconds=self._random.uniform(*GOES_ON_S)))
        self.changed += 1

    def _ends(self) -> None:
        for rows in (OpenHours.objects, NightRules.objects, PlannedOutage.objects):
            rows.filter(ended_at=None).update(ended_at=wall())

    def _closes(self, begins: datetime, ends: datetime) -> None:
        """Every day between these hours."""
        here = Community.objects.get()
        OpenHours.objects.create(
            community=here, weekdays="1234567", starts=_clock(here, ends), ends=_clock(here, begins)
        )

    def _night(self, begins: datetime, ends: datetime) -> None:
        here = Community.objects.get()
        NightRules.objects.create(
            community=here,
            starts=_clock(here, begins),
            ends=_clock(here, ends),
            cards=self._random.random() < 0.5,
            max_minor=self._random.choice(LIMITS_MINOR),
        )

    def _outage(self, begins: datetime, ends: datetime) -> None:
        PlannedOutage.objects.create(
            community=Community.objects.get(),
            begins=begins,
            ends=ends,
            told_from=begins,
            words_zh="线路检修",
            words_en="Work on the line",
        )

    def _looks(self, kiosk: "SimulatedKiosk") -> None:
        while True:
            self._simulation.scheduler.sleep(LOOK_S)
            if kiosk.session is not None:
                self._notices(kiosk.code, kiosk.session)
            elif (seen := self._seen.get(kiosk.code)) is not None:
                seen.since, seen.visit, seen.served = self._simulation.scheduler.now, None, False

    def _notices(self, code: str, session: Session) -> _Seen:
        now, stands = self._simulation.scheduler.now, _stands(session)
        seen = self._seen.setdefault(code, _Seen(stands, now))
        if seen.stands != stands:
            seen.stands, seen.since = stands, now
        return seen

    def shown(self, code: str, session: Session) -> None:
        """What a kiosk's screen shows."""
        if not self._here:
            return
        seen, served = self._notices(code, session), session.visit.screen not in RESTING
        if served and not seen.served:
            long = self._simulation.scheduler.now - seen.since
            seen.visit = seen.stands if long >= KNOWN_S else None
            if seen.visit is not None and not seen.visit.open:
                Seams.unexpected.append(f"{code} serves somebody while it is closed")
        seen.served = served
        payment = session.visit.payment
        if payment is None or session.visit.looking or payment.payment_id in self._begun:
            return
        self._begun.add(payment.payment_id)
        night = seen.visit.night if seen.visit is not None else None
        if night is not None and payment.state in (PaymentState.CREATED, PaymentState.PENDING):
            self._at_night(code, night, payment.method, payment.amount_minor)

    def at_server(self, order: PaymentOrder) -> Iterator[str]:
        """What an order that the server has just made says against the night that it knows."""
        if order.place != Place.KIOSK or order.method == Method.CREDIT:
            return
        rows, here = NightRules.objects.filter(ended_at=None), Community.objects.get()
        for row in rows:
            night = Night(
                starts=row.starts, ends=row.ends, cards=row.cards, max_minor=row.max_minor
            )
            hours, known = OpeningHours(night=night), wall() - timing.VISIT_MAX
            if not all(standing(hours, at, here.time_zone).night for at in (known, wall())):
                continue
            if order.method == Method.CARD and not row.cards:
                yield f"{order.reference}: the server takes a card at night, when none is taken"
            if 0 < row.max_minor < order.amount_minor:
                yield f"{order.reference}: the server takes {order.amount_minor} at night"

    def _at_night(self, code: str, night: Night, method: Method, minor: int) -> None:
        if method is Method.CARD and not night.cards:
            Seams.unexpected.append(f"{code} asks for a card at night, when none is taken")
        if method is not Method.CREDIT and 0 < night.max_minor < minor:
            Seams.unexpected.append(f"{code} takes {minor} at night, more than {night.max_minor}")


def _clock(community: Community, moment: datetime) -> object:
    return moment.astimezone(ZoneInfo(community.time_zone)).time().replace(second=0, microsecond=0)


def _stands(session: Session) -> Standing:
    """By what the kiosk knows, and its own clock; without one that is trusted it is open."""
    lobby = session.lobby
    if lobby.config is None or session.wall is None:
        return Standing()
    if not (lobby.clock_trusted or lobby.server_reachable):
        return Standing()
    return standing(lobby.config.opening, session.wall, lobby.config.community.time_zone)
