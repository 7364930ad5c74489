"""What is owed for units that were merged is found and paid with the one that stays; each bill stays its
unit's, credit the heir's."""

from datetime import date, timedelta

import pytest

from contract.messages import BillToPay, Method, PaymentState, StartPayment, UnitLookup
from server.api.errors import Refusal
from server.api.lookups import look_up
from server.billing import credit, signing
from server.billing.leases import BillLeased, BillNotOpen
from server.billing.merged_units import gone_into, living
from server.billing.models import Allocation, Bill
from server.billing.settlement import Part, settle
from server.billing.unit_accounts import account_of, accounts_of, credit_minor, find_unit, owing
from server.billing.verification import verify_ledger
from server.billing.voiding import void
from server.estate.models import Unit
from server.fleet.models import Kiosk
from server.ledger.posting import balance
from server.moves.regrouping import Merge, merge
from server.payment_page.paper import words
from server.payments.initiation import start
from server.payments.models import PaymentOrder
from server.payments.order_checks import BillUnknown
from server.payments.payer_status import bills_told
from server.payments.verification import verify_books
from server.staff.people import Person
from tests.server.payments import world as estate
from tests.server.payments.charges import order
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.test_credit_in_part import pays
from tests.server.payments.test_from_credit import states
from tests.server.payments.world import NOW, TODAY

CLERK = Person("clerk")
DAY = date(2026, 11, 1)
EACH = 33_208
ALL = 3 * EACH


@pytest.fixture
def gone(world) -> Unit:
    """1202, which owes October, went into 1201 on the first of November."""
    other = estate.unit(world.community, "1202")
    estate.bills(other, "2026-10")
    merges(world, other)
    return other


def merges(world, other: Unit, day: date = DAY, into: Unit | None = None) -> None:
    stays = into or world.unit
    asked = Merge(day, (other.pk,), stays.area_m2 + other.area_m2, stays.code)
    merge(stays, asked, CLERK, "one flat now", at=NOW)
    other.refresh_from_db()
    stays.refresh_from_db()


def own(world) -> list[Bill]:
    return list(Bill.objects.filter(unit=world.unit).order_by("period"))


def request(world, bills: list[Bill], unit: str = "3-2-1201", number: int = 1, **more):
    asked = world.request(number, Method.WECHAT)
    named = [BillToPay(number=bill.number, amount_minor=bill.amount_minor) for bill in bills]
    total = sum(bill.amount_minor for bill in bills) - more.get("credit_minor", 0)
    said = {"bills": named, "unit": unit, "amount_minor": total} | more
    return StartPayment.model_validate(asked.model_dump() | said)


def everything(world, gone: Unit) -> list[Bill]:
    return [*own(world), *gone.bills.all()]


@pytest.mark.parametrize("typed", ["3-2-1201", "3-2-1202"])
def test_whoever_types_either_sees_both_each_with_its_unit(world, gone, typed):
    account = account_of(find_unit(world.community, typed), TODAY)
    assert account.unit == "3-2-1201"
    told = {(bill.unit, bill.unit_label and bill.unit_label.zh) for bill in account.bills}
    assert told == {("3-2-1201", None), ("3-2-1202", "3栋2单元1202")}
    assert len(account.bills) == 3
    assert [bill.period for bill in account.bills] == sorted(bill.period for bill in account.bills)


def test_until_the_day_each_is_by_itself(world):
    other = estate.unit(world.community, "1202")
    estate.bills(other, "2026-10")
    merges(world, other, date(2026, 12, 1))
    assert len(account_of(world.unit, TODAY).bills) == 2
    assert living(other, TODAY) == other and living(other, date(2026, 12, 1)) == world.unit
    assert len(account_of(world.unit, date(2026, 12, 1)).bills) == 3
    assert {unit.code for unit in owing(world.community, TODAY)} == {"3-2-1201", "3-2-1202"}


