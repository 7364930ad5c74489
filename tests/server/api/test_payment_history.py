"""What a unit has paid, at a kiosk: with a proof only, since those who ask have it, nothing of others."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from contract.business_day import business_day
from contract.journal_hash import public_key_text
from contract.messages import BillToPay, Method, PaymentState
from contract.payment_history import PAYMENTS_MAX
from server.api import payment_history
from server.api.models import LookupWindow
from server.billing import credit
from server.billing.debtors import debtors
from server.billing.issuing import issue_period
from server.billing.models import Bill, BillDebtor, BillState
from server.billing.signing import bill_url, create_key
from server.estate.models import Occupancy, Resident
from server.estate.occupancy import change_owner, move_out
from server.fleet.models import Kiosk
from server.payments import inquiry, refunds, transitions
from server.payments.channels.interface import ChannelStatus, OrderState, RefundStatus
from server.payments.initiation import start
from server.payments.models import JournalEntry, PaymentOrder, Refund
from server.staff.models import Act
from server.staff.people import Person
from tests.server.api.callers import Caller, due_bills, error, payment
from tests.server.payments import world as worlds
from tests.server.payments.world import NOW

RIGHT = "1201"
PERSON = Person("王会计")
WAY = "/units/payments"


@pytest.fixture
def paid(world, kiosk):
    """A payment of two bills at this kiosk, taken a moment ago."""
    sent = payment(world)
    view = kiosk.post("/payments", sent).json()
    world.channel.pays(view["payment_id"].replace("-", ""))
    path = f"/payments/{view['payment_id']}?wait=10&after_version={view['version']}"
    assert kiosk.get(path).json()["state"] == "approved"
    return PaymentOrder.objects.get(payment_id=view["payment_id"])


def asked(world, **proof) -> dict:
    return {"unit": world.unit.code, **(proof or {"phone_last4": RIGHT})}


def shown(kiosk, world, **proof) -> dict:
    answer = kiosk.post(WAY, asked(world, **proof))
    assert answer.status_code == 200, answer.content
    return answer.json()


def token_of(bill: Bill) -> str:
    create_key(bill.community, now=timezone.now())
    return bill_url(bill, timezone.localdate()).rpartition("/")[2]


def today(world):
    return business_day(timezone.now(), world.community.time_zone)


def test_a_payment_with_all_that_a_receipt_says(world, kiosk, paid):
    found = shown(kiosk, world)
    assert (found["unit"], found["more"], found["since"]) == (world.unit.code, False, None)
    (one,) = found["payments"]
    assert (one["number"], one["place"], one["kiosk_code"], one["method"]) == (
        paid.reference,
        "kiosk",
        "K03",
        "wechat",
    )
    assert (one["amount_minor"], one["returned_minor"]) == (paid.amount_minor, 0)
    assert [bill["number"] for bill in one["bills"]] == [bill["number"] for bill in paid.bills]
    assert one["bills"][0]["lines"][0]["name"]["zh"] == "物业服务费"
    assert one["status_url"].endswith(f"/p/{paid.payment_id}")
    assert (one["payer"], one["invoice"], one["printed"]) == ("王*明", True, 0)


def test_without_a_proof_nothing_though_the_community_asks_for_none(world, kiosk, paid):
    assert not world.community.second_factor
    answer = kiosk.post(WAY, {"unit": world.unit.code})
    assert error(answer) == (403, "second_factor_needed")
    assert error(kiosk.post(WAY, asked(world, phone_last4="9999"))) == (
        403,
        "second_factor_wrong",
    )
    assert error(kiosk.post(WAY, {"unit": "9-9-9", "phone_last4": RIGHT})) == (
        404,
        "unit_not_found",
    )
    assert not Act.objects.filter(act=payment_history.ACT).exists()


def test_a_look_is_written_down_with_how_it_was_proved(world, kiosk, paid):
    shown(kiosk, world)
    act = Act.objects.get(act=payment_history.ACT)
    assert (act.person_name, act.subject_kind, act.subject_id) == ("K03", "unit", world.unit.code)
    assert act.after == {"proved_by": "phone", "payments": 1}


def test_wrong_digits_are_counted_for_the_unit_whatever_minute_it_is(world, kiosk, paid):
    for number in range(10):
        answer = kiosk.post(WAY, asked(world, phone_last4=f"{number:04d}"))
        assert error(answer)[1] in ("second_factor_wrong", "rate_limited")
        LookupWindow.objects.filter(kiosk_id=str(Kiosk.objects.get().pk)).delete()
    assert error(kiosk.post(WAY, asked(world))) == (429, "rate_limited"), "the right ones too"


def test_right_digits_cost_nothing_of_it(world, kiosk, paid):
    for _ in range(12):
        shown(kiosk, world)


def test_of_nobody_a_phone_is_known_a_bill_proves_it(world, kiosk, paid):
    Resident.objects.update(phone="")
    assert error(kiosk.post(WAY, asked(world))) == (403, "no_phone")
    token = token_of(Bill.objects.filter(unit=world.unit)[0])
    assert len(shown(kiosk, world, bill_token=token)["payments"]) == 1


def test_a_bill_of_another_unit_or_a_forged_one_proves_nothing(world, kiosk, paid):
    other = worlds.unit(world.community, "1202")
    worlds.bills(other, "2026-10")
    token = token_of(Bill.objects.get(unit=other))
    assert error(kiosk.post(WAY, asked(world, bill_token=token))) == (403, "second_factor_wrong")
    assert error(kiosk.post(WAY, asked(world, bill_token="no.token"))) == (
        403,
        "second_factor_wrong",
    )
    assert shown(kiosk, world, bill_token=token_of(Bill.objects.filter(unit=world.unit)[0]))
    found = kiosk.post(WAY, {"unit": other.code, "bill_token": token}).json()
    assert found["payments"] == [], "nothing of the neighbour's"


def test_what_former_owners_paid_is_not_told_nor_does_their_bill_prove_anything(world, kiosk, paid):
    old = Bill.objects.filter(unit=world.unit)[0]
    token = token_of(old)
    buyer = Resident.objects.create(community=world.community, name="李四", phone="13900005678")
    change_owner(world.unit, buyer, since=today(world) + timedelta(days=1))
    tomorrow = today(world) + timedelta(days=1)
    row = Kiosk.objects.select_related("community").get()

    def told(**proof):
        wish = payment_history.HistoryAsked(unit=world.unit.code, **proof)
        return payment_history.find(row, wish, tomorrow, timezone.now() + timedelta(days=1))

    found = told(phone_last4="5678")
    assert (found.payments, found.since) == ([], tomorrow)
    for proof in ({"phone_last4": RIGHT}, {"bill_token": token}):
        with pytest.raises(payment_history.Refusal):
            told(**proof)


def test_a_bill_that_the_buyer_took_over_is_on_paper_that_others_hold(world, kiosk, paid):
    old = Bill.objects.filter(unit=world.unit)[0]
    BillDebtor.objects.create(
        community=world.community, bill=old, resident=sold_today(world), agreed_at=timezone.now()
    )
    token = token_of(old)
    assert error(kiosk.post(WAY, asked(world, bill_token=token))) == (403, "second_factor_wrong")
    (own,) = issued(world, today(world))
    found = shown(kiosk, world, bill_token=token_of(own))
    assert (found["since"], found["payments"]) == (today(world).isoformat(), [])


def test_a_unit_that_nobody_has_any_more(world, kiosk, paid):
    token = token_of(Bill.objects.filter(unit=world.unit)[0])
    move_out(Occupancy.objects.get(unit=world.unit), today(world) - timedelta(days=1))
    assert error(kiosk.post(WAY, asked(world))) == (403, "no_phone")
    assert error(kiosk.post(WAY, asked(world, bill_token=token))) == (403, "second_factor_wrong")


def test_another_community_s_unit_is_no_unit_here(world, kiosk, paid):
    other = worlds.Community.objects.create(code="hill", name_zh="山", name_en="Hill", test=True)
    away = worlds.unit(other, "1801")
    assert error(kiosk.post(WAY, {"unit": away.code, "phone_last4": RIGHT})) == (
        404,
        "unit_not_found",
    )


def test_a_kiosk_that_is_switched_off_or_unknown_is_told_nothing(world, kiosk, paid):
    assert Caller("0" * 8).post(WAY, asked(world)).status_code == 401
    Kiosk.objects.update(public_key=public_key_text(Caller().key.public_key()))
    assert error(kiosk.post(WAY, asked(world))) == (401, "not_signed")


def test_what_went_back_or_is_on_its_way_is_said(world, kiosk, paid):
    order = transitions.apply_reversed(paid.payment_id, "refunded", timezone.now())
    (one,) = shown(kiosk, world)["payments"]
    assert (one["returned_minor"], one["returning_minor"]) == (order.amount_minor, 0)
    assert not one["invoice"]


def test_a_part_went_back_and_the_rest_is_on_its_way(world, kiosk):
    """The money came after its payment had ended, when a part was given back in the channel's console."""
    order = start(world.caller, world.request(7), NOW)
    closed = inquiry.apply_answer(order, OrderState(ChannelStatus.CLOSED), NOW)
    whole = order.amount_minor
    part = OrderState(ChannelStatus.REFUNDED, "42", whole, timezone.now(), refunded_minor=200)
    inquiry.apply_answer(closed, part, timezone.now())
    (one,) = shown(kiosk, world)["payments"]
    assert (one["returned_minor"], one["returning_minor"]) == (200, whole - 200)
    assert refunds.claim(Refund.objects.get(), timezone.now())
    refunds.answered(Refund.objects.get(), RefundStatus.DONE, timezone.now())
    (one,) = shown(kiosk, world)["payments"]
    assert (one["returned_minor"], one["returning_minor"]) == (whole, 0)


