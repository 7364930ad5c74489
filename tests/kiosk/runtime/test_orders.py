"""Orders at the server: whatever goes wrong on the way, the session hears how it ended."""

import queue

import pytest

from contract.messages import ErrorCode, Method
from kiosk.core.effects import MakeOrder
from kiosk.core.events import OrderFailed
from kiosk.core.model import Action, Screen
from kiosk.runtime.orders import Orders
from tests.kiosk.core.story import Story
from tests.kiosk.core.test_payment_code import charged


class Broken:
    def start_payment(self, start):
        raise RuntimeError("not a way in which a server is away")


@pytest.mark.parametrize(
    ("method", "screen"), [(Method.WECHAT, Screen.MESSAGE), ("phone", Screen.UNKNOWN)]
)
def test_an_order_that_could_not_even_be_made_has_an_end(method, screen):
    """A code on a phone may have been charged; where none was shown nobody was asked for anything."""
    if method == "phone":
        story = charged()
    else:
        story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, method)
    (wish,) = story.did(MakeOrder)
    posted = queue.Queue()
    orders = Orders(Broken(), posted.put)
    orders.make(wish.record, wish.payment_code)
    event = posted.get(timeout=10)
    assert event == OrderFailed(wish.record.payment_id, ErrorCode.INTERNAL)
    assert story.plays(event).screen is screen
    orders.close()
