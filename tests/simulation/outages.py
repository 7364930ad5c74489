"""Which channels the server has just now: one may be dead for minutes, or not in the configuration."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from contract.messages import Method
from tests.simulation.channel import SimulatedChannel
from tests.simulation.faults import Faults
from tests.simulation.gone import DeadChannel
from tests.simulation.scheduler import Scheduler

TIME_OUTS_S = 22.0  # to connect and to answer, as long as an adapter waits
DEAD_FOR_S = (150.0, 700.0)
REMOVED_FOR_S = (15.0, 60.0)
SOON_S = (0.5, 4.0)


class Outages:
    """``whole_since``: since when a channel is there and answers."""

    def __init__(
        self,
        channels: Mapping[Method, SimulatedChannel],
        scheduler: Scheduler,
        faults: Faults,
        restart: Callable[[], None],
    ) -> None:
        self._restart = restart
        self._channels, self._scheduler, self._faults = channels, scheduler, faults
        self._dead_until = dict.fromkeys(channels, -1.0)
        self._removed_until = dict.fromkeys(channels, -1.0)
        for method, channel in channels.items():
            channel.while_charging = partial(self._while_charging, method)

    def begin(self) -> None:
        """Now and then (see ``run``). A server with another configuration has to be started anew."""
        for method in self._channels:
            if self._faults.strikes("channel_dead"):
                self._dead_until[method] = self._lasts(DEAD_FOR_S)
            if self._faults.strikes("channel_removed"):
                self._removes(method)

    def _while_charging(self, method: Method) -> None:
        if self._faults.strikes("removed_while_charging"):
            pause = self._scheduler.random.uniform(*SOON_S)
            self._scheduler.spawn(
                partial(self._removes, method), self._scheduler.world, "office", pause
            )

    def _removes(self, method: Method) -> None:
        self._removed_until[method] = self._lasts(REMOVED_FOR_S)
        self._restart()

    def _lasts(self, within_s: tuple[float, float]) -> float:
        return self._scheduler.now + self._scheduler.random.uniform(*within_s)

    def channel(self, method: str) -> Any:
        """As ``registry.channel``."""
        found = self._channels.get(Method(method))
        if found is None or self._faults.quiet:
            return found
        if self._scheduler.now < self._removed_until[Method(method)]:
            return None
        if self._scheduler.now < self._dead_until[Method(method)]:
            simulated, closes = found.simulated, found.closes_unscanned
            return DeadChannel(simulated, closes, lambda: self._scheduler.sleep(TIME_OUTS_S))
        return found

    def whole_since(self, method: str) -> float:
        mine = Method(method)
        return max(self._dead_until.get(mine, -1.0), self._removed_until.get(mine, -1.0), 0.0)
