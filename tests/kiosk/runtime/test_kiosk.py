"""What the kiosk does with the session's effects: here, with its own copy of the open bills."""

from types import SimpleNamespace

import pytest

from contract.messages import CardData, Method
from kiosk.central.open_bills import OpenBillsCopy
from kiosk.core.effects import Settle
from kiosk.core.events import AccountFound, CardAnswered, CardLost, ServerSeen
from kiosk.core.model import Action, Screen
from kiosk.runtime.kiosk import Hands, Kiosk
from tests.kiosk.core.story import Story, account, bill


@pytest.fixture
def copy(tmp_path):
    made = OpenBillsCopy(tmp_path / "open_bills.sqlite3")
    made._replace([account(bill(9, 30000), bill(10, 33208), bill(11, 100))])
    yield made
    made.close()


def offered(copy):
    return [b.period for b in copy.account("3-2-1201").bills]


def pays_offline(story, copy):
    story.types("3", "2", "1201")
    found = AccountFound(story.visit.number, copy.account("3-2-1201"), offline=True)
    story.plays(found).taps(Action.TOGGLE_BILL, "B202611-3-2-1201")
    return story.taps(Action.PAY).taps(Action.METHOD, Method.CARD).payment.payment_id


@pytest.mark.parametrize("meanwhile", ["waits", "leaves"])
def test_what_was_paid_is_not_offered_again_whoever_sees_it(copy, meanwhile):
    """Also when recovery finds it, long after the screen has forgotten it."""
    engine = SimpleNamespace(watch=lambda changed: None)
    kiosk = Kiosk(engine, Hands(None, None, None, None, copy, lambda: None), lambda monotonic: None)
    story = Story.at_attract().plays(ServerSeen(False))
    payment_id = pays_offline(story, copy)
    assert offered(copy) == ["2026-09", "2026-10", "2026-11"]
    if meanwhile == "leaves":
        story.plays(CardLost(payment_id, "silence")).taps(Action.UNDERSTOOD)
        story.seconds += 400
    story.plays(CardAnswered(payment_id, "approved", "recovered", CardData(receipt_no="8")))
    assert (story.screen is Screen.PAID) is (meanwhile == "waits")
    for effect in story.did(Settle):
        kiosk.perform(effect, story.session)
    assert offered(copy) == ["2026-11"]
