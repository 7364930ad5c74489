"""What a bill's code opens: the bill itself, and what its payer owes with it. Trusts the signature only.

A code is good for years, and paper is left behind: where another person pays for the unit by now, it
opens nothing but its own bill.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from contract import base64url, bill_code, messages
from contract.bill_code import Reading, Verdict
from contract.business_day import business_day
from server.billing.merged_units import living
from server.billing.models import Bill, BillSigningKey, BillState
from server.billing.signing import trusted_keys
from server.billing.unit_accounts import account_of, to_contract
from server.estate import occupancy
from server.estate.models import Unit

REFUSALS = {
    Verdict.EXPIRED_KEY: _(
        "This bill's code is too old. Please enter your unit at the kiosk in the lobby"
    ),
    Verdict.BAD_SIGNATURE: _(
        "This bill's code cannot be verified. Please do not pay, and tell the office"
    ),
}
NOT_OURS = _("This is not the code of one of our bills")


@dataclass(frozen=True)
class Opened:
    """``unit``: with which it is paid. ``bills``: open ones, the oldest first. ``credit_minor``: of the
    unit, to be used; nought where it opens ``only_its_bill``."""

    bill: Bill
    unit: Unit
    bills: list[messages.Bill]
    credit_minor: int
    only_its_bill: bool = False


class NotGood(Exception):
    """The code opens nothing; ``why`` is told to whoever scanned it."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading.verdict)
        self.why = REFUSALS.get(reading.verdict, NOT_OURS)


def open_code(token: str, now: datetime) -> Opened:
    """Raises NotGood."""
    reading = _read(token, now)
    bill = _bill(reading)
    if bill is None:
        raise NotGood(reading)
    today = business_day(now, bill.community.time_zone)
    unit = living(bill.unit, today)
    if occupancy.still_theirs(bill.unit, bill.issued_on, unit, today):
        account = account_of(unit, today)
        return Opened(bill, unit, list(account.bills), account.credit_minor)
    own = [to_contract(bill, today)] if bill.state == BillState.OPEN else []
    return Opened(bill, unit, own, 0, only_its_bill=True)


def _read(token: str, now: datetime) -> Reading:
    """The token names its key; the key belongs to one community."""
    try:
        key_id = base64url.decode(token[:8])[1:5].hex()
    except ValueError:
        return Reading(Verdict.NOT_OURS)
    key = BillSigningKey.objects.select_related("community").filter(key_id=key_id).first()
    if key is None:
        return Reading(Verdict.NOT_OURS)
    community = key.community
    today = business_day(now, community.time_zone)
    return bill_code.read_token(token, trusted_keys(community), community.code, today)


def _bill(reading: Reading) -> Bill | None:
    if reading.code is None:
        return None
    return (
        Bill.objects.select_related("unit__community", "unit__merged_into", "community")
        .filter(number=reading.code.bill_number, community__code=reading.code.community)
        .first()
    )