def test_what_is_not_paid_is_none(world, kiosk, paid):
    view = kiosk.post("/payments", payment_for_top_up(world)).json()
    assert PaymentOrder.objects.get(payment_id=view["payment_id"]).life is PaymentState.PENDING
    assert len(shown(kiosk, world)["payments"]) == 1


def payment_for_top_up(world) -> dict:
    request = world.request(2).model_dump(mode="json")
    return {**request, "bills": [], "top_up": True, "amount_minor": 10_000, "method": "wechat"}


def test_money_at_the_counter_and_what_credit_settled(world, kiosk):
    now, bills = timezone.now(), due_bills(world)
    how = {"today": today(world), "at": now}
    credit.deposit_by(
        PERSON, world.unit, 100_000, "cash", key=str(uuid.uuid4()), note="张三交", **how
    )
    wanted = [BillToPay(number=bills[0].number, amount_minor=bills[0].amount_minor)]
    rows = Bill.objects.filter(number=wanted[0].number)
    credit.use_by(PERSON, world.unit, list(rows), key=str(uuid.uuid4()), **how)
    assert rows.get().state == BillState.PAID
    used, deposit = shown(kiosk, world)["payments"]
    assert (deposit["place"], deposit["method"], deposit["top_up"]) == ("counter", "cash", True)
    assert (deposit["amount_minor"], deposit["credited_minor"]) == (100_000, 100_000)
    assert "张三" not in str(deposit), "whatever was noted"
    assert (used["method"], used["place"]) == ("credit", "counter")
    assert [bill["number"] for bill in used["bills"]] == [bills[0].number]
    assert used["amount_minor"] == used["bills"][0]["amount_minor"] == bills[0].amount_minor
    assert (used["status_url"], used["invoice"]) == ("", False)


