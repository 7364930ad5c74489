"""What is known of a payment, as its page draws it: sums, bills, a timeline of everything that happened,
the books, and what can be done now. Reads only; what the person may not look at is not even asked for."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contract.money import Money
from server.billing.models import Bill
from server.fleet.heartbeats import last_word
from server.language import of_page
from server.ledger.names import account_name, kind_name
from server.open_questions.facts import Row, rows
from server.open_questions.listing import Question, questions, seen
from server.open_questions.texts import KINDS
from server.payment_page.timeline import Event, timeline, transactions
from server.payments import investigation
from server.payments.models import PaymentOrder
from server.payments.payer_status import ReceiptStatus, status_of
from server.staff import scope
from server.staff.act_names import act_name
from server.staff.roles import Area

_ABOUT_MONEY = ("payment", "amount", "contradicted", "outside", "refund", "alert")


@dataclass(frozen=True)
class Waiting:
    """An open question about the payment: what it is, what can be done, and where."""

    name: str
    what: Any
    acts: list[str]
    link: str


@dataclass(frozen=True)
class Posted:
    """One transaction in the books."""

    name: str
    at: datetime
    entries: list[tuple[str, str, str]]  # account, amount, bill


@dataclass
class PaymentFacts:
    """Lists that are None are none of the person's business. Sums are empty where they are nought."""

    order: PaymentOrder
    status: ReceiptStatus
    amount: str
    sums: list[tuple[str, str]]
    bills: list[tuple[dict[str, Any], str, Bill | None]]
    events: list[Event]
    known: list[Row] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    books: list[Posted] | None = None


def facts_of(order: PaymentOrder, user: Any, now: datetime) -> PaymentFacts:
    """Of a payment that the person may look at."""

    def money(minor: int) -> str:
        return Money(minor, order.currency).display(of_page())

    def may(area: Area) -> bool:
        return scope.within(scope.sees(user, area), order.community_id)

    numbers = [bill["number"] for bill in order.bills]
    there = {
        b.number: b
        for b in Bill.objects.filter(unit__community=order.community_id, number__in=numbers)
    }
    return PaymentFacts(
        order,
        status_of(order),
        money(order.amount_minor),
        [(name, money(minor)) for name, minor in _sums(order) if minor],
        [
            (
                bill,
                money(bill["amount_minor"]),
                there.get(bill["number"]) if may(Area.BILLS) else None,
            )
            for bill in order.bills
        ],
        timeline(order, with_acts=may(Area.LOG), books=may(Area.BOOKS)),
        known=rows(investigation.facts(order, last_word), order.currency),
        waiting=_waiting(order, user, now) if may(Area.ALERTS) else [],
        books=_books(order) if may(Area.BOOKS) else None,
    )


def _sums(order: PaymentOrder) -> list[tuple[str, int]]:
    names = (
        *("captured_minor", "drawn_minor", "allocated_minor", "credited_minor"),
        *("refunded_minor", "held_minor", "reserved_minor"),
    )
    return [
        (str(PaymentOrder._meta.get_field(name).verbose_name), getattr(order, name))  # type: ignore[union-attr]
        for name in names
    ]


def _waiting(order: PaymentOrder, user: Any, now: datetime) -> list[Waiting]:
    communities = type(order.community).objects.filter(pk=order.community_id)
    found = seen(questions(communities, now), user)
    return [
        Waiting(
            str(KINDS[one.kind]),
            one.what,
            [act_name(act) for act in one.acts],
            f"/staff/open-questions/#{one.key}",
        )
        for one in found
        if _about(one, order)
    ]


def _about(question: Question, order: PaymentOrder) -> bool:
    return question.kind in _ABOUT_MONEY and (
        question.subject == order.payment_id or question.reference == order.reference
    )


def _books(order: PaymentOrder) -> list[Posted]:
    def money(minor: int) -> str:
        return Money(minor, order.currency).display(of_page())

    found = transactions(order)
    return [
        Posted(
            kind_name(row.kind),
            row.posted_at,
            [
                (account_name(entry.account.code), money(entry.amount_minor), entry.bill_number)
                for entry in row.entries.all()
            ],
        )
        for row in found
    ]
