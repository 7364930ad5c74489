"""What a made-up unit has paid, by every way there is."""

from datetime import date, timedelta

from contract.messages import CardData, Method, Text
from contract.payment_history import CASH, EarlierPayment, PaymentHistory
from kiosk.ui.gallery.samples import BILLS, PAYMENT_ID, STATUS_URL, WALL

_LABEL = Text(zh="3栋2单元1201室", en="Building 3, Entrance 2, Room 1201")
_WECHAT = EarlierPayment(
    payment_id=PAYMENT_ID,
    number="K03-000123",
    place="kiosk",
    kiosk_code="K03",
    method=Method.WECHAT,
    paid_at=WALL - timedelta(days=3),
    amount_minor=sum(bill.amount_minor for bill in BILLS[:2]),
    currency="CNY",
    payer="王*明",
    bills=BILLS[:2],
    channel_reference="4200002026112412345678901234",
    status_url=STATUS_URL,
    invoice=True,
)


def _like(number: str, days: int, **changes: object) -> EarlierPayment:
    known = {"payment_id": f"{PAYMENT_ID[:-3]}{days:03d}", "number": number}
    when = {"paid_at": WALL - timedelta(days=days)}
    return _WECHAT.model_copy(update=known | when | changes)


HISTORY = PaymentHistory(
    unit="3-2-1201",
    label=_LABEL,
    payments=[
        _WECHAT,
        _like(
            "P-261026-004711",
            29,
            place="phone",
            method=Method.ALIPAY,
            kiosk_code="",
            bills=BILLS[:1],
        ),
        _like(
            "K01-000077",
            62,
            kiosk_code="K01",
            method=Method.CARD,
            bills=BILLS[1:2],
            returned_minor=5_000,
            card=CardData(
                receipt_no="0042",
                terminal_id="52500001",
                authorisation_code="123456",
                card_name="Visa",
                masked_pan="************0042",
            ),
        ),
        _like(
            "C0001-000019",
            93,
            place="counter",
            method=CASH,
            kiosk_code="",
            top_up=True,
            bills=[],
            amount_minor=50_000,
            credited_minor=50_000,
            status_url="",
            invoice=False,
        ),
        _like(
            "C0001-000012",
            124,
            place="run",
            method=Method.CREDIT,
            kiosk_code="",
            bills=BILLS[:1],
            status_url="",
            invoice=False,
        ),
        _like("K03-000051", 155, bills=BILLS[:1], returned_minor=_WECHAT.amount_minor),
        *(_like(f"K03-00{n:04d}", 185 + 30 * n, bills=BILLS[:1]) for n in range(4)),
    ],
    more=True,
)
NOTHING_PAID = PaymentHistory(unit="3-2-1201", label=_LABEL, payments=[], since=date(2026, 11, 1))
