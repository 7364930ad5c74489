"""What a received journal entry means for the books. It never un-pays, whatever a record says.

The kiosk's word decides card payments, because only its terminal knows, and what was paid out of credit
where no order tells of it (a restore). For QR payments the channel decides; then the server only looks.
"""

import logging
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from contract.business_day import business_day
from contract.lifecycle import CLOSED_UNPAID, Fact
from contract.messages import (
    EntryKind,
    Method,
    PaymentRecord,
    PaymentState,
    ReceivedEntry,
    RefusedChange,
)
from contract.methods import BY_CHANNEL
from server.alerts.raising import raise_alert
from server.billing.merged_units import living
from server.billing.models import Bill
from server.billing.unit_accounts import find_unit
from server.database import database_away, value_is_taken
from server.estate.models import Unit
from server.payments import contradictions, held_bills, timing, transitions
from server.payments.channels.interface import ChannelStatus, OrderState
from server.payments.initiation import Caller, kept_bills
from server.payments.journal import kiosk_time
from server.payments.journal.entry_body import check_form
from server.payments.models import PaymentOrder
from server.storable import storable, storable_text

log = logging.getLogger(__name__)

WHY_MAX, KIND_MAX = 200, 40  # characters told of an entry that failed, of a kind that nobody knows
_BEGINNINGS = (PaymentState.CREATED, PaymentState.PENDING)
_BY_KIOSK = (Method.CARD, Method.CREDIT)  # no channel can be asked about them


class AnotherKiosks(Exception):
    """A record names a payment that another kiosk started, or this one in another community."""


