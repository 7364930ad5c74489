"""A payment channel and the phones that pay at it: the truth about money that no terminal takes.

It answers late, not at all, or not any more; tells the server of payments when it likes; and now and then
lets somebody pay who had typed the password before the order was closed. A phone whose code is charged
pays at once, asks for its password, or refuses; an order is reversed unless the payer is just at it.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from server.payments.channels.interface import (
    ChannelUnavailable,
    EndAnswer,
    Ending,
    Order,
    OrderState,
    OutcomeUnknown,
    RefundStanding,
    Standing,
)
from tests.simulation.faults import Faults
from tests.simulation.scheduler import Scheduler
from tests.simulation.threads import wall

TELLS_OF_CHARGES = ("alipay",)  # WeChat Pay tells nobody of a payment by code
ARRIVES_LATE_S = (1.0, 90.0)  # a charge that was not answered: some even after they were reversed
SLOW_S = (5.0, 12.0)  # to charge: some kiosks ask once more meanwhile
PASSWORD_S = (2.0, 100.0)
PAYS_AFTER_ALL_S = (2.0, 30.0)
NOTIFY_AGAIN_S = (5.0, 15.0, 30.0, 60.0)


REVERSAL = "reversal"


@dataclass
class Account:
    """One order at the channel. ``charged_minor`` and ``refunds`` are the truth."""

    order: Order
    standing: Standing = Standing.WAITING
    charged_minor: int = 0
    refunds: dict[str, int] = field(default_factory=dict)
    paid_at: datetime | None = None
    paid_after_end: bool = False  # it was closed, or declined
    reason: str = ""  # why a charge was declined

    @property
    def taken_back(self) -> bool:
        """Whether the channel itself gave the money back, by a reversal."""
        return REVERSAL in self.refunds

    @property
    def kept_minor(self) -> int:
        return self.charged_minor - sum(self.refunds.values())


class SimulatedChannel:
    """``step`` marks the places where the server may die; ``deliver`` takes notifications to it;
    ``watch`` sees each new order; ``wrong`` what no server may ask of it."""

    simulated = True
    closes_unscanned = True

    def __init__(
        self,
        name: str,
        scheduler: Scheduler,
        faults: Faults,
        step: Callable[[str], None],
        deliver: Callable[[str, str, OrderState], bool],
        watch: Callable[[Order], None],
        wrong: Callable[[str], None],
    ) -> None:
        self.name, self._scheduler, self._faults = name, scheduler, faults
        self._step, self._deliver, self._watch, self._wrong = step, deliver, watch, wrong
        self._charged_codes: dict[str, str] = {}  # payment code -> the order it was charged for
        self._reversed_before_they_came: set[str] = set()
        self.accounts: dict[str, Account] = {}
        self._untold = 0

    def create(self, order: Order) -> str:
        self._goes("create")
        if self._faults.strikes("channel_refuses"):
            raise ChannelUnavailable("refused before anything was done")
        if self._faults.strikes("channel_silent"):
            self._scheduler.sleep(8.0)
            raise OutcomeUnknown("no answer")
        if order.out_trade_no not in self.accounts:
            self._watch(order)
        known = self.accounts.setdefault(order.out_trade_no, Account(order))
        assert known.order.amount_minor == order.amount_minor, "one number, two amounts"
        if self._faults.strikes("channel_answer_lost"):
            self._scheduler.sleep(8.0)
            raise OutcomeUnknown("no answer")
        if known.standing is not Standing.WAITING:
            raise ChannelUnavailable("the order has ended")
        self._comes()
        return f"weixin://wxpay/{order.out_trade_no}"

    def query(self, out_trade_no: str) -> OrderState:
        self._goes("query")
        if self._unanswered():
            return OrderState(Standing.UNKNOWN)
        state = self._state(out_trade_no)
        self._comes()
        return state

    def close(self, out_trade_no: str) -> EndAnswer:
        self._goes("close")
        if self._faults.strikes("channel_silent"):
            self._scheduler.sleep(8.0)
            return EndAnswer(Ending.UNSURE)
        account = self.accounts.get(out_trade_no)
        ending = Ending.ACCEPTED if account else Ending.NOT_THERE
        if account is not None and account.standing is Standing.WAITING:
            account.standing = Standing.CLOSED
        elif account is not None and account.charged_minor:
            ending = Ending.REFUSED
        if self._faults.strikes("channel_answer_lost"):
            self._scheduler.sleep(8.0)
            return EndAnswer(Ending.UNSURE)
        state = self._state(out_trade_no)
        self._comes()
        return EndAnswer(ending, state)

    def refunded(
        self, out_trade_no: str, paid_at: datetime, refund_nos: Sequence[str]
    ) -> int | None:
        self._goes("refunds")
        if self._unanswered():
            return None
        return sum(self.accounts[out_trade_no].refunds.values())

    def refund(
        self, out_trade_no: str, refund_no: str, amount_minor: int, total_minor: int, reason: str
    ) -> RefundStanding:
        self._goes("refund")
        if self._faults.strikes("channel_silent"):
            return RefundStanding.UNKNOWN
        account = self.accounts[out_trade_no]
        assert account.refunds.get(refund_no, amount_minor) == amount_minor
        account.refunds[refund_no] = amount_minor
        assert account.kept_minor >= 0, "more was refunded than was paid"
        if self._faults.strikes("channel_answer_lost"):
            return RefundStanding.UNKNOWN
        self._comes()
        return RefundStanding.DONE

    def query_refund(self, out_trade_no: str, refund_no: str) -> RefundStanding:
        self._goes("query_refund")
        if self._unanswered():
            return RefundStanding.UNKNOWN
        known = refund_no in self.accounts[out_trade_no].refunds
        return RefundStanding.DONE if known else RefundStanding.NOT_FOUND

    def paid_on_phone(self, code_url: str) -> bool:
        """A resident pays what the code names. False: it cannot be paid any more."""
        account = self.accounts.get(code_url.rpartition("/")[2])
        if account is None or account.charged_minor:
            return False
        closed = account.standing is not Standing.WAITING
        if closed and not self._faults.strikes("paid_after_close"):
            return False
        account.paid_after_end = closed
        self._takes(account)
        return True

    def charge(self, order: Order, payment_code: str) -> OrderState:
        self._goes("charge")
        if self._charged_codes.setdefault(payment_code, order.out_trade_no) != order.out_trade_no:
            self._wrong(f"{order.out_trade_no} is charged by a code that was charged before")
        if order.out_trade_no in self.accounts:
            self._wrong(f"{order.out_trade_no} is charged again")
        if self._faults.strikes("channel_refuses"):
            raise ChannelUnavailable("refused before anything was done")
        self._watch(order)
        if self._faults.strikes("channel_slow"):
            self._scheduler.sleep(self._scheduler.random.uniform(*SLOW_S))
        if self._faults.strikes("channel_silent"):
            self._scheduler.sleep(8.0)
            return OrderState(Standing.UNKNOWN)
        if self._faults.strikes("charge_arrives_late"):
            self._soon(lambda: self._charges(order), ARRIVES_LATE_S)
            self._scheduler.sleep(8.0)
            return OrderState(Standing.UNKNOWN)
        self._charges(order)
        if self._faults.strikes("channel_answer_lost"):
            self._scheduler.sleep(8.0)
            return OrderState(Standing.UNKNOWN)
        self._comes()
        return self._state(order.out_trade_no)

    def _charges(self, order: Order) -> None:
        account = self.accounts[order.out_trade_no] = Account(order)
        account.paid_after_end = order.out_trade_no in self._reversed_before_they_came
        if self._faults.strikes("phone_asks_for_password"):
            self._soon(lambda: self._password(account), PASSWORD_S)
        elif self._faults.strikes("phone_declines"):
            self._declines(account, "no_money")
            if self._faults.strikes("paid_after_decline"):
                self._soon(lambda: self._pays_after_all(account), PAYS_AFTER_ALL_S)
        else:
            self._takes(account)

    def _password(self, account: Account) -> None:
        if account.standing is not Standing.WAITING:
            return
        if self._faults.strikes("password_never_typed"):
            return
        if self._faults.strikes("password_wrong"):
            self._declines(account, "refused")
            return
        self._takes(account)

    def _pays_after_all(self, account: Account) -> None:
        if account.standing is Standing.DECLINED:
            account.paid_after_end = True
            self._takes(account)

    def _declines(self, account: Account, reason: str) -> None:
        account.standing, account.reason = Standing.DECLINED, reason

    def _takes(self, account: Account) -> None:
        account.standing, account.paid_at = Standing.PAID, wall()
        account.charged_minor = account.order.amount_minor
        by_code = account.order.out_trade_no in self._charged_codes.values()
        if not by_code or self.name in TELLS_OF_CHARGES:
            self._soon(lambda: self._notify(account), (0.0, 0.1))

    def reverse(self, out_trade_no: str) -> EndAnswer:
        self._goes("reverse")
        if self._faults.strikes("channel_silent"):
            self._scheduler.sleep(8.0)
            return EndAnswer(Ending.UNSURE)
        account = self.accounts.get(out_trade_no)
        if account is None:
            self._reversed_before_they_came.add(out_trade_no)
        waiting = account is not None and account.standing is Standing.WAITING
        if waiting and self._faults.strikes("reverse_refused"):
            return EndAnswer(Ending.BUSY, OrderState(Standing.WAITING))
        if account is not None and waiting and self._faults.strikes("paid_while_reversing"):
            self._takes(account)
        if account is not None and account.charged_minor and not account.refunds:
            account.refunds[REVERSAL] = account.charged_minor
        elif account is not None and not account.charged_minor:
            account.standing = Standing.CLOSED
        if self._faults.strikes("channel_answer_lost"):
            self._scheduler.sleep(8.0)
            return EndAnswer(Ending.UNSURE)
        self._comes()
        ending = Ending.ACCEPTED if account else Ending.NOT_THERE
        return EndAnswer(ending, self._state(out_trade_no))

    def _soon(self, work: Callable[[], None], within_s: tuple[float, float]) -> None:
        pause = self._scheduler.random.uniform(*within_s)
        self._scheduler.spawn(work, self._scheduler.world, self.name, pause)

    def _notify(self, account: Account) -> None:
        """Until the server has heard it, less and less often."""
        number = account.order.out_trade_no
        self._untold += 1
        for pause in itertools.chain(NOTIFY_AGAIN_S, itertools.repeat(NOTIFY_AGAIN_S[-1])):
            if self._faults.strikes("notification_late"):
                self._scheduler.sleep(90.0)
            if not self._faults.strikes("notification_lost"):
                heard = self._deliver(self.name, number, self._state(number))
                if heard and not self._faults.strikes("notification_repeated"):
                    self._untold -= 1
                    return
            self._scheduler.sleep(pause)

    @property
    def all_told(self) -> bool:
        return self._untold == 0

    def _state(self, out_trade_no: str) -> OrderState:
        account = self.accounts.get(out_trade_no)
        if account is None:
            return OrderState(Standing.NOT_FOUND)
        refunded = sum(account.refunds.values())
        standing = Standing.REFUNDED if refunded else account.standing
        if account.taken_back:
            return OrderState(Standing.CLOSED)  # as after any reversal, paid or not
        if not account.charged_minor:
            declined = standing is Standing.DECLINED
            return OrderState(standing, reason=account.reason if declined else "")
        reference = f"42{out_trade_no[:12]}"
        return OrderState(standing, reference, account.charged_minor, account.paid_at, refunded)

    def _goes(self, what: str) -> None:
        self._step(f"before {self.name} {what}")
        self._scheduler.sleep(0.05)

    def _comes(self) -> None:
        self._scheduler.sleep(0.05)
        self._step(f"after {self.name}")

    def _unanswered(self) -> bool:
        silent = self._faults.strikes("channel_silent") or self._faults.strikes(
            "channel_answer_lost"
        )
        if silent:
            self._scheduler.sleep(8.0)
        return silent
