"""The desk of the office where open questions are answered: by people who look at the merchant's console
and the terminal's list of the day, and then tell the server what they saw."""

import random
from collections import Counter
from typing import TYPE_CHECKING

from django.db import connection

from contract.messages import Method
from server.estate.models import Community
from server.open_questions.listing import Question, questions
from server.payments.decisions import unknown_outcome
from server.payments.decisions.alert_closing import resolve_alert
from server.payments.decisions.amount_difference import settle_amount
from server.payments.decisions.outside_refund import settle_outside
from server.payments.decisions.refund_takeover import returned_by_hand, try_again
from server.payments.decisions.refusal import NotPossible
from server.payments.decisions.unclear_return import state_returned
from server.payments.models import BorneBy, HeldFor, PaymentOrder, Refund
from server.staff.people import Person
from tests.simulation import charges
from tests.simulation.patches import Seams
from tests.simulation.threads import wall

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

CLERK, BECAUSE = Person("Li Na"), "looked into it"
# Questions that have an end; an alert only wants to be read.
TO_BE_ENDED = ("payment", "amount", "refund", "contradicted", "outside")
_WORK = """
SELECT EXISTS (SELECT 1 FROM alerts_alert WHERE resolved_at IS NULL)
  OR EXISTS (SELECT 1 FROM payments_refund WHERE state = 'due')
  OR EXISTS (SELECT 1 FROM payments_paymentorder WHERE state IN ('created', 'pending', 'unknown'))
"""
PAYS_WITHIN_S, PAY_AT_ONCE = (5.0, 40.0), 0.7
RELEASES, READS = 0.3, 0.3  # how often one does that instead


class Desk:
    """``let_go``: payments whose end somebody decided, or whose bills somebody released. ``by_hand``:
    what was given back over the counter or by transfer, by refund."""

    def __init__(self, run: "Simulation", rng: random.Random, did: Counter[str]) -> None:
        self._run, self._random, self._did = run, rng, did
        self.let_go: set[str] = set()
        self.by_hand: dict[str, int] = {}

    @property
    def has_work(self) -> bool:
        if not self._may_have_work():
            return False
        return any(question.kind in TO_BE_ENDED for question in self.open())

    def _may_have_work(self) -> bool:
        """Asked often, and nearly always answered with no: so the list is not made for it."""
        with connection.cursor() as cursor:
            cursor.execute(_WORK)
            return bool(cursor.fetchone()[0])

    def open(self) -> list[Question]:
        return questions(Community.objects.all(), wall())

    def answers_one(self) -> None:
        asked = self.open()
        if not asked:
            return
        question = self._random.choice(asked)
        self._did[question.kind] += 1
        match question.kind:
            case "payment":
                self._payment(question)
            case "amount":
                purpose = self._random.choice(list(HeldFor))
                settle_amount(question.subject, CLERK, BECAUSE, wall(), purpose=purpose)
                self.let_go.add(question.subject)
            case "refund":
                self._refund(question)
            case "contradicted":
                self._contradicted(question)
            case "outside":
                self._outside(question)
            case "unclear":
                self._unclear(question)
            case _ if "resolve_alert" in question.acts and self._random.random() < READS:
                resolve_alert(int(question.subject), CLERK, BECAUSE, wall())

    def _payment(self, question: Question) -> None:
        """What is seen is true now, and may be another thing a moment later."""
        order = PaymentOrder.objects.get(payment_id=question.subject)
        self.let_go.add(order.payment_id)
        if self._random.random() < RELEASES:
            unknown_outcome.release_bills(order.payment_id, CLERK, BECAUSE, wall())
            return
        named = (order.payment_id, CLERK, BECAUSE, wall())
        if self._is_paid(order) != self._run.faults.strikes("clerk_errs"):
            purpose = self._random.choice([HeldFor.BILLS, HeldFor.CREDIT])
            unknown_outcome.book_as_paid(*named, looked_at_channel=True, purpose=purpose)
        else:
            unknown_outcome.book_as_unpaid(*named, looked_at_channel=True)

    def _contradicted(self, question: Question) -> None:
        order = PaymentOrder.objects.get(payment_id=question.subject)
        if not self._is_paid(order) and "book_as_unpaid" in question.acts:
            struck = len(self._run.faults.struck)
            unknown_outcome.book_as_unpaid(order.payment_id, CLERK, BECAUSE, wall())
            if order.by_code and struck == len(self._run.faults.struck):
                Seams.unexpected.extend(charges.taken_back(self._run, order))
            if order.by_code:
                self._payer_hears(order)
        else:
            resolve_alert(int(question.link.removeprefix("alert:")), CLERK, BECAUSE, wall())

    def _payer_hears(self, order: PaymentOrder) -> None:
        """That nothing came: most pay at once, by the photo that they took of the code, ended or not."""
        if "scanned_late" in self._run.faults.enabled and self._random.random() < PAY_AT_ONCE:
            channel = self._run.channels[Method(order.method)]
            code = f"/{order.out_trade_no}"
            channel.soon(lambda: channel.phones.pays(code, ended_or_not=True), PAYS_WITHIN_S)

    def _outside(self, question: Question) -> None:
        """The unit's credit bears it, where there is enough; else the company."""
        try:
            settle_outside(question.subject, CLERK, BECAUSE, wall(), bearer=BorneBy.CREDIT)
        except NotPossible:
            settle_outside(question.subject, CLERK, BECAUSE, wall(), bearer=BorneBy.COMPANY)

    def _unclear(self, question: Question) -> None:
        """Looks in the console; more may go back there a moment later."""
        order = PaymentOrder.objects.get(payment_id=question.subject)
        account = self._run.channels[Method(order.method)].accounts[order.out_trade_no]
        gone = sum(account.refunds.values())
        state_returned(order.payment_id, CLERK, BECAUSE, wall(), returned_minor=gone)

    def _refund(self, question: Question) -> None:
        refund = Refund.objects.select_related("order").get(refund_no=question.subject)
        if self._random.random() < RELEASES and "refund_again" in question.acts:
            try_again(refund.refund_no, CLERK, BECAUSE, wall())
            return
        account = self._run.channels[Method(refund.order.method)].accounts.get(
            refund.order.out_trade_no
        )
        gone = account is not None and account.kept_minor < refund.amount_minor
        if account is not None and gone:  # a part went back there; so does the rest, by hand
            self._run.channels[Method(refund.order.method)].console.returns_all(account)
        how = (
            Refund.How.CHANNEL if gone else self._random.choice([Refund.How.CASH, Refund.How.BANK])
        )
        returned_by_hand(refund.refund_no, CLERK, BECAUSE, wall(), how=how, looked_at_channel=True)
        if how is not Refund.How.CHANNEL:
            self.by_hand[refund.refund_no] = refund.amount_minor
            if account is not None:
                self._run.channels[Method(refund.order.method)].console.returns_too(account)

    def _is_paid(self, order: PaymentOrder) -> bool:
        if order.by_code:
            account = self._run.channels[Method(order.method)].accounts.get(order.out_trade_no)
            return account is not None and account.kept_minor > 0
        return any(kiosk.terminal.took(order.payment_id) for kiosk in self._run.kiosks)
