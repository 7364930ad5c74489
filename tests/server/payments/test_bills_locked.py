"""An order begins at what its bills cost when it holds them, whoever changes them at that moment."""

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from server.api import calls
from server.billing import credit, leases, waiving
from server.billing.verification import verify_ledger
from server.fleet.models import Kiosk
from server.payments import initiation
from server.payments.initiation import start
from server.payments.models import PaymentOrder
from server.payments.order_checks import AmountChanged
from server.staff.people import Person
from tests.server.payments.world import NOW, TODAY
from tests.server.simultaneous import together

CLERK = Person("李会计")
WISH = waiving.Wish("bill", 8)


def test_a_waiver_that_comes_before_the_bills_are_held_is_seen(world, monkeypatch):
    """As it may where several write: it commits between the first look and the lock."""
    waived, lock = [], leases.lock

    def late(bills):
        if not waived:
            waived.append(True)
            waiving.waive_by(CLERK, world.bills[0], WISH, "漏水", today=TODAY, at=NOW)
        return lock(bills)

    for room in (initiation, leases):
        monkeypatch.setattr(room, "lock", late, raising=False)
    with pytest.raises(AmountChanged):
        start(world.caller, world.request(), NOW)
    assert not PaymentOrder.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_waiver_and_an_order_at_the_same_moment(world):
    """Whichever holds the bill first; the other one takes it as it stands then."""
    held = threading.Event()

    def waive():
        with transaction.atomic():
            waiving.waive_by(CLERK, world.bills[0], WISH, "漏水", today=TODAY, at=NOW)
            held.set()
            threading.Event().wait(1)

    def order():
        assert held.wait(10)
        return start(world.caller, world.request(), NOW + timedelta(seconds=1))

    waived, begun = together(waive, order)
    assert waived is None and isinstance(begun, AmountChanged), (waived, begun)
    assert not PaymentOrder.objects.exists()
    assert verify_ledger() == []


def by_credit(world, monkeypatch, act):
    with transaction.atomic():
        credit._locked(world.unit)
        return act()


def by_journal(world, monkeypatch, act):
    def ingest(*_entries, **_settled):
        return SimpleNamespace(position=act(), hash="", signer=Kiosk.objects.get().public_key)

    monkeypatch.setattr(calls.intake, "ingest", ingest)
    with transaction.atomic():
        return calls._ingest(Kiosk.objects.get(), [], NOW).position


@pytest.mark.parametrize("holding", [by_credit, by_journal])
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_whom_a_payment_waits_for_does_not_wait_for_its_bills(world, monkeypatch, holding):
    """What begins or ends a payment holds bills, and names their unit and community in new rows."""
    ready = threading.Barrier(2, timeout=10)

    def bills_after() -> int:
        ready.wait()
        return len(leases.lock(world.bills))

    def payment() -> int:
        with transaction.atomic():
            leases.lock(world.bills)
            ready.wait()
            threading.Event().wait(0.5)
            return initiation._create(world.caller, world.request(), "x", NOW).pk

    ends = together(lambda: holding(world, monkeypatch, bills_after), payment)
    assert all(isinstance(end, int) for end in ends), ends
