"""What must be true when everything has come to rest, whatever happened before.

Truth is what the channels and the terminals' bank hold. Everybody else must agree with it to the cent.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Sum

from contract.messages import EntryKind, Method, PaymentRecord, PaymentState
from contract.methods import BY_CHANNEL
from kiosk.journal import journal as journals
from kiosk.journal.audit import breaches
from server.alerts.models import Alert
from server.billing.models import Allocation
from server.billing.settlement import RESERVED
from server.billing.unit_accounts import account_of
from server.estate.models import Unit
from server.fleet.models import Kiosk
from server.ledger.models import Entry
from server.payments import state_machine
from server.payments.models import JournalEntry, PaymentOrder, Refund
from server.payments.state_machine import End
from server.payments.verification import verify_books
from server.staff.models import Act
from tests.simulation import (
    bill_phones,
    front_desk,
    house_office,
    parts,
    restores,
    unexpected_entries,
)
from tests.simulation.accounts import Truth
from tests.simulation.estate import FOREIGN_ID
from tests.simulation.threads import START

if TYPE_CHECKING:
    from tests.simulation.lobby import SimulatedKiosk
    from tests.simulation.run import Simulation

ENDED_UNPAID = (PaymentState.DECLINED, PaymentState.CANCELLED)


def nothing_open() -> bool:
    """At the server: each order has its end, and no money is on its way back."""
    open_states = [s.value for s in PaymentState if not s.final]
    waiting = PaymentOrder.objects.filter(state__in=open_states, held_minor=0)
    due = Refund.objects.filter(state=Refund.State.DUE).exists()
    return not due and all(_staff_look(order) for order in waiting)


def _staff_look(order: PaymentOrder) -> bool:
    """What a kiosk says that lies has no end by itself: then staff are told."""
    told = Alert.objects.filter(kind="unknown_for_long", subject=order.reference, resolved_at=None)
    return order.kiosk_id == str(FOREIGN_ID) and told.exists()


def nothing_watched() -> bool:
    """What ended has been looked at for the last time: in truth days or weeks later."""
    return not PaymentOrder.objects.filter(next_poll_at__isnull=False, held_minor=0).exists()


def problems(run: "Simulation") -> list[str]:
    """One sentence for each thing that is not as it must be."""
    records = {k.code: k.records() for k in run.kiosks if k.running is not None}
    return [
        *_everybody_up(run),
        *_verified(run),
        *_channels(run),
        *_terminals(run, records),
        *_kiosks_and_server(run, records),
        *_orders(run),
        *_books(run),
        *_credits(),
        *_reserves(),
        *front_desk.wrong(),
        *house_office.wrong(),
        *parts.wrong(),
        *bill_phones.wrong(),
        *_journals(run),
        *_receipts(run, records),
    ]


def _verified(run: "Simulation") -> Iterator[str]:
    """What the product's own verification says, but for entries of which staff are told."""
    told = tuple(unexpected_entries.told_to_staff(run))
    for said in verify_books():
        if not said.startswith(told):
            yield f"verify: {said}"


def outcomes(run: "Simulation") -> Counter[str]:
    found: Counter[str] = Counter()
    for order in PaymentOrder.objects.all():
        found[f"{order.method} {order.state}{' late' if order.reason == 'late' else ''}"] += 1
    by_code = PaymentOrder.objects.filter(with_payment_code=True, captured_minor__gt=0)
    found["charged by phone code"] = by_code.count()
    found["alerts"] = Alert.objects.count()
    found["kiosk lives"] = sum(k.lives for k in run.kiosks)
    return found


def _everybody_up(run: "Simulation") -> Iterator[str]:
    for kiosk in run.kiosks:
        if kiosk.session is None:
            yield f"{kiosk.code} did not come back"
        elif kiosk.session.visit.screen not in ("attract", "starting") and not _rests(kiosk):
            yield f"{kiosk.code} rests on {kiosk.session.visit.screen}"


def _rests(kiosk: "SimulatedKiosk") -> bool:
    return getattr(kiosk, "rests", False)


