"""Bills paid at the kiosk out of the unit's own credit: once, whatever fails and whoever else acts."""

import uuid

import pytest
from django.db import connection, transaction

from contract.journal_hash import GENESIS
from contract.messages import ErrorCode, Method, PaymentState, UnitLookup
from server.alerts.models import Alert
from server.api.errors import Refusal
from server.api.lookups import look_up
from server.billing import credit
from server.billing.credit import TooLittleCredit
from server.billing.leases import BillLeased, BillNotOpen, lease
from server.billing.models import Bill, BillLease
from server.billing.unit_accounts import credit_minor
from server.estate.models import Community
from server.fleet.models import Kiosk
from server.ledger.posting import balance
from server.payments import inquiry, reports, sweeper, transitions
from server.payments.initiation import IdempotencyConflict, RefusedBefore, start
from server.payments.journal import reenrolment
from server.payments.models import PaymentOrder
from server.payments.serializers import view_of
from server.payments.verification import verify_books
from server.staff.people import Person
from tests.server.payments.charges import later, order
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.world import KIOSK_ID, NOW, TODAY, BillToPay
from tests.server.simultaneous import together

CLERK = Person("clerk")
BOTH = 66416


class Killed(BaseException):
    """The process ended here; nothing after it ran."""


def deposit(world, minor: int = BOTH):
    how = {"key": str(uuid.uuid4()), "note": "", "today": TODAY, "at": NOW}
    return credit.deposit_by(CLERK, world.unit, minor, "cash", **how)


def by_clerk(world, bills):
    more = {"key": str(uuid.uuid4()), "today": TODAY, "at": NOW}
    return credit.use_by(CLERK, world.unit, bills, **more)


def wanted(world, number: int = 1, bills: int = 2):
    return world.request(number, Method.CREDIT, bills, simulated=False)


def states() -> list[str]:
    return [bill.state for bill in Bill.objects.order_by("period")]


def test_it_pays_the_bills_at_once_and_takes_it_from_the_credit(world):
    deposit(world, 70_000)
    view = view_of(start(world.caller, wanted(world), NOW))
    assert (view.state, view.method, view.code_url) == ("approved", "credit", None)
    assert states() == ["paid", "paid"] and BillLease.objects.count() == 0
    assert credit_minor(world.unit) == 70_000 - BOTH
    assert balance(world.community.pk, "clearing:credit") == 0
    assert (order().captured_minor, order().allocated_minor, order().credited_minor) == (
        BOTH,
        BOTH,
        0,
    )
    assert verify_books() == []


def test_it_is_booked_once_however_often_it_is_asked_for(world):
    deposit(world, 2 * BOTH)
    for _ in range(3):
        assert start(world.caller, wanted(world), NOW).life is PaymentState.APPROVED
    assert credit_minor(world.unit) == BOTH and PaymentOrder.objects.count() == 1
    other = wanted(world).model_copy(update={"reference": "K03-000009"})
    with pytest.raises(IdempotencyConflict):
        start(world.caller, other, NOW)
    with pytest.raises(BillNotOpen):
        start(world.caller, wanted(world, 2), NOW)
    assert credit_minor(world.unit) == BOTH and verify_books() == []


def test_too_little_pays_nothing_and_stays_refused(world):
    deposit(world, BOTH - 1)
    with pytest.raises(TooLittleCredit):
        start(world.caller, wanted(world), NOW)
    assert states() == ["open", "open"] and credit_minor(world.unit) == BOTH - 1
    assert not PaymentOrder.objects.exists() and not BillLease.objects.exists()
    deposit(world, 1)  # its kiosk told the resident no: the same request, late, begins nothing
    with pytest.raises(RefusedBefore):
        start(world.caller, wanted(world), NOW)
    assert credit_minor(world.unit) == BOTH


def test_what_a_clerk_used_meanwhile_is_not_used_again(world):
    deposit(world)
    by_clerk(world, world.bills[:1])
    with pytest.raises(BillNotOpen):
        start(world.caller, wanted(world), NOW)
    only = [BillToPay(number=world.bills[1].number, amount_minor=33208)]
    request = wanted(world, 2).model_copy(update={"bills": only, "amount_minor": 33208})
    assert start(world.caller, request, NOW).life is PaymentState.APPROVED
    assert credit_minor(world.unit) == 0
    with pytest.raises(BillNotOpen):
        by_clerk(world, world.bills[1:])
    assert verify_books() == []


def test_a_bill_that_may_be_paid_already_is_refused(world):
    deposit(world)
    lease(world.bills[:1], "p1", now=NOW)
    with pytest.raises(BillLeased):
        start(world.caller, wanted(world), NOW)
    assert credit_minor(world.unit) == BOTH


def test_a_server_that_dies_in_the_middle_did_nothing_and_does_it_when_asked_again(
    world, monkeypatch
):
    deposit(world)
    paid = transitions.apply_paid

    def killed(*arguments, **named):
        paid(*arguments, **named)
        raise Killed

    monkeypatch.setattr(transitions, "apply_paid", killed)
    with pytest.raises(Killed), transaction.atomic():
        start(world.caller, wanted(world), NOW)
    monkeypatch.setattr(transitions, "apply_paid", paid)
    assert not PaymentOrder.objects.exists() and credit_minor(world.unit) == BOTH
    assert start(world.caller, wanted(world), NOW).life is PaymentState.APPROVED
    assert credit_minor(world.unit) == 0 and verify_books() == []