class JournalPosting:
    """Takes the entries of one batch, in order. ``refused`` holds what changed nothing, and why. An entry
    that fails, however it fails, is reported and costs no other entry anything."""

    def __init__(self, caller: Caller, now: datetime, settled: bool = False) -> None:
        self._caller, self._now, self._settled = caller, now, settled
        self._orders: dict[str, PaymentOrder] = {}
        self._units: dict[str, Unit] = {}
        self._paid: list[transitions.PaidOrder] = []  # to be booked together
        self._receipts: dict[str, set[str]] = {}  # what became of a receipt -> payments
        self.refused: list[RefusedChange] = []

    def batch(self, entries: list[ReceivedEntry]) -> None:
        """All of them together; when that fails, each by itself. Within a transaction. Raises what is
        no entry's fault: the database is away, or somebody else was quicker."""
        together = JournalPosting(self._caller, self._now, self._settled)
        if not together._without_failure(entries):
            for entry in entries:
                alone = JournalPosting(self._caller, self._now, self._settled)
                if alone._without_failure([entry], report=True):
                    self.refused += alone.refused
            return
        self.refused += together.refused

    def _without_failure(self, entries: list[ReceivedEntry], report: bool = False) -> bool:
        """Whether all of them were taken; else nothing of them was. ``report`` tells staff of it."""
        try:
            with transaction.atomic():
                self._all(entries)
                if connection.vendor == "postgresql":
                    connection.check_constraints()  # not at the end, when it would cost them all
        except Exception as error:
            if database_away(error) or (value_is_taken(error) and not self._settled):
                raise
            log.info("journal entries failed: %s", type(error).__name__)
            if report:
                self._unreadable(entries[0], error)
            return False
        return True

    def _all(self, entries: list[ReceivedEntry]) -> None:
        """Each record is the whole payment, so a beginning whose end follows in the same batch needs
        no steps of its own."""
        kind = EntryKind.PAYMENT
        records = {
            e.sequence: PaymentRecord.model_validate(e.body) for e in entries if e.kind is kind
        }
        told = list(records.values())
        self._find({record.payment_id for record in told}, {record.unit for record in told})
        ended = {r.payment_id: r.version for r in told if r.state not in _BEGINNINGS}
        for entry in entries:
            check_form(entry)
            record = records.get(entry.sequence)
            if record is not None:
                overtaken = ended.get(record.payment_id, 0) > record.version
                if not overtaken or record.state not in _BEGINNINGS:
                    self._payment(entry.sequence, record)
            elif entry.kind is EntryKind.RECEIPT:
                self._receipt(entry)
            elif not isinstance(entry.kind, EntryKind):
                self._of_another_kind(entry)
        self._book()
        self._write_receipts()

    def _told_otherwise(self, record: PaymentRecord) -> None:
        """The channel's word was taken before the kiosk's came: what its payer was told is wrong."""
        order = self._orders[record.payment_id]
        if order.told_paid and order.life in CLOSED_UNPAID:
            contradictions.told_paid(order, self._now)
        settled = order.life is PaymentState.APPROVED and order.reason != "late"
        if settled and order.told_unpaid:
            self._alert(
                "told_unpaid",
                record.reference,
                payment_id=record.payment_id,
                amount_minor=order.captured_minor,
                told=record.state.value,
            )

    def _of_another_kind(self, entry: ReceivedEntry) -> None:
        """What it means nobody knows here: staff are told of the first of its kind."""
        kind = storable_text(entry.kind)[:KIND_MAX]
        self._alert(
            "unreadable_record",
            f"{self._caller.kiosk_code} {kind}",
            sequence=entry.sequence,
            error="kind",
            why=kind,
            **_named(entry.body),
        )

    def _unreadable(self, entry: ReceivedEntry, error: Exception) -> None:
        """Kept as it came, and staff are told what it named."""
        self._alert(
            "unreadable_record",
            f"{self._caller.kiosk_code} {entry.sequence}",
            sequence=entry.sequence,
            error=type(error).__name__,
            why=str(error)[:WHY_MAX],
            **_named(entry.body),
        )

    def _find(self, payment_ids: set[str], unit_codes: set[str]) -> None:
        self._orders = {order.payment_id: order for order in transitions.locked(payment_ids)}
        of = self._caller.community
        for unit in Unit.objects.filter(community=of, code__in=unit_codes):
            unit.community = of
            self._units[unit.code] = unit

    def _receipt(self, entry: ReceivedEntry) -> None:
        payment_id = str(entry.body["payment_id"])
        what = storable_text(f"{entry.body['how']}:{entry.body['outcome']}")
        for payments in self._receipts.values():
            payments.discard(payment_id)
        self._receipts.setdefault(what[:20], set()).add(payment_id)

    def _write_receipts(self) -> None:
        for what, payments in self._receipts.items():
            named = [
                payment_id for payment_id in payments if storable_text(payment_id) == payment_id
            ]
            orders = PaymentOrder.objects.filter(payment_id__in=named)
            orders.filter(kiosk_id=self._caller.kiosk_id).update(receipt=what)

    def _book(self) -> None:
        """Books what was gathered; whatever else is taken comes after that."""
        if self._paid:
            transitions.apply_paid_batch(self._paid, self._now)
            self._paid = []

    def _payment(self, sequence: int, record: PaymentRecord) -> None:
        order = self._order_of(record)
        if order is None:
            return
        code = _refusal(order, record)
        if code:
            self._refuse(code, sequence, order, record)
            return
        if record.version == order.kiosk_version:
            return  # told before: a journal that was carried over repeats what it knows
        told = {"kiosk_version": record.version, "kiosk_state": record.state.value}
        if record.method in _BY_KIOSK and record.state is PaymentState.APPROVED:
            self._approved(order, record, told)
            return
        self._book()
        if order.pk is None:
            order.save()
            order = held_bills.from_journal(order, record.state, self._now)
        if record.method in _BY_KIOSK:
            take_card(order, record, self._now)
        elif not order.life.final and _never_shown(record):
            transitions.end_never_shown(order.payment_id, self._now)
        elif not order.life.final and record.state in (
            PaymentState.CANCELLED,
            PaymentState.DECLINED,
            PaymentState.REVERSED,
            PaymentState.UNKNOWN,
        ):
            told |= {"cancel_wanted": True, "next_poll_at": self._now}
        elif order.life in CLOSED_UNPAID and record.state is PaymentState.APPROVED:
            told |= {"poll_count": 0, "next_poll_at": self._now}
        self._told(order, told)
        self._told_otherwise(record)

    def _approved(self, order: PaymentOrder, record: PaymentRecord, told: dict[str, Any]) -> None:
        if any(one.order is order for one in self._paid):
            self._book()
        paid_at = self._paid_at(order, record)
        news = transitions.PaidOrder(order, _terminal_said(record, paid_at), _facts(record) | told)
        if news.plain:
            order.kiosk_version, order.kiosk_state = record.version, record.state.value
            self._paid.append(news)
            return
        self._book()
        transitions.apply_paid(order.payment_id, news.known, self._now, **_facts(record))
        self._told(order, told)

    def _paid_at(self, order: PaymentOrder, record: PaymentRecord) -> datetime:
        """By the kiosk's clock where that can be; else now, and staff are told of it."""
        known_since = order.received_at if order.request_hash else None
        paid_at = kiosk_time.believed(record.changed_at, self._now, known_since)
        if paid_at != record.changed_at.replace(tzinfo=record.changed_at.tzinfo or UTC):
            self._alert(
                "kiosk_clock_wrong",
                record.reference,
                payment_id=record.payment_id,
                amount_minor=record.amount_minor,
                said=record.changed_at.isoformat(),
                booked=paid_at.isoformat(),
            )
        return paid_at

    def _told(self, order: PaymentOrder, told: dict[str, Any]) -> None:
        """Notes what the kiosk said last. Another step may have changed the row, so what comes next in
        the batch begins from the row as it stands."""
        PaymentOrder.objects.filter(pk=order.pk).update(**told)
        [self._orders[order.payment_id]] = transitions.locked([order.payment_id])

    def _refuse(self, code: str, sequence: int, order: PaymentOrder, record: PaymentRecord) -> None:
        change = RefusedChange.model_validate(
            {"sequence": sequence, "payment_id": record.payment_id, "code": code}
        )
        self.refused.append(change)
        self._alert(
            "change_refused",
            f"{record.reference} {sequence}",
            payment_id=record.payment_id,
            code=code,
            told=f"{record.state.value} ({record.version})",
            known=f"{order.kiosk_state} ({order.kiosk_version})",
        )

    def _order_of(self, record: PaymentRecord) -> PaymentOrder | None:
        """The order of a record; made from it when the kiosk took a card while the server was away, or
        had its code to show from a server that has lost it since.

        A record of a mere intention makes none: the kiosk's own request for the order is on its
        way, and journal and request may arrive in either order.
        """
        caller = self._caller
        order = self._orders.get(record.payment_id)
        if order is not None:
            at_home = order.community_id == caller.community.pk
            if order.kiosk_id != caller.kiosk_id or not at_home:
                raise AnotherKiosks(record.payment_id)
            return order
        if record.state is PaymentState.CREATED:
            return None
        if record.state is PaymentState.PENDING and not (record.offline or _had_a_code(record)):
            return None
        if record.simulated and not caller.community.test:
            self._alert("simulated_money", record.reference, payment_id=record.payment_id)
            return None
        if record.currency != caller.community.currency:
            self._alert("currency_differs", record.reference, **_named(record.model_dump()))
            return None
        unit = self._units.get(record.unit) or self._unit_of(record)
        order = PaymentOrder(
            payment_id=record.payment_id,
            community=caller.community,
            unit=unit,
            kiosk_id=caller.kiosk_id,
            kiosk_code=caller.kiosk_code,
            reference=record.reference,
            method=record.method.value,
            bills=kept_bills(record.bills),
            amount_minor=record.amount_minor,
            credit_minor=record.credit_minor,
            currency=record.currency,
            request_hash="",
            out_trade_no=record.payment_id.replace("-", ""),
            simulated=record.simulated,
            top_up=record.top_up,
            in_part=record.in_part,
            offline=record.offline,
            with_payment_code=record.with_payment_code,
            created_at=kiosk_time.believed(record.created_at, self._now),
            received_at=self._now,
            changed_at=self._now,
            expires_at=_payable_until(record, self._now),
            next_poll_at=self._now,  # the sweep forgets it only once its end is known
        )
        self._orders[record.payment_id] = order
        return order

    def _unit_of(self, record: PaymentRecord) -> Unit:
        """Its code may have been corrected since it was written down; its bills are still the unit's.
        Raises UnitNotFound."""
        of, numbers = self._caller.community, [bill.number for bill in record.bills]
        bills = Bill.objects.filter(community=of, number__in=numbers)
        bill = bills.select_related("unit__community").order_by("pk").first()
        if bill is None:
            return find_unit(of, record.unit)
        return living(bill.unit, business_day(self._now, of.time_zone))

    def _alert(self, kind: str, subject: str, **details: object) -> None:
        raise_alert(
            self._caller.community.pk,
            kind,
            subject,
            self._now,
            kiosk_code=self._caller.kiosk_code,
            **details,
        )


