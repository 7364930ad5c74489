"""What an order holds in each state is checked wherever it is written; its money is accounted for."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from contract.lifecycle import Fact
from contract.messages import Method, PaymentState
from server.billing import settlement
from server.billing.leases import BillLeased
from server.billing.models import Allocation, Bill, BillLine
from server.billing.verification import verify_ledger
from server.ledger import posting
from server.payments import inquiry, state_machine, sweeper, transitions
from server.payments.channels.interface import ChannelStatus, OrderState
from server.payments.initiation import start
from server.payments.models import PaymentOrder
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.world import NOW
from tests.server.without_guards import without_guards

S = PaymentState
OTHER = {
    "bills": [{"number": "X", "amount_minor": 1}],
    "amount_minor": 7,
    "captured_minor": 7,
    "allocated_minor": 7,
    "credited_minor": 7,
    "refunded_minor": 7,
    "community_id": 77,
    "unit_id": 77,
    "simulated": False,
    "with_payment_code": True,
    **dict.fromkeys(("created_at", "submitted_at", "paid_at"), NOW + timedelta(days=1)),
}


def brought_to(world, state):
    """An order that came into the state by the table's own steps."""
    order = start(world.caller, world.request(), NOW)
    if state is S.CREATED:
        PaymentOrder._base_manager.update(state="created", code_url="", submitted_at=None)
    steps = {
        S.UNKNOWN: lambda: transitions.mark_unknown(order.payment_id, "no_answer", NOW),
        S.APPROVED: lambda: inquiry.apply_answer(
            order, world.channel.pays(order.out_trade_no), NOW
        ),
        S.DECLINED: lambda: transitions.apply_unpaid(order.payment_id, Fact.DECLINED, "no", NOW),
        S.CANCELLED: lambda: transitions.apply_unpaid(order.payment_id, Fact.CANCELLED, "end", NOW),
        S.REVERSED: lambda: transitions.apply_reversed(order.payment_id, "refunded", NOW),
    }
    steps.get(state, lambda: None)()
    order = PaymentOrder.objects.get()
    assert order.life is state
    order.save()
    return order


def test_every_state_has_a_rule_about_fields_that_there_are():
    assert set(state_machine.RULES) == set(PaymentState)
    names = {field.attname for field in PaymentOrder._meta.concrete_fields}
    for rule in state_machine.RULES.values():
        assert {*rule.required, *rule.empty, *rule.frozen} <= names
        assert not set(rule.required) & set(rule.empty)


@pytest.mark.parametrize("state", list(PaymentState))
def test_no_write_alters_what_is_frozen(world, state):
    brought_to(world, state)
    for name in state_machine.RULES[state].frozen:
        order = PaymentOrder.objects.get()
        setattr(order, name, OTHER.get(name, "other"))
        with pytest.raises(state_machine.RuleBroken) as broken:
            order.save()
        assert name in broken.value.fields


@pytest.mark.parametrize("state", list(PaymentState))
def test_no_write_leaves_out_what_is_required(world, state):
    brought_to(world, state)
    for name in state_machine.RULES[state].required:
        order = PaymentOrder.objects.get()
        setattr(order, name, None)
        with pytest.raises(state_machine.RuleBroken, match="must not be empty") as broken:
            order.save()
        assert broken.value.fields == [name]


@pytest.mark.parametrize("state", list(PaymentState))
def test_no_write_puts_money_where_there_is_none(world, state):
    brought_to(world, state)
    for name in state_machine.RULES[state].empty:
        order = PaymentOrder.objects.get()
        setattr(order, name, OTHER.get(name, "other"))
        with pytest.raises(state_machine.RuleBroken, match="must be empty") as broken:
            order.save()
        assert broken.value.fields == [name]


def test_many_at_once_are_checked_too(world):
    order = brought_to(world, S.PENDING)
    order.pk, order.reference = None, ""
    with pytest.raises(state_machine.RuleBroken):
        PaymentOrder.objects.bulk_create([order])


def test_nothing_writes_past_the_table(world):
    brought_to(world, S.PENDING)
    for name in state_machine.GUARDED:
        with pytest.raises(TypeError, match=name):
            PaymentOrder.objects.filter(method="wechat").update(**{name: 1})


@pytest.mark.parametrize(
    ("state", "changes"),
    [
        (S.APPROVED, {"captured_minor": 66417}),
        (S.APPROVED, {"allocated_minor": 1}),
        (S.DECLINED, {"captured_minor": 1}),
        (S.CANCELLED, {"credited_minor": 1}),
    ],
)
def test_the_database_itself_refuses_money_that_does_not_add_up(world, state, changes):
    brought_to(world, state)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentOrder._base_manager.update(**changes)


