"""Everything that waits for somebody, oldest first, with all that is known and what can be done. Reads
only."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet
from pydantic import ValidationError

from contract.heartbeat import Heartbeat
from contract.messages import Method, PaymentState, Text
from contract.money import Money
from server.alerts.models import Alert
from server.alerts.raising import CALLBACK_WANTED, FAULTS
from server.estate.models import Community
from server.fleet.heartbeats import last_words
from server.fleet.models import Kiosk
from server.fleet.texts import PAIR_AGAIN
from server.language import both, of_page
from server.open_questions import sentences
from server.open_questions.facts import Row, rows
from server.payments import contradictions, investigation, timing
from server.payments.decisions import outside_refund, unclear_return
from server.payments.decisions.alert_closing import OF_A_QUESTION
from server.payments.models import JournalEntry, PaymentOrder, Refund
from server.staff import scope
from server.staff.audit import acts_by_subject
from server.staff.models import Act
from server.staff.roles import Area

OF_A_JOURNAL = (
    "kiosk_stopped",
    "journal_broken",
    "journal_gap",
    "journal_damaged",
    "journal_unwritable",
    "journal_stands_still",
)
REFUND_TAKES = timedelta(hours=1)  # longer than a refund takes that goes well
STANDS_STILL = timedelta(minutes=15)
_LINKS = {CALLBACK_WANTED: "alert"} | dict.fromkeys(OF_A_JOURNAL, "kiosk")
_HEARD_WITHIN = timedelta(minutes=10)
_OPEN = [state.value for state in PaymentState if not state.final]


@dataclass(frozen=True)
class Question:
    """One thing that waits for somebody. ``kind``: a key of ``texts.KINDS``; ``subject`` names the row
    for the acts (a payment's id, a refund's number, an alert's key, a kiosk's id); ``acts`` are keys of
    ``staff.act_names``; ``version`` is the order's that was seen."""

    kind: str
    subject: str
    since: datetime
    community: Community
    what: Text
    acts: tuple[str, ...]
    to_do: Text | None = None
    amount_minor: int | None = None
    came_minor: int | None = None  # what came instead
    currency: str = ""
    reference: str = ""
    unit: str = ""
    kiosk_code: str = ""
    method: str = ""
    version: int | None = None
    told_unpaid: bool = False  # by its kiosk: what came is for what the person says
    known: dict[str, Any] = field(default_factory=dict)
    about: tuple[tuple[str, str], ...] = ()  # kind and id of what acts may have been done to
    history: list[Act] = field(default_factory=list)
    link: str = ""  # where more can be done

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.subject}"

    @property
    def payment_page(self) -> str:
        """Where all of its payment is told; empty where it is about none."""
        own = self.subject if self.kind in ("payment", "amount", "contradicted") else ""
        payment = str(self.known.get("payment_id") or own)
        return f"/staff/payments/{payment}/" if payment and self.reference else ""

    @property
    def rows(self) -> list[Row]:
        return rows(self.known, self.currency or self.community.currency)

    @property
    def amount(self) -> str:
        return self._shown(self.amount_minor)

    @property
    def came(self) -> str:
        return self._shown(self.came_minor)

    def _shown(self, minor: int | None) -> str:
        if minor is None:
            return ""
        return Money(minor, self.currency or self.community.currency).display(of_page())


def seen(found: list[Question], user: Any) -> list[Question]:
    """Those that the person may look at: about money, where payments may be seen; about a kiosk, where
    kiosks may."""
    return [
        question
        for question in found
        if scope.within(
            scope.sees(user, Area.KIOSKS if question.kind == "journal" else Area.PAYMENTS),
            question.community.pk,
        )
    ]


def questions(communities: QuerySet[Community], at: datetime) -> list[Question]:
    """All open questions of these communities as of ``at``, the oldest first."""
    by_key = {community.pk: community for community in communities}
    found = [
        *_payments(by_key, at),
        *_contradicted(by_key),
        *_outside(by_key),
        *_unclear(by_key),
        *_refunds(by_key, at),
        *_alerts(by_key),
        *_journals(by_key, at),
    ]
    ordered = sorted(found, key=lambda question: (question.since, question.key))
    return _with_history(ordered)


def _with_history(found: list[Question]) -> list[Question]:
    acts = acts_by_subject(subject for question in found for subject in question.about)
    told = []
    for question in found:
        own = [act for subject in question.about for act in acts.get(subject, ())]
        history = sorted(own, key=lambda act: (act.at, act.pk))
        told.append(replace(question, history=history) if history else question)
    return told


