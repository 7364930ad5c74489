"""What a resident's phone shows for the QR code on a bill. Trusts the signature only; names nobody."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from contract import base64url, bill_code
from contract.bill_code import Reading, Verdict
from contract.business_day import business_day
from contract.money import Money
from server.billing.amounts import paid_minor
from server.billing.models import Bill, BillSigningKey, BillState
from server.billing.rules.late_fee import days_late
from server.billing.signing import trusted_keys
from server.billing.unit_accounts import to_contract
from server.language import of_page

REFUSALS = {
    Verdict.EXPIRED_KEY: _(
        "This bill's code is too old. Please enter your unit at the kiosk in the lobby"
    ),
    Verdict.BAD_SIGNATURE: _(
        "This bill's code cannot be verified. Please do not pay, and tell the office"
    ),
}
NOT_OURS = _("This is not the code of one of our bills")


@require_safe
def bill_page(request: HttpRequest, token: str) -> HttpResponse:
    """200 with the bill as it stands today; 404 with the reason when the code is not good."""
    now = timezone.now()
    reading = _read(token, now)
    bill = _bill(reading)
    if bill is None:
        context: dict[str, object] = {"refusal": REFUSALS.get(reading.verdict, NOT_OURS)}
        return render(request, "billing/phone_bill.html", context, status=404)
    today = business_day(now, bill.community.time_zone)
    view = to_contract(bill, today)
    paid = bill.state == BillState.PAID
    amount = paid_minor(bill) if paid else view.amount_minor
    late_fee = view.late_fee_minor
    context = {
        "bill": bill,
        "community": bill.community,
        "amount": Money(amount, bill.currency).display(of_page()),
        "held": view.held,
        "late_fee": Money(late_fee, bill.currency).display(of_page()) if late_fee else None,
        "lines": [
            (line, Money(line.amount_minor, bill.currency).display(of_page()))
            for line in view.lines
        ],
        "days_late": days_late(bill.due, today) if bill.state == BillState.OPEN else 0,
    }
    return render(request, "billing/phone_bill.html", context)


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
        Bill.objects.select_related("unit", "community")
        .filter(number=reading.code.bill_number, community__code=reading.code.community)
        .first()
    )
