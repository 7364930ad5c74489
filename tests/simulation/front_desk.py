"""The front desk: clerks waive, agree to instalments, take money in, use credit for bills and pay it
out, at any moment. They take the product's no for an answer."""

import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Sum

from server.alerts.models import Alert
from server.billing import credit, waiving
from server.billing.credit_moves import CreditMove
from server.billing.instalments.agreeing import agree_by
from server.billing.instalments.ending import end_by
from server.billing.instalments.models import InstalmentAgreement
from server.billing.instalments.plan import InstalmentsImpossible, Terms
from server.billing.models import Bill, BillState, BillWaiver
from server.billing.waiving import NothingToWaive, WaiverEnded, Wish
from server.estate.models import Unit
from server.ledger.models import Entry
from server.payments.models import PaymentOrder
from server.staff.people import Person
from tests.simulation import charges
from tests.simulation.house_office import heir_of
from tests.simulation.patches import Seams
from tests.simulation.threads import START, wall

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

NOS: tuple[type[Exception], ...] = (
    NothingToWaive,
    WaiverEnded,
    credit.TooLittleCredit,
    InstalmentsImpossible,
)
_CLERK = Person("clerk")
_CAME_IN = {CreditMove.Kind.DEPOSIT, CreditMove.Kind.MOVED_IN, CreditMove.Kind.PACKAGE}
_DEPOSITS = (5_000, 40_000, 120_000)
_ELSEWHERE = "water"


class FrontDesk:
    """Acts are named as ``faults.KINDS`` names them."""

    def __init__(self, run: "Simulation", rng: random.Random) -> None:
        self._run, self._random = run, rng

    def waives(self) -> None:
        """A part or all of an open bill; one time in three somebody takes a waiver back."""
        by = {"today": START.date(), "at": wall()}
        if self._random.random() < 0.3:
            waiver = self._one(BillWaiver.objects.filter(ended_at=None).select_related("bill"))
            if waiver is not None:
                waiving.take_back_by(_CLERK, waiver, "by mistake", **by)
            return
        bill = self._one(Bill.objects.filter(state=BillState.OPEN).select_related("unit"))
        if bill is None:
            return
        amount = self._random.choice((None, 100, bill.amount_minor // 2 or None))
        waiving.waive_by(_CLERK, bill, Wish(waiving.BILL, amount), "hardship", **by)
        Seams.unexpected.extend(charges.of_void_bill(self._run, bill))

    def keeps_credit(self) -> None:
        """Takes in, uses or pays out. Whoever is not sure that it went through sends it again."""
        unit = self._one(Unit.objects.select_related("community"))
        more: dict[str, Any] = {"key": self._key(), "today": START.date(), "at": wall()}
        act = self._random.choice(("deposit", "deposit", "use", "pay_out"))
        for _ in range(self._random.choice((1, 1, 2))):
            if act == "deposit":
                minor = _DEPOSITS[int(more["key"], 16) % len(_DEPOSITS)]
                credit.deposit_by(_CLERK, unit, minor, "cash", note="", **more)
            elif act == "use":
                self._uses(unit, more)
            else:
                minor = 1_000 + int(more["key"], 16) % 50_000
                credit.pay_out_by(_CLERK, unit, minor, "cash", "moves away", **more)

    def _uses(self, unit: Unit, more: dict[str, Any]) -> None:
        """One time in three for a fee alone that no bill of this world charges."""
        items = (_ELSEWHERE,) if int(more["key"], 16) % 3 == 0 else ()
        move = credit.use_oldest_first(_CLERK, unit, items=items, **more)
        if items and move is not None:
            said = f"{unit.code}: credit for {_ELSEWHERE} alone paid {move.amount_minor}"
            Seams.unexpected.append(said)

    def agrees(self) -> None:
        """Open bills become instalments; one time in three an agreement ends, and what is left of it is
        one bill again. Nobody may be about to pay what is withdrawn so."""
        by: dict[str, Any] = {"today": START.date(), "at": wall()}
        if self._random.random() < 0.3:
            made = InstalmentAgreement.objects.filter(ended_at=None)
            if (agreement := self._one(made)) is not None:
                parts = Bill.objects.filter(instalment__agreement=agreement, state=BillState.OPEN)
                self._withdraws(list(parts), lambda: end_by(_CLERK, agreement, "missed", **by))
            return
        unit = self._one(Unit.objects.select_related("community"))
        bills = list(Bill.objects.filter(unit=unit, state=BillState.OPEN).order_by("pk"))
        count = self._random.choice((2, 3))
        dues = tuple(START.date() + timedelta(days=30 * n) for n in range(1, count + 1))
        asked = Terms(tuple(bill.number for bill in bills), dues, "the resident", START.date())
        owed = sum(bill.amount_minor - bill.waived_minor for bill in bills)
        first = owed // 7
        if first and self._random.random() < 0.5:
            rest = (owed - first) // (count - 1)
            last = owed - first - rest * (count - 2)
            asked = replace(asked, amounts=(first, *[rest] * (count - 2), last))
        self._withdraws(bills, lambda: agree_by(_CLERK, unit, asked, "hardship", **by))

    def _withdraws(self, bills: list[Bill], act: Callable[[], object]) -> None:
        act()
        for bill in bills:
            Seams.unexpected.extend(charges.of_void_bill(self._run, bill))

    def _key(self) -> str:
        return uuid.UUID(int=self._random.getrandbits(128)).hex

    def _one(self, rows: Any) -> Any:
        found = list(rows.order_by("pk"))
        return self._random.choice(found) if found else None


def kept_by_hand() -> Counter[int]:
    """What the receipts of the counter say came into each unit's credit, less what left it; of one that
    was merged it is the heir's."""
    kept: Counter[int] = Counter()
    rows = CreditMove.objects.order_by().values_list("unit_id", "kind")
    for unit, kind, minor in rows.annotate(total=Sum("amount_minor")):
        kept[heir_of(unit)] += minor if kind in _CAME_IN else -minor
    return kept


def wrong() -> Iterator[str]:
    """The till holds what was taken in and not given out; nobody's credit is less than nought unless
    staff are told: a channel took money back, or a restored server learnt late what a kiosk had used."""
    by_cash = (CreditMove.Kind.DEPOSIT, CreditMove.Kind.PAID_OUT)
    moves = CreditMove.objects.filter(kind__in=by_cash).order_by()
    cash = sum(m.amount_minor * (1 if m.kind == "deposit" else -1) for m in moves)
    booked = Entry.objects.filter(
        account__code="clearing:cash", transaction__kind__in=("deposit", "credit_paid_out")
    )
    if (found := booked.aggregate(total=Sum("amount_minor"))["total"] or 0) != cash:
        yield f"the till holds {cash} by its receipts, the books say {found}"
    for unit in Unit.objects.exclude(pk__in=_told_overdrawn()).select_related("community"):
        entries = Entry.objects.filter(account__code="credit", unit=unit)
        if (entries.aggregate(total=Sum("amount_minor"))["total"] or 0) > 0:
            yield f"more was spent of {unit.code}'s credit than there was"


def _told_overdrawn() -> set[int]:
    """Units of whose overdrawn credit staff are told; of one that was merged it is the heir's."""
    told = Alert.objects.filter(kind="credit_overdrawn").values_list("subject", flat=True)
    orders = PaymentOrder.objects.filter(reference__in=list(told))
    return {heir_of(unit) for unit in orders.values_list("unit_id", flat=True)}
