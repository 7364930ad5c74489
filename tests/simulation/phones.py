"""The phones that pay at a channel: at once, after the password, a little later all the same, or never;
now and then after the order was closed, and sometimes another amount than was asked for."""

from typing import TYPE_CHECKING

from server.payments.channels.interface import ChannelStatus
from tests.simulation.accounts import Account
from tests.simulation.faults import Faults
from tests.simulation.scheduler import Scheduler
from tests.simulation.threads import wall

if TYPE_CHECKING:
    from tests.simulation.channel import SimulatedChannel

PASSWORD_S = (2.0, 100.0)
PAYS_AFTER_ALL_S = (2.0, 30.0)
VOUCHER_MINOR = 100  # the channel takes off a voucher and says what the payer paid


class Phones:
    def __init__(self, channel: "SimulatedChannel", scheduler: Scheduler, faults: Faults) -> None:
        self._channel, self._scheduler, self._faults = channel, scheduler, faults

    def pays(self, code_url: str, ended_or_not: bool = False) -> bool:
        """A resident pays what a code on a screen names. False: it cannot be paid any more."""
        account = self._channel.account_of(code_url)
        if account is None or account.captured_minor:
            return False
        expired = account.unscanned and wall() > account.order.expires_at
        closed = expired or account.status is not ChannelStatus.WAITING
        if closed and not (ended_or_not or self._faults.strikes("paid_after_close")):
            return False
        account.paid_after_end, account.unscanned = closed, False
        if not closed and self._faults.strikes("scanned_only"):
            self._channel.changed_by_payer(account)
            return False
        self.takes(account)
        return True

    def asked(self, account: Account) -> None:
        """The phone whose code was charged."""
        if self._faults.strikes("phone_asks_for_password"):
            self._channel.soon(lambda: self._password(account), PASSWORD_S)
        elif self._faults.strikes("phone_declines"):
            self._declines(account, "no_money")
            if self._faults.strikes("paid_after_decline"):
                self._channel.soon(lambda: self._pays_after_all(account), PAYS_AFTER_ALL_S)
        else:
            self.takes(account)

    def takes(self, account: Account) -> None:
        account.status, account.paid_at = ChannelStatus.PAID, wall()
        account.captured_minor = account.order.amount_minor
        if self._faults.strikes("paid_other_amount") and account.captured_minor > VOUCHER_MINOR:
            account.captured_minor -= VOUCHER_MINOR  # nobody is asked to pay nothing
        self._channel.changed_by_payer(account)
        self._channel.notifications.of_payment(account)

    def _password(self, account: Account) -> None:
        if account.status is not ChannelStatus.WAITING:
            return
        if self._faults.strikes("password_never_typed"):
            return
        if self._faults.strikes("password_wrong"):
            self._declines(account, "refused")
            return
        self.takes(account)

    def _pays_after_all(self, account: Account) -> None:
        if account.status is ChannelStatus.DECLINED:
            account.paid_after_end = True
            self.takes(account)

    def _declines(self, account: Account, reason: str) -> None:
        account.status, account.reason = ChannelStatus.DECLINED, reason
        self._channel.changed_by_payer(account)
