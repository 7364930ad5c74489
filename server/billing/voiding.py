"""A wrong bill is not edited: it is voided, its posting is undone, and it can be issued anew."""

from datetime import datetime

from django.db import transaction

from server.billing import waiving
from server.billing.leases import BillNotOpen, BillStands, lock, refuse_held
from server.billing.models import Bill, BillKind, BillState, BillWaiver, OneOffCharge
from server.billing.packages.refusal import PackageImpossible
from server.billing.packages.selling import bill_voided
from server.ledger import posting
from server.staff import audit
from server.staff.people import Person


@transaction.atomic
def void(bill: Bill, *, at: datetime) -> list[BillWaiver]:
    """What was waived of it ends with it, and is returned. Raises BillNotOpen when it is paid or void,
    BillStands when it can be voided in no case, BillLeased while it may be paid already."""
    [bill] = lock([bill])
    if bill.state not in (BillState.OPEN, BillState.WAIVED):
        raise BillNotOpen(bill)
    refuse_held([bill])
    if bill.kind == BillKind.PACKAGE:
        _end_package(bill, at)
    elif bill.kind != BillKind.MONTH:  # what it stands for was earned with other bills
        raise BillStands(bill)
    ended = waiving.end_all(bill, at)
    original = posting.find(bill.community_id, "bill", bill.number)
    if original is not None:
        posting.post(
            bill.community_id,
            "bill_void",
            bill.number,
            posting.mirrored(original),
            currency=bill.currency,
            at=at,
        )
    OneOffCharge.objects.filter(bill=bill).update(bill=None)
    bill.state = BillState.VOID
    bill.save(update_fields=["state"])
    return ended


def _end_package(bill: Bill, at: datetime) -> None:
    try:
        bill_voided(bill, at)
    except PackageImpossible as error:
        raise BillStands(bill) from error


@transaction.atomic
def void_by(person: Person, bill: Bill, reason: str, *, at: datetime) -> list[BillWaiver]:
    """As ``void``, written down with who did it and why. Raises also ReasonMissing."""
    audit.record(
        bill.community_id,
        person,
        "bill_voided",
        ("bill", bill.number),
        reason,
        at,
        before={"state": bill.state, "amount_minor": bill.amount_minor},
        after={"state": BillState.VOID.value},
    )
    return void(bill, at=at)
