"""Bugs of phones that pay by the code on a bill, planted. Each changes the code of its own process, for
good."""

from typing import Any


def an_order_of_a_phone_takes_no_lease() -> None:
    from server.payments import initiation
    from server.payments.models import PaymentOrder

    real = initiation.lease

    def lease(bills: Any, payment_id: str, **named: Any) -> None:
        if not PaymentOrder.objects.get(payment_id=payment_id).by_phone:
            real(bills, payment_id, **named)

    initiation.lease = lease


def what_is_given_up_is_free_while_its_page_can_be_opened() -> None:
    from server.payments import inquiry
    from server.payments.channels.interface import ChannelStatus, Ending, OrderState

    real = inquiry._after_end

    def ended(order: Any, by: str, answer: Any, at: Any) -> Any:
        if order.by_phone and answer.ending is Ending.NOT_THERE:
            return OrderState(ChannelStatus.CLOSED)
        return real(order, by, answer, at)

    inquiry._after_end = ended


def wechat_is_asked_before_it_has_said_who_pays() -> None:
    from server.payments.channels.interface import Browser

    Browser.payer_unknown = property(lambda self: False)
