"""Days as kiosks count them, and payments, for tests."""

from datetime import date, datetime
from typing import Any

from server.fleet.models import Kiosk, KioskDay
from server.payments.models import PaymentOrder
from tests.server.village import NOW


def counted(machine: Kiosk, day: date, source: str = "0" * 16, **hours: dict[str, int]) -> KioskDay:
    """``h9={"visits": 3}``: in the hour from nine."""
    values = {name[1:]: counts for name, counts in hours.items()}
    return KioskDay.objects.create(
        community=machine.community,
        kiosk=machine,
        day=day,
        source=source,
        hours=values,
        counted=1,
        told_at=NOW,
    )


def paid(machine: Kiosk, number: int, at: datetime = NOW, minor: int = 500, **fields: Any) -> None:
    state = {
        "state": "approved",
        "captured_minor": minor,
        "allocated_minor": minor,
        "paid_at": at,
    }
    values = {
        "payment_id": f"00000000-0000-4000-8000-{number:012d}",
        "community": machine.community,
        "unit": machine.community.units.get(code="1-1-101"),
        "kiosk_id": str(machine.pk),
        "kiosk_code": machine.code,
        "reference": f"{machine.code}-{number:06d}",
        "method": "wechat",
        "bills": [{"number": "B-1", "amount_minor": minor}],
        "amount_minor": minor,
        "currency": machine.community.currency,
        "request_hash": "",
        "out_trade_no": f"n{number}",
        "created_at": at,
        "received_at": at,
        "changed_at": at,
    }
    PaymentOrder.objects.create(**(values | state | fields))


UNKNOWN = {
    "state": "unknown",
    "reason": "no_answer",
    "captured_minor": 0,
    "allocated_minor": 0,
    "paid_at": None,
}
