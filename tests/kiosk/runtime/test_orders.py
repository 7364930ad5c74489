"""Orders at the server: whatever goes wrong on the way, the session hears how it ended."""

import queue

import pytest

from contract.messages import ApiError, ErrorCode, Method, Text
from kiosk.central.client import ServerAway
from kiosk.core.effects import MakeOrder
from kiosk.core.events import OrderFailed
from kiosk.core.model import Action, Say, Screen
from kiosk.runtime import orders as orders_module
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


class SilentChannel:
    """The server answers at once that WeChat Pay does not."""

    asked = 0

    def start_payment(self, start):
        self.asked += 1
        said = ApiError(code=ErrorCode.CHANNEL_SILENT, message=Text(zh="无回应", en="Silent"))
        raise ServerAway("status 503", said)


def test_a_channel_that_is_away_is_not_called_a_broken_line(monkeypatch):
    """The line is well: another way of paying is offered, and soon."""
    monkeypatch.setattr(orders_module, "CHANNEL_PATIENCE_S", 0.6)
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, Method.WECHAT)
    (wish,) = story.did(MakeOrder)
    posted, server = queue.Queue(), SilentChannel()
    orders = Orders(server, posted.put)
    orders.make(wish.record)
    event = posted.get(timeout=10)
    orders.close()
    assert event == OrderFailed(wish.record.payment_id, ErrorCode.CHANNEL_SILENT)
    assert server.asked > 1, "it is asked again meanwhile"
    visit = story.plays(event).visit
    assert (visit.say, visit.back_to) == (Say.CHANNEL_UNAVAILABLE, Screen.METHOD)
