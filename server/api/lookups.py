"""Looking units up without giving residents away: limits, masked names, an optional second factor."""

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import F, Q

from contract import bill_code
from contract.messages import ErrorCode, UnitAccount, UnitLookup
from server.api import guesses
from server.api.errors import Refusal
from server.api.models import LookupWindow
from server.billing.merged_units import paid_with
from server.billing.models import Bill, BillState
from server.billing.signing import trusted_keys
from server.billing.unit_accounts import UnitNotFound, account_of, find_unit
from server.estate.models import Community, Occupancy, Unit
from server.estate.occupancy import occupants
from server.fleet.models import Kiosk
from server.notices.publication import for_unit_alone
from server.service_requests import invoices

log = logging.getLogger(__name__)
LOOKUPS_A_MINUTE, GUESS_AGAIN_S = 30, 3600
WINDOWS_KEPT = timedelta(hours=1)  # then server.retention takes them away
MISSES_A_MINUTE = 8  # guessing stops long before a building is walked through


def look_up(kiosk: Kiosk, lookup: UnitLookup, today: date, now: datetime) -> UnitAccount:
    """The unit's account. Raises Refusal and UnitNotFound."""
    window = counted(kiosk, now)
    try:
        unit = find_unit(kiosk.community, lookup.unit)
        if kiosk.community.second_factor:
            _check_second_factor(kiosk, unit, lookup, today, now)
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


def digits_of(
    kiosk: Kiosk, unit: Unit, digits: str | None, here: Iterable[Occupancy], now: datetime
) -> set[int]:
    """Which of these residents have a telephone number that ends so. The wrong ones are counted hour by
    hour, whatever they were to open: by one way nothing is tried more often than by another. Raises
    Refusal."""
    if not digits:
        raise Refusal(ErrorCode.SECOND_FACTOR_NEEDED)
    if not guesses.may_guess(unit.pk, now, kiosk=kiosk.pk):
        raise Refusal(ErrorCode.RATE_LIMITED, retry_after_s=GUESS_AGAIN_S)
    people = {one.resident_id for one in here if one.resident.phone.endswith(digits)}
    if not people:
        log.warning("unit %s: wrong digits at kiosk %s", unit.code, kiosk.code)
        raise Refusal(ErrorCode.SECOND_FACTOR_WRONG)
    guesses.guessed_right(unit.pk, now, kiosk=kiosk.pk)
    return people


def _check_second_factor(
    kiosk: Kiosk, unit: Unit, lookup: UnitLookup, today: date, now: datetime
) -> None:
    """A bill that is paid with the unit, under whatever code it was printed, or the end of a resident's
    phone number."""
    if lookup.bill_token:
        if proving_bill(kiosk.community, unit, lookup.bill_token, today) is None:
            raise Refusal(ErrorCode.SECOND_FACTOR_WRONG)
        return
    digits_of(kiosk, unit, lookup.phone_last4, occupants(unit, today), now)