def test_the_newest_and_no_more_than_a_page(world, kiosk):
    for number in range(PAYMENTS_MAX + 2):
        at = timezone.now() - timedelta(hours=number)
        credit.deposit_by(
            PERSON,
            world.unit,
            1_000 + number,
            "cash",
            key=str(uuid.uuid4()),
            note="",
            today=at.date(),
            at=at,
        )
    found = shown(kiosk, world)
    amounts = [one["amount_minor"] for one in found["payments"]]
    assert amounts == [1_000 + number for number in range(PAYMENTS_MAX)] and found["more"]


def test_what_is_older_than_is_told_to_anybody_is_not_there(world, kiosk, paid):
    old = timezone.now() - payment_history.SHOWN_FOR - timedelta(days=2)
    credit.deposit_by(
        PERSON,
        world.unit,
        1_000,
        "cash",
        key=str(uuid.uuid4()),
        note="",
        today=old.date(),
        at=old,
    )
    assert [one["method"] for one in shown(kiosk, world)["payments"]] == [Method.WECHAT]


def test_receipts_that_came_out_at_any_kiosk_are_counted(world, kiosk, paid):
    body = {"payment_id": paid.payment_id, "how": "print", "outcome": "printed"}
    for sequence, said in enumerate((body, body, body | {"outcome": "not_printed"}), 1):
        JournalEntry.objects.create(
            community=world.community,
            kiosk_id="another",
            sequence=sequence,
            at="2026-11-24T22:47:00+08:00",
            kind="receipt",
            body=said,
            payment_id=paid.payment_id,
            previous_hash="0" * 64,
            hash=f"{sequence:064d}",
            received_at=timezone.now(),
        )
    assert shown(kiosk, world)["payments"][0]["printed"] == 2