class Known:
    """What is known of many orders, asked for all of them at once."""

    def __init__(self, orders: Collection[PaymentOrder]) -> None:
        self._words = last_words({order.kiosk_id for order in orders if order.kiosk_id})
        self._said = investigation.kiosks_said(orders)

    def of(self, order: PaymentOrder) -> dict[str, Any]:
        """Its facts, as ``investigation.facts``."""
        return investigation.facts(
            order,
            lambda kiosk: self._words.get(kiosk, {}),
            lambda asked: self._said.get(asked.payment_id, {}),
        )


def _payments(communities: dict[int, Community], at: datetime) -> Iterator[Question]:
    waiting = Q(held_minor__gt=0) | Q(changed_at__lte=at - timing.DECISION_AFTER)
    orders = PaymentOrder.objects.filter(waiting, community__in=communities, state__in=_OPEN)
    waiting_ones = list(orders.select_related("unit", "community").order_by("changed_at"))
    known = Known(waiting_ones)
    for order in waiting_ones:
        if order.held_minor:
            yield _of_order("amount", order, known, sentences.amount(order), _amount_acts(order))
        else:
            yield _of_order("payment", order, known, sentences.payment(order), _payment_acts(order))


def _amount_acts(order: PaymentOrder) -> tuple[str, ...]:
    return ("settle_amount", "look_again") if order.by_code else ("settle_amount",)


def _payment_acts(order: PaymentOrder) -> tuple[str, ...]:
    ends = ("book_as_paid", "book_as_unpaid", "release_bills")
    return ("look_again", *ends) if order.by_code else ends


def _of_order(
    kind: str, order: PaymentOrder, known: Known, what: Text, acts: tuple[str, ...]
) -> Question:
    return Question(
        kind,
        order.payment_id,
        order.held_since or order.changed_at,
        order.community,
        what,
        acts,
        to_do=both(investigation.to_do(order.by_code)) if kind == "payment" else None,
        amount_minor=order.amount_minor,
        came_minor=order.held_minor or None,
        currency=order.currency,
        reference=order.reference,
        unit=order.unit.code,
        kiosk_code=order.kiosk_code,
        method=order.method,
        version=order.version,
        told_unpaid=order.told_unpaid,
        known=known.of(order),
        about=(("payment", order.payment_id),),
    )


def _contradicted(communities: dict[int, Community]) -> Iterator[Question]:
    pairs = _with_order(communities, contradictions.KIND)
    known = Known([order for _alert, order in pairs])
    for alert, order in pairs:
        acts = ("book_as_unpaid", "resolve_alert")
        if order.decided != "paid":  # its alert is open: see contradictions.open_about
            acts = ("resolve_alert",)
        what = sentences.contradicted(order, alert)
        question = _of_order("contradicted", order, known, what, acts)
        yield replace(question, since=alert.raised_at, link=f"alert:{alert.pk}")


def _outside(communities: dict[int, Community]) -> Iterator[Question]:
    pairs = _with_order(communities, outside_refund.KIND)
    known = Known([order for _alert, order in pairs])
    for alert, order in pairs:
        acts = ("settle_outside", "look_again")
        question = _of_order("outside", order, known, sentences.outside(order), acts)
        yield replace(question, since=alert.raised_at, came_minor=order.refunded_minor)


def _unclear(communities: dict[int, Community]) -> Iterator[Question]:
    pairs = _with_order(communities, unclear_return.KIND)
    known = Known([order for _alert, order in pairs])
    for alert, order in pairs:
        acts = ("state_returned", "look_again")
        question = _of_order("unclear", order, known, sentences.unclear(order), acts)
        yield replace(question, since=alert.raised_at)


def _with_order(communities: dict[int, Community], kind: str) -> list[tuple[Alert, PaymentOrder]]:
    """The open alerts of a kind, each with the payment that it is about."""
    alerts = list(_open_alerts(communities).filter(kind=kind))
    named = {str(alert.details.get("payment_id")) for alert in alerts}
    rows = PaymentOrder.objects.filter(payment_id__in=named).select_related("unit", "community")
    orders = {order.payment_id: order for order in rows}
    pairs = [(alert, orders.get(str(alert.details.get("payment_id")))) for alert in alerts]
    return [(alert, order) for alert, order in pairs if order is not None]


