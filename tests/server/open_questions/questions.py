"""A lobby in which one of each kind waits for somebody."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from contract.lifecycle import Fact
from contract.messages import Method, PaymentState
from server.alerts.models import Alert
from server.fleet.models import Kiosk
from server.payments import inquiry, sweeper, transitions
from server.payments.channels.interface import ChannelStatus, RefundStatus
from server.payments.decisions.unknown_outcome import book_as_paid
from server.payments.initiation import start
from server.payments.models import PaymentOrder
from server.staff.people import Person
from tests.server.payments import world as worlds
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.world import NOW, World


def order(number: int) -> PaymentOrder:
    return PaymentOrder.objects.get(payment_id=str(UUID(int=number)))


def silent_code(world: World, at: datetime = NOW) -> None:
    """1: WeChat Pay has not answered since its code was shown."""
    start(world.caller, world.request(1, bills=1), at)
    world.channel.silent = True


def lost_card(world: World, number: int = 2) -> None:
    """A card whose terminal lost its answer."""
    told = record(world, PaymentState.UNKNOWN, 3, number=number, method=Method.CARD)
    take(world, KioskJournal().tells(told.model_copy(update={"reason": "lost"})).entries)


def other_amount(world: World, number: int = 3, minor: int = 40000) -> None:
    begun = start(world.caller, world.request(number), NOW)
    inquiry.apply_answer(begun, world.channel.pays(begun.out_trade_no, minor), NOW)


def refused_refund(world: World, number: int = 4) -> None:
    """Late money that the channel does not return."""
    world.community.late_success = "refund"
    world.community.save()
    closed = inquiry.cancel(start(world.caller, world.request(number), NOW), NOW)
    inquiry.apply_answer(closed, world.channel.pays(closed.out_trade_no), NOW)
    Alert.objects.update(resolved_at=NOW)
    world.channel.refund_says = RefundStatus.FAILED
    world.channel.refund_query_says = RefundStatus.NOT_FOUND
    sweeper.sweep(NOW + timedelta(minutes=1))


def contradicted(world: World) -> None:
    """Booked as paid by a person; the terminal says that it was declined."""
    lost_card(world)
    when = NOW + timedelta(hours=1)
    book_as_paid(order(2).payment_id, Person("李会计"), "对账单上有", when)
    transitions.apply_unpaid(order(2).payment_id, Fact.DECLINED, "terminal", when)


def part_returned(world: World, number: int = 6) -> None:
    """A part of a paid order went back in WeChat Pay's merchant console."""
    begun = start(world.caller, world.request(number), NOW)
    paid = world.channel.pays(begun.out_trade_no)
    inquiry.apply_answer(begun, paid, NOW)
    said = replace(paid, status=ChannelStatus.REFUNDED, refunded_minor=10000)
    inquiry.apply_answer(order(number), said, NOW)


def unclear_return(world: World, number: int = 7) -> None:
    """WeChat Pay says that something of it went back in its console, and not how much."""
    begun = start(world.caller, world.request(number), NOW)
    paid = world.channel.pays(begun.out_trade_no)
    inquiry.apply_answer(begun, paid, NOW)
    said = replace(paid, status=ChannelStatus.REFUNDED, refunded_minor=None)
    inquiry.apply_answer(order(number), said, NOW)


def paid_twice(world: World) -> Alert:
    return Alert.objects.create(
        community=world.community,
        kind="paid_twice",
        subject="K03-000009",
        text_zh="账单已由别人缴清,多付的钱已记入预存款",
        text_en="The bill was paid by somebody else; the money was kept as credit",
        details={"amount_minor": 33208, "credited_minor": 33208},
        kiosk_code="K03",
        raised_at=NOW,
    )


def stopped_kiosk() -> None:
    Kiosk.objects.filter(pk=worlds.KIOSK_ID).update(stopped="twin", stopped_at=NOW)


def one_of_each(world: World) -> None:
    refused_refund(world, 4)
    other_amount(world, 3)
    contradicted(world)
    world.bills = worlds.bills(world.unit, "2026-11")
    silent_code(world)
    world.bills = worlds.bills(world.unit, "2026-12", "2027-01")
    part_returned(world)
    sweeper.sweep(NOW + timedelta(minutes=30))
    paid_twice(world)