def test_an_answer_that_was_lost_is_found_by_asking(world):
    deposit(world)
    start(world.caller, wanted(world), NOW)  # the kiosk did not hear of it
    assert inquiry.cancel(order(), later(60)).life is PaymentState.APPROVED
    told(world, (2, "pending"), (3, "unknown", "no_answer"))
    assert order().life is PaymentState.APPROVED
    sweeper.sweep(later(10_000))
    assert order().life is PaymentState.APPROVED and verify_books() == []


def told(world, *steps, journal=None):
    """What the kiosk's journal says of the payment."""
    journal = journal or KioskJournal()
    known = len(journal.entries)
    for version, state, *reason in steps:
        said = {"method": Method.CREDIT, "card": None, "reason": "".join(reason)}
        journal.tells(record(world, PaymentState(state), version, **said))
    before = journal.entries[known - 1].hash if known else GENESIS
    take(world, journal.entries[known:], known, before)
    return journal


def test_a_request_that_arrives_after_its_kiosk_gave_it_up_takes_nothing(world):
    deposit(world)
    told(world, (2, "pending"), (3, "unknown", "no_answer"))
    assert order().life is PaymentState.UNKNOWN
    assert start(world.caller, wanted(world), NOW).life is PaymentState.UNKNOWN
    ended = inquiry.cancel(order(), later(60))
    assert (ended.life, ended.reason) == (PaymentState.CANCELLED, "never_booked")
    assert start(world.caller, wanted(world), later(90)).life is PaymentState.CANCELLED
    assert credit_minor(world.unit) == BOTH and states() == ["open", "open"]
    assert BillLease.objects.count() == 0 and verify_books() == []


def test_a_restored_server_learns_from_the_journal_that_it_was_used(world):
    deposit(world)
    told(world, (2, "pending"), (3, "unknown", "no_answer"), (4, "approved"))
    assert order().life is PaymentState.APPROVED
    assert states() == ["paid", "paid"] and credit_minor(world.unit) == 0
    assert verify_books() == []


def test_used_twice_because_of_a_restore_the_unit_owes_it_and_pays_nothing_more_of_it(world):
    """The payer was told that it is paid. What a clerk used meanwhile is missing then."""
    deposit(world, 33208)
    by_clerk(world, world.bills[:1])
    kept = record(world, PaymentState.APPROVED, 2, method=Method.CREDIT, card=None)
    kept = kept.model_copy(update={"bills": kept.bills[1:], "amount_minor": 33208})
    take(world, KioskJournal().tells(kept).entries)
    assert states() == ["paid", "paid"]
    assert balance(world.community.pk, "credit", unit_id=world.unit.pk) == 33208
    assert credit_minor(world.unit) == 0 and verify_books() == []
    told = Alert.objects.get(kind="credit_overdrawn")
    assert (told.subject, told.details["overdrawn_minor"]) == (order().reference, 33208)


def test_bills_paid_by_somebody_else_meanwhile_leave_the_credit_where_it_was(world):
    deposit(world, 2 * BOTH)
    by_clerk(world, world.bills)
    told(world, (2, "approved"))
    assert (order().credited_minor, credit_minor(world.unit)) == (BOTH, BOTH)
    assert Alert.objects.get(kind="paid_twice").details["credited_minor"] == BOTH
    assert verify_books() == []


def test_a_kiosk_that_lost_its_disk_leaves_no_bill_held(world):
    deposit(world)
    told(world, (2, "pending"), (3, "unknown", "no_answer"))
    reenrolment.end_orders(str(KIOSK_ID), later(60))
    assert order().life is PaymentState.CANCELLED and BillLease.objects.count() == 0


def test_told_as_paid_after_it_had_ended_is_for_people_to_see(world):
    deposit(world)
    journal = told(world, (2, "pending"), (3, "unknown", "no_answer"))
    inquiry.cancel(order(), later(60))
    told(world, (4, "approved"), journal=journal)
    assert order().life is PaymentState.CANCELLED and credit_minor(world.unit) == BOTH
    assert Alert.objects.filter(kind="told_paid").count() == 1


def test_it_is_no_taking_of_the_day(world):
    deposit(world)
    start(world.caller, wanted(world), NOW)
    assert reports.takings_of([world.community], ["K03"], NOW) == {}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one at a time")
@pytest.mark.django_db(transaction=True)
def test_two_kiosks_and_a_clerk_at_once_spend_it_once(world):
    deposit(world, 33208)

    def kiosk(number: int):
        bill = BillToPay(number=world.bills[number].number, amount_minor=33208)
        change = {"bills": [bill], "amount_minor": 33208}
        return start(world.caller, wanted(world, number + 1).model_copy(update=change), NOW)

    ends = together(lambda: kiosk(0), lambda: kiosk(1), lambda: by_clerk(world, world.bills[:1]))
    refused = [end for end in ends if isinstance(end, TooLittleCredit | BillNotOpen | BillLeased)]
    assert len(refused) == 2, ends
    assert credit_minor(world.unit) == 0 and verify_books() == []


def test_a_bare_unit_number_shows_no_credit_where_proof_is_asked_for(world):
    deposit(world)
    Community.objects.update(second_factor=True)
    kiosk = Kiosk.objects.select_related("community").get()
    with pytest.raises(Refusal) as refused:
        look_up(kiosk, UnitLookup(unit=world.unit.code), TODAY, NOW)
    assert refused.value.code is ErrorCode.SECOND_FACTOR_NEEDED and not refused.value.details
    proved = UnitLookup(unit=world.unit.code, phone_last4="1201")
    assert look_up(kiosk, proved, TODAY, NOW).credit_minor == BOTH