def _never_shown(record: PaymentRecord) -> bool:
    """Whether it was given up before its code was on the screen: its end is the first change of the
    intention. What is shown is on the kiosk's disk before (``kiosk.core.payment_flow``)."""
    unpaid = record.state in (PaymentState.CANCELLED, PaymentState.DECLINED)
    return unpaid and _had_a_code(record) and record.version == 2


def _had_a_code(record: PaymentRecord) -> bool:
    """Whether the server had made its order, and whoever saw its code may pay it."""
    return record.method in BY_CHANNEL and not record.with_payment_code


def _payable_until(record: PaymentRecord, now: datetime) -> datetime | None:
    """By whoever is at it still; after that it is ended at its channel."""
    if record.method in _BY_KIOSK:
        return None
    return now + (timing.PAYMENT_CODE_LIFE if record.with_payment_code else timing.ORDER_LIFE)


def _named(body: Any) -> dict[str, Any]:
    """What staff need to look into an entry, as far as it is there."""
    if not isinstance(body, dict):
        return {}
    names = ("reference", "payment_id", "unit", "state", "method", "amount_minor", "currency")
    told = {name: body[name] for name in names if isinstance(body.get(name), str | int)}
    return {name: str(value)[:WHY_MAX] if _long(value) else value for name, value in told.items()}