def _channels(run: "Simulation") -> Iterator[str]:
    """Channel truth = server's order; nothing at a channel without an order."""
    orders = {o.out_trade_no: o for o in PaymentOrder.objects.filter(method__in=BY_CHANNEL)}
    for method, channel in run.channels.items():
        for number, account in channel.accounts.items():
            order = orders.get(number)
            if order is None:
                yield f"{method} has {number}, the server does not"
            elif restores.late_word_is_lost(run, order, account):
                continue
            elif _came(order) != account.captured_minor and not account.refunds:
                yield (
                    f"{order.reference}: {method} took {account.captured_minor}, the server says"
                    f" {_came(order)} ({order.state} {order.reason})"
                )
            elif order.reason == "late" and not _is_late(run, order, account):
                yield f"{order.reference}: called late, but {method} had not ended it"
            elif _kept(run, order) != account.kept_minor and not _excused(run, order, account):
                yield f"{order.reference}: {method} keeps {account.kept_minor}, the server differs"
            elif _told_nothing(order, account) and not restores.payment_is_lost(run, account):
                yield f"{order.reference}: paid and returned at {method}, and called {order.state}"
    for number, order in orders.items():
        known = run.channels[Method(order.method)].accounts
        if _came(order) and number not in known:
            yield f"{order.reference}: money at the server, no order at {order.method}"
        if not order.life.final and not order.held_minor and not _staff_look(order):
            yield f"{order.reference}: still {order.state}"


def _told_nothing(order: PaymentOrder, account: Truth) -> bool:
    """Its payer reads that nothing was charged, though it was, and somebody gave it back in the console.
    What the channel gave back itself, as it was asked to, it calls never paid; where the server had asked
    for that, it cannot tell one from the other."""
    charged = bool(account.captured_minor) and not account.taken_back
    by_console = order.ending not in (End.OPEN, End.ACCEPTED)
    return (
        charged
        and by_console
        and order.life in ENDED_UNPAID
        and not staff_ask_how_much(order, account)
    )


def _is_late(run: "Simulation", order: PaymentOrder, account: Truth) -> bool:
    """The channel had ended it, or staff had; or its payer had been told so before the money was known,
    which staff or a restored server found out later, or a channel told of only after it had gone back."""
    told = bool(run.server.lost) and restores.order_is_lost(order)
    by_word = order.decided == "paid" and order.kiosk_state in restores.TOLD_UNPAID
    heard = min(account.payments_told, default=0.0)
    gone_first = 0 < account.returned_at < heard and order.kiosk_state in restores.TOLD_UNPAID
    return account.paid_after_end or order.decided == "unpaid" or by_word or told or gone_first


def _excused(run: "Simulation", order: PaymentOrder, account: Truth) -> bool:
    lost = restores.word_is_lost, restores.late_word_is_lost
    return staff_ask_how_much(order, account) or any(
        is_lost(run, order, account) for is_lost in lost
    )


def _came(order: PaymentOrder) -> int:
    """Nothing, of what staff booked as paid and took back."""
    return 0 if order.reason == "not_received" else order.captured_minor or order.held_minor


def _kept(run: "Simulation", order: PaymentOrder) -> int:
    """What the channel or the bank keeps of an order, by the books: what people gave back in cash or
    by transfer is still there, unless it went back there too and they were told so."""
    if order.reason == "not_received" or order.method == Method.CREDIT:
        return 0
    elsewhere = order.refunds.filter(state=Refund.State.BY_HAND).exclude(how=Refund.How.CHANNEL)
    returned = sum(elsewhere.values_list("amount_minor", flat=True))
    return _came(order) - order.refunded_minor + returned - _went_back_twice(run, order)


def _went_back_twice(run: "Simulation", order: PaymentOrder) -> int:
    """By people, and by others in the console, as staff were told: the payer owes it. The machine never
    sends what people returned."""
    if not order.by_code:
        return 0
    account = run.channels[Method(order.method)].accounts.get(order.out_trade_no)
    numbers = set(order.refunds.values_list("refund_no", flat=True))
    if account is None or numbers & set(account.refunds):
        return 0
    told = Alert.objects.filter(kind="refunded_twice", details__payment_id=order.payment_id)
    return sum(alert.details["amount_minor"] for alert in told)


def staff_ask_how_much(order: PaymentOrder, account: Truth) -> bool:
    """A channel said that something went back, it says nobody how much, and staff are told; or more went
    back after they had said how much, of which nobody hears."""
    unclear = Alert.objects.filter(kind="refund_unclear", subject=order.reference)
    said = Act.objects.filter(act="state_returned", subject_id=order.payment_id)
    more = said.filter(at__lt=START + timedelta(seconds=account.returned_at))
    return unclear.filter(resolved_at=None).exists() or more.exists()


