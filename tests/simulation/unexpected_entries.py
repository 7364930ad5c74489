"""What must be true of the kiosk whose journal holds entries that nobody expects: each real payment is
booked whatever stood before it, and of each other record either the money or an alert is there."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from contract.messages import Method, PaymentRecord, PaymentState
from server.alerts.models import Alert
from server.fleet.models import Kiosk
from server.payments.journal.posting import KIND_MAX
from server.payments.models import JournalEntry, PaymentOrder

if TYPE_CHECKING:
    from tests.simulation.run import Simulation


def problems(run: "Simulation") -> Iterator[str]:
    foreign = run.foreign
    written = len(foreign.sent.entries)
    received = JournalEntry.objects.filter(kiosk_id=foreign.kiosk_id).count()
    position = Kiosk.objects.get(pk=foreign.kiosk_id).journal_sequence
    if not written == received == position == foreign.acknowledged:
        yield (
            f"{foreign.code}: {written} entries written, {received} received, {position} known,"
            f" {foreign.acknowledged} acknowledged"
        )
    for sequence in foreign.sent.breaches:
        kind = str(foreign.sent.entries[sequence - 1].kind)[:KIND_MAX]
        alerts = Alert.objects.filter(kind="unreadable_record", kiosk_code=foreign.code)
        subjects = (f"{foreign.code} {sequence}", f"{foreign.code} {kind}")
        if not alerts.filter(subject__in=subjects).exists():
            yield f"{foreign.code}: entry {sequence} is against the contract, and nobody was told"
    orders = {o.payment_id: o for o in PaymentOrder.objects.filter(kiosk_id=foreign.kiosk_id)}
    for payment_id, amount in foreign.sent.taken.items():
        order = orders.get(payment_id)
        if order is None or order.life is not PaymentState.APPROVED:
            yield f"{foreign.code}: {payment_id} was paid and is {order.state if order else 'gone'}"
        elif order.captured_minor != amount:
            yield f"{order.reference}: {amount} was paid, {order.captured_minor} is known"
    for sequence, record in foreign.sent.spoiled.items():
        if record is not None and _tells_of_money(record):
            order = orders.get(record.payment_id)
            booked = order is not None and order.captured_minor > 0
            if not booked and not _alerted(foreign.code, sequence, record):
                yield f"{foreign.code}: entry {sequence} tells of money, and nobody was told"


def told_to_staff(run: "Simulation") -> Iterator[str]:
    """How verification begins what it says of entries that no server can book, each of which staff were
    told of."""
    code, kiosk = run.foreign.code, run.foreign.kiosk_id
    for sequence, record in run.foreign.sent.spoiled.items():
        if record is not None and _says_approved(record) and _alerted(code, sequence, record):
            yield f"card payment {record.reference} of kiosk {kiosk}: its journal says approved"


def _says_approved(record: PaymentRecord) -> bool:
    return record.state is PaymentState.APPROVED and record.method is Method.CARD


def _tells_of_money(record: PaymentRecord) -> bool:
    return _says_approved(record) and record.amount_minor > 0


def _alerted(code: str, sequence: int, record: PaymentRecord) -> bool:
    """By the entry's number, or by what it names: any alert of that kiosk will do that does."""
    alerts = Alert.objects.filter(kiosk_code=code)
    return any(
        alert.subject.split(" ")[-1] == str(sequence)
        or alert.details.get("payment_id") == record.payment_id
        for alert in alerts
    )