# --- where the money went ---


def facts(number=1):
    o = PaymentOrder.objects.get(reference=f"K03-{number:06d}")
    return o.captured_minor, o.allocated_minor, o.credited_minor, o.refunded_minor


def allocated():
    rows = Allocation.objects.filter(undone=False)
    return sum(rows.values_list("amount_minor", flat=True))


def test_charged_is_what_settles_bills_and_what_becomes_credit(world):
    order = start(world.caller, world.request(), NOW)
    taken = settlement.Part(world.bills[0], 33208)
    by_office = {"method": "card", "payment_id": "office", "paid_on": NOW.date(), "at": NOW}
    settlement.settle(world.unit, [taken], **by_office)
    inquiry.apply_answer(order, world.channel.pays(order.out_trade_no), NOW)
    assert facts() == (66416, 33208, 33208, 0)
    assert allocated() == 33208 * 2
    assert posting.balance(world.community.pk, "credit") == -33208
    transitions.apply_reversed(order.payment_id, "staff", NOW)
    assert facts() == (66416, 0, 0, 66416)
    assert allocated() == 33208
    assert posting.balance(world.community.pk, "credit") == 0
    assert verify_ledger() == []


@pytest.mark.parametrize("change", ["unknown_bill", "more_than_the_amount"])
def test_money_for_a_bill_that_there_is_not_becomes_credit(world, change):
    told = record(world, S.APPROVED, offline=True)
    first, second = told.bills
    if change == "unknown_bill":
        bills = [first, second.model_copy(update={"number": "NONE"})]
    else:
        bills = [first, second.model_copy(update={"amount_minor": 10**9})]
    take(world, KioskJournal().tells(told.model_copy(update={"bills": bills})).entries)
    credited = 33208 if change == "unknown_bill" else 66416
    assert facts() == (66416, 66416 - credited, credited, 0)
    assert posting.balance(world.community.pk, "clearing:card") == 66416
    assert verify_ledger() == []


# --- what was paid for ---


def correct_the_bill(world):
    bill = world.bills[0]
    BillLine.objects.filter(bill=bill).update(amount_minor=1, rate="0.01", quantity="1.00")
    with without_guards():
        Bill.objects.filter(pk=bill.pk).update(amount_minor=1)


@pytest.mark.parametrize("method", [Method.WECHAT, Method.CARD])
def test_the_whole_bills_are_kept_as_they_were_billed(world, method):
    order = start(world.caller, world.request(method=method), NOW)
    before = order.bills
    assert [b["number"] for b in before] == [b.number for b in world.bills]
    assert [line["amount_minor"] for line in before[0]["lines"]] == [33208]
    assert before[0]["lines"][0]["explanation"]
    correct_the_bill(world)
    assert PaymentOrder.objects.get().bills == before


def test_what_the_kiosk_showed_is_kept_of_a_payment_taken_offline(world):
    told = record(world, S.APPROVED, offline=True)
    take(world, KioskJournal().tells(told).entries)
    kept = PaymentOrder.objects.get().bills
    assert [line["rate"] for line in kept[0]["lines"]] == [told.bills[0].lines[0].rate]
    assert "history" not in kept[0]["lines"][0]


def test_the_phone_shows_what_was_paid_for_whatever_became_of_the_bill(world, client):
    order = start(world.caller, world.request(), NOW)
    inquiry.apply_answer(order, world.channel.pays(order.out_trade_no), NOW)
    correct_the_bill(world)
    shown = client.get(f"/p/{order.payment_id}").content.decode()
    assert shown.count("￥332.08") == 4, "two bills: their line and their total"
    assert "118.60" in shown
    assert "0.01" not in shown


# --- one attempt at a time ---


@pytest.mark.parametrize("code", [None, "134567890123456789"])
def test_bills_are_not_charged_again_while_an_order_is_unknown_however_old_its_lease(world, code):
    world.channel.phone = "asks"
    order = start(world.caller, world.request(payment_code=code), NOW)
    transitions.mark_unknown(order.payment_id, "no_answer", NOW)
    world.channel.silent = True
    for days in (0, 1, 30):
        later = NOW + timedelta(days=days)
        sweeper.sweep(later)
        with pytest.raises(BillLeased):
            start(world.caller, world.request(2 + days, bills=1, payment_code=code), later)
    assert PaymentOrder.objects.count() == 1
    world.channel.silent = False
    world.channel.orders[order.out_trade_no] = OrderState(ChannelStatus.CLOSED)
    sweeper.sweep(later + timedelta(hours=1))
    world.channel.phone = "pays"
    again = start(world.caller, world.request(2, bills=1, payment_code=code), later)
    assert again.life is (S.APPROVED if code else S.PENDING)
