"""Looking units up without giving residents away: limits, masked names, an optional second factor."""

from datetime import date, datetime, timedelta

from django.db.models import F, Q

from contract import bill_code
from contract.messages import ErrorCode, UnitAccount, UnitLookup
from server.api.errors import Refusal
from server.api.models import LookupWindow
from server.billing.merged_units import paid_with
from server.billing.models import Bill, BillState
from server.billing.signing import trusted_keys
from server.billing.unit_accounts import UnitNotFound, account_of, find_unit
from server.estate.models import Community, Occupancy, Unit
from server.estate.occupancy import on_day
from server.fleet.models import Kiosk
from server.notices.publication import for_unit_alone
from server.service_requests import invoices

LOOKUPS_A_MINUTE = 30
WINDOWS_KEPT = timedelta(hours=1)  # then server.retention takes them away
MISSES_A_MINUTE = 8  # guessing stops long before a building is walked through


def look_up(kiosk: Kiosk, lookup: UnitLookup, today: date, now: datetime) -> UnitAccount:
    """The unit's account. Raises Refusal and UnitNotFound."""
    window = counted(kiosk, now)
    try:
        unit = find_unit(kiosk.community, lookup.unit)
        if kiosk.community.second_factor:
            _check_second_factor(kiosk, unit, lookup, today)
    except (UnitNotFound, Refusal) as error:
        wrong = getattr(error, "code", None) is not ErrorCode.SECOND_FACTOR_NEEDED
        LookupWindow.objects.filter(pk=window.pk).update(misses=F("misses") + int(wrong))
        raise
    received = kiosk.journal_sequence  # as it was before the bills are read
    notices = for_unit_alone(unit, today, kiosk.building_id)
    left = invoices.left_at(kiosk.code, unit)
    more = {"journal_received": received, "notices": notices, "to_invoice": left}
    return account_of(unit, today).model_copy(update=more)


def counted(kiosk: Kiosk, now: datetime) -> LookupWindow:
    """One more question of this kiosk about a unit. Raises Refusal."""
    minute = now.replace(second=0, microsecond=0)
    window, _ = LookupWindow.objects.get_or_create(kiosk_id=str(kiosk.id), minute=minute)
    if window.count >= LOOKUPS_A_MINUTE or window.misses >= MISSES_A_MINUTE:
        raise Refusal(ErrorCode.RATE_LIMITED, retry_after_s=60 - now.second)
    LookupWindow.objects.filter(pk=window.pk).update(count=F("count") + 1)
    return window


def proving_bill(community: Community, unit: Unit, token: str, today: date) -> Bill | None:
    """The bill that a token is of, where it is paid with the unit, under whatever code it was printed."""
    reading = bill_code.read_token(token, trusted_keys(community), community.code, today)
    if reading.code is None:
        return None
    gone = Q(unit__in=paid_with(unit, today), state=BillState.OPEN)
    bills = Bill.objects.filter(Q(unit=unit) | gone)
    return bills.filter(number=reading.code.bill_number).first()


def _check_second_factor(kiosk: Kiosk, unit: Unit, lookup: UnitLookup, today: date) -> None:
    """A bill that is paid with the unit, under whatever code it was printed, or the end of a resident's
    phone number."""
    if lookup.bill_token:
        if proving_bill(kiosk.community, unit, lookup.bill_token, today) is None:
            raise Refusal(ErrorCode.SECOND_FACTOR_WRONG)
        return
    if not lookup.phone_last4:
        raise Refusal(ErrorCode.SECOND_FACTOR_NEEDED)
    here = Occupancy.objects.filter(on_day(today), unit=unit)
    phones = here.values_list("resident__phone", flat=True)
    if not any(phone.endswith(lookup.phone_last4) for phone in phones if phone):
        raise Refusal(ErrorCode.SECOND_FACTOR_WRONG)