def _terminals(run: "Simulation", records: dict[str, dict[str, PaymentRecord]]) -> Iterator[str]:
    """What a terminal's bank took = what its kiosk says was approved."""
    for kiosk in run.kiosks:
        mine = records.get(kiosk.code, {}).values()
        cards = [r for r in mine if r.method is Method.CARD]
        said = Counter(r.amount_minor for r in cards if r.state is PaymentState.APPROVED)
        took = Counter(t.amount_minor for t in kiosk.terminal.transactions if t.taken)
        for record in [*cards, *(r for r in mine if r.method is Method.CREDIT)]:
            if not record.state.final:
                yield f"{record.reference}: still {record.state} ({record.reason})"
        if said != took:
            yield f"{kiosk.code}: the bank took {dict(took)}, the journal says {dict(said)}"


def _kiosks_and_server(
    run: "Simulation", records: dict[str, dict[str, PaymentRecord]]
) -> Iterator[str]:
    orders = {o.payment_id: o for o in PaymentOrder.objects.all()}
    forgotten = {payment_id for kiosk in run.kiosks for payment_id in kiosk.forgotten}
    for code, mine in records.items():
        for record in mine.values():
            order = orders.pop(record.payment_id, None)
            if order is None:
                if record.state not in ENDED_UNPAID:
                    yield f"{record.reference}: {record.state} at {code}, unknown to the server"
                continue
            if record.payment_id in forgotten or restores.refusal_is_lost(run, record):
                continue
            if restores.return_is_lost(run, record, order):
                continue
            if not _agree(run, record, order):
                yield (
                    f"{record.reference}: {record.state} ({record.reason}) at {code},"
                    f" {order.state} ({order.reason}) at the server"
                )
    for order in orders.values():
        if order.kiosk_code in records:
            yield f"{order.reference}: at the server only, {order.state}"


def _agree(run: "Simulation", record: PaymentRecord, order: PaymentOrder) -> bool:
    unpaid = record.state in ENDED_UNPAID
    if order.life in ENDED_UNPAID:
        return unpaid or (bool(run.server.lost) and restores.decision_is_lost(record, order))
    if order.reason == "late":  # told that nothing was taken, or that it went back
        told = unpaid or record.state is PaymentState.REVERSED
        return told or bool(order.decided) or bool(run.server.lost)
    if unpaid and Alert.objects.filter(kind="told_unpaid", subject=order.reference).exists():
        return True  # staff tell the payer
    if order.life is PaymentState.REVERSED and order.by_code:
        return True  # given back later, of which nobody tells the kiosk
    if order.held_minor or order.reason == "amount_differs" or order.decided:
        return True  # nobody tells the kiosk what staff decide
    return record.state is order.life


def _orders(run: "Simulation") -> Iterator[str]:
    """Every order holds what its state asks for, and the books hold what it kept: each for itself. The
    cash desk has no orders."""
    rows = Entry.objects.filter(account__code__in=[f"clearing:{m.value}" for m in Method])
    sums = rows.values_list("transaction__reference").annotate(kept=Sum("amount_minor"))
    booked: Counter[str] = Counter()
    for reference, kept in sums.order_by():
        booked[reference.partition(" ")[0]] += kept  # "<payment> <step>" of money that was held
    for order in PaymentOrder.objects.all():
        try:
            state_machine.check(vars(order), {})
        except state_machine.RuleBroken as broken:
            yield str(broken)
        kept = _kept(run, order)
        if booked.pop(order.payment_id, 0) != kept:
            yield f"{order.reference}: keeps {kept}, the books differ"
    for payment_id, kept in booked.items():
        if not kept:
            continue
        yield f"{payment_id}: {kept} in the books, and no order"


def _books(run: "Simulation") -> Iterator[str]:
    """The clearing accounts hold exactly what channels and banks keep; no bill is paid twice."""
    truth = {
        m.value: sum(a.kept_minor for a in c.accounts.values()) for m, c in run.channels.items()
    }
    for order in PaymentOrder.objects.filter(method__in=BY_CHANNEL):
        account = run.channels[Method(order.method)].accounts.get(order.out_trade_no)
        if account is not None and _excused(run, order, account):
            truth[order.method] += _kept(run, order) - account.kept_minor
    truth["card"] = sum(
        t.amount_minor for k in run.kiosks for t in k.terminal.transactions if t.taken
    )
    foreign = PaymentOrder.objects.filter(kiosk_id=str(FOREIGN_ID), method=Method.CARD)
    truth["card"] += sum(_kept(run, order) for order in foreign)
    for method, kept in truth.items():
        rows = Entry.objects.filter(account__code=f"clearing:{method}")
        booked = rows.aggregate(total=Sum("amount_minor"))["total"] or 0
        if booked != kept:
            yield f"the books hold {booked} from {method}, the truth is {kept}"
    paid = Counter(Allocation.objects.filter(undone=False).values_list("bill__number", flat=True))
    for number, times in paid.items():
        if times > 1:
            yield f"bill {number} was settled {times} times"
    owed = sum(_went_back_twice(run, order) for order in PaymentOrder.objects.all())
    rows = Entry.objects.filter(account__code="refunds_due")
    if (due := rows.aggregate(t=Sum("amount_minor"))["t"] or 0) != owed:
        yield f"refunds of {due} are still due, and payers owe {owed}"


