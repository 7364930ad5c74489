"""One bill anew: it is voided, and a new one with a number of its own takes its place."""

from datetime import date, datetime

from django.db import transaction

from server.billing import issuing, waiving
from server.billing.drafting import draft, paid_ahead
from server.billing.leases import BillStands, lock
from server.billing.models import Bill, BillKind
from server.billing.packages.selling import lapse
from server.billing.period_facts import PeriodBook
from server.billing.rules.outcome import Blocked
from server.billing.voiding import void_by
from server.estate.models import Unit
from server.staff.people import Person


class CannotBeIssued(Exception):
    """There would be no new bill, so the old one stays. ``blocked``: what is in the way, by fee item;
    empty when there would be nothing to pay."""

    def __init__(self, blocked: list[tuple[str, Blocked]]) -> None:
        super().__init__("; ".join(why.reason.en for _, why in blocked) or "nothing to pay")
        self.blocked = blocked


@transaction.atomic
def reissue_by(person: Person, bill: Bill, reason: str, *, today: date, at: datetime) -> Bill:
    """The new bill of the same unit, period and due date, of all fee items, from what is known now. What
    was waived of the old one holds for it.

    All or nothing. Raises BillNotOpen (BillStands for no month's bill), BillLeased, ReasonMissing,
    CannotBeIssued.
    """
    issuing.lock_numbers(bill.community)
    [old] = lock([bill])
    if old.kind != BillKind.MONTH:
        raise BillStands(old)
    waived = void_by(person, old, reason, at=at)
    book = PeriodBook(bill.community, old.period)
    unit = Unit.objects.select_related("building").get(pk=old.unit_id)
    ahead = paid_ahead(book, [unit])
    lapse(ahead, today, at)
    [new] = draft(book, [unit], today, ahead)
    if not new.makes_a_bill:
        raise CannotBeIssued(new.blocked)
    [made] = issuing.write(book, [new], issued_on=today, due=old.due, at=at)
    waiving.carry(person, waived, made, today=today, at=at)
    return made
