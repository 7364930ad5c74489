"""A small estate, a kiosk, and a channel whose truth the test decides."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from contract.journal_hash import public_key_text
from contract.messages import BillToPay, Method, StartPayment
from server.billing.issuing import issue_period
from server.billing.models import Bill, FeeItem, Tariff
from server.estate.models import Building, Community, Resident, Unit
from server.estate.occupancy import move_in
from server.fleet.models import Kiosk
from server.payments.channels.interface import (
    ChannelStatus,
    ChannelUnavailable,
    EndAnswer,
    Ending,
    Order,
    OrderState,
    OutcomeUnknown,
    RefundStatus,
)
from server.payments.initiation import Caller

KIOSK_ID = UUID(int=0xA3)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOW = datetime.fromisoformat("2026-11-24T22:47:00+08:00")
TODAY = date(2026, 11, 24)


def community(test: bool = True) -> Community:
    return Community.objects.create(
        code="lakeside",
        name_zh="湖畔花园",
        name_en="Lakeside Garden",
        test=test,
        second_factor=False,
        office_phone="0571-5555-0123",
    )


def unit(of: Community, room: str = "1201") -> Unit:
    building, _ = Building.objects.get_or_create(
        community=of, code="3", defaults={"name_zh": "3栋", "name_en": "Building 3"}
    )
    made = Unit.objects.create(
        community=of,
        building=building,
        entrance="2",
        room=room,
        code=f"3-2-{room}",
        label_zh=f"3栋2单元{room}",
        label_en=f"Building 3, Entrance 2, {room}",
        area_m2=Decimal("118.60"),
    )
    move_in(made, Resident.objects.create(community=of, name="王小明", phone="13800001201"))
    return made


def bills(of: Unit, *periods: str) -> list[Bill]:
    """One bill of 332.08 for each period, due in December: no late fee yet."""
    item, _ = FeeItem.objects.get_or_create(
        community=of.community,
        code="property",
        defaults={"name_zh": "物业服务费", "name_en": "Property fee"},
    )
    Tariff.objects.get_or_create(
        community=of.community,
        fee_item=item,
        valid_from=date(2026, 1, 1),
        defaults={"rule": "per_area", "rate": Decimal("2.80")},
    )
    made = []
    for period in periods:
        made += issue_period(
            of.community,
            period,
            issued_on=date(2026, 11, 1),
            due=date(2026, 12, 28),
            at=NOW - timedelta(days=20),
            units=[of],
        )
    return made


def asked_outside() -> None:
    """A channel takes seconds to answer, and what it did stays done: nobody asks it within a transaction
    of the database. That of the test itself does not count."""
    inside = [block for block in connection.atomic_blocks if not block._from_testcase]
    assert not inside, "a channel was asked within a transaction"


@dataclass
class FakeChannel:
    """Holds the truth of each order; what it says and when is decided by the test."""

    name: str = "wechat"
    simulated: bool = True
    orders: dict[str, OrderState] = field(default_factory=dict)
    amounts: dict[str, int] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)
    fails: list[Exception] = field(default_factory=list)  # for the next calls of create
    silent: bool = False  # every question is answered with UNKNOWN
    created: int = 0
    phone: str = "pays"  # at a charge: pays, asks (for the password), or why it is declined
    answer_lost: bool = False  # of the next charge
    reversal_refused: bool = False  # the payer is typing the password
    charged: list[str] = field(default_factory=list)  # order numbers, one for each charge
    reversed: list[str] = field(default_factory=list)
    refund_says: RefundStatus | None = None  # instead of doing it
    refund_query_says: RefundStatus | None = None
    sent: int = 0  # how often a refund was asked for
    while_refunding: list[Callable[[], object]] = field(default_factory=list)  # once each
    closes_unscanned: bool = True
    sent_back: dict[str, int] = field(default_factory=dict)  # in the console, by order number

    def create(self, order: Order) -> str:
        self.created += 1
        if self.fails:
            failure = self.fails.pop(0)
            if isinstance(failure, OutcomeUnknown):  # it was made, the answer was lost
                self._make(order)
            raise failure
        return self._make(order)

    def _make(self, order: Order) -> str:
        self.orders.setdefault(order.out_trade_no, OrderState(ChannelStatus.WAITING))
        self.amounts[order.out_trade_no] = order.amount_minor
        return f"weixin://wxpay/bizpayurl?pr={order.out_trade_no[:8]}"

    def charge(self, order: Order, payment_code: str) -> OrderState:
        number = order.out_trade_no
        self.charged.append(number)
        self.amounts[number] = order.amount_minor
        if self.fails:
            raise self.fails.pop(0)
        if self.phone == "pays":
            self.pays(number)
        elif self.phone == "asks":
            self.orders[number] = OrderState(ChannelStatus.WAITING)
        else:
            return OrderState(ChannelStatus.DECLINED, reason=self.phone)
        if self.answer_lost or self.silent:
            self.answer_lost = False
            return OrderState(ChannelStatus.UNKNOWN)
        return self.orders[number]

    def reverse(self, out_trade_no: str) -> EndAnswer:
        self.reversed.append(out_trade_no)
        if self.silent:
            return EndAnswer(Ending.UNSURE)
        if self.reversal_refused:
            return EndAnswer(Ending.BUSY, self.orders[out_trade_no])
        self.orders[out_trade_no] = OrderState(ChannelStatus.CLOSED)
        return EndAnswer(Ending.ACCEPTED, self.orders[out_trade_no])

    def pays(self, out_trade_no: str, amount_minor: int | None = None) -> OrderState:
        amount = amount_minor or self.amounts[out_trade_no]
        paid = OrderState(ChannelStatus.PAID, f"42{out_trade_no[:10]}", amount, NOW)
        self.orders[out_trade_no] = paid
        return paid

    def query(self, out_trade_no: str) -> OrderState:
        asked_outside()
        if self.silent:
            return OrderState(ChannelStatus.UNKNOWN)
        return self.orders.get(out_trade_no, OrderState(ChannelStatus.NOT_FOUND))

    def close(self, out_trade_no: str) -> EndAnswer:
        if self.silent:
            return EndAnswer(Ending.UNSURE)
        if self.query(out_trade_no).status is ChannelStatus.PAID:
            return EndAnswer(Ending.REFUSED, self.orders[out_trade_no])
        self.orders[out_trade_no] = OrderState(ChannelStatus.CLOSED)
        return EndAnswer(Ending.ACCEPTED, self.orders[out_trade_no])

    def refunded(self, out_trade_no, paid_at, refund_nos):
        asked_outside()
        return None if self.silent else self.sent_back.get(out_trade_no)

    def refund(self, out_trade_no, refund_no, amount_minor, total_minor, reason):
        asked_outside()
        self.sent += 1
        while self.while_refunding:
            self.while_refunding.pop(0)()
        if self.silent:
            return RefundStatus.UNKNOWN
        if self.refund_says is not None:
            return self.refund_says
        self.refunds[refund_no] = amount_minor
        return RefundStatus.DONE

    def query_refund(self, out_trade_no, refund_no):
        asked_outside()
        if self.refund_query_says is not None:
            return self.refund_query_says
        known = refund_no in self.refunds and not self.silent
        return RefundStatus.DONE if known else RefundStatus.UNKNOWN


@dataclass
class World:
    community: Community
    unit: Unit
    bills: list[Bill]
    caller: Caller
    channel: FakeChannel

    def request(
        self, number: int = 1, method: Method = Method.WECHAT, bills: int = 2, **changes: object
    ) -> StartPayment:
        """A payment of the first ``bills`` bills; ``number`` makes its id."""
        paying = [BillToPay(number=b.number, amount_minor=33208) for b in self.bills[:bills]]
        base = StartPayment(
            payment_id=str(UUID(int=number)),
            reference=f"K03-{number:06d}",
            method=method,
            unit=self.unit.code,
            bills=paying,
            amount_minor=33208 * bills,
            currency="CNY",
        )
        return base.model_copy(update=changes)


def make(test: bool = True) -> World:
    of = community(test)
    home = unit(of)
    kiosk = Kiosk.objects.create(
        id=KIOSK_ID,
        community=of,
        code="K03",
        location_zh="大堂",
        location_en="Lobby",
        public_key=public_key_text(KEY.public_key()),
    )
    return World(
        of,
        home,
        bills(home, "2026-09", "2026-10"),
        Caller(str(kiosk.id), "K03", of, kiosk.public_key),
        FakeChannel(),
    )


__all__ = [
    "KEY",
    "KIOSK_ID",
    "NOW",
    "TODAY",
    "ChannelUnavailable",
    "FakeChannel",
    "OutcomeUnknown",
    "World",
    "make",
]