def _refunds(communities: dict[int, Community], at: datetime) -> Iterator[Question]:
    stuck = Q(trouble_since__isnull=False) | Q(created_at__lte=at - REFUND_TAKES)
    due = Refund.objects.filter(stuck, community__in=communities, state=Refund.State.DUE)
    refunds = list(due.select_related("order__unit", "order__community"))
    facts = Known([refund.order for refund in refunds])
    for refund in refunds:
        order = refund.order
        by_machine = ("refund_again",) if order.by_code else ()
        known = facts.of(order) | {
            "refund_no": refund.refund_no,
            "refund_said": refund.said,
            "poll_count": refund.poll_count,
        }
        yield Question(
            "refund",
            refund.refund_no,
            refund.created_at,
            order.community,
            sentences.refund(refund),
            (*by_machine, "returned_by_hand"),
            amount_minor=refund.amount_minor,
            currency=order.currency,
            reference=order.reference,
            unit=order.unit.code,
            kiosk_code=order.kiosk_code,
            method=order.method,
            known=known,
            about=(("refund", refund.refund_no), ("payment", order.payment_id)),
        )


def _open_alerts(communities: dict[int, Community]) -> QuerySet[Alert]:
    alerts = Alert.objects.filter(community__in=communities, resolved_at=None)
    return alerts.select_related("community").order_by("raised_at", "pk")


def _alerts(communities: dict[int, Community]) -> Iterator[Question]:
    for alert in _open_alerts(communities).exclude(kind__in=(*OF_A_QUESTION, *FAULTS)):
        details = dict(alert.details)
        amount = details.get("amount_minor")
        yield Question(
            "journal" if alert.kind in OF_A_JOURNAL else "alert",
            str(alert.pk),
            alert.raised_at,
            alert.community,
            alert.text,
            ("resolve_alert",),
            amount_minor=amount if type(amount) is int else None,
            reference=alert.subject if alert.subject != alert.kiosk_code else "",
            kiosk_code=alert.kiosk_code,
            known=details,
            about=(("alert", str(alert.pk)),),
            link=_LINKS.get(alert.kind, ""),
        )


def _journals(communities: dict[int, Community], at: datetime) -> Iterator[Question]:
    """Kiosks that are stopped, or whose journal stands still though they are heard: where no alert says
    so already."""
    told = set(
        _open_alerts(communities)
        .filter(kind__in=OF_A_JOURNAL)
        .values_list("community_id", "kiosk_code")
    )
    active = Kiosk.objects.filter(community__in=communities, active=True)
    kiosks = [k for k in active.select_related("community") if (k.community_id, k.code) not in told]
    still = _standing_still([kiosk for kiosk in kiosks if not kiosk.stopped], at)
    words = last_words(k.pk for k in kiosks if k.stopped or str(k.pk) in still)
    for kiosk in kiosks:
        word = words.get(str(kiosk.pk), {})
        if kiosk.stopped:
            what = sentences.stopped(kiosk, both(PAIR_AGAIN[kiosk.stopped]))
            yield _of_kiosk(kiosk, word, kiosk.stopped_at or at, what)
        elif (since := still.get(str(kiosk.pk))) is not None:
            yield _of_kiosk(kiosk, word, since, sentences.stands_still(kiosk))


def _of_kiosk(kiosk: Kiosk, word: dict[str, Any], since: datetime, what: Text) -> Question:
    return Question(
        "journal",
        f"kiosk-{kiosk.pk}",
        since,
        kiosk.community,
        what,
        (),
        kiosk_code=kiosk.code,
        known={"kiosk": word},
        link="kiosk",
    )


def _standing_still(kiosks: Sequence[Kiosk], at: datetime) -> dict[str, datetime]:
    """Since when nothing of a kiosk's journal has come, by its id, though it is heard and says that there
    is more."""
    more = {str(kiosk.pk): kiosk.enrolled_at for kiosk in kiosks if _has_more(kiosk, at)}
    entries = JournalEntry.objects.filter(kiosk_id__in=more).order_by()
    newest = entries.values_list("kiosk_id").annotate(at=Max("received_at"))
    since = more | {str(kiosk): received for kiosk, received in newest}
    return {k: moment for k, moment in since.items() if moment and moment <= at - STANDS_STILL}


def _has_more(kiosk: Kiosk, at: datetime) -> bool:
    try:
        beat = Heartbeat.model_validate(kiosk.heartbeat) if kiosk.heartbeat else None
    except ValidationError:
        return False
    heard = kiosk.heard_at is not None and kiosk.heard_at >= at - _HEARD_WITHIN
    return beat is not None and heard and beat.journal_last > kiosk.journal_sequence


__all__ = ["Method", "Question", "questions", "seen"]
