"""The life of one payment, for the kiosk and the server: what may become known of it, and one table of
what that makes of it. What differs per side is named at the end. Pure.

A payment never moves backwards: what was approved can only be reversed, and what is final is changed
only by an explicit later truth. No silence and no time-out is an answer.
"""

from enum import StrEnum

from contract.messages import PaymentState


class Fact(StrEnum):
    """What became known about a payment."""

    SUBMITTED = "submitted"  # the channel has it; or the terminal or channel is about to be asked
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"  # explicitly unpaid, and it cannot be paid any more
    UNANSWERED = "unanswered"  # it was asked for, and nobody can say just now how it ended
    REVERSED = "reversed"  # it was paid and went back


_S, _F = PaymentState, Fact
Table = dict[tuple[PaymentState, Fact], PaymentState | None]

# (state, fact) -> next state; None: nothing new.
_BOTH: Table = {
    (_S.CREATED, _F.SUBMITTED): _S.PENDING,
    (_S.CREATED, _F.APPROVED): _S.APPROVED,  # the other side knew first
    (_S.CREATED, _F.DECLINED): _S.DECLINED,
    (_S.CREATED, _F.CANCELLED): _S.CANCELLED,
    (_S.CREATED, _F.UNANSWERED): _S.UNKNOWN,
    (_S.CREATED, _F.REVERSED): _S.REVERSED,
    (_S.PENDING, _F.SUBMITTED): None,
    (_S.PENDING, _F.APPROVED): _S.APPROVED,
    (_S.PENDING, _F.DECLINED): _S.DECLINED,
    (_S.PENDING, _F.CANCELLED): _S.CANCELLED,
    (_S.PENDING, _F.UNANSWERED): _S.UNKNOWN,
    (_S.PENDING, _F.REVERSED): _S.REVERSED,
    (_S.UNKNOWN, _F.SUBMITTED): None,
    (_S.UNKNOWN, _F.APPROVED): _S.APPROVED,
    (_S.UNKNOWN, _F.DECLINED): _S.DECLINED,
    (_S.UNKNOWN, _F.CANCELLED): _S.CANCELLED,
    (_S.UNKNOWN, _F.UNANSWERED): None,
    (_S.UNKNOWN, _F.REVERSED): _S.REVERSED,
    (_S.APPROVED, _F.SUBMITTED): None,
    (_S.APPROVED, _F.APPROVED): None,
    (_S.APPROVED, _F.DECLINED): None,  # money that moved is not un-paid by hearsay
    (_S.APPROVED, _F.CANCELLED): None,
    (_S.APPROVED, _F.UNANSWERED): None,
    (_S.APPROVED, _F.REVERSED): _S.REVERSED,
    (_S.DECLINED, _F.SUBMITTED): None,
    (_S.DECLINED, _F.DECLINED): None,
    (_S.DECLINED, _F.CANCELLED): None,
    (_S.DECLINED, _F.UNANSWERED): None,
    (_S.CANCELLED, _F.SUBMITTED): None,
    (_S.CANCELLED, _F.DECLINED): None,
    (_S.CANCELLED, _F.CANCELLED): None,
    (_S.CANCELLED, _F.UNANSWERED): None,
    (_S.REVERSED, _F.SUBMITTED): None,
    (_S.REVERSED, _F.APPROVED): None,
    (_S.REVERSED, _F.DECLINED): None,
    (_S.REVERSED, _F.CANCELLED): None,
    (_S.REVERSED, _F.UNANSWERED): None,
    (_S.REVERSED, _F.REVERSED): None,
}

# Ended without money. The sides differ in what news of money makes of these, and only in that.
CLOSED_UNPAID = (_S.DECLINED, _S.CANCELLED)

# The kiosk believes it: its resident sees that the money was taken, or that it went back.
AT_KIOSK: Table = _BOTH | {
    (_S.DECLINED, _F.APPROVED): _S.APPROVED,  # a late approval
    (_S.DECLINED, _F.REVERSED): _S.REVERSED,
    (_S.CANCELLED, _F.APPROVED): _S.APPROVED,  # a late approval
    (_S.CANCELLED, _F.REVERSED): _S.REVERSED,
}

# On the server its bills may have been paid again: APPROVED has no row, it is refunded or credited
# (server.payments.state_machine.PaidAfterClose); that what never came went back is no news.
ON_SERVER: Table = _BOTH | {
    (_S.DECLINED, _F.REVERSED): None,
    (_S.CANCELLED, _F.REVERSED): None,
}

# What a state that the other side tells means as a fact. CREATED tells nothing.
FACT_OF_STATE = {
    _S.PENDING: _F.SUBMITTED,
    _S.UNKNOWN: _F.UNANSWERED,
    _S.APPROVED: _F.APPROVED,
    _S.DECLINED: _F.DECLINED,
    _S.CANCELLED: _F.CANCELLED,
    _S.REVERSED: _F.REVERSED,
}
