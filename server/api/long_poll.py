"""A call that has nothing new to tell leaves word that it waits, and its thread goes on.

The door (``server.web.door``) puts an empty ``Wish`` beside each request; where there is no such door
(another WSGI server, a test's client) the call waits in its own thread.
"""

from dataclasses import dataclass

from django.http import HttpRequest
from ninja.renderers import JSONRenderer

from server import request_id
from server.payments import inquiry
from server.payments.models import PaymentOrder
from server.payments.serializers import view_of

WISH = "lobbypay.wish"


@dataclass(slots=True)
class Wish:
    """For news of a payment: of a version above ``after_version``, for ``for_s`` seconds at most."""

    order: PaymentOrder | None = None  # as the call read it; None: nothing is waited for
    after_version: int = 0
    for_s: float = 0.0
    ask_every_s: float | None = None  # None: there is no channel to ask
    request_id: str = request_id.NONE

    @property
    def payment_id(self) -> str:
        return self.order.payment_id if self.order else ""

    @property
    def method(self) -> str:
        return self.order.method if self.order else ""


def left(request: HttpRequest, order: PaymentOrder, after_version: int, for_s: float) -> bool:
    """Whether somebody waits in the call's stead. Whatever the call answers now is not sent then: the
    payment as it stands after the wait is."""
    wish = request.META.get("asgi.scope", {}).get(WISH)
    if wish is None:
        return False
    wish.order, wish.after_version, wish.for_s = order, after_version, for_s
    wish.ask_every_s, wish.request_id = inquiry.ask_every_s(order), request_id.current()
    return True


def answer(payment_id: str) -> bytes:
    """What the call answers, as the payment stands now."""
    return told(PaymentOrder.objects.get(payment_id=payment_id))


def told(order: PaymentOrder) -> bytes:
    """The JSON of the call itself. Asks nobody; how long a code is still good for is counted anew."""
    view = view_of(order)
    return str(JSONRenderer().render(None, view.model_dump(), response_status=200)).encode()