def _long(value: str | int) -> bool:
    return len(value) > WHY_MAX if isinstance(value, str) else abs(value) >= 2**63


def _refusal(order: PaymentOrder, record: PaymentRecord) -> str:
    """Why a record may not change anything; empty when it may."""
    if not order.kiosk_state:
        return ""
    before = PaymentState(order.kiosk_state)
    if record.version < order.kiosk_version:
        return "stale"
    if record.version == order.kiosk_version:
        return "" if record.state is before else "stale"
    return "backward" if record.state.is_backward_from(before) else ""


def _terminal_said(record: PaymentRecord, paid_at: datetime) -> OrderState:
    reference = storable_text(record.card.trace_no)[:64] if record.card else ""
    return OrderState(ChannelStatus.PAID, reference, record.amount_minor, paid_at)


def _facts(record: PaymentRecord) -> dict[str, Any]:
    card = storable(record.card.model_dump(exclude={"receipt_lines"})) if record.card else None
    return {"offline": record.offline, **({"card": card} if card else {})}


def take_card(order: PaymentOrder, record: PaymentRecord, now: datetime) -> None:
    """The terminal's word, as the kiosk recorded it, where it is not that it was paid."""
    facts, reason = _facts(record), storable_text(record.reason)[:60] or record.state.value
    match record.state:
        case PaymentState.DECLINED:
            transitions.apply_unpaid(order.payment_id, Fact.DECLINED, reason, now, **facts)
        case PaymentState.CANCELLED:
            transitions.apply_unpaid(order.payment_id, Fact.CANCELLED, reason, now, **facts)
        case PaymentState.UNKNOWN:
            transitions.mark_unknown(order.payment_id, reason, now, **facts)
        case PaymentState.REVERSED:
            transitions.apply_reversed(order.payment_id, reason, now, **facts)
