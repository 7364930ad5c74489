"""Money of a settled payment that a channel sent back unasked: who bears it, as staff say."""

from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from server.billing.settlement import OUTSIDE
from server.billing.unit_accounts import credit_minor
from server.estate.models import Unit
from server.estate.row_locks import hold_heirs, hold_unit
from server.ledger import posting
from server.ledger.models import Entry
from server.ledger.posting import Line

ACCOUNT = "refunds_outside"
KIND_OF_CREDIT = f"{OUTSIDE}c"
_KINDS = {"credit": KIND_OF_CREDIT, "waivers": f"{OUTSIDE}w"}  # by the account that bears it


class TooLittleCredit(Exception):
    """The unit's credit does not cover it. ``credit_minor`` is what there is."""

    def __init__(self, minor: int) -> None:
        super().__init__(f"the unit has {minor} of credit")
        self.credit_minor = minor


def waiting_minor(community_id: int, payment_id: str) -> int:
    """What went back of a payment and nobody has said yet who bears it, in minor units."""
    entries = Entry.objects.filter(
        account__community_id=community_id,
        account__code=ACCOUNT,
        transaction__reference=payment_id,
    )
    return entries.aggregate(total=Sum("amount_minor"))["total"] or 0


@transaction.atomic
def borne_by(unit: Unit, bearer: str, *, payment_id: str, sum_minor: int, at: datetime) -> int:
    """What waits is taken from the unit's ``credit``, or is the company's loss (``waivers``). Once for
    each ``sum_minor``, all that had gone back by then. Returns how much it was.

    Raises TooLittleCredit; ledger.posting.AlreadyPosted.
    """
    heir = hold_unit(hold_heirs([unit.pk])[unit.pk])  # its credit is spent by one at a time
    amount = waiting_minor(unit.community_id, payment_id)
    if not amount:
        return 0
    if bearer == "credit" and credit_minor(heir) < amount:
        raise TooLittleCredit(credit_minor(heir))
    whose = heir if bearer == "credit" else unit
    posting.post(
        unit.community_id,
        f"{_KINDS[bearer]}{sum_minor}",
        payment_id,
        [Line(bearer, amount, whose.pk), Line(ACCOUNT, -amount, unit.pk)],
        currency=unit.community.currency,
        at=at,
    )
    return amount