def _credits() -> Iterator[str]:
    """What a kiosk shows of a unit's credit is what its payments left there, whatever its code is now."""
    kept = front_desk.kept_by_hand()
    for order in PaymentOrder.objects.filter(state="approved"):
        drawn = order.captured_minor if order.method == Method.CREDIT else order.drawn_minor
        kept[house_office.heir_of(order.unit_id)] += order.credited_minor - drawn
    borne = Entry.objects.filter(account__code="refunds_outside").values_list("unit_id", flat=True)
    theirs = [pk for unit in borne if unit for pk in (unit, house_office.heir_of(unit))]
    units = Unit.objects.select_related("community").exclude(pk__in=theirs)
    for unit in units.filter(pk__in=[pk for pk, credit in kept.items() if credit]):
        shown = account_of(unit, START.date()).credit_minor
        if shown != max(0, kept[unit.pk]):
            yield f"{unit.code} has a credit of {kept[unit.pk]}, and {shown} is shown"


def _reserves() -> Iterator[str]:
    """Of a unit's credit nothing stays reserved for a payment that has ended."""
    rows = Entry.objects.filter(account__code=RESERVED)
    booked = -(rows.aggregate(total=Sum("amount_minor"))["total"] or 0)
    open_states = [s.value for s in PaymentState if not s.final]
    orders = PaymentOrder.objects.filter(state__in=open_states)
    waiting = orders.aggregate(total=Sum("reserved_minor"))["total"] or 0
    if booked != waiting:
        yield f"{booked} of credit is reserved, and payments wait for {waiting}"


def late_fees() -> Iterator[str]:
    """No bill of a run is overdue, so nobody owes any."""
    income = Entry.objects.filter(account__code="income:late_fee")
    if booked := income.aggregate(total=Sum("amount_minor"))["total"]:
        yield f"late fees of {-booked} are booked, and none was due"


def _journals(run: "Simulation") -> Iterator[str]:
    for kiosk in run.kiosks:
        if kiosk.running is None:
            continue
        last = kiosk.journal.last_sequence
        try:
            found = journals.verify(kiosk.disk.path)
        except (journals.JournalBroken, journals.JournalUnavailable) as error:
            yield f"{kiosk.code}: {error}"
            continue
        yield from (f"{kiosk.code}: {breach}" for breach in breaches(kiosk.disk.path))
        row = Kiosk.objects.get(pk=kiosk.kiosk_id)
        received = JournalEntry.objects.filter(kiosk_id=kiosk.kiosk_id).count()
        found += kiosk.journal.first_link[0]  # what earlier disks held
        if not found == last == row.journal_sequence == received:
            yield (
                f"{kiosk.code}: {found} entries on disk, {last} in mind, {received} received,"
                f" {row.journal_sequence} acknowledged"
            )


def _receipts(run: "Simulation", records: dict[str, dict[str, PaymentRecord]]) -> Iterator[str]:
    """Who paid can have a receipt on the phone; a paper that the journal speaks of did come out."""
    for kiosk in run.kiosks:
        mine = records.get(kiosk.code, {})
        paid = [r for r in mine.values() if r.state is PaymentState.APPROVED]
        for record in paid:
            if not record.status_url:
                yield f"{record.reference}: approved, and no way to a receipt"
        for last in paid[-1:]:
            if not bill_phones.page_of(last.payment_id, last.reference)[1]:
                yield f"{last.reference}: approved, and its page does not say what became of it"
        if kiosk.running is None or not hasattr(kiosk, "printer"):
            continue
        told = [e.body for e in kiosk.journal.after(0, 10_000) if e.kind is EntryKind.RECEIPT]
        said = sum(body["outcome"] == "printed" for body in told)
        if said > len(kiosk.printer.printed):
            yield f"{kiosk.code}: {said} receipts by the journal, {len(kiosk.printer.printed)} came"
