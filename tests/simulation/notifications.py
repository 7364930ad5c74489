"""What a channel tells the server unasked: of payments, until it was heard, less and less often."""

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

from server.payments.channels.interface import OrderState
from tests.simulation.accounts import Account
from tests.simulation.faults import Faults
from tests.simulation.scheduler import Scheduler

if TYPE_CHECKING:
    from tests.simulation.channel import SimulatedChannel

TELLS_OF_CHARGES = ("alipay",)  # WeChat Pay tells nobody of a payment by code
AGAIN_S = (5.0, 15.0, 30.0, 60.0)
LATE_S = 90.0


class Notifications:
    """``deliver`` takes one to the server and says whether it was heard."""

    def __init__(
        self,
        channel: "SimulatedChannel",
        scheduler: Scheduler,
        faults: Faults,
        deliver: Callable[[str, str, OrderState], bool],
    ) -> None:
        self._channel, self._scheduler, self._faults = channel, scheduler, faults
        self._deliver, self._untold = deliver, 0

    @property
    def all_told(self) -> bool:
        return self._untold == 0

    def of_payment(self, account: Account) -> None:
        by_code = account.order.out_trade_no in self._channel.charged_codes.values()
        if not by_code or self._channel.name in TELLS_OF_CHARGES:
            self._tells(account)

    def of_refund(self, account: Account) -> None:
        self._tells(account)

    def _tells(self, account: Account) -> None:
        self._untold += 1
        number, said = account.order.out_trade_no, account.told_unasked()
        self._channel.soon(lambda: self._tell(number, said), (0.0, 0.1))

    def _tell(self, number: str, said: OrderState) -> None:
        """The same words each time, whatever became of the money since."""
        for pause in itertools.chain(AGAIN_S, itertools.repeat(AGAIN_S[-1])):
            if self._faults.strikes("notification_late"):
                self._scheduler.sleep(LATE_S)
            if not self._faults.strikes("notification_lost"):
                heard = self._deliver(self._channel.name, number, said)
                if heard:
                    self._was_heard(self._channel.accounts[number], said)
                if heard and not self._faults.strikes("notification_repeated"):
                    self._untold -= 1
                    return
            self._scheduler.sleep(pause)

    def _was_heard(self, account: Account, said: OrderState) -> None:
        if said.refunded_minor:
            account.refunds_told.append((self._scheduler.now, said.refunded_minor))
        elif said.amount_minor:
            account.payments_told.append(self._scheduler.now)
