"""How many touches it takes from the start to a paid bill: each one more is somebody who gives up."""

import pytest

from contract.messages import Method, PaymentState
from contract.unit_code import DEFAULT
from kiosk.core import unit_entry
from kiosk.core.events import AccountFound, Scanned, Tapped
from kiosk.core.model import Action, Screen
from tests.kiosk.core.story import Story, account, bill, bill_url

SCANNED_MAX, TYPED_MAX = 3, 8


class Counted(Story):
    """Counts the touches of a story."""

    touches = 0

    def plays(self, *events):
        self.touches += sum(isinstance(event, Tapped) for event in events)
        return super().plays(*events)


def pays(story: Counted, method: Method) -> Counted:
    story.plays(AccountFound(story.visit.number, account(bill(9, 30000), bill(10, 33208))))
    assert story.screen is Screen.BILLS
    story.taps(Action.PAY).taps(Action.METHOD, method)
    if method is Method.CARD:
        story.terminal_says("approved")
    else:
        story.server_says(PaymentState.APPROVED)
    assert story.screen is Screen.PAID
    return story


@pytest.mark.parametrize("method", [Method.WECHAT, Method.ALIPAY, Method.CARD])
def test_from_a_scanned_bill_to_paid(method):
    story = Counted.at_attract()
    story.plays(Scanned(bill_url("B202610-3-2-1201")))
    assert pays(story, method).touches <= SCANNED_MAX


@pytest.mark.parametrize("method", [Method.WECHAT, Method.CARD])
def test_from_a_typed_unit_of_this_building_to_paid(method):
    codes = ["3-1-101", "3-2-1201", "3-2-1202", "1-1-101"]
    story = Counted.at_attract(unit_start="3", unit_codes=codes, numbering=DEFAULT)
    story.taps(Action.KEYPAD)
    for digit in "21201":
        story.taps(Action.DIGIT, digit)
        if "3-2-1201" in unit_entry.suggested(story.session):
            story.taps(Action.SUGGESTION, "3-2-1201")
            break
    assert pays(story, method).touches <= TYPED_MAX
