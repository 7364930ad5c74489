"""Whose debt a bill is. It stays the unit's as well: whoever asks for the unit finds it.

By default it is the debt of who was the payer on the last day of the bill's period. When people move,
what was agreed of each open bill is written down (``BillDebtor``), and from then on that is the answer.
"""

from collections.abc import Iterable
from datetime import datetime

from server.billing.models import Bill, BillDebtor
from server.billing.rules.facts import PeriodFacts
from server.estate import occupancy
from server.estate.models import Resident


def debtors(bills: Iterable[Bill]) -> dict[int, Resident]:
    """By the bills' keys; a bill of a time in which nobody paid is left out. Two queries,
    for any number of bills."""
    rows = list(bills)
    agreed = BillDebtor.objects.filter(bill__in=rows).select_related("resident")
    found = {row.bill_id: row.resident for row in agreed}
    last = {b.pk: (b.unit_id, PeriodFacts(b.period, ()).last) for b in rows if b.pk not in found}
    payers = occupancy.payers_on(last.values())
    return found | {bill: payers[when] for bill, when in last.items() if when in payers}


def agree(bill: Bill, resident: Resident, *, at: datetime) -> None:
    """The bill is this person's debt from now on, within the caller's transaction, which records why.
    Raises IntegrityError across communities."""
    BillDebtor.objects.update_or_create(
        bill=bill,
        defaults={"community_id": bill.community_id, "resident": resident, "agreed_at": at},
    )
