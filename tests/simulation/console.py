"""The merchant's console of a channel: somebody there gives money back, all or a part of it, or closes an
order, and tells nobody here."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from server.payments.channels.interface import ChannelStatus
from tests.simulation.accounts import IN_THE_CONSOLE, Account
from tests.simulation.faults import Faults
from tests.simulation.scheduler import Scheduler
from tests.simulation.threads import wall

if TYPE_CHECKING:
    from tests.simulation.channel import SimulatedChannel

COMES_EVERY_S = (10.0, 40.0)
TELLS_OF_REFUNDS = ("alipay",)
RETURNS_TOO_AFTER_S, A_PART = (5.0, 100.0), 0.4  # after people did: how often not all of it
# So long the server looks at a paid order here; in truth for weeks. Who gives back later than it looks
# is found by reconciliation with the channel's statement only.
LOOKED_AT_FOR = timedelta(seconds=200)


class Console:
    def __init__(self, channel: "SimulatedChannel", scheduler: Scheduler, faults: Faults) -> None:
        self._channel, self._scheduler, self._faults = channel, scheduler, faults
        acts: dict[str, Callable[[Account], None]] = {
            "console_refunds": self._refunds,
            "console_refunds_part": self._refunds_part,
            "console_closes": self._closes,
        }
        self._acts = {name: act for name, act in acts.items() if name in faults.enabled}
        if self._acts:
            scheduler.spawn(self._works, scheduler.world, f"console of {channel.name}")

    def _works(self) -> None:
        while not self._faults.quiet:
            self._scheduler.sleep(self._scheduler.random.uniform(*COMES_EVERY_S))
            for name, act in self._acts.items():
                accounts = list(self._channel.accounts.values())
                if accounts and self._faults.strikes(name):
                    act(self._scheduler.random.choice(accounts))

    def returns_all(self, account: Account) -> None:
        """At somebody's wish in the office."""
        if account.kept_minor:
            account.refunds[f"{IN_THE_CONSOLE} {len(account.refunds)}"] = account.kept_minor
            account.returned_at = self._scheduler.now
            self._channel.did(account)

    def returns_too(self, account: Account) -> None:
        """Who works in the console does not know that people have returned the money."""
        if self._faults.strikes("console_returns_too"):
            share = 3 if self._scheduler.random.random() < A_PART else 1
            self._channel.soon(
                lambda: self._give_back(account, account.kept_minor // share), RETURNS_TOO_AFTER_S
            )

    def _refunds(self, account: Account) -> None:
        if self._is_looked_at(account):
            self._give_back(account, account.kept_minor)

    def _refunds_part(self, account: Account) -> None:
        if account.kept_minor > 1 and self._is_looked_at(account):
            self._give_back(account, account.kept_minor // 3)

    def _is_looked_at(self, account: Account) -> bool:
        return account.paid_at is not None and wall() - account.paid_at < LOOKED_AT_FOR

    def _give_back(self, account: Account, amount_minor: int) -> None:
        if not amount_minor:
            return
        account.refunds[f"{IN_THE_CONSOLE} {len(account.refunds)}"] = amount_minor
        account.returned_at = self._scheduler.now
        self._channel.did(account)
        if self._channel.name in TELLS_OF_REFUNDS:
            self._channel.notifications.of_refund(account)

    def _closes(self, account: Account) -> None:
        if account.status is ChannelStatus.WAITING:
            account.status = ChannelStatus.CLOSED
            self._channel.did(account)
