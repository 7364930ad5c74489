"""A billing run that crashes, is cancelled, or meets another run or payments between two batches makes
the same bills, each once."""

from datetime import date

import pytest

from server.billing import issuing
from server.billing.meters import Meter
from server.billing.models import Bill
from server.billing.settlement import Part, settle
from server.billing.verification import verify_ledger
from server.billing.voiding import void_by
from server.billing_runs import runs
from server.billing_runs.models import BillingRun, RunState
from server.estate.models import Community, Unit
from server.staff.models import Act
from tests.server.billing_runs.hamlet import (
    BEFORE,
    CLERK,
    NOW,
    PERIOD,
    TODAY,
    begin,
    bills_of,
    blocked,
    carry_on,
    create_hamlet,
    read,
    run_all,
)

pytestmark = pytest.mark.django_db


class Crash(Exception):
    """The process ended here."""


class CrashAfter:
    """Ends the process after so many batches."""

    def __init__(self, batches: int) -> None:
        self._left = batches

    def __call__(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Crash


def test_a_crash_between_any_two_batches_changes_nothing():
    whole = create_hamlet("whole")
    expected = run_all(whole)
    for batches in range(3):
        crashed = create_hamlet(f"crash{batches}")
        with pytest.raises(Crash):
            carry_on(begin(crashed), between=CrashAfter(batches))
        assert len(bills_of(crashed)) == 2 * (batches + 1)
        run = run_all(crashed)  # begins the same run again
        assert BillingRun.objects.filter(community=crashed).count() == 1
        assert (run.state, run.units, run.bills, run.lines, run.total_minor, run.by_item) == (
            RunState.DONE,
            *(expected.units, expected.bills, expected.lines),
            *(expected.total_minor, expected.by_item),
        )
        assert bills_of(crashed) == bills_of(whole)
    assert verify_ledger() == []


@pytest.mark.parametrize("place", ["_write_lines", "_posting", "natural"])
def test_a_crash_within_a_batch_leaves_nothing_of_it(monkeypatch, place: str):
    hamlet, whole = create_hamlet(), create_hamlet("whole")
    run_all(whole)
    with monkeypatch.context() as patch, pytest.raises(Crash):
        run = begin(hamlet)
        runs._batch(
            run.pk, runs.PeriodBook(hamlet, PERIOD), runs.Walk(hamlet, PERIOD, 2), lambda: NOW
        )
        before = bills_of(hamlet)

        def crash(*_, **__):
            raise Crash

        patch.setattr(issuing if place != "natural" else runs, _there(place), crash)
        carry_on(run)
    assert bills_of(hamlet) == before and len(before) == 2
    run_all(hamlet)
    assert bills_of(hamlet) == bills_of(whole)
    assert verify_ledger() == []


def _there(place: str) -> str:
    """The last moment of a batch, when all is written but how far the run has come."""
    return "of_batch" if place == "natural" else place


def test_two_that_run_at_once_share_one_run():
    hamlet, whole = create_hamlet(), create_hamlet("whole")
    run_all(whole)
    others: list[BillingRun] = []

    def another() -> None:
        if not others:
            others.append(run_all(hamlet))

    run = carry_on(begin(hamlet), between=another)
    assert bills_of(hamlet) == bills_of(whole)
    assert (run.pk, run.bills) == (others[0].pk, 6)
    assert verify_ledger() == []


def test_another_run_of_the_period_is_refused_in_words():
    hamlet = create_hamlet()
    begin(hamlet)
    for more in ({"items": ["water"]}, {"due": date(2027, 3, 1)}):
        with pytest.raises(runs.RunRefused, match="已有一次"):
            begin(hamlet, **more)
    with pytest.raises(runs.RunRefused, match="没有收费项目 gas；现有：lift, lights"):
        begin(hamlet, BEFORE, items=["gas"])


def pay(hamlet: Community) -> None:
    bill = Bill.objects.filter(community=hamlet, state="open").order_by("number").first()
    settle(
        bill.unit,
        [Part(bill, bill.amount_minor)],
        method="desk",
        payment_id=f"00000000-0000-4000-8000-{bill.pk:012d}",
        paid_on=TODAY,
        at=NOW,
    )


def void(hamlet: Community) -> None:
    bill = Bill.objects.filter(community=hamlet, state="open").order_by("number").first()
    void_by(CLERK, bill, "wrong area", at=NOW)


@pytest.mark.parametrize("act", [pay, void])
def test_who_pays_or_voids_between_two_batches_disturbs_nothing(act):
    hamlet, whole = create_hamlet(), create_hamlet("whole")
    run_all(whole)
    done = []

    def between() -> None:
        if not done:
            done.append(act(hamlet))

    run = carry_on(begin(hamlet), between=between)
    strip = [(number, unit, lines) for number, unit, _, _, _, lines in bills_of(hamlet)]
    assert strip == [(number, unit, lines) for number, unit, _, _, _, lines in bills_of(whole)]
    assert run.bills == 6
    assert [bill[2] for bill in bills_of(hamlet)].count("open") == 5
    again = run_all(hamlet)
    assert again.bills == (1 if act is void else 0)  # what was voided is made anew
    assert verify_ledger() == []


def test_a_run_that_is_cancelled_keeps_its_bills_and_another_makes_the_rest():
    hamlet, whole = create_hamlet(), create_hamlet("whole")
    run_all(whole)
    run = begin(hamlet)
    ended = carry_on(run, between=lambda: runs.cancel(run, CLERK, "wrong due date", at=NOW))
    assert (ended.state, ended.bills) == (RunState.CANCELLED, 2)
    assert not runs.cancel(run, CLERK, "again", at=NOW)
    assert run_all(hamlet).bills == 4
    assert bills_of(hamlet) == bills_of(whole)
    acts = Act.objects.filter(community=hamlet).order_by("pk").values_list("act", "reason")
    assert list(acts) == [
        ("billing_run_begun", "monthly bills"),
        ("billing_run_cancelled", "wrong due date"),
        ("billing_run_begun", "monthly bills"),
    ]


def test_what_all_share_is_never_charged_from_two_sets_of_figures():
    hamlet = create_hamlet()
    with pytest.raises(Crash):
        carry_on(begin(hamlet), between=CrashAfter(0))
    read(Meter.objects.get(community=hamlet, code="P1"), PERIOD, 159)
    run = run_all(hamlet)
    assert {code for _, item, code in blocked(run) if item == "lights"} == {"basis_changed"}
    assert run.bills == 2


def test_what_a_building_shares_is_compared_while_the_run_is_in_it():
    """What it was reckoned from is kept of the building where the run stands, not of all before it."""
    hamlet = create_hamlet(rooms=4)
    with pytest.raises(Crash):
        carry_on(
            begin(hamlet), between=CrashAfter(2)
        )  # two batches of building 1, one of building 2
    for building in (1, 2):
        read(Meter.objects.get(community=hamlet, code=f"L{building}"), PERIOD, 159)
    run = run_all(hamlet)
    assert {(unit[0], item) for unit, item, code in blocked(run) if code == "basis_changed"} == {
        ("2", "lift")
    }
    assert (run.bills, sorted(run.basis)) == (10, ["", "3"])


def test_numbers_go_on_whoever_makes_bills_between_two_batches():
    """Each batch counts those that came since the one before."""
    hamlet = create_hamlet()
    other = Unit.objects.get(community=hamlet, code="3-1-102")

    def between() -> None:
        issuing.issue_period(hamlet, PERIOD, issued_on=TODAY, due=TODAY, at=NOW, units=[other])

    run = carry_on(begin(hamlet), between=between)
    numbers = [number for number, *_rest in bills_of(hamlet)]
    assert (run.bills, numbers) == (5, [f"{n:05d}" for n in range(1, 7)])
    assert [unit for _number, unit, *_rest in bills_of(hamlet)][2] == "3-1-102"
