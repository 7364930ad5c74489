"""Each open question in one plain sentence, in both languages: the page shows one, programs get both."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import override

from contract.messages import Method, Text
from contract.methods import METHODS
from server.alerts.models import Alert
from server.fleet.models import Kiosk
from server.language import CHINESE, ENGLISH, both, money_said
from server.open_questions.texts import refund_said, value
from server.payments.models import PaymentOrder, Refund


def payment(order: PaymentOrder) -> Text:
    if order.method == Method.CARD:
        return both(
            "Whether the card was charged at kiosk %(kiosk)s is not known: perhaps it was.",
            kiosk=order.kiosk_code,
        )
    return both(
        "%(channel)s has not said clearly whether this was paid. Until that is known, its bills"
        " cannot be"
        " paid again.",
        channel=_channel(order),
    )


def amount(order: PaymentOrder) -> Text:
    return both(
        "%(channel)s took %(came)s, the order is for %(due)s. The money is in the suspense account"
        " until"
        " you say what it is for.",
        channel=_channel(order),
        came=_money(order.held_minor, order),
        due=_money(order.amount_minor, order),
    )


def outside(order: PaymentOrder) -> Text:
    return both(
        "%(gone)s of %(paid)s was refunded in the console of %(channel)s. The bills stay paid: say"
        " who"
        " bears the difference.",
        channel=_channel(order),
        gone=_money(order.refunded_minor, order),
        paid=_money(order.captured_minor, order),
    )


def unclear(order: PaymentOrder) -> Text:
    return both(
        "%(channel)s says that money of this payment went back, and not how much. Look in its"
        " console.",
        channel=_channel(order),
    )


def contradicted(order: PaymentOrder, alert: Alert) -> Text:
    card = order.method == Method.CARD
    return both(
        'Staff decided "%(decided)s"; since then %(who)s says "%(said)s". Check it again.',
        decided=_in_words(value, alert.details.get("decided")),
        said=_in_words(value, alert.details.get("said")),
        who=both("the card terminal") if card else _channel(order),
    )


def refund(refund: Refund) -> Text:
    if not refund.order.by_code:
        return both("The machine cannot return money to a card: return it by hand.")
    return both(
        "%(channel)s has not returned it (tried %(count)s times, last answer: %(said)s). It is"
        " tried on; if"
        " you return it yourself, say so here and it is not sent any more.",
        channel=_channel(refund.order),
        count=refund.poll_count,
        said=_in_words(refund_said, refund.said),
    )


def stopped(kiosk: Kiosk, advice: Text) -> Text:
    return both("Kiosk %(kiosk)s takes no money. %(advice)s.", kiosk=kiosk.code, advice=advice)


def stands_still(kiosk: Kiosk) -> Text:
    return both(
        "Kiosk %(kiosk)s is heard, but its journal does not come. Restart its program; if that"
        " does not"
        " help, call for service.",
        kiosk=kiosk.code,
    )


def _in_words(words: Callable[[Any], str], code: object) -> Text:
    with override(CHINESE):
        zh = words(code)
    with override(ENGLISH):
        return Text(zh=zh, en=words(code))


def _channel(order: PaymentOrder) -> Text:
    return METHODS[Method(order.method)].name


def _money(minor: int, order: PaymentOrder) -> object:
    return money_said(minor, order.currency)
