"""A unit's payments at a kiosk: only for who proves to be of it, only since they have it, and each look
is written down."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from contract.messages import ErrorCode
from contract.payment_history import MONTHS, HistoryAsked, PaymentHistory
from server.api.errors import Refusal
from server.api.lookups import counted, digits_of, proving_bill
from server.api.models import LookupWindow
from server.billing.debtors import debtors
from server.billing.unit_accounts import UnitNotFound, find_unit
from server.estate import occupancy
from server.estate.models import Occupancy, Unit
from server.fleet.models import Kiosk
from server.payments import history
from server.staff import audit
from server.staff.people import Person

ACT = "payments_shown"
SHOWN_FOR = timedelta(days=MONTHS * 365 // 12)
_ALWAYS = date.min  # from before the records began


def find(kiosk: Kiosk, asked: HistoryAsked, today: date, now: datetime) -> PaymentHistory:
    """Raises Refusal and UnitNotFound."""
    window = counted(kiosk, now)
    try:
        unit = find_unit(kiosk.community, asked.unit)
        since = _proved_since(kiosk, unit, asked, today, now)
    except (UnitNotFound, Refusal) as error:
        if getattr(error, "code", None) is not ErrorCode.SECOND_FACTOR_NEEDED:
            LookupWindow.objects.filter(pk=window.pk).update(misses=F("misses") + 1)
        raise
    begins = max(since, today - SHOWN_FOR)
    payments, more = history.of_unit(unit, begins)
    _write_down(kiosk, unit, "bill" if asked.bill_token else "phone", len(payments), now)
    return PaymentHistory(
        unit=unit.code,
        label=unit.label,
        payments=payments,
        since=since if since == begins else None,
        more=more,
    )


def _proved_since(
    kiosk: Kiosk, unit: Unit, asked: HistoryAsked, today: date, now: datetime
) -> date:
    """Since when whoever proves it has the unit. Raises Refusal."""
    if asked.bill_token:
        return _by_bill(kiosk, unit, asked.bill_token, today)
    here = list(occupancy.occupants(unit, today))
    if not any(one.resident.phone for one in here):
        raise Refusal(ErrorCode.NO_PHONE)
    people = digits_of(kiosk, unit, asked.phone_last4, here, now)
    return max(_here_since(here, person) for person in people)


def _by_bill(kiosk: Kiosk, unit: Unit, token: str, today: date) -> date:
    """A bill of those who pay now, which was handed to them: one of somebody before them proves nothing,
    nor does the paper that is in their hands, whoever owes it by now."""
    bill = proving_bill(kiosk.community, unit, token, today)
    if bill is None or not occupancy.still_theirs(bill.unit, bill.issued_on, unit, today):
        raise Refusal(ErrorCode.SECOND_FACTOR_WRONG)
    payer = occupancy.payer(unit, today)
    since = occupancy.left_since(unit, today)
    if payer is not None:
        since = _here_since(list(occupancy.occupants(unit, today)), payer.pk)
    whose = debtors([bill]).get(bill.pk)
    known = whose is not None and payer is not None
    if (whose != payer) if known else (bill.issued_on < since):
        raise Refusal(ErrorCode.SECOND_FACTOR_WRONG)
    return since


def _here_since(here: list[Occupancy], person: int) -> date:
    """Of one who owns it and lives there as well, the earlier."""
    return min(one.since or _ALWAYS for one in here if one.resident_id == person)


@transaction.atomic
def _write_down(kiosk: Kiosk, unit: Unit, by: str, count: int, now: datetime) -> None:
    """Among what was done to the unit: a kiosk is no person, and stands there by its code."""
    audit.note(
        kiosk.community_id,
        Person(kiosk.code),
        ACT,
        ("unit", unit.code),
        now,
        after={"proved_by": by, "payments": count},
    )
