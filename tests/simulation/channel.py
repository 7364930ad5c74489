"""A payment channel as the server asks it: the truth about money that no terminal takes.

It answers late, not at all, or not any more; it is slow to show what it did, unsure whether it did it,
and carries out later what it accepted. The phones that pay at it are ``phones``, what somebody does in
the merchant's console is ``console``.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from server.payments.channels.interface import (
    ChannelStatus,
    ChannelUnavailable,
    EndAnswer,
    Ending,
    Order,
    OrderState,
    OutcomeUnknown,
    RefundStatus,
)
from server.payments.channels.wechat_window import PREPAID
from tests.simulation.accounts import REVERSAL, Account
from tests.simulation.console import Console
from tests.simulation.faults import Faults
from tests.simulation.notifications import Notifications
from tests.simulation.phones import Phones
from tests.simulation.scheduler import Process, Scheduler

CODE = "weixin://wxpay/"
SLOW_S = (5.0, 12.0)  # to charge: some kiosks ask once more meanwhile
SILENCE_S = 8.0  # nobody waits for it any longer
SHOWS_ACT_AFTER_S = (2.0, 60.0)  # what it did itself: until a query says so
SHOWS_PAYMENT_AFTER_S = (0.5, 8.0)
FAILS_FOR_S = 400.0
BILLED_AFTER_S = 40.0  # a refund in WeChat Pay's console: until a bill names it
CARRIED_OUT_AFTER_S = (2.0, 60.0)  # an end that was accepted
ARRIVES_LATE_S = (1.0, 90.0)  # a charge that was not answered: some even after they were reversed


class SimulatedChannel:
    """``step`` marks the places where the server may die; ``deliver`` takes notifications to it;
    ``watch`` sees each new order; ``wrong`` what no server may ask of it. ``simulated`` is what it says
    of itself."""

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
        self.name, self.simulated = name, True
        self.closes_unscanned = name != "alipay"
        self._says_no_trade = not self.closes_unscanned and faults.strikes("says_no_trade")
        self._scheduler, self._faults = scheduler, faults
        self._step, self._watch, self._wrong = step, watch, wrong
        self._reversed_before_they_came: set[str] = set()
        self._refunds_on_their_way: dict[str, Process] = {}  # by whom
        self._fails_until: dict[str, float] = {}
        self.swept_at = 0.0  # when a sweep asked it for anything, last
        self.charged_codes: dict[str, str] = {}  # payment code -> the order it was charged for
        self.accounts: dict[str, Account] = {}
        # Whether its server came back with an earlier backup.
        self.server_forgets: Callable[[], bool] = lambda: False
        self.while_charging: Callable[[], None] = lambda: None
        self.notifications = Notifications(self, scheduler, faults, deliver)
        self.phones = Phones(self, scheduler, faults)
        self.console = Console(self, scheduler, faults)

    # --- what the server asks ---

    def create(self, order: Order) -> str:
        window = order.browser is not None and order.browser.in_window
        if window and not order.browser.openid:
            self._wrong(f"{order.out_trade_no}: asked for before anybody knows who pays")
        self._goes("create")
        if self._faults.strikes("channel_refuses"):
            raise ChannelUnavailable("refused before anything was done")
        if self._faults.strikes("channel_silent"):
            self._scheduler.sleep(SILENCE_S)
            raise OutcomeUnknown("no answer")
        if order.out_trade_no not in self.accounts:
            self._watch(order)
            unscanned = not self.closes_unscanned
            self.changed(Account(channel=self.name, order=order, unscanned=unscanned), 0.0)
        known = self.accounts[order.out_trade_no]
        assert known.order.amount_minor == order.amount_minor, "one number, two amounts"
        if self._faults.strikes("channel_answer_lost"):
            self._scheduler.sleep(SILENCE_S)
            raise OutcomeUnknown("no answer")
        if known.captured_minor:
            raise OutcomeUnknown("it was made before, and is paid")
        if known.status is not ChannelStatus.WAITING:
            raise ChannelUnavailable("the order has ended")
        self._comes()
        return f"{PREPAID if window else CODE}{order.out_trade_no}"

    def account_of(self, code_url: str) -> Account | None:
        """Of what ``create`` answered, as the payer's phone takes it."""
        return self.accounts.get(code_url.removeprefix(PREPAID).removeprefix(CODE))

    def query(self, out_trade_no: str) -> OrderState:
        self._goes("query")
        if self._unanswered():
            return OrderState(ChannelStatus.UNKNOWN)
        state = self._told(out_trade_no)
        self._comes()
        return state

    def charge(self, order: Order, payment_code: str) -> OrderState:
        self._goes("charge")
        if self.charged_codes.setdefault(payment_code, order.out_trade_no) != order.out_trade_no:
            self._wrong(f"{order.out_trade_no} is charged by a code that was charged before")
        if order.out_trade_no in self.accounts and self.server_forgets():
            self._comes()
            return OrderState(
                ChannelStatus.UNKNOWN
            )  # ORDERPAID and the like: nothing is charged twice
        if order.out_trade_no in self.accounts:
            self._wrong(f"{order.out_trade_no} is charged again")
        if self._faults.strikes("channel_refuses"):
            raise ChannelUnavailable("refused before anything was done")
        self._watch(order)
        if self._faults.strikes("channel_silent"):
            self._scheduler.sleep(SILENCE_S)
            return OrderState(ChannelStatus.UNKNOWN)
        if self._faults.strikes("charge_arrives_late"):
            self.soon(lambda: self._charges(order), ARRIVES_LATE_S)
            self._scheduler.sleep(SILENCE_S)
            return OrderState(ChannelStatus.UNKNOWN)
        if self._faults.strikes("channel_slow"):  # and goes on when nobody waits any more
            pause = self._scheduler.random.uniform(*SLOW_S)
            self.soon(lambda: self._charges(order), (pause, pause))
            self.while_charging()
            self._scheduler.sleep(pause + 0.05)
        else:
            self._charges(order)
        if self._faults.strikes("channel_answer_lost"):
            self._scheduler.sleep(SILENCE_S)
            return OrderState(ChannelStatus.UNKNOWN)
        self._comes()
        return self.accounts[order.out_trade_no].state()

    def close(self, out_trade_no: str) -> EndAnswer:
        """What is paid stays so; Alipay knows no order of a code that nobody scanned."""
        self._goes("close")
        if self._faults.strikes("channel_silent"):
            self._scheduler.sleep(SILENCE_S)
            return EndAnswer(Ending.UNSURE)
        account = self.accounts.get(out_trade_no)
        if account is None or account.unscanned:
            return self._says(out_trade_no, Ending.NOT_THERE)
        if account.captured_minor:
            return self._says(out_trade_no, Ending.REFUSED)
        return self._ends(out_trade_no, gives_back=False)

    def reverse(self, out_trade_no: str) -> EndAnswer:
        self._goes("reverse")
        if self._faults.strikes("channel_silent"):
            self._scheduler.sleep(SILENCE_S)
            return EndAnswer(Ending.UNSURE)
        account = self.accounts.get(out_trade_no)
        if account is not None and account.order.browser:
            self._wrong(f"{out_trade_no} is paid on a page, and is reversed like a charge")
        if account is None:
            self._reversed_before_they_came.add(out_trade_no)
            return self._says(out_trade_no, Ending.NOT_THERE)
        if self._in_part(account) and self.name == "wechat":
            return self._says(out_trade_no, Ending.REFUSED)
        if account.unscanned and self._says_no_trade:
            return self._says(out_trade_no, Ending.NOT_THERE)
        if account.status is ChannelStatus.WAITING and not account.unscanned:
            if self._faults.strikes("reverse_refused"):
                return self._says(out_trade_no, Ending.BUSY)
            if self._faults.strikes("paid_while_reversing"):
                self.phones.takes(account)
        return self._ends(out_trade_no, gives_back=True)

    def refunded(
        self, out_trade_no: str, paid_at: datetime, refund_nos: Sequence[str]
    ) -> int | None:
        """Alipay knows those whose number is told; WeChat Pay's bill of a day, made when it is over,
        names those of the console too."""
        self._goes("refunded")
        if self._unanswered():
            return None
        account = self.accounts[out_trade_no]
        if self.name == "alipay":
            return sum(account.refunds.get(number, 0) for number in refund_nos) or None
        billed = self._scheduler.now >= account.returned_at + BILLED_AFTER_S
        return sum(account.refunds.values()) if billed else None

    def refund(
        self, out_trade_no: str, refund_no: str, amount_minor: int, total_minor: int, reason: str
    ) -> RefundStatus:
        asking = self._refunds_on_their_way.get(refund_no)
        if asking is not None and asking.alive:
            self._wrong(f"{refund_no} is asked for while it is asked for")
        self._refunds_on_their_way[refund_no] = self._scheduler.process
        try:
            return self._refund(out_trade_no, refund_no, amount_minor)
        finally:
            self._refunds_on_their_way.pop(refund_no, None)

    def _refund(self, out_trade_no: str, refund_no: str, amount_minor: int) -> RefundStatus:
        self._goes("refund")
        if self._faults.strikes("channel_silent"):
            return RefundStatus.UNKNOWN
        account = self.accounts.get(out_trade_no)
        if account is None:
            return RefundStatus.FAILED  # nobody ever paid it here
        assert account.refunds.get(refund_no, amount_minor) == amount_minor
        if refund_no not in account.refunds and amount_minor > account.kept_minor:
            return RefundStatus.FAILED  # no more can go back than is there
        if self._faults.strikes("refund_fails"):
            self._fails_until[refund_no] = self._scheduler.now + FAILS_FOR_S
        if self._scheduler.now < self._fails_until.get(refund_no, 0.0):
            return RefundStatus.FAILED  # as when the merchant's balance is too low
        account.refunds[refund_no] = amount_minor
        self.did(account)
        if self._faults.strikes("channel_answer_lost"):
            return RefundStatus.UNKNOWN
        self._comes()
        return RefundStatus.DONE

    def query_refund(self, out_trade_no: str, refund_no: str) -> RefundStatus:
        self._goes("query_refund")
        if self._unanswered():
            return RefundStatus.UNKNOWN
        account = self.accounts.get(out_trade_no)
        known = account is not None and refund_no in account.refunds
        return RefundStatus.DONE if known else RefundStatus.NOT_FOUND

    # --- what happens there ---

    def changed(self, account: Account, shows_after_s: float) -> None:
        """Something is another than before; who asks is told so after a while."""
        self.accounts[account.order.out_trade_no] = account
        account.shows_from(self._scheduler.now + shows_after_s)

    def changed_by_payer(self, account: Account) -> None:
        slow = self._faults.strikes("query_lags")
        within = SHOWS_PAYMENT_AFTER_S if slow else (0.0, 0.0)
        self.changed(account, self._scheduler.random.uniform(*within))

    def did(self, account: Account) -> None:
        """The channel itself, or somebody in its console."""
        slow = self._faults.strikes("query_lags")
        within = SHOWS_ACT_AFTER_S if slow else (0.0, 0.0)
        self.changed(account, self._scheduler.random.uniform(*within))

    def _charges(self, order: Order) -> Account:
        if order.out_trade_no in self.accounts:  # another charge of that number came first
            return self.accounts[order.out_trade_no]
        account = Account(channel=self.name, order=order)
        account.paid_after_end = order.out_trade_no in self._reversed_before_they_came
        self.changed(account, 0.0)
        self.phones.asked(account)
        return account

    def _ends(self, out_trade_no: str, gives_back: bool) -> EndAnswer:
        """Carries the end out, or says only that it will, and is unsure at times whether it did."""
        later = self._faults.strikes("end_accepted")
        unsure = self._faults.strikes("end_unsure")
        if later:
            self.soon(lambda: self._ended(out_trade_no, gives_back), CARRIED_OUT_AFTER_S)
        elif not (unsure and self._faults.strikes("end_not_done")):
            self._ended(out_trade_no, gives_back)
        if self._faults.strikes("channel_answer_lost"):
            self._scheduler.sleep(SILENCE_S)
            return EndAnswer(Ending.UNSURE)
        self._comes()
        return self._says(out_trade_no, Ending.UNSURE if unsure else Ending.ACCEPTED)

    def _ended(self, out_trade_no: str, gives_back: bool) -> None:
        """What was paid by then goes back, unless it was only to be closed. Of what went back in part
        Alipay returns the rest, and WeChat Pay nothing."""
        account = self.accounts[out_trade_no]
        if self._in_part(account) and self.name == "wechat":
            return
        if account.kept_minor and gives_back:
            account.refunds[REVERSAL] = account.kept_minor
        elif not account.captured_minor:
            account.status = ChannelStatus.CLOSED
        self.did(account)

    def _in_part(self, account: Account) -> bool:
        return bool(account.refunds) and account.kept_minor > 0

    def _says(self, out_trade_no: str, ending: Ending) -> EndAnswer:
        """The answer to an end, and what a query says right after it."""
        return EndAnswer(ending, self._told(out_trade_no))

    def soon(self, work: Callable[[], object], within_s: tuple[float, float]) -> None:
        pause = self._scheduler.random.uniform(*within_s)
        self._scheduler.spawn(work, self._scheduler.world, self.name, pause)

    def _told(self, out_trade_no: str) -> OrderState:
        account = self.accounts.get(out_trade_no)
        return account.told(self._scheduler.now) if account else OrderState(ChannelStatus.NOT_FOUND)

    def _goes(self, what: str) -> None:
        task = self._scheduler.current
        if task is not None and task.name == "sweep":
            self.swept_at = self._scheduler.now
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
            self._scheduler.sleep(SILENCE_S)
        return silent