def test_also_by_way_of_others(world, gone):
    december, third = date(2026, 12, 1), estate.unit(world.community, "1203")
    merges(world, world.unit, december, third)
    assert gone_into([third.pk], december) == {third.pk: [world.unit.pk, gone.pk]}
    assert gone_into([third.pk, world.unit.pk], TODAY) == {world.unit.pk: [gone.pk]}
    assert living(gone, TODAY) == world.unit and living(gone, december) == third
    assert len(account_of(third, december).bills) == 3
    credit.deposit_by(
        CLERK, third, ALL, "cash", key="d", note="", today=december, at=NOW + timedelta(days=8)
    )
    wanted = request(world, everything(world, gone), "3-2-1203", method=Method.CREDIT)
    start(world.caller, wanted, NOW + timedelta(days=8))
    assert states() == ["paid"] * 3 and verify_books() == [] and verify_ledger() == []


@pytest.mark.parametrize("typed", ["3-2-1201", "3-2-1202"])
def test_they_are_paid_together(world, gone, typed):
    start(world.caller, request(world, everything(world, gone), typed), NOW)
    pays()(world)
    paid = order()
    assert (paid.unit, paid.captured_minor, paid.allocated_minor) == (world.unit, ALL, ALL)
    assert states() == ["paid"] * 3 and verify_books() == [] and verify_ledger() == []
    for unit in (world.unit, gone):
        assert balance(world.community.pk, "receivable", unit_id=unit.pk) == 0
    named = [told.bill.unit_label and told.bill.unit_label.en for told in bills_told(paid)]
    assert named == [None, None, "Building 3, Entrance 2, 1202"]


def test_the_old_ones_alone_and_what_is_left_stays_credit_of_the_heir(world, gone):
    [bill] = gone.bills.all()
    start(world.caller, request(world, [bill]), NOW)
    elsewhere = {"method": "cash", "payment_id": "p9", "paid_on": TODAY, "at": NOW}
    settle(gone, [Part(bill, EACH)], **elsewhere)
    pays()(world)
    assert (credit_minor(world.unit), credit_minor(gone)) == (EACH, 0)
    assert order().credited_minor == EACH and verify_ledger() == []


def card(world, *states: PaymentState, **more) -> KioskJournal:
    """A card payment without a line, of all that is shown, as its kiosk tells it."""
    journal = KioskJournal()
    bills = account_of(world.unit, TODAY).bills
    said = {"bills": bills, "amount_minor": ALL, "offline": True} | more
    for version, state in enumerate(states, 1):
        journal.tells(record(world, state, version, **said))
    return journal


def credit_for(world, minor: int) -> None:
    key = f"deposit {minor}"
    credit.deposit_by(CLERK, world.unit, minor, "cash", key=key, note="", today=TODAY, at=NOW)


@pytest.mark.parametrize("part", [EACH, ALL])
def test_credit_of_the_heir_pays_old_debts_at_the_kiosk(world, gone, part):
    credit_for(world, ALL)
    wanted = everything(world, gone)
    if part == ALL:
        start(world.caller, request(world, wanted, method=Method.CREDIT), NOW)
    else:
        start(world.caller, request(world, wanted, credit_minor=part), NOW)
        assert credit_minor(world.unit) == ALL - part
        pays()(world)
    assert states() == ["paid"] * 3 and credit_minor(world.unit) == ALL - part
    assert verify_books() == [] and verify_ledger() == []


def test_what_went_back_is_owed_by_its_own_unit_again(world, gone):
    journal = card(world, PaymentState.PENDING, PaymentState.APPROVED, PaymentState.REVERSED)
    take(world, journal.entries[:2])
    assert states() == ["paid"] * 3
    take(world, journal.entries[2:], 2, journal.entries[1].hash)
    assert states() == ["open"] * 3 and verify_books() == [] and verify_ledger() == []
    assert balance(world.community.pk, "receivable", unit_id=gone.pk) == EACH
    assert balance(world.community.pk, "receivable", unit_id=world.unit.pk) == 2 * EACH


def test_bills_of_a_neighbour_are_not_paid_with_it(world, gone):
    neighbour = estate.unit(world.community, "1203")
    bills = estate.bills(neighbour, "2026-10")
    with pytest.raises(BillUnknown):
        start(world.caller, request(world, [*everything(world, gone), *bills]), NOW)
    with pytest.raises(BillNotOpen):
        credit_for(world, ALL)
        credit.use_by(CLERK, world.unit, bills, key="k", today=TODAY, at=NOW)
    assert not PaymentOrder.objects.exists()


