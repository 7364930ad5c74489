"""What happened to a payment, in order, in words: order, kiosk, channel, refunds, people, books."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from contract.business_day import local_time
from contract.messages import EntryKind, PaymentState
from contract.money import Money
from server.language import of_page
from server.ledger.models import Transaction
from server.ledger.names import kind_name
from server.open_questions.texts import value
from server.payments.models import STATES, JournalEntry, PaymentOrder, Refund, UnmatchedNotification
from server.staff.act_names import act_name
from server.staff.audit import acts_on

ENTRIES_SHOWN = 100


@dataclass(frozen=True)
class Event:
    """``who``: a word for the side that it happened on; ``more``: a person, a reason."""

    when: datetime
    zone: str
    who: str
    what: str
    amount: str = ""
    more: str = ""

    @property
    def at(self) -> str:
        return f"{local_time(self.when, self.zone):%Y-%m-%d %H:%M:%S}"


def timeline(order: PaymentOrder, *, with_acts: bool, books: bool) -> list[Event]:
    """Oldest first. Acts of people where the person may read the log, postings where the books."""
    found = [*_of_order(order), *_of_kiosk(order), *_of_channel(order), *_of_refunds(order)]
    if with_acts:
        found += _of_people(order)
    if books:
        found += _of_books(order)
    return sorted(found, key=lambda event: event.when)


def _event(order: PaymentOrder, when: datetime, who: str, what: str, **more: str) -> Event:
    return Event(when, order.community.time_zone, who, what, **more)


def _money(minor: int, order: PaymentOrder) -> str:
    return Money(minor, order.currency).display(of_page())


def _of_order(order: PaymentOrder) -> list[Event]:
    here = _("Server")
    found = [
        _event(
            order,
            order.created_at,
            here,
            _("Begun on a phone, by the bill's code")
            if order.by_phone
            else _("Begun at kiosk %(kiosk)s") % {"kiosk": order.kiosk_code},
            amount=_money(order.amount_minor, order),
        )
    ]
    if order.submitted_at:
        what = _("The channel was asked") if order.by_code else _("The card terminal was asked")
        found.append(_event(order, order.submitted_at, here, what))
    if order.held_since:
        what = _("Another amount came; it is held")
        found.append(_event(order, order.held_since, here, what))
    if order.paid_at:
        found.append(
            _event(
                order,
                order.paid_at,
                here,
                _("Paid"),
                amount=_money(order.captured_minor, order),
                more=order.channel_reference,
            )
        )
    if order.life.final and not order.paid_at:
        why = value(order.reason) if order.reason else ""
        found.append(_event(order, order.changed_at, here, str(STATES[order.life]), more=why))
    return found


def _of_kiosk(order: PaymentOrder) -> list[Event]:
    """What its journal says, and any kiosk's of its receipt, by when it arrived here: a kiosk's clock may
    be wrong."""
    rows = JournalEntry.objects.filter(payment_id=order.payment_id, community=order.community_id)
    rows = rows.filter(Q(kiosk_id=order.kiosk_id) | Q(kind=EntryKind.RECEIPT))
    found = []
    for entry in rows.order_by("received_at", "sequence")[:ENTRIES_SHOWN]:
        state = entry.said.get("state")
        if (
            entry.kind == EntryKind.PAYMENT
            and isinstance(state, str)
            and state in set(PaymentState)
        ):
            what = _("Kiosk's journal: %(state)s") % {"state": STATES[PaymentState(state)]}
        elif entry.kind == EntryKind.RECEIPT:
            what = _("Receipt: %(how)s") % {"how": _receipt(entry.said)}
        else:
            continue
        why = value(str(entry.said.get("reason") or "")) if entry.said.get("reason") else ""
        found.append(_event(order, entry.received_at, _("Kiosk"), what, more=why))
    return found


def _receipt(body: dict[str, Any]) -> str:
    return " ".join(value(str(body[name])) for name in ("how", "outcome") if body.get(name))


def _of_channel(order: PaymentOrder) -> list[Event]:
    found = []
    for one in order.channel_responses:
        try:
            when = datetime.fromisoformat(str(one.get("first", "")))
        except ValueError:
            continue
        said = {
            "asked": value(str(one.get("asked", ""))),
            "answer": value(str(one.get("answer", ""))),
        }
        what = _("%(asked)s: %(answer)s") % said
        minor, times = one.get("amount_minor"), one.get("times", 1)
        amount = _money(minor, order) if type(minor) is int else ""
        more = _("%(times)s times") % {"times": times} if times > 1 else ""
        found.append(_event(order, when, _("Channel"), what, amount=amount, more=more))
    rows = UnmatchedNotification.objects.filter(out_trade_no=order.out_trade_no)
    for row in rows.filter(method=order.method):
        what = _("Told of money before its order was known here")
        found.append(_event(order, row.received_at, _("Channel"), what))
    return found


def _of_refunds(order: PaymentOrder) -> list[Event]:
    found = []
    for refund in order.refunds.all():
        amount, who = _money(refund.amount_minor, order), _("Refund")
        found.append(_event(order, refund.created_at, who, _("To be sent back"), amount=amount))
        if refund.trouble_since and refund.state == Refund.State.DUE:
            found.append(_event(order, refund.trouble_since, who, _("In trouble")))
        if refund.done_at:
            more = refund.get_how_display() if refund.how else ""
            what = refund.get_state_display()
            found.append(_event(order, refund.done_at, who, what, amount=amount, more=more))
    return found


def _of_people(order: PaymentOrder) -> list[Event]:
    subjects = [("payment", order.payment_id)]
    subjects += [("refund", refund.refund_no) for refund in order.refunds.all()]
    acts = acts_on(*subjects).filter(community=order.community_id)
    return [
        _event(order, act.at, act.person_name, act_name(act.act), more=act.reason) for act in acts
    ]


def _of_books(order: PaymentOrder) -> list[Event]:
    return [_booked(order, row) for row in transactions(order)]


def _booked(order: PaymentOrder, row: Transaction) -> Event:
    amount = _money(row.debit_minor, order)
    return _event(order, row.posted_at, _("Books"), kind_name(row.kind), amount=amount)


def transactions(order: PaymentOrder) -> list[Transaction]:
    """All that the books hold of it; what was held is posted under its id and a number."""
    own = Transaction.objects.filter(community=order.community_id)
    found = own.filter(reference=order.payment_id) | own.filter(
        reference__startswith=f"{order.payment_id} "
    )
    return list(found.prefetch_related("entries__account").order_by("posted_at", "pk"))
