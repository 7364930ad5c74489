"""The life of a payment order on the server: one explicit table. Pure.

``customer charged`` and ``credited to the unit`` are separate facts (see ``models.PaymentOrder``); this
table is about the order. Money that arrives after an order ended is LATE: it is refunded or credited.
"""

from enum import StrEnum

from contract.messages import PaymentState


class Fact(StrEnum):
    """What became known about an order."""

    ASKED = "asked"  # the channel has it, or the kiosk is about to ask its terminal
    PAID = "paid"
    DECLINED = "declined"
    CLOSED = "closed"  # explicitly unpaid, and it cannot be paid any more
    LOST = "lost"  # nobody can say just now
    REVERSED = "reversed"  # it was paid and went back


class Late(Exception):
    """Money came for an order that had ended without any."""


_S, _F = PaymentState, Fact
_ENDED_UNPAID = (_S.DECLINED, _S.CANCELLED)

# (state, fact) -> next state; None: nothing new.
TRANSITIONS: dict[tuple[PaymentState, Fact], PaymentState | None] = {
    (_S.CREATED, _F.ASKED): _S.PENDING,
    (_S.CREATED, _F.PAID): _S.APPROVED,
    (_S.CREATED, _F.DECLINED): _S.DECLINED,
    (_S.CREATED, _F.CLOSED): _S.CANCELLED,
    (_S.CREATED, _F.LOST): _S.UNKNOWN,
    (_S.CREATED, _F.REVERSED): _S.REVERSED,
    (_S.PENDING, _F.ASKED): None,
    (_S.PENDING, _F.PAID): _S.APPROVED,
    (_S.PENDING, _F.DECLINED): _S.DECLINED,
    (_S.PENDING, _F.CLOSED): _S.CANCELLED,
    (_S.PENDING, _F.LOST): _S.UNKNOWN,
    (_S.PENDING, _F.REVERSED): _S.REVERSED,
    (_S.UNKNOWN, _F.ASKED): None,
    (_S.UNKNOWN, _F.PAID): _S.APPROVED,
    (_S.UNKNOWN, _F.DECLINED): _S.DECLINED,
    (_S.UNKNOWN, _F.CLOSED): _S.CANCELLED,
    (_S.UNKNOWN, _F.LOST): None,
    (_S.UNKNOWN, _F.REVERSED): _S.REVERSED,
    (_S.APPROVED, _F.ASKED): None,
    (_S.APPROVED, _F.PAID): None,
    (_S.APPROVED, _F.DECLINED): None,
    (_S.APPROVED, _F.CLOSED): None,
    (_S.APPROVED, _F.LOST): None,
    (_S.APPROVED, _F.REVERSED): _S.REVERSED,
    (_S.DECLINED, _F.ASKED): None,
    (_S.DECLINED, _F.DECLINED): None,
    (_S.DECLINED, _F.CLOSED): None,
    (_S.DECLINED, _F.LOST): None,
    (_S.DECLINED, _F.REVERSED): None,
    (_S.CANCELLED, _F.ASKED): None,
    (_S.CANCELLED, _F.DECLINED): None,
    (_S.CANCELLED, _F.CLOSED): None,
    (_S.CANCELLED, _F.LOST): None,
    (_S.CANCELLED, _F.REVERSED): None,
    (_S.REVERSED, _F.ASKED): None,
    (_S.REVERSED, _F.PAID): None,
    (_S.REVERSED, _F.DECLINED): None,
    (_S.REVERSED, _F.CLOSED): None,
    (_S.REVERSED, _F.LOST): None,
    (_S.REVERSED, _F.REVERSED): None,
}


def after(state: PaymentState, fact: Fact) -> PaymentState | None:
    """The next state, or None when the fact is nothing new. Raises Late."""
    if fact is Fact.PAID and state in _ENDED_UNPAID:
        raise Late
    return TRANSITIONS[(state, fact)]