def test_one_payment_at_a_time(world, gone):
    [bill] = gone.bills.all()
    start(world.caller, request(world, [bill], "3-2-1202"), NOW)
    held = account_of(world.unit, TODAY).bills
    assert [one.number for one in held if one.held] == [bill.number]
    with pytest.raises(BillLeased):
        start(world.caller, request(world, everything(world, gone), number=2), NOW)


def test_at_the_counter_by_choice_and_never_by_itself(world, gone):
    credit_for(world, ALL)
    move = credit.use_oldest_first(CLERK, world.unit, key="auto", today=TODAY, at=NOW)
    assert move is not None and move.amount_minor == 2 * EACH
    assert gone.bills.get().state == "open"
    credit.use_by(CLERK, world.unit, list(gone.bills.all()), key="k", today=TODAY, at=NOW)
    assert states() == ["paid"] * 3 and credit_minor(world.unit) == 0
    assert verify_books() == [] and verify_ledger() == []


def test_a_card_taken_without_the_server_for_both(world, gone):
    take(world, card(world, PaymentState.APPROVED).entries)
    assert states() == ["paid"] * 3 and order().unit == world.unit
    assert verify_books() == [] and Allocation.objects.count() == 3


def test_the_copy_for_hours_without_a_line_has_them_once(world, gone):
    units = list(owing(world.community, TODAY).select_related("community"))
    assert [unit.code for unit in units] == ["3-2-1201"]
    Bill.objects.filter(unit=world.unit).update(state="void")
    units = list(owing(world.community, TODAY).select_related("community"))
    [account] = accounts_of(units, TODAY)
    assert (account.unit, [bill.unit for bill in account.bills]) == ("3-2-1201", ["3-2-1202"])
    Bill.objects.update(state="void")
    assert not owing(world.community, TODAY)


def test_either_units_bill_is_the_second_factor(world, gone):
    world.community.second_factor = True
    world.community.save()
    kiosk = Kiosk.objects.select_related("community").get()
    signing.create_key(world.community, now=NOW)
    for bill in everything(world, gone):
        token = signing.bill_url(bill, TODAY).rsplit("/", 1)[-1]
        lookup = UnitLookup(unit=bill.unit.code, bill_token=token)
        assert len(look_up(kiosk, lookup, TODAY, NOW).bills) == 3
    neighbour = estate.unit(world.community, "1203")
    [strange] = estate.bills(neighbour, "2026-10")
    token = signing.bill_url(strange, TODAY).rsplit("/", 1)[-1]
    with pytest.raises(Refusal):
        look_up(kiosk, UnitLookup(unit="3-2-1201", bill_token=token), TODAY, NOW)


def test_a_record_whose_code_nobody_knows_is_of_the_unit_that_stays(world, gone):
    old = [bill for bill in account_of(world.unit, TODAY).bills if bill.unit_label]
    said = {"unit": "9-9-999", "bills": old, "amount_minor": EACH}
    take(world, card(world, PaymentState.APPROVED, **said).entries)
    assert order().unit == world.unit


def test_a_bill_that_is_settled_or_void_opens_the_other_units_account_to_nobody(world, gone):
    world.community.second_factor = True
    world.community.save()
    kiosk = Kiosk.objects.select_related("community").get()
    signing.create_key(world.community, now=NOW)
    [bill] = gone.bills.all()
    token = signing.bill_url(bill, TODAY).rsplit("/", 1)[-1]
    void(bill, at=NOW)
    with pytest.raises(Refusal):
        look_up(kiosk, UnitLookup(unit=bill.unit.code, bill_token=token), TODAY, NOW)


def test_the_servers_receipt_names_the_unit_of_each_bill(world, gone):
    start(world.caller, request(world, everything(world, gone)), NOW)
    pays()(world)
    told = {name.en: value for name, value in words(order())["rows"]}
    assert f"{gone.code} · 2026-10" in told["Bills"]