def test_as_many_questions_to_the_database_for_many_payments(
    world, kiosk, paid, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from server.payments import history

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked_for:
            history.of_unit(world.unit, today(world) - timedelta(days=9))
        return len(asked_for)

    now = timezone.now()

    def deposit(number: int) -> None:
        at = now - timedelta(minutes=number)
        key = str(uuid.uuid4())
        credit.deposit_by(PERSON, world.unit, 500, "bank", key=key, note="", today=at.date(), at=at)

    deposit(1)
    few = count()
    for number in range(2, 9):
        deposit(number)
    assert count() == few


def test_a_bill_that_was_handed_to_whoever_sold_since_proves_nothing(world, kiosk, paid):
    """Its period ends in the buyer's time, so it is their debt; the paper is in other hands."""
    (bill,) = issued(world, today(world) - timedelta(days=5))
    sold_today(world)
    assert debtors([bill])[bill.pk].name == "李四"
    assert error(kiosk.post(WAY, asked(world, bill_token=token_of(bill)))) == (
        403,
        "second_factor_wrong",
    )


def issued(world, on):
    """A bill of the month of today."""
    period, now = f"{today(world):%Y-%m}", timezone.now()
    return issue_period(world.community, period, issued_on=on, due=on, at=now, units=[world.unit])


def sold_today(world) -> Resident:
    move_out(Occupancy.objects.get(unit=world.unit), today(world) - timedelta(days=1))
    buyer = Resident.objects.create(community=world.community, name="李四", phone="13900005678")
    change_owner(world.unit, buyer, since=today(world))
    return buyer


def test_digits_that_were_tried_at_the_bills_are_tried(world, kiosk, paid):
    world.community.second_factor = True
    world.community.save()
    for number in range(10):
        wrong = {"unit": world.unit.code, "phone_last4": f"{number:04d}"}
        assert error(kiosk.post("/units/lookup", wrong))[0] in (403, 429)
        LookupWindow.objects.filter(kiosk_id=str(Kiosk.objects.get().pk)).delete()
    right = {"unit": world.unit.code, "phone_last4": RIGHT}
    assert error(kiosk.post("/units/lookup", right)) == (429, "rate_limited")
    assert error(kiosk.post(WAY, right)) == (429, "rate_limited")


def test_right_digits_at_the_bills_cost_nothing(world, kiosk):
    world.community.second_factor = True
    world.community.save()
    right = {"unit": world.unit.code, "phone_last4": RIGHT}
    for _ in range(12):
        assert kiosk.post("/units/lookup", right).status_code == 200
