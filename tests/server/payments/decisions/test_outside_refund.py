"""A part that went back in a channel's console: somebody bears it, once, as staff say."""

from datetime import timedelta

import pytest

from contract.messages import PaymentState
from server.alerts.models import Alert
from server.billing import settlement
from server.ledger import posting
from server.payments.decisions.alert_closing import resolve_alert
from server.payments.decisions.outside_refund import settle_outside
from server.payments.decisions.refusal import NotPossible
from server.payments.models import BorneBy
from server.payments.verification import verify_books
from server.staff.audit import ReasonMissing
from server.staff.models import Act
from server.staff.people import Person
from tests.server.payments.test_outside_refunds import TOTAL, goes_back, looks, order, paid
from tests.server.payments.world import NOW

__all__ = ["paid"]
CLERK = Person("李会计")
LATER = NOW + timedelta(days=2)
ACCOUNTS = ("clearing:wechat", "refunds_outside", "credit", "waivers")


def balances(world) -> dict[str, int]:
    found = {name: posting.balance(world.community.pk, name) for name in ACCOUNTS}
    return {name: minor for name, minor in found.items() if minor}


def settle(bearer: BorneBy, reason: str = "业主投诉，领导同意", **more) -> None:
    settle_outside(order().payment_id, CLERK, reason, LATER, bearer=bearer, **more)


def refused(code: str, *arguments, **more) -> None:
    with pytest.raises(NotPossible) as error:
        settle(*arguments, **more)
    assert error.value.code == code


@pytest.fixture
def part(paid):
    goes_back(paid, 1000)
    looks(1)
    return paid


def gives_credit(world, minor: int) -> None:
    settlement.receive_as_credit(world.unit, minor, method="cash", payment_id="another", at=NOW)


def test_a_decision_that_is_gone_from_the_books_is_seen(part):
    """Then the part waits there for nobody: staff were asked, and have answered."""
    assert verify_books() == []
    Alert.objects.filter(kind="refund_outside").update(resolved_at=LATER)
    [said] = verify_books()
    assert "1000 went back" in said and order().reference in said


def test_the_company_bears_it_once(part):
    settle(BorneBy.COMPANY)
    assert balances(part) == {"clearing:wechat": TOTAL - 1000, "waivers": 1000}
    assert not Alert.objects.filter(resolved_at=None).exists()
    act = Act.objects.get()
    assert (act.act, act.before, act.after) == (
        "settle_outside",
        {"waiting_minor": 1000, "refunded_minor": 1000},
        {"bearer": "waivers"},
    )
    for bearer in BorneBy:
        refused("ended", bearer)
    looks(4, 14)
    assert balances(part) == {"clearing:wechat": TOTAL - 1000, "waivers": 1000}
    assert verify_books() == []


def test_the_units_credit_bears_it_as_far_as_there_is_any(part):
    refused("too_little_credit", BorneBy.CREDIT)
    gives_credit(part, 999)
    refused("too_little_credit", BorneBy.CREDIT)
    assert not Act.objects.exists()
    settlement.receive_as_credit(part.unit, 1, method="cash", payment_id="third", at=NOW)
    settle(BorneBy.CREDIT)
    assert balances(part) == {"clearing:wechat": TOTAL - 1000}
    assert verify_books() == []


def test_when_all_of_it_goes_back_the_units_credit_is_whole_again(part):
    gives_credit(part, 1000)
    settle(BorneBy.CREDIT)
    goes_back(part, TOTAL)
    looks(5)
    assert balances(part) == {"credit": -1000}


def test_more_that_goes_back_later_is_another_question(part):
    settle(BorneBy.COMPANY)
    goes_back(part, 1500)
    looks(5)
    assert balances(part)["refunds_outside"] == 500
    refused("amount_changed", BorneBy.COMPANY, seen_minor=1000)
    settle(BorneBy.COMPANY, seen_minor=1500)
    assert balances(part) == {"clearing:wechat": TOTAL - 1500, "waivers": 1500}


def test_when_all_of_it_goes_back_nobody_bears_anything(part):
    settle(BorneBy.COMPANY)
    goes_back(part, TOTAL)
    looks(5)
    assert order().life is PaymentState.REVERSED
    assert balances(part) == {}
    assert verify_books() == []


def test_its_alert_does_not_end_without_it(part):
    with pytest.raises(NotPossible) as error:
        resolve_alert(Alert.objects.get().pk, CLERK, "看过了", LATER)
    assert error.value.code == "still_open"
    with pytest.raises(ReasonMissing):
        settle(BorneBy.COMPANY, reason="")
