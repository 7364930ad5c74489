"""Orders at the server: whatever goes wrong on the way, the session hears how it ended."""

import queue

import pytest

from contract.messages import ApiError, ErrorCode, Method, PaymentState, Text
from kiosk.central.client import Refused, ServerAway
from kiosk.core.effects import MakeOrder
from kiosk.core.events import OrderFailed, OrderOutOfSight, OrderSeen
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


class NoSuchAmountAtNight:
    """The server knows of a night, and the kiosk did not."""

    def __init__(self, why: str) -> None:
        self.why = why

    def start_payment(self, start):
        said, details = Text(zh="夜间不收", en="Not at night"), {"night": self.why}
        code = ErrorCode.CHANNEL_UNAVAILABLE
        raise Refused(ApiError(code=code, message=said, details=details))


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("limit", Say.NIGHT_LIMIT),
        ("cards", Say.CHANNEL_UNAVAILABLE),
        ([1], Say.CHANNEL_UNAVAILABLE),
    ],
)
def test_what_the_server_does_not_take_at_night_is_told_as_that(why, said):
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, Method.WECHAT)
    (wish,) = story.did(MakeOrder)
    posted = queue.Queue()
    orders = Orders(NoSuchAmountAtNight(why), posted.put)
    orders.make(wish.record)
    visit = story.plays(posted.get(timeout=10)).visit
    orders.close()
    assert (visit.say, visit.back_to) == (said, Screen.METHOD)


class Line:
    """A line that goes and comes back; nothing is asked for longer than a resident may wait."""

    def __init__(self, view) -> None:
        self.view, self.down, self.waits = view, True, []

    def payment(self, payment_id, reference, *, after_version, wait_s, timeout_s):
        self.waits.append(timeout_s)
        if self.down:
            raise ServerAway("no line")
        return self.view


def test_an_order_that_goes_out_of_sight_is_told_once_and_again_when_it_is_seen():
    story = Story.paying(Method.WECHAT)
    payment_id, paid = story.payment.payment_id, story.view(PaymentState.APPROVED, 9)
    line, posted = Line(paid), queue.Queue()
    orders = Orders(line, posted.put)
    orders.follow(payment_id, "K03-000007", 2)
    assert posted.get(timeout=10) == OrderOutOfSight(payment_id)
    line.down = False
    assert posted.get(timeout=10) == OrderOutOfSight(payment_id, seen_again=True)
    assert posted.get(timeout=10) == OrderSeen(paid)
    assert max(line.waits) <= 8.0, "with the first failure within ten seconds"
    orders.close()
